//! The API verdicts: from the crates themselves where that is asked for and possible, else by the rules.

use super::document::Doc;
use super::engine::{Draft, fingerprint};
use super::finding::{ApiVerdict, Direction, Finding, OperationRef, RustApi, Spot, WireVerdict};
use super::operations::route;
use super::pairs::Engine;
use super::surface::{self, Alone, Cause, Kind, Surface};
use super::{Options, rules, words};

/// What the verdicts rest on, and the least that the bump must be.
pub(super) struct Judged {
    pub state: RustApi,
    pub at_least: ApiVerdict,
}

/// Gives every finding its API verdict, and adds those that only the Rust API knows.
pub(super) fn judge(
    engine: &Engine<'_>,
    names: &[OperationRef],
    drafts: &mut Vec<Draft>,
    options: &Options,
) -> Judged {
    if !options.api {
        return Judged {
            state: RustApi::Skipped,
            at_least: ApiVerdict::None,
        };
    }
    let (old, new) = (engine.old.doc.document, engine.new.doc.document);
    // Both are independent of each other, and take most of the time.
    let derived = std::thread::scope(|scope| {
        let other = scope.spawn(|| surface::derive(old));
        let new = surface::derive(new);
        let old = other
            .join()
            .unwrap_or_else(|panic| Err(rolecall_codegen::panic_message(panic.as_ref())));
        Ok::<(Surface, Surface), String>((old?, new?))
    });
    match derived {
        Ok((before, after)) => {
            let same = compare(engine, names, drafts, &before, &after);
            Judged {
                state: RustApi::Compared,
                at_least: if same {
                    ApiVerdict::None
                } else {
                    ApiVerdict::Patch
                },
            }
        }
        Err(reason) => {
            for draft in drafts.iter_mut() {
                if draft.finding.api > ApiVerdict::None {
                    draft.finding.api = ApiVerdict::Major;
                }
            }
            Judged {
                state: RustApi::Refused { reason },
                at_least: ApiVerdict::Major,
            }
        }
    }
}

/// Whether the crates are the same.
fn compare(
    engine: &Engine<'_>,
    names: &[OperationRef],
    drafts: &mut Vec<Draft>,
    before: &Surface,
    after: &Surface,
) -> bool {
    let causes: Vec<Cause<'_>> = drafts
        .iter()
        .map(|draft| Cause {
            rule: draft.finding.rule,
            detail: &draft.detail,
            old: draft.places.0.clone(),
            new: draft.places.1.clone(),
            operations: &draft.finding.operations,
            answers: draft.finding.direction == Direction::Response,
        })
        .collect();
    let (old, new) = (engine.old.doc.document, engine.new.doc.document);
    let attribution = surface::attribute((before, after), (&old.value, &new.value), &causes);
    drop(causes);
    for (draft, cause) in drafts.iter_mut().zip(attribution.causes) {
        let estimate = draft.finding.api;
        (draft.finding.api, draft.finding.rust_item) = match cause {
            Some((verdict, item)) => (verdict, Some(item)),
            // No signature changes; documentation and metadata may.
            None if attribution.same => (ApiVerdict::None, None),
            None => (estimate.min(ApiVerdict::Patch), None),
        };
    }
    for alone in attribution.alone {
        drafts.push(draft(engine, names, alone));
    }
    attribution.same
}

/// A difference of the Rust API that no difference on the wire explains.
fn draft(engine: &Engine<'_>, names: &[OperationRef], alone: Alone) -> Draft {
    let rule = match alone.kind {
        Kind::Added => "rust-item-added",
        Kind::Changed => "rust-item-changed",
        Kind::Removed => "rust-item-removed",
        Kind::Renamed => "rust-item-renamed",
    };
    let wire = rules::find(rule).map_or(WireVerdict::Compatible, |rule| {
        rule.verdict(Direction::None)
    });
    let mut operations: Vec<OperationRef> = names
        .iter()
        .filter(|name| {
            alone
                .operations
                .contains(&(name.method.clone(), route(&name.path)))
        })
        .cloned()
        .collect();
    operations.sort();
    const MOST: usize = 5;
    let mut messages = alone.messages;
    let more = messages.len().saturating_sub(MOST);
    messages.truncate(MOST);
    let mut message = messages.join("; ");
    if more > 0 {
        message.push_str(&format!("; {more} more"));
    }
    let detail = message.clone();
    Draft {
        finding: Finding {
            rule,
            fingerprint: fingerprint(&[rule, &alone.item, &detail]),
            wire,
            api: alone.verdict,
            rust_item: Some(alone.item),
            direction: Direction::None,
            operations,
            old: place(&engine.old.doc, alone.old),
            new: place(&engine.new.doc, alone.new),
            renamed: None,
            message,
            why: words::why(rule, Direction::None, wire).to_owned(),
            advice: words::advice(rule, Direction::None, wire).to_owned(),
        },
        detail,
        places: (Vec::new(), Vec::new()),
    }
}

fn place(doc: &Doc<'_>, pointer: Option<String>) -> Option<Spot> {
    let pointer = pointer?;
    let place = doc.document.place(&pointer)?;
    Some(Spot {
        file: doc.document.file.clone(),
        line: place.line,
        column: place.column,
        pointer,
    })
}
