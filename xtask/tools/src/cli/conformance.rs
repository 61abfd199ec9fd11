//! `cargo xtask conformance`.

use super::{Conformance, ConformanceWhat, FAILED, FINE};
use crate::conformance::{auth, browser, semver, standin};
use xtask::project::Project;

/// Runs the command; the exit code.
pub fn run(arguments: &Conformance) -> u8 {
    let project = Project::here();
    let passed = match &arguments.what {
        ConformanceWhat::Auth => auth::run(&project.root),
        ConformanceWhat::Browser => browser::run(&project.root),
        ConformanceWhat::Semver => semver::run(&project.root),
        ConformanceWhat::Standin { apis, bounded } => standin::run(&project.root, apis, *bounded),
    };
    match passed {
        Ok(true) => FINE,
        Ok(false) => FAILED,
        Err(message) => {
            eprintln!("error: {message}");
            FAILED
        }
    }
}
