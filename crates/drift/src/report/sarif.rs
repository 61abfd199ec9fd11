//! SARIF 2.1.0 (OASIS Standard, "Static Analysis Results Interchange Format"), for code scanning.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use crate::finding::{Spot, WireVerdict};
use crate::rules::{self, Rule};

use super::{Judged, Report, Section, group};

/// What a URI may not hold as it is (RFC 3986, section 2). A colon may stand in a path but not in the first part of a
/// relative one, and is escaped everywhere.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Writes the log.
pub fn render(report: &Report) -> String {
    let found: Vec<(&Section, &Judged)> = report
        .sections
        .iter()
        .flat_map(|section| section.findings.iter().map(move |judged| (section, judged)))
        .collect();
    // A rule is listed once, in the order of the documentation; results refer to it by its index.
    let used: Vec<&Rule> = rules::RULES
        .iter()
        .filter(|rule| {
            found
                .iter()
                .any(|(_, judged)| judged.finding.rule == rule.id)
        })
        .collect();
    let index: BTreeMap<&str, usize> = used
        .iter()
        .enumerate()
        .map(|(i, rule)| (rule.id, i))
        .collect();
    let results: Vec<Value> = found
        .iter()
        .map(|(section, judged)| result(section, judged, &index))
        .collect();
    let expired: Vec<Value> = report
        .expired
        .iter()
        .map(|stale| json!({"level": "error", "message": {"text": format!("{}: {}", stale.at, stale.message)}}))
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "rolecall-drift",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": used.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
            }},
            // Expired entries are no differences: the run itself failed on them.
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": expired}],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository"}}},
            "results": results,
        }],
    });
    // A value of JSON always serializes.
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn described(rule: &Rule) -> Value {
    let wire = [rule.wire.request, rule.wire.response, rule.wire.operation];
    let worst = wire
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(WireVerdict::Breaking);
    json!({
        "id": rule.id,
        "shortDescription": {"text": format!("{}.", rule.summary)},
        "defaultConfiguration": {"level": level(worst)},
    })
}

fn level(wire: WireVerdict) -> &'static str {
    match wire {
        WireVerdict::Breaking => "error",
        WireVerdict::Dangerous => "warning",
        WireVerdict::Compatible => "note",
    }
}

fn result(section: &Section, judged: &Judged, index: &BTreeMap<&str, usize>) -> Value {
    let finding = &judged.finding;
    let sentences = [&finding.message, &finding.why, &finding.advice];
    let sentences: Vec<String> = sentences
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| format!("{text}."))
        .collect();
    // They must differ from each other (section 3.28.4), which operations of a document need not.
    let mut listed = BTreeSet::new();
    let logical: Vec<Value> = finding
        .operations
        .iter()
        .map(|one| (&one.id, group::call(one)))
        .filter(|names| listed.insert(names.clone()))
        .map(|(id, call)| json!({"name": id, "fullyQualifiedName": call, "kind": "function"}))
        .collect();
    let mut location = json!({"physicalLocation": place(&group::primary(section, judged))});
    if !logical.is_empty() {
        location["logicalLocations"] = Value::Array(logical);
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.wire),
        "message": {"text": sentences.join(" ")},
        "locations": [location],
        "partialFingerprints": {"rolecallDrift/v1": finding.fingerprint},
        "properties": {
            "wire": finding.wire,
            "api": finding.api,
            "direction": finding.direction,
            "rustItem": finding.rust_item,
        },
    });
    if let Some(index) = index.get(finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(other) = group::other(section, judged) {
        let whose = if section.upstream.is_some() {
            "In the vendor's description."
        } else {
            "In the old description."
        };
        result["relatedLocations"] = json!([{
            "id": 1,
            "message": {"text": whose},
            "physicalLocation": place(other),
        }]);
    }
    if let Some(accepted) = &judged.accepted {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": group::acceptance(judged).unwrap_or_else(|| accepted.reason.clone()),
        }]);
    }
    result
}

fn place(spot: &Spot) -> Value {
    json!({
        "artifactLocation": artifact(&spot.file),
        "region": {"startLine": spot.line.max(1), "startColumn": spot.column.max(1)},
    })
}

/// A file as a URI: relative ones to the root of the repository.
fn artifact(file: &str) -> Value {
    if file.contains("://") {
        return json!({"uri": file});
    }
    let file = if cfg!(windows) {
        file.replace('\\', "/")
    } else {
        file.to_owned()
    };
    let escaped = utf8_percent_encode(&file, ESCAPED).to_string();
    if file.starts_with('/') {
        return json!({"uri": format!("file://{escaped}")});
    }
    let escaped = escaped.strip_prefix("./").unwrap_or(&escaped);
    json!({"uri": escaped, "uriBaseId": "%SRCROOT%"})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_uris() {
        let uri = |file| {
            artifact(file)["uri"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(uri("main:specs/a b.yaml"), "main%3Aspecs/a%20b.yaml");
        assert_eq!(uri("./specs/ä#.yaml"), "specs/%C3%A4%23.yaml");
        assert_eq!(uri("/tmp/x.yaml"), "file:///tmp/x.yaml");
        assert_eq!(uri("https://v.example/a.yaml"), "https://v.example/a.yaml");
    }
}
