//! `cargo xtask bench`.

use super::{Bench, BenchWhat};
use crate::bench::{compat, generate};

/// Runs the command; the exit code.
pub fn run(arguments: &Bench) -> u8 {
    match &arguments.what {
        BenchWhat::Generate { no_build, json } => generate::run(!no_build, *json),
        BenchWhat::Compat {
            spec,
            only,
            write,
            json,
        } => compat::run_all(spec, only, *write, *json),
    }
}
