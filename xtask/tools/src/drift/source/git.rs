//! Files as they are in a revision in git.

use std::path::Path;
use std::process::{Command, Output};

use xtask::generate::Failure;

use super::bad_input;

/// The text of a file in a revision. `path` counts from the root of the repository; with a leading `./` from `folder`.
pub fn show(folder: &Path, revision: &str, path: &str) -> Result<String, Failure> {
    let name = format!("{revision}:{path}");
    let output = git(
        folder,
        &["show", "--no-textconv", "--end-of-options", &name],
    )?;
    if !output.status.success() {
        return Err(refused(&name, &output));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        input(
            &name,
            format!("byte {at} of the file is not UTF-8"),
            "save it as UTF-8",
        )
    })?;
    // Of a folder git prints a heading and its files.
    if text.starts_with(&format!("tree {name}\n\n")) {
        let found = format!("`{path}` is a folder in `{revision}`");
        return Err(input(
            &name,
            found,
            "name the file in it, such as openapi.yaml",
        ));
    }
    Ok(text)
}

/// The files below a folder of a revision, from `folder` on and with `/` between their parts. None when the folder is
/// not there.
pub fn list(folder: &Path, revision: &str, below: &str) -> Result<Vec<String>, Failure> {
    // `ls-tree` has no way to end its options, so that a revision must not look like one.
    if revision.is_empty() || revision.starts_with('-') {
        let found = format!("`{revision}` is no revision");
        return Err(input(revision, found, "give a branch, a tag or a commit"));
    }
    let arguments = ["ls-tree", "-r", "-z", "--name-only", revision, "--", below];
    let output = git(folder, &arguments)?;
    if !output.status.success() {
        return Err(refused(revision, &output));
    }
    let names = String::from_utf8_lossy(&output.stdout);
    Ok(names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect())
}

/// The revisions of a range that change a file, oldest first: short hash and day. `path` counts from `folder`.
pub fn log(folder: &Path, range: &str, path: &str) -> Result<Vec<(String, String)>, Failure> {
    if range.starts_with('-') {
        let found = format!("`{range}` is no range of revisions");
        return Err(input(range, found, "give REF..REF, such as v1..main"));
    }
    let arguments = ["log", "--reverse", "--format=%h %cs", range, "--", path];
    let output = git(folder, &arguments)?;
    if !output.status.success() {
        return Err(refused(range, &output));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs
        .map(|(hash, day)| (hash.to_owned(), day.to_owned()))
        .collect())
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(arguments)
        // What git says is shown, and must not ask for anything.
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(std::process::Stdio::null());
    command.output().map_err(|error| {
        Failure::Tool(format!(
            "git does not run ({error}): install it, or give files instead of revisions"
        ))
    })
}

fn refused(name: &str, output: &Output) -> Failure {
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().map(str::trim).collect();
    let help = "check the revision and the path, and that this is a git repository; in a shallow clone, fetch the \
                revision first";
    input(
        name,
        format!("git said: {}", said.join(" ").trim_end()),
        help,
    )
}

fn input(name: &str, found: String, help: &str) -> Failure {
    let expected = "a file in a revision of a git repository";
    bad_input(name, found, expected, help).into()
}
