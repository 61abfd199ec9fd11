//! Formats generated files, compares them with what is there, and replaces what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rolecall_codegen::render::{Files, is_generated};
use similar::TextDiff;

/// The files of a crate, formatted.
pub struct Formatted(BTreeMap<String, String>);

/// What rustfmt is given at once at least: below, starting it costs more than its work.
const BATCH: usize = 256 * 1024;
/// The root file of a crate. rustfmt follows its modules, unless it reads it from a pipe.
const ROOT: &str = "src/lib.rs";

/// Runs rustfmt over the Rust files, in as many processes as there are processors. What it is given and what comes of it is
/// held in a temporary folder, and not in memory.
pub fn format(files: Files) -> Result<Formatted, String> {
    let folder = tempfile::tempdir().map_err(|e| format!("no temporary folder: {e}"))?;
    let folder = folder.path();
    let mut formatted = BTreeMap::new();
    let mut rust: Vec<(String, usize)> = Vec::new();
    for (name, text) in files.into_texts() {
        if !name.ends_with(".rs") || name == ROOT {
            formatted.insert(name, text);
            continue;
        }
        let path = folder.join(&name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, &text))
            .map_err(|e| format!("{}: {e}", path.display()))?;
        rust.push((name, text.len()));
    }
    if let Some(root) = formatted.get_mut(ROOT) {
        *root = rustfmt_text(root, folder)?;
    }
    let batches = batches(&rust);
    std::thread::scope(|scope| {
        let running: Vec<_> = batches
            .iter()
            .map(|batch| scope.spawn(|| rustfmt_files(batch, folder)))
            .collect();
        running.into_iter().try_for_each(|batch| {
            let stopped = |_| Err("a thread that runs rustfmt stopped".to_owned());
            batch.join().unwrap_or_else(stopped)
        })
    })?;
    for (name, _) in rust {
        let path = folder.join(&name);
        let text =
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        formatted.insert(name, text);
    }
    Ok(Formatted(formatted))
}

/// The files in batches of about the same size, one for each processor.
fn batches(files: &[(String, usize)]) -> Vec<Vec<&str>> {
    let size: usize = files.iter().map(|(_, size)| size).sum();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let count = processors.min(size / BATCH + 1);
    let mut batches: Vec<(usize, Vec<&str>)> = vec![(0, Vec::new()); count];
    let mut largest_first: Vec<&(String, usize)> = files.iter().collect();
    largest_first.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    for (name, size) in largest_first {
        if let Some(batch) = batches.iter_mut().min_by_key(|(size, _)| *size) {
            batch.0 += size;
            batch.1.push(name);
        }
    }
    let batches = batches.into_iter().map(|(_, names)| names);
    batches.filter(|names| !names.is_empty()).collect()
}

fn rustfmt(folder: &Path) -> Command {
    let mut command = Command::new("rustfmt");
    // The width is that of `rustfmt.toml`, so that `cargo fmt` agrees.
    command
        .args(["--edition", "2024", "--config", "max_width=100"])
        .current_dir(folder);
    command
}

/// Formats files in a folder.
fn rustfmt_files(names: &[&str], folder: &Path) -> Result<(), String> {
    let output = rustfmt(folder)
        .args(names)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output();
    finished(output).map(|_| ())
}

/// Formats a text, and nothing that it names.
fn rustfmt_text(text: &str, folder: &Path) -> Result<String, String> {
    let path = folder.join("text");
    let input = std::fs::write(&path, text)
        .and_then(|()| std::fs::File::open(&path))
        .map_err(|e| format!("{}: {e}", path.display()))?;
    let written = finished(rustfmt(folder).stdin(input).output())?;
    String::from_utf8(written).map_err(|e| format!("rustfmt wrote what is no text: {e}"))
}

/// What rustfmt wrote.
fn finished(output: std::io::Result<std::process::Output>) -> Result<Vec<u8>, String> {
    let output = output.map_err(|e| {
        format!("rustfmt does not run ({e}): install it with `rustup component add rustfmt`")
    })?;
    if output.status.success() {
        Ok(output.stdout)
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
    pub fn changes(self, folder: &Path) -> Result<Vec<Change>, String> {
        let mut changes = Vec::new();
        let names: BTreeSet<String> = self.0.keys().cloned().collect();
        for (name, new) in self.0 {
            let path = folder.join(name);
            let old = match std::fs::read(&path) {
                Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(format!("{}: {error}", path.display())),
            };
            if old.as_ref() != Some(&new) {
                changes.push(Change {
                    path,
                    new: Some(new),
                    old,
                });
            }
        }
        for path in rust_files(&folder.join("src")) {
            let name = path
                .strip_prefix(folder)
                .map(|p| p.to_string_lossy().into_owned())
                .unwrap_or_default();
            if names.contains(&name) {
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
