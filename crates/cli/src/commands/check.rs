//! `check`: the inventory held to access rules.

use super::snapshot;
use crate::args::{Global, Read, Report};
use crate::exit::{Exit, Failure};
use crate::{input, output};
use rolecall_inventory::rules::{self, Rules};
use rolecall_inventory::snapshot::{Done, Snapshot, Writer};
use std::path::Path;

pub async fn run(
    global: &Global,
    file: &Path,
    format: Report,
    from: Option<&Path>,
    read: &Read,
) -> Result<Exit, Failure> {
    let rules = Rules::read(file)?;
    let folder;
    let snapshot = match from {
        Some(path) => Snapshot::open(path)?,
        None => {
            folder = tempfile::tempdir().map_err(|error| {
                Failure::failed(format!("no temporary folder can be made: {error}"))
            })?;
            let file = folder.path().join("live");
            let options = input::options(read, global)?;
            let live = input::live(global).await?;
            snapshot::take(global, &live, &options, Writer::new(&file)?, &Done::new()).await?;
            Snapshot::open(file)?
        }
    };
    let report = rules::check(&rules, &snapshot, chrono::Utc::now())?;
    match format {
        Report::Text => {
            let text = rules::text(&report);
            let lines = text.lines().map(|line| crate::table::plain(line) + "\n");
            output::print(&lines.collect::<String>())?;
        }
        Report::Json => output::json(&report)?,
        Report::Sarif => output::print(&rules::sarif(&report))?,
        Report::Junit => output::print(&rules::junit(&report))?,
    }
    Ok(if report.is_broken() {
        Exit::Found
    } else if report.is_undecided() {
        Exit::Incomplete
    } else {
        Exit::Complete
    })
}
