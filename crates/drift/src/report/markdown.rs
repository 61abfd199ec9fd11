//! The report for a comment on a pull request: a table, and the findings in parts that open.

use std::fmt::Write as _;

use crate::finding::{ApiVerdict, OperationRef, WireVerdict};

use super::group::{self, groups};
use super::{Judged, Report, Section};

/// The first line, by which a workflow finds its comment again.
pub const MARK: &str = "<!-- rolecall-drift -->";

/// How long a comment may get, in bytes; GitHub refuses more than 65,536 characters.
const LONGEST: usize = 60_000;
/// What is kept free for the lines behind the findings.
const TAIL: usize = 2_000;
/// How many operations are named where several share a finding.
const NAMED: usize = 10;
/// How many operations and entries are listed; their number is always told.
const LISTED: usize = 20;
/// How many bytes of one text of a finding are shown.
const EXCERPT: usize = 500;

/// Writes the comment.
pub fn render(report: &Report) -> String {
    let mut text = format!("{MARK}\n{}\n\n", heading(report));
    text.push_str(&table(report));
    for stale in report.expired.iter().take(LISTED) {
        let _ = writeln!(
            text,
            "\n> **{}**: {}",
            escape(&stale.at),
            escape(&stale.message)
        );
    }
    if report.expired.len() > LISTED {
        let _ = writeln!(
            text,
            "\n> … and {} more expired entries",
            report.expired.len() - LISTED
        );
    }
    let ends: Vec<String> = report.sections.iter().map(lacking).collect();
    let taken = text.len() + ends.iter().map(String::len).sum::<usize>();
    let (sections, left) = fitting(&report.sections, (LONGEST - TAIL).saturating_sub(taken));
    for (section, end) in sections.iter().zip(&ends) {
        details(&mut text, section);
        text.push_str(end);
    }
    if left > 0 {
        let more = group::number(left, "finding more", "findings more");
        let _ = writeln!(text, "\n… and {more}; the other formats hold all of them.");
    }
    text
}

/// The sections with as many findings as there is room for, the worst ones first, and how many there was no room for.
fn fitting(sections: &[Section], mut room: usize) -> (Vec<Section>, usize) {
    let mut sections = sections.to_vec();
    let mut left = 0;
    for wire in [
        WireVerdict::Breaking,
        WireVerdict::Dangerous,
        WireVerdict::Compatible,
    ] {
        for section in &mut sections {
            let findings = std::mem::take(&mut section.findings);
            let mut kept = Vec::new();
            for judged in findings {
                if judged.finding.wire != wire {
                    kept.push(judged);
                    continue;
                }
                let heading = group_heading(&judged.finding.operations);
                let needed = heading.len() + finding(section, &judged).len();
                // What is worse than what had no room is there already.
                room = if left == 0 {
                    room.saturating_sub(needed)
                } else {
                    0
                };
                if room > 0 {
                    kept.push(judged);
                } else {
                    left += 1;
                }
            }
            section.findings = kept;
        }
    }
    (sections, left)
}

fn heading(report: &Report) -> String {
    let [breaking, dangerous, compatible] = group::total(&report.sections).map(|(_, count)| count);
    if breaking + dangerous + compatible == 0 {
        return "## API drift: none".to_owned();
    }
    format!("## API drift: {breaking} breaking, {dangerous} dangerous, {compatible} compatible")
}

fn table(report: &Report) -> String {
    let mut text = String::from(
        "| API | operations | breaking | dangerous | compatible | accepted | crate |\n\
         |---|--:|--:|--:|--:|--:|---|\n",
    );
    for section in &report.sections {
        let name = escape(&excerpt(&section.name));
        let Some(summary) = &section.comparison else {
            let said = group::alone(section).unwrap_or_default();
            let _ = writeln!(text, "| {name} | | | | | | {said} |");
            continue;
        };
        let operations = summary.operations;
        let bump = group::bump(section).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {name} | {} (+{} −{}) | {} | {} | {} | {} | {} |",
            operations.compared,
            operations.added,
            operations.removed,
            summary.wire.breaking,
            summary.wire.dangerous,
            summary.wire.compatible,
            summary.accepted,
            escape(&excerpt(&bump))
        );
    }
    text
}

/// Writes the findings of a section.
fn details(text: &mut String, section: &Section) {
    if let Some(release) = group::release(section) {
        let _ = writeln!(
            text,
            "\n**{}**: {}.",
            escape(&section.name),
            escape(&excerpt(&release))
        );
    }
    if !section.findings.is_empty() {
        let bad = section.findings.iter().any(|judged| judged.fails);
        let open = if bad { " open" } else { "" };
        let _ = writeln!(
            text,
            "\n<details{open}><summary><b>{}</b>: {}</summary>",
            escape(&excerpt(&section.name)),
            group::counts(section)
        );
        for group in groups(section) {
            text.push_str(&group_heading(group.operations));
            for judged in &group.findings {
                text.push_str(&finding(section, judged));
                if let Some(operations) = group::reached(&group, judged) {
                    let calls = escape(&excerpt(&group::calls(operations, NAMED)));
                    let count = group::number(operations.len(), "operation", "operations");
                    let _ = writeln!(text, "  <br>Reaches {count}: {calls}");
                }
            }
        }
        text.push_str("\n</details>\n");
    }
    next(text, section);
}

/// Writes what to do next.
fn next(text: &mut String, section: &Section) {
    if section.next.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n**Next** ({}):\n", escape(&excerpt(&section.name)));
    for (index, step) in section.next.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", index + 1, prose(step));
    }
}

fn group_heading(operations: &[OperationRef]) -> String {
    let heading = match operations {
        [] => "No operation uses these".to_owned(),
        [one] => escape(&excerpt(&group::call_with_id(one))),
        several => {
            let calls = escape(&excerpt(&group::calls(several, NAMED)));
            format!("Shared by {} operations: {calls}", several.len())
        }
    };
    format!("\n**{heading}**\n\n")
}

fn finding(section: &Section, judged: &Judged) -> String {
    let finding = &judged.finding;
    let sign = match finding.wire {
        WireVerdict::Breaking => "🔴",
        WireVerdict::Dangerous => "🟡",
        WireVerdict::Compatible => "🟢",
    };
    let mut text = format!("- {sign} **{}**", finding.wire);
    if finding.api != ApiVerdict::None {
        let _ = write!(text, ", {}", finding.api);
    }
    let direction = group::direction(finding.direction);
    let _ = write!(
        text,
        "{direction}, <code>{}</code>: {}",
        finding.rule,
        prose(&finding.message)
    );
    let mut more = Vec::new();
    for part in [&finding.why, &finding.advice] {
        if !part.is_empty() {
            more.push(prose(part));
        }
    }
    if let Some(item) = &finding.rust_item {
        more.push(format!("In Rust: <code>{}</code>", escape(&excerpt(item))));
    }
    let notes = [
        group::renamed(judged),
        group::overridden(judged),
        group::acceptance(judged),
    ];
    more.extend(notes.iter().flatten().map(|note| prose(note)));
    let place = escape(&excerpt(&group::place(&group::primary(section, judged))));
    more.push(format!("<sub>{place} · {}</sub>", finding.fingerprint));
    for part in more {
        let _ = write!(text, "<br>\n  {part}");
    }
    text.push('\n');
    text
}

/// The operations under tags of ours that our description lacks.
fn lacking(section: &Section) -> String {
    let mut text = String::new();
    let published = section.upstream.as_ref();
    let lacking = published.map_or(&[][..], |published| &published.lacking);
    let near: Vec<_> = lacking.iter().filter(|one| one.near).collect();
    if near.is_empty() {
        return text;
    }
    let _ = writeln!(
        text,
        "\n<details><summary>{} under tags of ours that our description lacks</summary>\n",
        group::number(near.len(), "operation", "operations")
    );
    for one in near.iter().take(LISTED) {
        let call = escape(&excerpt(&group::call_with_id(&one.operation)));
        let _ = writeln!(text, "- {call}");
    }
    if near.len() > LISTED {
        let _ = writeln!(text, "- … and {} more", near.len() - LISTED);
    }
    text.push_str("\n</details>\n");
    text
}

/// The beginning of a text that is too long for a comment.
fn excerpt(text: &str) -> String {
    match text.char_indices().find(|(at, _)| *at >= EXCERPT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Escapes a sentence in which backquotes stand around code. Where they are no pairs, they are only characters.
fn prose(text: &str) -> String {
    let text = excerpt(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(&text);
    }
    let parts = parts.iter().enumerate().map(|(index, part)| {
        if index % 2 == 1 && !part.is_empty() {
            format!("<code>{}</code>", escape(part))
        } else {
            escape(part)
        }
    });
    parts.collect()
}

/// Escapes what Markdown or HTML would read, what would end a line of a list or a cell of a table, and what would call
/// people or link to other things on GitHub.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '*' | '`' | '[' | ']' | '|' | '~' | '\\' | '$' | '!' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            '_' => {
                let inside = |c: char| c.is_alphanumeric();
                if inside(before) && characters.peek().is_some_and(|next| inside(*next)) {
                    escaped.push('_');
                } else {
                    escaped.push_str("&#95;");
                }
            }
            '@' | '#' => {
                escaped.push(character);
                // An invisible break, so that neither a person nor an issue is meant.
                escaped.push('\u{200b}');
            }
            ':' if characters.peek() == Some(&'/') => escaped.push_str(":\u{200b}"),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
        before = character;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_document_is_markup() {
        assert_eq!(
            prose("`a|b` is <b>_not_</b> snake_case\n- @you #1 [x](https://h)"),
            "<code>a&#124;b</code> is &lt;b&gt;&#95;not&#95;&lt;/b&gt; snake_case - @\u{200b}you #\u{200b}1 \
             &#91;x&#93;(https:\u{200b}//h)"
        );
        assert_eq!(prose("one ` alone"), "one &#96; alone");
        assert!(excerpt(&"ä".repeat(3_000)).len() < EXCERPT + 8);
    }
}
