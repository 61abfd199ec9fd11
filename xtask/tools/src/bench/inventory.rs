//! `cargo xtask bench inventory`: what it costs to read a large Okta org with the inventory, and to compare large snapshots.

use std::process::Command;

use serde_json::Value;

use super::process::run as run_command;
use crate::cli::{FAILED, FINE};
use xtask::project::Project;

/// Runs it; the exit code.
pub fn run(scale: f64, rows: u64, json: bool) -> u8 {
    match report(&Project::here(), scale, rows) {
        Ok(report) => {
            let text = match json {
                true => serde_json::to_string(&report),
                false => serde_json::to_string_pretty(&report),
            };
            println!("{}", text.unwrap_or_default());
            FINE
        }
        Err(message) => {
            eprintln!("error: {message}");
            FAILED
        }
    }
}

/// What `crates/inventory/benches/inventory` prints.
fn report(project: &Project, scale: f64, rows: u64) -> Result<Value, String> {
    eprintln!("inventory: building and measuring…");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(&project.root)
        .args(["bench", "--quiet", "--package", "rolecall-inventory"])
        .args(["--features", "okta", "--bench", "inventory", "--", "--json"])
        .args(["--scale", &scale.to_string(), "--rows", &rows.to_string()]);
    let printed = run_command(&mut command)?.stdout;
    let line = printed.lines().last().unwrap_or_default();
    serde_json::from_str(line).map_err(|e| {
        format!("the bench of crates/inventory printed {line:?}, which is no report: {e}")
    })
}
