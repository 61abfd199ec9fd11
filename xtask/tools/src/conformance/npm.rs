//! Packages from the npm registry, for programs that we are checked with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What npm is told by, and what it has to keep to.
const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Copies `tests/conformance/<name>` into the cache folder and installs its packages there, exactly as the lock file says;
/// the folder. `programs` are the files besides the two lists.
pub(super) fn install(root: &Path, name: &str, programs: &[&str]) -> Result<PathBuf, String> {
    let from = root.join("tests/conformance").join(name);
    let home = root.join(".cache/conformance").join(name);
    fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let [_, lock] = LISTS;
    let before = fs::read(home.join(lock)).ok();
    for file in LISTS.iter().chain(programs) {
        let (from, to) = (from.join(file), home.join(file));
        fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    // What npm writes last when it is done.
    let done = home.join("node_modules/.package-lock.json");
    if done.is_file() && before.is_some() && before == fs::read(home.join(lock)).ok() {
        return Ok(home);
    }
    eprintln!("installing packages in {}", home.display());
    let installed = Command::new("npm")
        .current_dir(&home)
        .args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
        ])
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("npm could not be started: {error}"))?;
    if installed.success() {
        return Ok(home);
    }
    Err(format!(
        "`npm ci` failed in {}: is there a registry?",
        home.display()
    ))
}
