//! Data on standard output, in the form that was asked for, and the coverage ledger behind it.

use crate::args::Form;
use crate::exit::{Exit, Failure};
use crate::table;
use rolecall_inventory::{Ledger, Status};
use serde::Serialize;
use std::io::{self, StdoutLock, Write};

/// Prints rows as they come: JSON and CSV at once, a table when all are there.
pub struct Printer {
    out: io::BufWriter<StdoutLock<'static>>,
    form: Form,
    /// What the rows are, such as `assignments`.
    name: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    count: u64,
}

impl Printer {
    pub fn new(
        form: Form,
        name: &'static str,
        columns: Vec<&'static str>,
    ) -> Result<Self, Failure> {
        let mut printer = Self {
            out: io::BufWriter::new(io::stdout().lock()),
            form,
            name,
            columns,
            rows: Vec::new(),
            count: 0,
        };
        match form {
            Form::Json => write!(printer.out, "{{\"version\":1,\"{name}\":[")?,
            Form::Csv => {
                let heads = printer
                    .columns
                    .iter()
                    .map(|&head| head.to_owned())
                    .collect();
                printer.csv(heads)?;
            }
            Form::Table | Form::Jsonl => {}
        }
        Ok(printer)
    }

    /// One row: as JSON, and as cells by the name of the column.
    pub fn row<T: Serialize>(
        &mut self,
        json: &T,
        cell: impl Fn(&str) -> String,
    ) -> Result<(), Failure> {
        self.count += 1;
        let cells = |columns: &[&str]| columns.iter().map(|name| cell(name)).collect();
        match self.form {
            Form::Table => self.rows.push(cells(&self.columns)),
            Form::Csv => {
                let cells = cells(&self.columns);
                self.csv(cells)?;
            }
            Form::Json => {
                let gap = if self.count == 1 { "\n" } else { ",\n" };
                self.out.write_all(gap.as_bytes())?;
                serde_json::to_writer(&mut self.out, json)?;
            }
            Form::Jsonl => {
                serde_json::to_writer(&mut self.out, json)?;
                // What is read is seen at once, however slow the rest is.
                self.out.write_all(b"\n")?;
                self.out.flush()?;
            }
        }
        Ok(())
    }

    fn csv(&mut self, cells: Vec<String>) -> Result<(), Failure> {
        let mut line = csv::Writer::from_writer(Vec::new());
        line.write_record(&cells)?;
        let line = line
            .into_inner()
            .map_err(|error| Failure::failed(error.to_string()))?;
        Ok(self.out.write_all(&line)?)
    }

    /// Ends the data: the ledger is part of JSON, and else a short table on standard error.
    pub fn end(mut self, ledger: Option<&Ledger>) -> Result<Exit, Failure> {
        match self.form {
            Form::Table => {
                let rows = std::mem::take(&mut self.rows);
                table::print(&mut self.out, &self.columns, rows)?;
            }
            Form::Csv => {}
            Form::Json => {
                write!(self.out, "\n]")?;
                if let Some(ledger) = ledger {
                    write!(self.out, ",\"ledger\":")?;
                    serde_json::to_writer(&mut self.out, ledger)?;
                }
                writeln!(self.out, "}}")?;
            }
            Form::Jsonl => {
                for section in ledger.into_iter().flat_map(Ledger::iter) {
                    let line = serde_json::json!({"record": "section", "section": section});
                    writeln!(self.out, "{line}")?;
                }
            }
        }
        self.out.flush()?;
        drop(self.out);
        if self.form == Form::Table {
            eprintln_quietly(&format!("{} {}", self.count, self.name));
        }
        Ok(ledger.map_or(Exit::Complete, coverage))
    }
}

/// What is missing, on standard error.
pub fn coverage(ledger: &Ledger) -> Exit {
    let told = |section: &&rolecall_inventory::Section| section.status != Status::Complete;
    let sections: Vec<_> = ledger.iter().filter(told).collect();
    let incomplete = sections.iter().filter(|one| one.is_incomplete()).count();
    if incomplete > 0 {
        let rows = sections
            .iter()
            .filter(|one| one.is_incomplete())
            .map(|section| {
                let mut reason = section.reason.clone();
                if reason.is_none() {
                    reason = section.gaps.first().map(|gap| gap.reason.clone());
                }
                let remedy = section.remedy.clone().or_else(|| {
                    let gaps = section.gaps.iter();
                    gaps.into_iter().find_map(|gap| gap.remedy.clone())
                });
                let gaps = section.gaps.len() as u64 + section.more_gaps;
                let status = match gaps {
                    0 => section.status.to_string(),
                    1 => format!("{} (1 gap)", section.status),
                    gaps => format!("{} ({gaps} gaps)", section.status),
                };
                vec![
                    section.tenant.to_string(),
                    section.id.to_string(),
                    status,
                    reason.unwrap_or_default(),
                    remedy.unwrap_or_default(),
                ]
            });
        let rows = rows.collect();
        let mut text = Vec::new();
        let heads = ["tenant", "section", "read", "why", "what to do"];
        if table::print(&mut text, &heads, rows).is_ok() {
            eprintln_quietly(&format!(
                "\nincomplete: {incomplete} of {} sections\n{}",
                ledger.iter().count(),
                String::from_utf8_lossy(&text).trim_end()
            ));
        }
    }
    let differ: u64 = ledger
        .iter()
        .map(|one| one.differences.len() as u64 + one.more_differences)
        .sum();
    if differ > 0 {
        eprintln_quietly(&format!(
            "{differ} places in which two lists of a service disagree: see `differences` of the ledger (--output json)"
        ));
    }
    if incomplete > 0 {
        Exit::Incomplete
    } else {
        Exit::Complete
    }
}

/// Standard error may be closed, and there is nowhere else to say so.
pub fn eprintln_quietly(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Text on standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// A JSON document on standard output.
pub fn json<T: Serialize>(value: &T) -> Result<(), Failure> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Bytes on standard output, as they are.
pub fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}
