//! What `cargo xtask` runs for all but `generate` and `lint`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask_tools::cli::run(std::env::args_os())
}
