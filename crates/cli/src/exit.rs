//! How a run ends: an exit code, and for a failure what to print.

use crate::table::plain;
use rolecall_inventory::rules::RulesError;
use rolecall_inventory::snapshot::SnapshotError;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// The exit codes. They are documented in `docs/cli.md` and in `rolecall --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for was read.
    Complete = 0,
    /// The command failed.
    Failed = 1,
    /// The command line, the configuration or a file that was given is wrong.
    Usage = 2,
    /// Data was printed, and some of what was asked for could not be read.
    Incomplete = 3,
    /// An access rule is broken; or there are differences, and `--exit-code` was given.
    Found = 4,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed, in words, and with which code.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    message: String,
}

impl Failure {
    /// The command failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: message.into(),
        }
    }

    /// What was given is wrong: what was found, and what to do.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            message: message.into(),
        }
    }

    pub fn interrupted() -> Self {
        Self {
            exit: Exit::Interrupted,
            message:
                "interrupted: no file was written; `snapshot --resume` goes on with what was read"
                    .to_owned(),
        }
    }

    /// Prints it to standard error. Words of services are in it, so what could steer a terminal is taken out.
    pub fn print(&self) {
        if self.message.is_empty() {
            return;
        }
        let mut out = io::stderr().lock();
        let colour = out.is_terminal() && colours();
        let (on, off) = if colour {
            ("\x1b[1;31m", "\x1b[0m")
        } else {
            ("", "")
        };
        let lines: Vec<String> = self.message.lines().map(plain).collect();
        // Nowhere is left to say that standard error is closed.
        let _ = writeln!(out, "{on}error:{off} {}", lines.join("\n"));
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// Whether colours are wanted: not with `NO_COLOR` (no-color.org) set to anything.
fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The whole story: what the operation needs, what the credential holds, what to try.
impl From<rolecall::Error> for Failure {
    fn from(error: rolecall::Error) -> Self {
        Self::failed(format!("{error:#}"))
    }
}

impl From<rolecall::auth::Error> for Failure {
    fn from(error: rolecall::auth::Error) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Broken { .. } => Self::usage(error.to_string()),
            other => Self::failed(other.to_string()),
        }
    }
}

impl From<RulesError> for Failure {
    fn from(error: RulesError) -> Self {
        Self::usage(error.to_string())
    }
}

/// Standard output. A reader that has seen enough (`| head`) is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self {
                exit: Exit::Complete,
                message: String::new(),
            };
        }
        Self::failed(format!("standard output cannot be written: {error}"))
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Self::failed(format!("a row cannot be written as CSV: {other:?}")),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}
