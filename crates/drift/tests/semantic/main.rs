//! Holds the verdicts on schemas to what a validator says of values.
//!
//! Random pairs of schemas are compared. Values are drawn from the side that sends: of a request the old one, of a
//! response the new one. The validator says whether the other side takes them. A pair that is told as compatible, or as
//! no difference, must take every value; one that is told as breaking should refuse one, and where none is found there
//! must be a reason.
//!
//! `ROLECALL_DRIFT_PAIRS` and `ROLECALL_DRIFT_VALUES` say how many pairs and how many values each, `ROLECALL_DRIFT_SEED`
//! where to begin:
//!
//! ```sh
//! ROLECALL_DRIFT_PAIRS=100000 ROLECALL_DRIFT_VALUES=10000 cargo test -p rolecall-drift --test semantic -- --nocapture
//! ```

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use rolecall_drift::{Comparison, Options, WireVerdict, compare};
use rolecall_openapi::load;
use rolecall_openapi::validate::{Direction, Validator};
use serde_json::{Value, json};

mod numbers;
mod schemas;
mod values;

use numbers::Numbers;
use values::Source;

/// Why a break that is told may have no value that shows it, and where.
fn explanation(rules: &[&str], schemas: &str) -> Option<&'static str> {
    const RULES: &[(&str, &str)] = &[
        ("unclassified", "what cannot be judged counts as breaking"),
        (
            "pattern-changed",
            "whether one pattern holds another is not decided",
        ),
        ("union-changed", "what is not proved counts as breaking"),
    ];
    if let Some((_, why)) = RULES.iter().find(|(rule, _)| rules.contains(rule)) {
        return Some(why);
    }
    // What is told of one alternative, or of one part, is told although another one makes up for it.
    const WHOLES: &[(&str, &str)] = &[
        ("oneOf", "another alternative takes the same values"),
        ("anyOf", "another alternative takes the same values"),
        ("allOf", "another part excludes the values"),
        (
            "minProperties",
            "no value has that many properties that are described",
        ),
        ("maxItems", "the array has no such item"),
        ("multipleOf", "a bound beside it leaves no such number"),
        ("\"format\"", "the format leaves no such value"),
    ];
    WHOLES
        .iter()
        .find(|(word, _)| schemas.contains(word))
        .map(|(_, why)| *why)
}

fn setting(name: &str, usual: u64) -> u64 {
    let said = std::env::var(name).ok();
    said.map_or(usual, |text| text.parse().expect("a number"))
}

/// A document whose one operation sends or answers the schema.
fn document(schema: &Value, components: &Value, way: Direction) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    let operation = match way {
        Direction::Request => json!({
            "operationId": "send", "requestBody": { "required": true, "content": content },
            "responses": { "204": { "description": "Done." } },
        }),
        Direction::Response => json!({
            "operationId": "send", "responses": { "200": { "description": "It.", "content": content } },
        }),
    };
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Random", "version": "1" },
        "paths": { "/things": { "post": operation } },
        "components": { "schemas": components },
    })
}

struct Outcome {
    comparison: Comparison,
    /// A value that one side sends and the other refuses.
    refused: Option<Value>,
    drawn: u64,
}

fn judge(
    numbers: &mut Numbers,
    validator: &Validator,
    sides: &[(Value, Value); 2],
    way: Direction,
    values: u64,
) -> Outcome {
    let [old, new] = sides
        .each_ref()
        .map(|(schema, components)| document(schema, components, way));
    let read = |value: &Value| {
        let text = value.to_string();
        load::parse("random", &text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
    };
    let options = Options {
        api: false,
        version: None,
    };
    let comparison = compare(&read(&old), &read(&new), &options);
    let ((from, from_root), (into, into_root)) = match way {
        Direction::Request => ((&sides[0].0, &old), (&sides[1].0, &new)),
        Direction::Response => ((&sides[1].0, &new), (&sides[0].0, &old)),
    };
    let source = Source {
        validator,
        root: from_root,
        fuel: Cell::new(0),
    };
    let mut drawn = 0;
    let mut refused = None;
    for _ in 0..values {
        let Some(value) = values::draw(numbers, &source, from, 0) else {
            continue;
        };
        if !validator
            .validate(from_root, from, &value, Some(way))
            .is_empty()
        {
            continue;
        }
        drawn += 1;
        if !validator
            .validate(into_root, into, &value, Some(way))
            .is_empty()
        {
            refused = Some(value);
            break;
        }
    }
    Outcome {
        comparison,
        refused,
        drawn,
    }
}

#[test]
fn values_support_the_verdicts() {
    let pairs = setting("ROLECALL_DRIFT_PAIRS", 600);
    let values = setting("ROLECALL_DRIFT_VALUES", 24);
    let first = setting("ROLECALL_DRIFT_SEED", 1);
    let validator = Validator::default();
    let mut refuted: Vec<String> = Vec::new();
    let mut unsupported: BTreeMap<Option<&str>, (u64, String)> = BTreeMap::new();
    let mut unexplained: Vec<String> = Vec::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in first..first + pairs {
        let mut numbers = Numbers::new(seed);
        let way = match numbers.chance(2) {
            true => Direction::Request,
            false => Direction::Response,
        };
        let sides = schemas::pair(&mut numbers);
        let outcome = judge(&mut numbers, &validator, &sides, way, values);
        let worst = outcome
            .comparison
            .findings
            .iter()
            .map(|finding| finding.wire)
            .max();
        let told = |text: &str| {
            let mut told = format!("seed {seed}, {way:?}: {text}\n");
            for (name, (schema, components)) in ["old", "new"].iter().zip(&sides) {
                let _ = writeln!(told, "  {name} {schema}\n      {components}");
            }
            for finding in &outcome.comparison.findings {
                let _ = writeln!(
                    told,
                    "  {} {}: {}",
                    finding.wire, finding.rule, finding.message
                );
            }
            told
        };
        let kind = match (worst, &outcome.refused) {
            (None | Some(WireVerdict::Compatible), Some(value)) => {
                refuted.push(told(&format!("{value} is refused")));
                "compatible, refuted"
            }
            (None | Some(WireVerdict::Compatible), None) => "compatible",
            (Some(WireVerdict::Dangerous), Some(_)) => "dangerous, refused",
            (Some(WireVerdict::Dangerous), None) => "dangerous, taken",
            (Some(WireVerdict::Breaking), Some(_)) => "breaking, refused",
            (Some(WireVerdict::Breaking), None) if outcome.drawn == 0 => "breaking, no value drawn",
            (Some(WireVerdict::Breaking), None) => {
                let breaking = |wire| wire == WireVerdict::Breaking;
                let findings = outcome.comparison.findings.iter();
                let mut rules: Vec<&str> = findings
                    .filter(|f| breaking(f.wire))
                    .map(|f| f.rule)
                    .collect();
                rules.sort_unstable();
                rules.dedup();
                let schemas = format!("{sides:?}");
                let why = explanation(&rules, &schemas);
                let known = unsupported.entry(why).or_default();
                known.0 += 1;
                if known.1.is_empty() {
                    known.1 = told("no value is refused");
                }
                if why.is_none() {
                    unexplained.push(told("no value is refused"));
                }
                "breaking, taken"
            }
        };
        *counts.entry(kind).or_default() += 1;
    }
    println!("{pairs} pairs from seed {first}, {values} values each: {counts:#?}");
    for (why, (count, example)) in &unsupported {
        let why = why.unwrap_or("nothing explains it");
        println!(
            "{count} times breaking without a value that shows it: {why}. The first:\n{example}"
        );
    }
    assert!(
        refuted.is_empty(),
        "{} pairs are told as compatible and refuse a value; the first:\n{}",
        refuted.len(),
        refuted
            .iter()
            .take(5)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert!(
        counts
            .get("breaking, refused")
            .is_some_and(|count| *count > pairs / 20)
    );
    assert!(
        unexplained.is_empty(),
        "{} breaking findings that no value shows and nothing explains; the first:\n{}",
        unexplained.len(),
        unexplained
            .iter()
            .take(5)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
}
