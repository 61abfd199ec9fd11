//! Runs a program and says what it cost.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Serialize;

/// What a run cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// Wall clock.
    pub seconds: f64,
    /// The largest resident set of the program or of any program that it started, in MiB; 0 where the system does not tell.
    pub peak_mib: u64,
}

/// What a run printed and cost.
pub struct Ran {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// What it cost.
    pub cost: Cost,
}

/// Runs a command to its end and says what it cost.
pub fn measure(command: &mut Command) -> Result<Cost, String> {
    run(command).map(|ran| ran.cost)
}

/// Runs a command to its end; a failure is an error with what it printed.
pub fn run(command: &mut Command) -> Result<Ran, String> {
    // The system tells the peak of all children so far, so that a run is measured by a child of its own where there is
    // a program for that.
    let mut timed = match which("time") {
        Some(time) => {
            let mut timed = Command::new(time);
            timed.args(["-f", "peak-kib=%M"]).arg(command.get_program());
            timed
        }
        None => Command::new(command.get_program()),
    };
    timed.args(command.get_args()).envs(
        command
            .get_envs()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    if let Some(folder) = command.get_current_dir() {
        timed.current_dir(folder);
    }
    let start = Instant::now();
    let output = timed
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{:?} does not run: {e}", command.get_program()))?;
    let seconds = start.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let printed = String::from_utf8_lossy(&output.stdout);
        return Err(format!(
            "{command:?} failed:\n{}\n{}",
            said.trim_end(),
            printed.trim_end()
        ));
    }
    let peak = said
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("peak-kib=")?.trim().parse::<u64>().ok());
    Ok(Ran {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: said.into_owned(),
        cost: Cost {
            seconds,
            peak_mib: peak.unwrap_or(0) / 1024,
        },
    })
}

/// GNU time, which prints the peak; other programs of that name do not take its options.
fn which(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|p| p.is_file())?;
    let version = Command::new(&path).arg("--version").output().ok()?;
    let said = [version.stdout, version.stderr].concat();
    String::from_utf8_lossy(&said)
        .contains("GNU")
        .then_some(path)
}

/// cargo in a folder, with a target folder, quiet and without incremental files.
pub fn cargo(folder: &Path, target: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TERM_COLOR", "never");
    command
}
