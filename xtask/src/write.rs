//! Formats generated files, compares them with what is there, and replaces what changed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rolecall_codegen::render::{Files, is_generated};
use similar::TextDiff;

/// The files of a crate, formatted.
pub struct Formatted(BTreeMap<String, String>);

/// Runs rustfmt over the Rust files.
pub fn format(files: &Files) -> Result<Formatted, String> {
    let folder = tempfile::tempdir().map_err(|e| format!("no temporary folder: {e}"))?;
    let mut rust = Vec::new();
    for (name, text) in files.iter() {
        let path = folder.path().join(name);
        let parent = path.parent().unwrap_or(folder.path());
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|e| format!("{}: {e}", path.display()))?;
        if name.ends_with(".rs") {
            rust.push(name);
        }
    }
    if rust.contains(&"src/lib.rs") {
        rustfmt(&folder.path().join("src/lib.rs"))?;
    }
    let mut formatted = BTreeMap::new();
    for (name, text) in files.iter() {
        let text = if name.ends_with(".rs") {
            let path = folder.path().join(name);
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?
        } else {
            text.to_owned()
        };
        formatted.insert(name.to_owned(), text);
    }
    Ok(Formatted(formatted))
}

/// Formats a crate from its root file, which leads rustfmt to the others.
fn rustfmt(root: &Path) -> Result<(), String> {
    let mut command = Command::new("rustfmt");
    // The width is that of `rustfmt.toml`, so that `cargo fmt` agrees.
    command
        .args(["--edition", "2024", "--config", "max_width=100"])
        .arg(root)
        .stdout(Stdio::null());
    let output = command.output().map_err(|e| {
        format!("rustfmt does not run ({e}): install it with `rustup component add rustfmt`")
    })?;
    if output.status.success() {
        Ok(())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "rustfmt refused what was generated; this is a mistake of the generator:\n{}",
            said.trim_end()
        ))
    }
}

/// A file that is not as it should be.
pub struct Change {
    /// Its path.
    pub path: PathBuf,
    /// What it should hold; nothing, when it should not be there.
    pub new: Option<String>,
    /// What it holds.
    pub old: Option<String>,
}

/// Why a folder cannot be written to, or a file not be replaced.
pub struct InTheWay {
    /// What is in the way.
    pub path: PathBuf,
    /// What it is.
    pub what: &'static str,
}

impl Formatted {
    /// What in `folder` would be replaced although this generator did not make it, and what leads out of the folder.
    pub fn in_the_way(&self, folder: &Path) -> Vec<InTheWay> {
        let mut found = Vec::new();
        let source = folder.join("src");
        // The folder itself may be a link: it is what was asked for.
        if is_link(&source) {
            found.push(InTheWay {
                path: source,
                what: "a symbolic link, and what is written there would land elsewhere",
            });
            return found;
        }
        for path in self.0.keys().map(|name| folder.join(name)) {
            let what = if is_link(&path) {
                "a symbolic link, and what it leads to is not this generator's"
            } else if path.is_dir() {
                "a folder"
            } else if std::fs::read(&path)
                .is_ok_and(|bytes| !is_free(&String::from_utf8_lossy(&bytes)))
            {
                "a file without the mark of this generator in its first line"
            } else {
                continue;
            };
            found.push(InTheWay { path, what });
        }
        found
    }

    /// Lines in all files.
    pub fn lines(&self) -> usize {
        self.0.values().map(|text| text.lines().count()).sum()
    }

    /// What is different in `folder`: files to write, and generated files to remove.
    pub fn changes(&self, folder: &Path) -> Result<Vec<Change>, String> {
        let mut changes = Vec::new();
        for (name, new) in &self.0 {
            let path = folder.join(name);
            let old = match std::fs::read(&path) {
                Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(format!("{}: {error}", path.display())),
            };
            if old.as_ref() != Some(new) {
                changes.push(Change {
                    path,
                    new: Some(new.clone()),
                    old,
                });
            }
        }
        for path in rust_files(&folder.join("src")) {
            let name = path
                .strip_prefix(folder)
                .map(|p| p.to_string_lossy().into_owned())
                .unwrap_or_default();
            if self.0.contains_key(&name) {
                continue;
            }
            let old = std::fs::read_to_string(&path).unwrap_or_default();
            if is_generated(&old) {
                changes.push(Change {
                    path,
                    new: None,
                    old: Some(old),
                });
            }
        }
        Ok(changes)
    }
}

/// Whether a file may be replaced: it bears our mark, or nothing.
fn is_free(text: &str) -> bool {
    text.trim().is_empty() || is_generated(text)
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_symlink())
}

/// The Rust files that lie in a folder, links to others aside.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    if is_link(folder) {
        return Vec::new();
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect();
    files.sort();
    files
}

/// Writes every change: each file whole, next to its place, then renamed over it.
pub fn apply(changes: &[Change]) -> Result<(), String> {
    for change in changes {
        let fail = |error: std::io::Error| format!("{}: {error}", change.path.display());
        match &change.new {
            Some(text) => {
                let folder = change.path.parent().unwrap_or(Path::new("."));
                std::fs::create_dir_all(folder).map_err(fail)?;
                let mut file = tempfile::Builder::new()
                    .prefix(".generate-")
                    .tempfile_in(folder)
                    .map_err(fail)?;
                file.write_all(text.as_bytes()).map_err(fail)?;
                file.as_file().sync_data().map_err(fail)?;
                readable(file.as_file()).map_err(fail)?;
                file.persist(&change.path).map_err(|e| fail(e.error))?;
            }
            None => std::fs::remove_file(&change.path).map_err(fail)?,
        }
    }
    Ok(())
}

/// Temporary files are private; source files are not.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// The changes as a unified diff, with paths relative to `root`.
pub fn diff(changes: &[Change], root: &Path) -> String {
    let mut text = String::new();
    for change in changes {
        let path = change
            .path
            .strip_prefix(root)
            .unwrap_or(&change.path)
            .display()
            .to_string();
        let (old, new) = (
            change.old.as_deref().unwrap_or_default(),
            change.new.as_deref().unwrap_or_default(),
        );
        let diff = TextDiff::from_lines(old, new);
        let before = if change.old.is_some() {
            format!("a/{path}")
        } else {
            "/dev/null".to_owned()
        };
        let after = if change.new.is_some() {
            format!("b/{path}")
        } else {
            "/dev/null".to_owned()
        };
        text.push_str(
            &diff
                .unified_diff()
                .context_radius(3)
                .header(&before, &after)
                .to_string(),
        );
    }
    text
}
