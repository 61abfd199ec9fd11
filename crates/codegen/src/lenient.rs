//! Reads what others wrote: what has an obvious reading is read so, an operation that cannot be generated is left out, and
//! the rest is generated. Everything that was read so or left out is reported; nothing is dropped silently.
//!
//! Lint finds what is wrong, with its place; `mend` knows the obvious reading of a finding, if it has one. What has none
//! makes the operations that reach it left out. Only what concerns the document as a whole stops the run.

mod blame;
mod mend;
mod parameters;
mod paths;
mod references;
mod schemas;
mod structure;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;

use crate::lint::{Audience, lint_every};
use rolecall_openapi::load::Document;
use rolecall_openapi::problem::{Problem, Problems, Severity, visible};

use mend::{Mended, mend};

/// An operation that is not in the crate.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct LeftOut {
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Its `operationId`, where it has one.
    pub operation: Option<String>,
    /// Why: what is wrong, and where.
    pub reason: Problem,
}

impl LeftOut {
    /// What is missing, and why, in a line.
    pub fn line(&self) -> String {
        let reason = &self.reason;
        let place = match (reason.line, &reason.pointer) {
            (Some(line), _) => format!("{}:{line}", reason.file),
            (None, Some(pointer)) => format!("{} at {pointer}", reason.file),
            (None, None) => reason.file.clone(),
        };
        let text = format!(
            "left out: {} {}: {} ({}, {place}): {}",
            self.method, self.path, reason.found, reason.rule, reason.help
        );
        visible(&text)
    }
}

/// What came of reading a document leniently.
#[derive(Debug, Default)]
pub struct Reading {
    /// The document as it is read, where that is not as it stands.
    pub document: Option<Document>,
    /// What was read in an obvious way, and what else is worth a warning.
    pub warnings: Vec<Problem>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
}

impl Reading {
    /// Leaves out what findings concern.
    pub fn leave_out(&mut self, given: &Document, problems: Vec<Problem>) -> Result<(), Problems> {
        let document = self.document.get_or_insert_with(|| given.clone());
        let without = blame::leave_out(document, problems)?;
        self.left_out.extend(without.left_out);
        self.warnings.extend(without.warnings);
        Ok(())
    }

    /// Gives what is reported the pointers of the files that it was found in.
    pub fn show_as_written(&mut self, document: &Document) {
        document.as_written(&mut self.warnings);
        for left_out in &mut self.left_out {
            document.as_written(std::slice::from_mut(&mut left_out.reason));
        }
        self.warnings = Problems::new(std::mem::take(&mut self.warnings)).0;
    }
}

/// Reads a document as one that lint has no errors for. What stands in the way of the whole document is the error.
pub fn read(given: &Document) -> Result<Reading, Problems> {
    let mut reading = Reading::default();
    let mut accepted: HashSet<Key> = HashSet::new();
    let mut mended_before: HashMap<Key, usize> = HashMap::new();
    loop {
        let document = reading.document.as_ref().unwrap_or(given);
        let (errors, warnings): (Vec<Problem>, Vec<Problem>) =
            lint_every(document, Audience::Foreign)
                .into_iter()
                .filter(|problem| !accepted.contains(&key(problem)))
                .partition(|problem| problem.severity == Severity::Error);
        if errors.is_empty() {
            reading.warnings.extend(warnings);
            return Ok(reading);
        }
        let document = reading.document.get_or_insert_with(|| given.clone());
        let mut left = Vec::new();
        let mut progress = false;
        for mut problem in errors {
            // What comes back after it was mended has no reading.
            let before = mended_before.entry(key(&problem)).or_default();
            *before += 1;
            let mended = match *before > ATTEMPTS {
                true => None,
                false => mend(&mut document.value, &problem),
            };
            let Some(mended) = mended else {
                left.push(problem);
                continue;
            };
            progress = true;
            match &mended {
                Mended::Changed(_) => {}
                Mended::AsItIs(_) => drop(accepted.insert(key(&problem))),
                Mended::Removed(_) => {
                    let pointer = problem.pointer.clone().unwrap_or_default();
                    if let Some(item) = document.value.pointer_mut(&pointer) {
                        *item = Value::Null;
                    }
                    accepted.insert(("wrong-type", pointer));
                }
            }
            problem.severity = Severity::Warning;
            problem.read_as = Some(mended.reading());
            reading.warnings.push(problem);
        }
        // Where something was mended, what is left may have been a consequence.
        if !progress && let Err(mut problems) = reading.leave_out(given, left) {
            given.as_written(&mut problems.0);
            return Err(problems);
        }
    }
}

/// A rule and a place.
type Key = (&'static str, String);

/// How often a finding may come back, since one reading can bring another to light at the same place.
const ATTEMPTS: usize = 4;

fn key(problem: &Problem) -> Key {
    (problem.rule, problem.pointer.clone().unwrap_or_default())
}
