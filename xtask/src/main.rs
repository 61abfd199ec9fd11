//! `cargo xtask`: see `cargo xtask help`.

use std::ffi::OsString;
use std::process::ExitCode;

use xtask::cli;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if cli::is_here(&arguments) {
        cli::run(arguments)
    } else {
        cli::tools::run(arguments.get(1..).unwrap_or_default())
    }
}
