//! Puts the comparison together.

use std::collections::{HashMap, HashSet};

use rolecall_openapi::load::Document;

use super::document::{Doc, Node};
use super::finding::{
    ApiVerdict, Comparison, Direction, Finding, OperationRef, Operations, Spot, WireSummary,
    WireVerdict,
};
use super::operations::{self, Operation, Pair};
use super::pairs::{Change, Engine, Owner};
use super::schema::Views;
use super::text::{identity, label, same_named};
use super::{
    Options, api, bump, messages, metadata, parameters, references, renamed, rules, security, words,
};

pub(super) fn compare(old: &Document, new: &Document, options: &Options) -> Comparison {
    let (old_doc, new_doc) = (Doc::new(old), Doc::new(new));
    let pairs = operations::pair(operations::list(&old_doc), operations::list(&new_doc));
    let mut engine = Engine::new(Views::new(old_doc), Views::new(new_doc), pairs.len());
    let counts = compare_operations(&mut engine, &pairs);
    engine.run();
    let names: Vec<OperationRef> = pairs.iter().map(Pair::name).collect();
    let mut drafts = drafts(&engine, &names);
    let judged = api::judge(&engine, &names, &mut drafts, options);
    let mut findings: Vec<Finding> = drafts.into_iter().map(|draft| draft.finding).collect();
    findings.sort_by(order);
    let count = |verdict| findings.iter().filter(|f| f.wire == verdict).count();
    let largest = findings.iter().map(|f| f.api).max();
    let api = largest.unwrap_or(ApiVerdict::None).max(judged.at_least);
    Comparison {
        old: engine.old.doc.source(),
        new: engine.new.doc.source(),
        operations: counts,
        wire: WireSummary {
            breaking: count(WireVerdict::Breaking),
            dangerous: count(WireVerdict::Dangerous),
            compatible: count(WireVerdict::Compatible),
        },
        rust_api: judged.state,
        bump: bump::advise(api, options.version.as_deref()),
        findings,
    }
}

/// Compares the operations themselves, and notes which schemas they begin with.
fn compare_operations<'a>(engine: &mut Engine<'a>, pairs: &[Pair<'a>]) -> Operations {
    let mut counts = Operations::default();
    let renames = security::renames(engine);
    let renamed = renamed::operations(pairs);
    let mut compared: Vec<(usize, &Operation<'a>, &Operation<'a>)> = Vec::new();
    let mut moved: HashSet<usize> = HashSet::new();
    for (number, pair) in pairs.iter().enumerate() {
        let name = |one: &Operation<'a>| format!("{} {}", one.method.to_uppercase(), one.path);
        let owner = Owner::Operation(number);
        match pair {
            Pair::Both(old, new) => {
                counts.compared += 1;
                compared.push((number, old, new));
            }
            Pair::Moved(old, new) => {
                counts.compared += 1;
                let message = format!("it is {} now", name(new));
                let (old_at, new_at) = (Some(old.node), Some(new.node));
                let change =
                    Change::new("operation-moved", Direction::Both, old_at, new_at, message);
                engine.report(owner, change);
                moved.insert(number);
                compared.push((number, old, new));
            }
            Pair::Removed(old) => {
                counts.removed += 1;
                let message = "it is gone";
                let change = Change::new(
                    "operation-removed",
                    Direction::Both,
                    Some(old.node),
                    None,
                    message,
                )
                .renamed(renamed.get(&number).cloned());
                engine.report(owner, change);
            }
            Pair::Added(new) => {
                counts.added += 1;
                let message = "it is new";
                let change = Change::new(
                    "operation-added",
                    Direction::Both,
                    None,
                    Some(new.node),
                    message,
                )
                .renamed(renamed.get(&number).cloned());
                engine.report(owner, change);
            }
        }
    }
    for (number, old, new) in &compared {
        metadata::compare(engine, *number, old, new, moved.contains(number));
        parameters::compare(engine, *number, old, new);
        messages::request(engine, *number, old, new);
        messages::responses(engine, *number, old, new);
        security::compare(engine, *number, old, new, &renames);
        references::compare(engine, *number, old, new);
    }
    security::definitions(engine, &compared, &renames);
    webhooks(engine);
    references::paths(engine);
    counts
}

/// The service calls these; what that means for a client is not ours to judge.
fn webhooks(engine: &mut Engine<'_>) {
    let old = engine.old.doc.get(engine.old.doc.root(), "webhooks");
    let new = engine.new.doc.get(engine.new.doc.root(), "webhooks");
    if !same_named(&engine.old.doc, old, &engine.new.doc, new) {
        let message = "the webhooks differ, which is not judged";
        let change = Change::new("unclassified", Direction::None, old, new, message);
        engine.report_unused(change.detail("webhooks"));
    }
}

/// A finding, and what only the comparison itself needs to know of it.
pub(super) struct Draft {
    pub finding: Finding,
    pub detail: String,
    /// The places that it is about, in the old document and in the new one.
    pub places: (Vec<String>, Vec<String>),
}

/// The changes as reports show them.
fn drafts<'a>(engine: &Engine<'a>, names: &[OperationRef]) -> Vec<Draft> {
    let reached = engine.reached();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for ((change, _), operations) in engine.changes.iter().zip(reached) {
        let mut operations: Vec<OperationRef> = operations
            .iter()
            .filter_map(|number| names.get(*number).cloned())
            .collect();
        operations.sort();
        operations.dedup();
        let finding = finding(engine, change, operations);
        let places = (
            places(&engine.old.doc, change.old, &change.about.0),
            places(&engine.new.doc, change.new, &change.about.1),
        );
        // One difference that was met in two ways.
        match known
            .get(&finding.fingerprint)
            .and_then(|index| drafts.get_mut(*index))
        {
            Some(first) => {
                first.finding.operations.extend(finding.operations);
                first.finding.operations.sort();
                first.finding.operations.dedup();
                first.finding.wire = first.finding.wire.max(finding.wire);
                first.places.0.extend(places.0);
                first.places.1.extend(places.1);
            }
            None => {
                known.insert(finding.fingerprint.clone(), drafts.len());
                drafts.push(Draft {
                    finding,
                    detail: change.detail.clone(),
                    places,
                });
            }
        }
    }
    drafts
}

/// Where a change is: the value that differs, and the schema that it is a keyword of.
fn places<'a>(doc: &Doc<'a>, node: Option<Node<'a>>, about: &[Node<'a>]) -> Vec<String> {
    let mut places: Vec<String> = about.iter().map(|node| doc.pointer(node.at)).collect();
    if let Some(node) = node {
        let pointer = doc.pointer(node.at);
        let mut levels = pointer.clone();
        // `/enum/3` and `/discriminator/mapping/x` are said by the schema two or three levels up.
        for _ in 0..3 {
            let Some(at) = levels.rfind('/') else { break };
            let last = levels.split_off(at);
            const INSIDE: &[&str] = &["/enum", "/required", "/mapping", "/discriminator"];
            let deeper = last
                .get(1..)
                .is_some_and(|part| part.parse::<usize>().is_ok())
                || INSIDE.iter().any(|key| levels.ends_with(key));
            places.push(levels.clone());
            if !deeper {
                break;
            }
        }
        places.push(pointer);
    }
    places
}

fn order(one: &Finding, other: &Finding) -> std::cmp::Ordering {
    let place = |spot: &Option<Spot>| {
        spot.as_ref()
            .map(|spot| (spot.line, spot.column, spot.pointer.clone()))
    };
    let key = |finding: &Finding| {
        (
            std::cmp::Reverse(finding.wire),
            place(&finding.old),
            place(&finding.new),
            finding.rule,
            finding.direction,
        )
    };
    key(one)
        .cmp(&key(other))
        .then_with(|| one.fingerprint.cmp(&other.fingerprint))
}

fn finding<'a>(engine: &Engine<'a>, change: &Change<'a>, operations: Vec<OperationRef>) -> Finding {
    let (old, new) = (&engine.old.doc, &engine.new.doc);
    let rule = rules::find(change.rule);
    let wire = change.verdict();
    let (place, subject) = match (change.old, change.new) {
        (Some(node), _) => (identity(old, node), label(old, node)),
        (None, Some(node)) => (identity(new, node), label(new, node)),
        (None, None) => (String::new(), "the document".to_owned()),
    };
    Finding {
        rule: change.rule,
        fingerprint: fingerprint(&[
            change.rule,
            change.direction.as_str(),
            &place,
            &change.detail,
        ]),
        wire,
        api: rule.map_or(ApiVerdict::Major, |rule| rule.api),
        rust_item: None,
        direction: change.direction,
        operations,
        old: spot(old, change.old.or(change.old_near), change.new, new),
        new: spot(new, change.new.or(change.new_near), change.old, old),
        renamed: change.renamed.clone(),
        message: format!("{subject}: {}", change.message),
        why: words::why(change.rule, change.direction, wire).to_owned(),
        advice: words::advice(change.rule, change.direction, wire).to_owned(),
    }
}

/// The place of a value; where there is none, the place that the other document's pointer leads to as far as it goes.
fn spot<'a>(
    doc: &Doc<'a>,
    node: Option<Node<'a>>,
    partner: Option<Node<'a>>,
    other: &Doc<'a>,
) -> Option<Spot> {
    if let Some(node) = node {
        return Some(doc.spot(node.at));
    }
    let mut pointer = other.pointer(partner?.at);
    while doc.document.value.pointer(&pointer).is_none() {
        pointer.truncate(pointer.rfind('/')?);
    }
    let place = doc.document.place(&pointer)?;
    Some(Spot {
        file: doc.document.file.clone(),
        line: place.line,
        column: place.column,
        pointer,
    })
}

/// A hash of what names a difference: FNV-1a, 64 bits.
pub(super) fn fingerprint(parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
