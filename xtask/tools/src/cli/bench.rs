//! `cargo xtask bench`.

use super::{Bench, BenchWhat};
use crate::bench::{client, compat, directory, drift, generate, inventory, standin, styles};

/// Runs the command; the exit code.
pub fn run(arguments: &Bench) -> u8 {
    match &arguments.what {
        BenchWhat::Generate { no_build, json } => generate::run(!no_build, *json),
        BenchWhat::Client { no_build, json } => client::run(!no_build, *json),
        BenchWhat::Inventory { scale, rows, json } => inventory::run(*scale, *rows, *json),
        BenchWhat::Compat {
            all: true,
            compile,
            seed,
            only,
            write,
            json,
            ..
        } => directory::run(&directory::Request {
            only,
            compile: *compile,
            seed: *seed,
            write: *write,
            json: *json,
        }),
        BenchWhat::Compat {
            spec,
            only,
            write,
            json,
            ..
        } => compat::run_all(spec, only, *write, *json),
        BenchWhat::Styles { spec, write, json } => styles::run_all(spec.as_deref(), *write, *json),
        BenchWhat::Standin { users, requests } => standin::run(*users, *requests),
        BenchWhat::Drift { documents, json } => drift::run(documents, *json),
    }
}
