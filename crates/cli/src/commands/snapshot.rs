//! `snapshot` and `estimate`.

use crate::args::{Form, Global, Read};
use crate::exit::{Exit, Failure};
use crate::input::{self, Live};
use crate::output;
use crate::progress::Bars;
use futures_util::StreamExt;
use rolecall_inventory::snapshot::{Done, Summary, Writer};
use rolecall_inventory::{Estimate, Options, Tenant, events_after};
use std::path::Path;

pub async fn run(global: &Global, file: &Path, resume: bool, read: &Read) -> Result<Exit, Failure> {
    // Whether the file can be written is known before the services are asked.
    let mut writer = Writer::new(file)?;
    let options = input::options(read, global)?;
    let live = input::live(global).await?;
    let done = writer.checkpoint(&tenants(&live), &options, resume)?;
    let sections: usize = done.values().map(std::collections::BTreeSet::len).sum();
    if sections > 0 {
        output::eprintln_quietly(&format!("{sections} sections were read before"));
    }
    let summary = take(global, &live, &options, writer, &done).await?;
    let header = &summary.header;
    match global.output {
        Form::Json | Form::Jsonl => output::print(&(serde_json::to_string(header)? + "\n"))?,
        Form::Table | Form::Csv => {
            let counts = header.counts;
            output::eprintln_quietly(&format!(
                "{}: {} assignments, {} memberships, {} principals, {} roles; {} bytes",
                file.display(),
                counts.assignments,
                counts.memberships,
                counts.principals,
                counts.roles,
                summary.bytes
            ));
            if !header.conflicts.is_empty() {
                output::eprintln_quietly(&format!(
                    "{} assignments were told in two ways: see `conflicts` of the header",
                    header.conflicts.len()
                ));
            }
        }
    }
    Ok(output::coverage(&header.ledger))
}

/// Reads the services into a snapshot.
pub async fn take(
    global: &Global,
    live: &Live,
    options: &Options,
    mut writer: Writer,
    done: &Done,
) -> Result<Summary, Failure> {
    let mut bars = Bars::new(global.quiet);
    let mut all = events_after(&live.sources, options, done);
    while let Some(event) = all.next().await {
        bars.event(&event);
        writer.push(event)?;
    }
    bars.end();
    Ok(writer.finish(tenants(live), options)?)
}

fn tenants(live: &Live) -> Vec<Tenant> {
    let sources = live.sources.iter();
    sources.map(|one| one.tenant().clone()).collect()
}

pub async fn estimate(global: &Global, read: &Read) -> Result<Exit, Failure> {
    let options = input::options(read, global)?;
    let live = input::live(global).await?;
    let mut estimates = Vec::new();
    for source in &live.sources {
        estimates.push(source.estimate(&options).await?);
    }
    let columns = vec!["service", "tenant", "section", "requests", "minutes"];
    let mut printer = output::Printer::new(global.output, "estimates", columns)?;
    for estimate in &estimates {
        for section in &estimate.sections {
            let requests = match section.at_most {
                Some(most) if most == section.at_least => most.to_string(),
                Some(most) => format!("{} to {most}", section.at_least),
                None => format!("{} or more", section.at_least),
            };
            let minutes = section.per_minute.filter(|limit| *limit > 0).map(|limit| {
                let most = section.at_most.unwrap_or(section.at_least);
                format!("{}", most.div_ceil(limit))
            });
            let json = serde_json::json!({"tenant": estimate.tenant, "estimate": section});
            printer.row(&json, |column| match column {
                "service" => estimate.tenant.service.to_string(),
                "tenant" => estimate.tenant.id.clone(),
                "section" => section.section.to_string(),
                "requests" => requests.clone(),
                _ => minutes.clone().unwrap_or_default(),
            })?;
        }
    }
    let exit = printer.end(None)?;
    for Estimate {
        tenant, based_on, ..
    } in &estimates
    {
        for reason in based_on {
            output::eprintln_quietly(&format!("{tenant}: {reason}"));
        }
    }
    Ok(exit)
}
