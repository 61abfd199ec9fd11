//! `diff`: what changed between two snapshots, or since one.

use super::{rows, snapshot};
use crate::args::{Form, Global, Read};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::{self, Printer};
use rolecall_inventory::diff::{Difference, Totals, diff};
use rolecall_inventory::snapshot::{Done, Snapshot, Writer};
use rolecall_inventory::{Assignment, Ledger};
use std::collections::BTreeMap;
use std::path::Path;

const COLUMNS: [&str; 7] = [
    "change",
    "service",
    "kind",
    "principal",
    "role",
    "scope",
    "detail",
];

/// So many reasons are shown for what was not compared.
const REASONS: usize = 10;

pub async fn run(
    global: &Global,
    before: &Path,
    after: &Path,
    exit_code: bool,
    read: &Read,
) -> Result<Exit, Failure> {
    let before = Snapshot::open(before)?;
    let folder;
    let after = if after == Path::new("live") {
        folder = tempfile::tempdir().map_err(|error| {
            Failure::failed(format!("no temporary folder can be made: {error}"))
        })?;
        let file = folder.path().join("live");
        // The same is read as then, so that there is something to compare.
        let mut options = before.header().options.clone();
        options.concurrency = input::options(read, global)?.concurrency;
        let live = input::live(global).await?;
        snapshot::take(global, &live, &options, Writer::new(&file)?, &Done::new()).await?;
        Snapshot::open(file)?
    } else {
        Snapshot::open(after)?
    };
    let mut printer = Printer::new(global.output, "differences", COLUMNS.to_vec())?;
    let mut totals = Totals::default();
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for difference in diff(&before, &after)? {
        let difference = difference?;
        totals.add(&difference);
        if let Difference::NotCompared { reason, .. } = &difference {
            *reasons.entry(reason.clone()).or_default() += 1;
            // People get a count for each reason.
            if matches!(global.output, Form::Table) {
                continue;
            }
        }
        printer.row(&difference, |column| cell(&difference, column))?;
    }
    let ledger = Ledger::clone(&after.header().ledger);
    printer.end(matches!(global.output, Form::Json | Form::Jsonl).then_some(&ledger))?;
    output::eprintln_quietly(&format!(
        "{} gained, {} lost, {} changed; {} joined and {} left groups; {} roles changed, {} renamed; {} not compared",
        totals.gained,
        totals.lost,
        totals.changed,
        totals.joined,
        totals.left,
        totals.roles_changed,
        totals.renamed,
        totals.not_compared
    ));
    for (reason, count) in reasons.iter().take(REASONS) {
        output::eprintln_quietly(&crate::table::plain(&format!(
            "not compared: {count} rows: {reason}"
        )));
    }
    if reasons.len() > REASONS {
        output::eprintln_quietly(&format!(
            "not compared: {} more reasons",
            reasons.len() - REASONS
        ));
    }
    Ok(if exit_code && totals.any() {
        Exit::Found
    } else if totals.not_compared > 0 {
        Exit::Incomplete
    } else {
        Exit::Complete
    })
}

fn cell(difference: &Difference, column: &str) -> String {
    let of = |row: &Assignment| rows::cell(row, column);
    match difference {
        Difference::Gained { assignment } => match column {
            "change" => "gained".to_owned(),
            "detail" => assignment.origin.to_string(),
            _ => of(assignment),
        },
        Difference::Lost { assignment } => match column {
            "change" => "lost".to_owned(),
            "detail" => assignment.origin.to_string(),
            _ => of(assignment),
        },
        Difference::Changed { after, fields, .. } => match column {
            "change" => "changed".to_owned(),
            "detail" => {
                let fields = fields.iter();
                let fields =
                    fields.map(|one| format!("{}: {} → {}", one.field, one.before, one.after));
                fields.collect::<Vec<_>>().join("; ")
            }
            _ => of(after),
        },
        Difference::Joined { membership } | Difference::Left { membership } => match column {
            "change" if matches!(difference, Difference::Joined { .. }) => "joined".to_owned(),
            "change" => "left".to_owned(),
            "service" => membership.tenant.service.to_string(),
            "kind" => membership.member.kind.to_string(),
            "principal" => membership.member.id.clone(),
            "detail" => format!("group {}", membership.group),
            _ => String::new(),
        },
        Difference::RoleChanged {
            tenant,
            after,
            permits,
            no_longer,
            ..
        } => match column {
            "change" => "role".to_owned(),
            "service" => tenant.service.to_string(),
            "role" => after.to_string(),
            "detail" => {
                let more = permits.iter().map(|one| format!("+{one}"));
                let less = no_longer.iter().map(|one| format!("-{one}"));
                more.chain(less).collect::<Vec<_>>().join(" ")
            }
            _ => String::new(),
        },
        Difference::Renamed {
            tenant,
            what,
            id,
            before,
            after,
        } => match column {
            "change" => "renamed".to_owned(),
            "service" => tenant.service.to_string(),
            "kind" => what.clone(),
            "principal" => id.clone(),
            "detail" => {
                let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
                format!("{} → {}", name(before), name(after))
            }
            _ => String::new(),
        },
        Difference::NotCompared {
            key,
            assignment,
            reason,
            ..
        } => match column {
            "change" => "not compared".to_owned(),
            "detail" => reason.clone(),
            _ => assignment.as_ref().map_or_else(
                || {
                    if column == "principal" {
                        key.to_string()
                    } else {
                        String::new()
                    }
                },
                |row| of(row),
            ),
        },
        _ => String::new(),
    }
}
