//! A report as text, SARIF and JUnit. As JSON it is itself.

use super::{Finding, Report, State};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Lines for people.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    for rule in &report.rules {
        let state = match rule.state {
            State::Holds => "holds",
            State::Broken => "broken",
            State::Undecided => "undecided",
        };
        // Writing into a string does not fail.
        let _ = writeln!(
            out,
            "{}: {state} ({} assignments)",
            rule.id, rule.assignments
        );
        for finding in report.findings.iter().filter(|one| one.rule == rule.id) {
            let severity = match &finding.accepted {
                Some(_) => "accepted",
                None => finding.severity.as_str(),
            };
            let _ = writeln!(
                out,
                "  {severity} {}: {}",
                finding.fingerprint, finding.message
            );
            if let Some(accepted) = &finding.accepted {
                let _ = writeln!(
                    out,
                    "    by {} until {}, {}: {}",
                    accepted.by, accepted.expires, accepted.owner, accepted.reason
                );
            }
        }
        for unknown in &rule.unknown {
            let _ = writeln!(out, "  unknown: {unknown}");
        }
    }
    for stale in &report.stale {
        let _ = writeln!(out, "{}: {}", stale.at, stale.message);
    }
    out
}

/// SARIF 2.1.0, for code scanning.
#[must_use]
pub fn sarif(report: &Report) -> String {
    let rules: Vec<Value> = (report.rules.iter())
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": {"text": rule.why.as_deref().unwrap_or(&rule.id)},
                "defaultConfiguration": {"level": rule.severity.as_str()},
            })
        })
        .collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|one| result(report, one))
        .collect();
    let notes = report.rules.iter().flat_map(|rule| {
        let unknown = rule.unknown.iter();
        unknown.map(|unknown| {
            json!({
                "level": "warning",
                "message": {"text": format!("{}: {unknown}", rule.id)},
            })
        })
    });
    let stale = report.stale.iter().map(|stale| {
        json!({
            "level": "warning",
            "message": {"text": format!("{}: {}", stale.at, stale.message)},
        })
    });
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "rolecall-check",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notes.chain(stale).collect::<Vec<_>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // A value of JSON always serializes.
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn result(report: &Report, finding: &Finding) -> Value {
    let (file, line) = finding.at.rsplit_once(':').unwrap_or((&finding.at, "1"));
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": report.rules.iter().position(|rule| rule.id == finding.rule),
        "level": finding.severity.as_str(),
        "message": {"text": format!("{}.", finding.message)},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(file)},
            "region": {"startLine": line.parse::<u32>().unwrap_or(1)},
        }}],
        "partialFingerprints": {"rolecallCheck/v1": finding.fingerprint},
    });
    if let Some(row) = &finding.assignment {
        result["properties"] = json!({"assignment": row.key});
    }
    if let Some(accepted) = &finding.accepted {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": format!("{} ({}, until {})", accepted.reason, accepted.owner, accepted.expires),
        }]);
    }
    result
}

/// A path as a URI reference: what a segment may not hold is escaped (RFC 3986, section 3.3), and so are colons, which a
/// relative reference may not have in its first.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => {
                let _ = write!(uri, "%{other:02X}");
            }
        }
    }
    if uri.starts_with('/') {
        uri.insert_str(0, "file://");
    }
    uri
}

/// JUnit's XML: a case for each finding, and one for each rule that holds or is undecided.
#[must_use]
pub fn junit(report: &Report) -> String {
    let mut cases = String::new();
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    let mut case = |rule: &str, name: &str, inner: &str| {
        tests += 1;
        let (rule, name) = (escape(rule), escape(name));
        let _ = write!(cases, "    <testcase classname=\"{rule}\" name=\"{name}\"");
        let _ = match inner {
            "" => cases.write_str("/>\n"),
            inner => writeln!(cases, ">{inner}</testcase>"),
        };
    };
    for rule in &report.rules {
        for finding in report.findings.iter().filter(|one| one.rule == rule.id) {
            let inner = match &finding.accepted {
                Some(accepted) => {
                    skipped += 1;
                    format!("<skipped message=\"{}\"/>", escape(&accepted.reason))
                }
                None => {
                    failures += 1;
                    let (message, at) = (escape(&finding.message), escape(&finding.at));
                    format!(
                        "<failure type=\"{}\" message=\"{message}\">{at}</failure>",
                        finding.severity.as_str()
                    )
                }
            };
            case(&rule.id, &finding.fingerprint, &inner);
        }
        match rule.state {
            State::Broken => {}
            State::Holds => case(&rule.id, "holds", ""),
            State::Undecided => {
                skipped += 1;
                let unknown = escape(&rule.unknown.join("; "));
                case(
                    &rule.id,
                    "undecided",
                    &format!("<skipped message=\"{unknown}\"/>"),
                );
            }
        }
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"rolecall check\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\">\n  <testsuite name=\"access rules\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\">\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

/// Text in XML. What no XML document may hold becomes U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
