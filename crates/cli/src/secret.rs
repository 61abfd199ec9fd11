//! Where a secret comes from. It is never in the file of profiles itself.

use crate::exit::Failure;
use rolecall::rolecall_client::Secret;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a command that prints a secret may take: it may ask somebody for a finger.
const COMMAND: Duration = Duration::from_secs(120);

/// Where a secret comes from: `{ env = "NAME" }`, `{ file = "PATH" }` or `{ command = ["PROGRAM", "ARGUMENT"] }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum From {
    /// An environment variable.
    Env(String),
    /// A file that only its owner can read.
    File(PathBuf),
    /// The first line that a program prints: its name and its arguments.
    Command(Vec<String>),
}

/// By hand, since serde would repeat a secret that was written here itself.
impl TryFrom<toml::Value> for From {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        let known = match &value {
            toml::Value::Table(table) if table.len() == 1 => {
                let text = |name: &str| table.get(name)?.as_str().map(str::to_owned);
                let words = || {
                    let words = table.get("command")?.as_array()?.iter();
                    words
                        .map(|word| word.as_str().map(str::to_owned))
                        .collect::<Option<Vec<_>>>()
                };
                (text("env").map(Self::Env))
                    .or_else(|| text("file").map(|path| Self::File(path.into())))
                    .or_else(|| words().map(Self::Command))
            }
            _ => None,
        };
        known.ok_or_else(|| {
            "this says not where a secret comes from; a secret is never in this file".to_owned()
        })
    }
}

impl std::fmt::Display for From {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            // Arguments can hold what nobody should read.
            Self::Command(words) => write!(f, "command {}", words.first().map_or("", |one| one)),
        }
    }
}

impl From {
    /// Gets the secret. Relative files are beside the file of profiles.
    pub async fn get(&self, beside: &Path) -> Result<Secret, Failure> {
        let text = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| {
                Failure::usage(format!("{self} is not set, or is not UTF-8\n  help: set it, or name another source of the secret"))
            })?,
            Self::File(path) => self.file(&beside.join(path))?,
            Self::Command(words) => self.command(words).await?,
        };
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err(Failure::usage(format!(
                "{self}: there is no secret, only nothing"
            )));
        }
        Ok(Secret::from(text))
    }

    fn file(&self, path: &Path) -> Result<String, Failure> {
        let wrong = |error| {
            Failure::usage(format!(
                "{self}: {error}\n  help: check the path, and who may read it"
            ))
        };
        check_mode(path)?;
        fs::read_to_string(path).map_err(wrong)
    }

    async fn command(&self, words: &[String]) -> Result<String, Failure> {
        let [program, arguments @ ..] = words else {
            return Err(Failure::usage(
                "`command` names no program\n  help: write command = [\"program\", \"argument\"]",
            ));
        };
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            .stdin(std::process::Stdio::inherit())
            .stderr(std::process::Stdio::inherit())
            .kill_on_drop(true);
        let output = tokio::time::timeout(COMMAND, command.output()).await;
        let output = output.map_err(|_| {
            Failure::failed(format!(
                "{self}: it printed nothing within {} s",
                COMMAND.as_secs()
            ))
        })?;
        let output = output.map_err(|error| {
            Failure::usage(format!(
                "{self}: it cannot be started: {error}\n  help: check the name, and PATH"
            ))
        })?;
        if !output.status.success() {
            return Err(Failure::failed(format!(
                "{self}: it failed: {}",
                output.status
            )));
        }
        let text = String::from_utf8(output.stdout)
            .map_err(|_| Failure::failed(format!("{self}: what it printed is not UTF-8")))?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }
}

/// A file with secrets must be its owner's alone.
pub fn check_mode(path: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    if let Ok(known) = fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt;
        let mode = known.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Failure::usage(format!(
                "{}: others can read it: its mode is {mode:03o}\n  help: chmod 600 {}",
                path.display(),
                path.display()
            )));
        }
    }
    Ok(())
}
