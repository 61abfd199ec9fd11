//! Measurements of the pipeline and of what it makes.

pub mod chains;
pub mod client;
pub mod compat;
pub mod directory;
pub mod drift;
pub mod generate;
pub mod growth;
pub mod inventory;
pub mod process;
pub mod sample;
pub mod standin;
pub mod styles;

use crate::cli::{FAILED, FINE};
use serde::Serialize;

/// Prints a report as JSON or by `print`, or why there is none; the exit code.
fn finish<R: Serialize>(report: Result<R, String>, json: bool, print: impl FnOnce(&R)) -> u8 {
    match report {
        Ok(report) if json => {
            let text = serde_json::to_string_pretty(&report);
            println!("{}", text.unwrap_or_default());
            FINE
        }
        Ok(report) => {
            print(&report);
            FINE
        }
        Err(message) => {
            eprintln!("error: {message}");
            FAILED
        }
    }
}
