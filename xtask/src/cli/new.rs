//! `cargo xtask new`.

use super::generate::complain;
use super::{FAILED, FINE, New};
use crate::generate::Failure;
use crate::new;
use crate::project::Project;

/// Runs the command; the exit code.
pub fn run(arguments: &New) -> u8 {
    let project = Project::here();
    let name = &arguments.name;
    match new::create(&project, name) {
        Ok(_) => {
            println!(
                "specs/{name}: a skeleton that passes lint. Next:\n\
                 1. Fill in what is marked with `{}`, and put the API's own operations in the place of those there.\n\
                 2. cargo xtask lint {name}\n\
                 3. cargo xtask generate {name}, which makes crates/{name} and names it in Cargo.toml\n\
                 docs/adding-an-api.md has the rest.",
                new::FILL_IN
            );
            FINE
        }
        Err(Failure::Input(problems)) => complain(problems, &project, false),
        Err(Failure::Tool(message)) => {
            eprintln!("error: {message}");
            FAILED
        }
    }
}
