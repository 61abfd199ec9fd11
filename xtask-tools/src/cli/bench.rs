//! `cargo xtask bench`.

use super::{Bench, BenchWhat};
use crate::bench::{client, compat, drift, generate, standin};

/// Runs the command; the exit code.
pub fn run(arguments: &Bench) -> u8 {
    match &arguments.what {
        BenchWhat::Generate { no_build, json } => generate::run(!no_build, *json),
        BenchWhat::Client { no_build, json } => client::run(!no_build, *json),
        BenchWhat::Compat {
            spec,
            only,
            write,
            json,
        } => compat::run_all(spec, only, *write, *json),
        BenchWhat::Standin { users, requests } => standin::run(*users, *requests),
        BenchWhat::Drift { documents, json } => drift::run(documents, *json),
    }
}
