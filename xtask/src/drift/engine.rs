//! Puts the comparison together.

use crate::load::Document;

use super::document::Doc;
use super::finding::{
    ApiVerdict, Comparison, Direction, Finding, Operations, RustApi, WireSummary, WireVerdict,
};
use super::operations::{self, Pair};
use super::{Options, bump, rules};

pub(super) fn compare(old: &Document, new: &Document, options: &Options) -> Comparison {
    let (old, new) = (Doc::new(old), Doc::new(new));
    let pairs = operations::pair(operations::list(&old), operations::list(&new));
    let mut counts = Operations::default();
    let mut findings = Vec::new();
    for pair in &pairs {
        let (rule, spot_old, spot_new, message) = match pair {
            Pair::Both(..) => {
                counts.compared += 1;
                continue;
            }
            Pair::Moved(one, other) => {
                counts.compared += 1;
                let message = format!(
                    "{} {} is now {} {}",
                    one.method.to_uppercase(),
                    one.path,
                    other.method.to_uppercase(),
                    other.path
                );
                ("operation-moved", Some(one), Some(other), message)
            }
            Pair::Removed(one) => {
                counts.removed += 1;
                let message = format!("{} {} is gone", one.method.to_uppercase(), one.path);
                ("operation-removed", Some(one), None, message)
            }
            Pair::Added(one) => {
                counts.added += 1;
                let message = format!("{} {} is new", one.method.to_uppercase(), one.path);
                ("operation-added", None, Some(one), message)
            }
        };
        let known = rules::find(rule);
        let name = pair.name();
        findings.push(Finding {
            rule,
            fingerprint: fingerprint(&[rule, &name.method, &operations::route(&name.path)]),
            wire: known.map_or(WireVerdict::Breaking, |rule| rule.verdict(Direction::Both)),
            api: known.map_or(ApiVerdict::Major, |rule| rule.api),
            rust_item: None,
            direction: Direction::Both,
            operations: vec![name],
            old: spot_old.map(|one| old.spot(one.node.at)),
            new: spot_new.map(|one| new.spot(one.node.at)),
            message,
            why: String::new(),
            advice: String::new(),
        });
    }
    let count = |verdict| findings.iter().filter(|f| f.wire == verdict).count();
    let api = findings.iter().map(|f| f.api).max();
    Comparison {
        old: old.source(),
        new: new.source(),
        operations: counts,
        wire: WireSummary {
            breaking: count(WireVerdict::Breaking),
            dangerous: count(WireVerdict::Dangerous),
            compatible: count(WireVerdict::Compatible),
        },
        rust_api: RustApi::Skipped,
        bump: bump::advise(api.unwrap_or(ApiVerdict::None), options.version.as_deref()),
        findings,
    }
}

/// A hash of what names a difference: FNV-1a, 64 bits.
fn fingerprint(parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
