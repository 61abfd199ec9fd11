//! JUnit's XML: a suite for each comparison, a case for each finding. What makes the run fail is a failure, what is
//! accepted is skipped, and what is neither has passed.

use std::fmt::Write as _;

use super::{Judged, Report, Section, group};

/// Writes the document.
pub fn render(report: &Report) -> String {
    let mut suites = String::new();
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for section in &report.sections {
        let (text, counts) = suite(section);
        suites.push_str(&text);
        tests += counts.0;
        failures += counts.1;
        skipped += counts.2;
    }
    if !report.expired.is_empty() {
        let count = report.expired.len();
        let _ = writeln!(
            suites,
            "  <testsuite name=\"expired entries\" tests=\"{count}\" failures=\"{count}\" skipped=\"0\" errors=\"0\">"
        );
        for stale in &report.expired {
            let _ = writeln!(
                suites,
                "    <testcase name=\"{0}\" classname=\"expired entries\"><failure type=\"expired\" message=\"{1}\"/></testcase>",
                escape(&stale.at),
                escape(&stale.message)
            );
        }
        suites.push_str("  </testsuite>\n");
        tests += count;
        failures += count;
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"drift\" tests=\"{tests}\" failures=\"{failures}\" \
         skipped=\"{skipped}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

/// A suite, and how many cases it has, how many of them failed, and how many are skipped.
fn suite(section: &Section) -> (String, (usize, usize, usize)) {
    let mut cases = String::new();
    for judged in &section.findings {
        case(&mut cases, section, judged);
    }
    let failures = section.findings.iter().filter(|j| j.fails).count();
    let skipped = section
        .findings
        .iter()
        .filter(|j| j.accepted.is_some())
        .count();
    let mut tests = section.findings.len();
    if tests == 0 {
        // A suite without a case is an error to many readers.
        let said = group::alone(section).unwrap_or("no differences");
        let _ = writeln!(
            cases,
            "    <testcase name=\"{}\" classname=\"{}\"/>",
            escape(said),
            escape(&section.name)
        );
        tests = 1;
    }
    let text = format!(
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\" errors=\"0\">\n{cases}  \
         </testsuite>\n",
        escape(&section.name)
    );
    (text, (tests, failures, skipped))
}

fn case(text: &mut String, section: &Section, judged: &Judged) {
    let finding = &judged.finding;
    let spot = group::primary(section, judged);
    let name = format!(
        "{} {}: {}",
        finding.rule, finding.fingerprint, finding.message
    );
    let _ = write!(
        text,
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"",
        escape(&name),
        escape(&section.name),
        escape(&spot.file),
        spot.line
    );
    if let Some(accepted) = group::acceptance(judged) {
        let _ = writeln!(
            text,
            "><skipped message=\"{}\"/></testcase>",
            escape(&accepted)
        );
        return;
    }
    let mut more: Vec<String> = Vec::new();
    for part in [&finding.why, &finding.advice] {
        if !part.is_empty() {
            more.push(part.clone());
        }
    }
    if !finding.operations.is_empty() {
        more.push(format!(
            "reaches {}",
            group::calls(&finding.operations, usize::MAX)
        ));
    }
    more.push(group::place(&spot));
    let more = escape(&more.join("\n"));
    if judged.fails {
        let _ = writeln!(
            text,
            "><failure type=\"{}\" message=\"{}\">{more}</failure></testcase>",
            finding.wire,
            escape(&finding.message)
        );
    } else {
        let _ = writeln!(
            text,
            "><system-out>{} on the wire\n{more}</system-out></testcase>",
            finding.wire
        );
    }
}

/// Escapes a text for content and attributes. XML 1.0 has no way to write most control characters (section 2.2), not
/// even as a reference: they become their escapes in Rust.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => escaped.extend(character.escape_unicode()),
            character if character.is_control() => escaped.extend(character.escape_unicode()),
            character => escaped.push(character),
        }
    }
    escaped
}
