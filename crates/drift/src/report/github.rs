//! Workflow commands of GitHub Actions: each finding becomes an annotation of the line that it is about.

use std::fmt::Write as _;

use crate::finding::WireVerdict;
use rolecall_openapi::problem::visible;

use super::{Report, group};

/// Writes a command for each finding that counts, and for each entry that has expired.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for section in &report.sections {
        for judged in section.findings.iter().filter(|j| j.accepted.is_none()) {
            let finding = &judged.finding;
            let level = match finding.wire {
                WireVerdict::Breaking => "error",
                WireVerdict::Dangerous => "warning",
                WireVerdict::Compatible => "notice",
            };
            let spot = group::primary(section, judged);
            let mut message = finding.message.replace('\n', " ");
            for (word, more) in [("Why: ", &finding.why), ("Do: ", &finding.advice)] {
                if !more.is_empty() {
                    let _ = write!(message, "\n{word}{more}");
                }
            }
            let _ = write!(message, "\nFingerprint: {}", finding.fingerprint);
            if !finding.operations.is_empty() {
                let _ = write!(
                    message,
                    "\nReaches: {}",
                    group::calls(&finding.operations, 5)
                );
            }
            let _ = writeln!(
                text,
                "::{level} file={},line={},col={},title={}::{}",
                property(&spot.file),
                spot.line,
                spot.column,
                property(&format!("{}: {} on the wire", finding.rule, finding.wire)),
                data(&message)
            );
        }
    }
    for stale in &report.expired {
        let (file, line) = stale.at.rsplit_once(':').unwrap_or((&stale.at, "1"));
        let _ = writeln!(
            text,
            "::error file={},line={line},title=expired entry::{}",
            property(file),
            data(&stale.message)
        );
    }
    text
}

/// Escapes a message: what the runner reads as the end of the command or as an escape, and control characters.
fn data(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| visible(line).replace('%', "%25"))
        .collect();
    lines.join("%0A")
}

/// Escapes a property, which may not hold what parts properties, either.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
