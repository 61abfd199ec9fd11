//! `cargo xtask bench`.

use super::{Bench, BenchWhat};

/// Runs the command; the exit code.
pub fn run(arguments: &Bench) -> u8 {
    match arguments.what {
        BenchWhat::Generate { no_build, json } => crate::bench::generate::run(!no_build, json),
    }
}
