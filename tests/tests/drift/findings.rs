//! Every minimal pair of the corpus gives the findings that it says, and no others.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};

use crate::corpus::{Pair, Way, document, explain, pairs, said};
use rolecall_drift::{Comparison, Direction, Finding, Options};
use serde_json::json;

/// Every pair with what differs, the crates of both sides included. Compared once, on as many threads as there are
/// processors.
fn compared() -> impl Iterator<Item = (&'static Pair, &'static Comparison)> {
    static COMPARED: LazyLock<Vec<OnceLock<Comparison>>> = LazyLock::new(|| {
        let (pairs, _) = pairs();
        let compared: Vec<OnceLock<Comparison>> = pairs.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let each = std::iter::from_fn(|| {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        pairs.get(index).zip(compared.get(index))
                    });
                    for (pair, slot) in each {
                        slot.get_or_init(|| pair.compare(true));
                    }
                });
            }
        });
        compared
    });
    let (pairs, _) = pairs();
    let compared = COMPARED.iter().filter_map(OnceLock::get);
    pairs.iter().zip(compared)
}

#[test]
fn every_pair_gives_its_findings_and_no_others() {
    let (pairs, cases) = pairs();
    assert!(cases >= 300, "{cases} cases");
    assert_eq!(compared().count(), pairs.len());
    let failures: Vec<String> = compared()
        .filter(|(pair, comparison)| said(comparison) != pair.expected)
        .map(|(pair, comparison)| explain(pair, comparison))
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        pairs.len(),
        failures.join("\n")
    );
}

#[test]
fn every_verdict_is_the_right_one() {
    let mut judged = 0;
    let mut failures = Vec::new();
    for (pair, comparison) in compared() {
        let Some(verdict) = &pair.verdict else {
            continue;
        };
        judged += 1;
        let of_wire = |finding: &&Finding| !finding.rule.starts_with("rust-item-");
        let findings = || comparison.findings.iter().filter(of_wire);
        // Findings are in the order of their verdicts.
        let worst = findings().next();
        let wire = worst.map_or("none", |finding| finding.wire.as_str());
        let place = worst.and_then(|finding| finding.new.as_ref());
        let elsewhere = verdict
            .at
            .as_ref()
            .is_some_and(|at| place.map(|place| &place.pointer) != Some(at));
        if wire != verdict.wire || elsewhere {
            failures.push(format!(
                "it is {wire}, and should be {}, since {}\n{}",
                verdict.wire,
                verdict.why,
                explain(pair, comparison)
            ));
        }
    }
    assert!(judged >= 60, "{judged} verdicts");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_far_down_a_composition_is_compared() {
    let whole = |longest: u32| {
        let mut schemas = serde_json::Map::new();
        for level in 0..1_000 {
            let next = format!("#/components/schemas/Level{}", level + 1);
            let schema = json!({ "allOf": [{ "$ref": next }] });
            schemas.insert(format!("Level{level}"), schema);
        }
        let last = json!({ "type": "string", "maxLength": longest });
        schemas.insert("Level1000".to_owned(), last);
        let schema = json!({ "$ref": "#/components/schemas/Level0" });
        let body = json!({ "content": { "application/json": { "schema": schema } } });
        let operation = json!({ "operationId": "send", "requestBody": body, "responses": { "204": { "description": "d" } } });
        let value = json!({
            "openapi": "3.0.3", "info": { "title": "Deep", "version": "1" },
            "paths": { "/a": { "post": operation } }, "components": { "schemas": schemas },
        });
        document("deep", &value)
    };
    let options = Options {
        api: false,
        version: None,
    };
    let comparison = rolecall_drift::compare(&whole(9), &whole(5), &options);
    assert_eq!(said(&comparison), ["max-length-lowered breaking patch"]);
}

#[test]
fn every_rule_is_met_in_every_direction_that_it_has() {
    let mut met: BTreeSet<(String, Travels)> = BTreeSet::new();
    for finding in compared().flat_map(|(_, comparison)| &comparison.findings) {
        met.insert((finding.rule.to_owned(), Travels::of(finding.direction)));
    }
    let mut missing = Vec::new();
    for rule in rolecall_drift::rules::RULES {
        for (verdict, way) in [
            (rule.wire.request, Travels::Request),
            (rule.wire.response, Travels::Response),
            (rule.wire.operation, Travels::Neither),
        ] {
            // What is said where nothing else is has no case of its own: the random pairs of the comparison meet it.
            let any = rule.id == "union-changed"
                || rule.id == "unclassified" && met.iter().any(|(id, _)| id == rule.id);
            if verdict.is_some() && !any && !met.contains(&(rule.id.to_owned(), way)) {
                missing.push(format!("{} {way:?}", rule.id));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "not in the corpus: {}",
        missing.join(", ")
    );
}

/// A direction, as rules know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Travels {
    Request,
    Response,
    Neither,
}

impl Travels {
    fn of(direction: Direction) -> Self {
        match direction {
            Direction::Request => Travels::Request,
            Direction::Response => Travels::Response,
            Direction::Both | Direction::None => Travels::Neither,
        }
    }
}

#[test]
fn findings_name_their_direction_and_operations() {
    let (pairs, _) = pairs();
    for pair in pairs.iter().filter(|pair| pair.way != Way::Neither) {
        for finding in pair.compare(false).findings {
            let wanted = match pair.way {
                Way::Request => Direction::Request,
                _ => Direction::Response,
            };
            assert_eq!(finding.direction, wanted, "{}: {}", pair.name, finding.rule);
            assert_eq!(
                finding.operations.len(),
                1,
                "{}: {}",
                pair.name,
                finding.rule
            );
            assert!(
                finding.old.is_some() && finding.new.is_some(),
                "{}: {}",
                pair.name,
                finding.rule
            );
        }
    }
}
