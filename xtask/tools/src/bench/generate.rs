//! `cargo xtask bench generate`: what the pipeline costs, and what it costs to build what comes out.

use std::path::Path;

use serde::Serialize;

use super::growth::{self, Growth};
use super::process::{Cost, cargo, measure};
use xtask::project::Project;
use xtask::table::table;

#[derive(Serialize)]
struct Report {
    /// Every API, as `cargo xtask generate --check` does it, in a process of its own.
    generate: Cost,
    /// Lines in the generated crates.
    lines: usize,
    /// Lines generated a second.
    lines_per_second: f64,
    /// How the work grows with the description.
    growth: Vec<Growth>,
    /// The generated crates alone.
    builds: Vec<Build>,
}

#[derive(Serialize)]
struct Build {
    package: String,
    lines: usize,
    /// `cargo check` of the crate itself, dependencies built.
    check: Cost,
    /// `cargo build` of the crate itself, dependencies built.
    build: Cost,
    /// `cargo build` of the crate and everything that it depends on.
    cold: Cost,
}

/// Runs it; the exit code.
pub fn run(build: bool, json: bool) -> u8 {
    super::finish(report(&Project::here(), build), json, print)
}

fn report(project: &Project, build: bool) -> Result<Report, String> {
    let tool = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut command = std::process::Command::new(tool);
    command
        .args(["generate", "--check", "--quiet"])
        .current_dir(&project.root);
    let generate = measure(&mut command)?;
    let mut lines = 0;
    let mut builds = Vec::new();
    for api in project
        .apis(&[])
        .map_err(|problems| problems.render(false))?
    {
        let folder = project.root.join("crates").join(&api.name);
        let own = count_lines(&folder)?;
        lines += own;
        if build {
            builds.push(build_times(
                project,
                &api.settings.package.name,
                &folder,
                own,
            )?);
        }
    }
    Ok(Report {
        lines_per_second: lines as f64 / generate.seconds,
        generate,
        lines,
        growth: growth::measure(project)?,
        builds,
    })
}

/// Builds in a target folder of its own, so that nothing is there at first.
fn build_times(
    project: &Project,
    package: &str,
    folder: &Path,
    lines: usize,
) -> Result<Build, String> {
    let target = tempfile::tempdir().map_err(|e| e.to_string())?;
    let run = |what: &str| {
        measure(cargo(&project.root, target.path()).args([what, "--package", package]))
    };
    let root = folder.join("src/lib.rs");
    eprintln!("{package}: cold build…");
    let cold = run("build")?;
    touch(&root)?;
    let build = run("build")?;
    run("check")?;
    touch(&root)?;
    let check = run("check")?;
    Ok(Build {
        package: package.to_owned(),
        lines,
        check,
        build,
        cold,
    })
}

/// Makes cargo build the crate again.
pub fn touch(file: &Path) -> Result<(), String> {
    let now = std::time::SystemTime::now();
    std::fs::File::options()
        .append(true)
        .open(file)
        .and_then(|file| file.set_modified(now))
        .map_err(|e| format!("{}: {e}", file.display()))
}

/// Lines of the Rust files in `src`.
pub fn count_lines(folder: &Path) -> Result<usize, String> {
    let source = folder.join("src");
    let files = std::fs::read_dir(&source).map_err(|e| format!("{}: {e}", source.display()))?;
    let mut lines = 0;
    for file in files {
        let path = file.map_err(|e| e.to_string())?.path();
        let text =
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        lines += text.lines().count();
    }
    Ok(lines)
}

fn print(report: &Report) {
    println!(
        "generate, all APIs: {:.2} s, peak {} MiB, {} lines, {:.0} lines a second\n",
        report.generate.seconds, report.generate.peak_mib, report.lines, report.lines_per_second
    );
    growth::print(&report.growth);
    let rows = report.builds.iter().map(|build| {
        let cell = |cost: &Cost| format!("{:.2} s / {} MiB", cost.seconds, cost.peak_mib);
        vec![
            build.package.clone(),
            build.lines.to_string(),
            cell(&build.check),
            cell(&build.build),
            cell(&build.cold),
        ]
    });
    if !report.builds.is_empty() {
        println!();
        print!(
            "{}",
            table(
                &[
                    "crate",
                    "lines",
                    "check, warm",
                    "build, warm",
                    "build, cold"
                ],
                rows
            )
        );
    }
}
