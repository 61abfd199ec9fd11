//! The control page of a stand-in, in Chromium without a window.

use super::standin::build;
use super::{Server, npm, there};
use std::path::Path;
use std::process::Command;

/// Where Chromium is looked for, after the variable `CHROMIUM`.
const PLACES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Uses the page as a person would. Whether it did what it should.
///
/// # Errors
///
/// Node.js, npm or Chromium is not there, or the stand-in does not start.
pub fn run(root: &Path) -> Result<bool, String> {
    for program in ["node", "npm"] {
        there(program, "Node.js 20 or later and npm")?;
    }
    let named = std::env::var("CHROMIUM").ok();
    let mut places = named.iter().map(String::as_str).chain(PLACES);
    let hint = "Chromium (Debian: the package chromium), or its path in the variable CHROMIUM";
    let chromium = places.find(|place| there(place, hint).is_ok());
    let chromium = match chromium {
        Some(found) => found.to_owned(),
        None => return there(PLACES[0], hint).map(|()| false),
    };
    let home = npm::install(root, "browser", &["check.mjs"])?;
    let mut program = Command::new(build(root)?);
    program.args(["--json", "--port", "0"]);
    let server = Server::start(program, &home.join("server.log"))?;
    let status = Command::new("node")
        .current_dir(&home)
        .arg("check.mjs")
        .env("CHROMIUM", chromium)
        .env("STANDINS", server.description.trim())
        .status()
        .map_err(|error| format!("node could not be started: {error}"))?;
    Ok(status.success())
}
