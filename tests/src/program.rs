//! Runs our programs in tests so that nothing of the machine shows in what they print.
//!
//! The tests of several packages include this file by its path: it must not need this package.

use std::ffi::OsStr;
use std::process::Command;

/// What a program needs to find others, and on Windows to start at all. None of our programs reads it for itself.
pub const KEPT: [&str; 3] = ["PATH", "SystemRoot", "LLVM_PROFILE_FILE"];

/// A program that sees nothing of the environment of the tests: no width, no colour, no language, no settings of git, of
/// cargo or of a logger.
pub fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.env_clear();
    for name in KEPT {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command
}
