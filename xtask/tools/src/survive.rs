//! The survival test: bodies that services may well send although no description says so, and that must neither fail nor
//! lose anything.
//!
//! From the schema of every JSON body, and from sample bodies, bodies are made; each is changed in one place at a time.
//! What comes of it must be known beforehand: everything decodes and encodes back to the same JSON, but for a required
//! property that is missing, which is refused by name and place. The description is read without the lowering that the
//! generated code rests on, so that a mistake there shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use rolecall_openapi::json::Object;

mod bodies;
mod build;
mod change;
pub mod exact;
mod family;
pub mod harness;
mod judge;
mod reach;
mod read;
mod shape;
mod slots;
mod union;
mod unnamed;

pub use bodies::{BodyKind, Sample, samples};
pub use change::{Expect, Mutation};
pub use judge::{Answer, Tally, judge, table};

use bodies::{Body, bodies, parameters};
use build::{Made, made, within};
use reach::Reach;
use read::Reader;
use slots::Walker;

/// A body, and what must come of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// `operationId`, or what stands for it.
    pub operation: String,
    /// What it is a body of.
    pub body_kind: BodyKind,
    /// The status that it comes with; 0 for a request.
    pub status: u16,
    /// What was changed.
    pub mutation: Mutation,
    /// Where: a JSON Pointer into the body as it was.
    pub pointer: String,
    /// The body.
    pub body: Value,
    /// What must come of it.
    pub expect: Expect,
}

/// How often the same change is made to the same schema in bodies of one operation's answer: behind each lies the same
/// code.
const REPEATS: usize = 3;

/// Hands over every case of a description: of the operations that it has, with no lowering done to it.
pub fn each_case(document: &Value, v31: bool, samples: &[Sample], each: &mut dyn FnMut(Case)) {
    let none = Object::new();
    let reader = Reader::new(document, v31, &none);
    let bodies = bodies(&reader, document);
    let reach = Reach::of(&reader, &bodies, parameters(&reader, document));
    for body in &bodies {
        let schema = reader.read(body.schema, None);
        let samples = samples.iter().filter(|sample| is_of(sample, body, &bodies));
        // A sample may well have what no description names.
        let samples = samples.map(|sample| {
            let made = Made {
                body: sample.body.clone(),
                focus: String::new(),
                listed: false,
            };
            (made, Expect::Survive)
        });
        let bases = made(&reader, &reach, &schema, body.kind)
            .into_iter()
            .map(|made| match made.listed {
                true => (made, Expect::Named),
                false => (made, Expect::Survive),
            })
            .chain(samples);
        let mut repeats: BTreeMap<_, usize> = BTreeMap::new();
        for (base, expect) in bases {
            let case = |mutation, pointer: &str, body_: Value, expect| Case {
                operation: body.operation.clone(),
                body_kind: body.kind,
                status: body.status,
                mutation,
                pointer: pointer.to_owned(),
                body: body_,
                expect,
            };
            each(case(Mutation::None, &base.focus, base.body.clone(), expect));
            let mut walker = Walker {
                reader: &reader,
                reach: &reach,
                kind: body.kind,
                slots: Vec::new(),
            };
            walker.walk(&schema, &base.body);
            for slot in walker.slots {
                if !within(&slot.pointer, &base.focus) {
                    continue;
                }
                let value = match &slot.change {
                    change::Change::Set(value) => value.to_string(),
                    _ => String::new(),
                };
                let count = repeats
                    .entry((slot.mutation, slot.identity.clone(), value))
                    .or_default();
                *count += 1;
                if *count > REPEATS {
                    continue;
                }
                if let Some(changed) = slot.apply(&base.body) {
                    each(case(slot.mutation, &slot.pointer, changed, slot.expect));
                }
            }
        }
    }
}

/// Every case of a description, where there is room for all of them.
pub fn cases(document: &Value, v31: bool, samples: &[Sample]) -> Vec<Case> {
    let mut cases = Vec::new();
    each_case(document, v31, samples, &mut |case| cases.push(case));
    cases
}

/// Reads every schema that bodies and parameters reach, and makes nothing of it: how many there are.
pub fn read_only(document: &Value, v31: bool) -> usize {
    let none = Object::new();
    let reader = Reader::new(document, v31, &none);
    let bodies = bodies(&reader, document);
    Reach::of(&reader, &bodies, parameters(&reader, document)).len()
}

/// Whether a sample is a body of this schema: by its status, or by the one that stands for it.
fn is_of(sample: &Sample, body: &Body<'_>, bodies: &[Body<'_>]) -> bool {
    let declared = || {
        bodies
            .iter()
            .any(|other| other.operation == sample.operation && other.status == sample.status)
    };
    let stands = body.status == sample.status / 100 * 100 + 99 || body.status == 599;
    sample.operation == body.operation
        && (sample.status == body.status || sample.status >= 400 && stands && !declared())
}

#[cfg(test)]
mod tests;
