//! The report for a comment on a pull request: a table, and the findings in parts that open.

use std::fmt::Write as _;

use crate::drift::finding::{ApiVerdict, WireVerdict};

use super::group::{self, Group, groups};
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
const EXCERPT: usize = 2_000;

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
    let mut left = 0;
    for section in &report.sections {
        left += details(&mut text, section);
    }
    if left > 0 {
        let more = group::number(left, "finding more", "findings more");
        let _ = writeln!(text, "\n… and {more}; the other formats hold all of them.");
    }
    text
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
        let bump = summary.bump.as_ref().map_or("", |bump| &bump.advice);
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
            escape(&excerpt(bump))
        );
    }
    text
}

/// Writes the findings of a section; how many there was no room for.
fn details(text: &mut String, section: &Section) -> usize {
    if let Some(release) = group::release(section) {
        let _ = writeln!(
            text,
            "\n**{}**: {}.",
            escape(&section.name),
            escape(&excerpt(&release))
        );
    }
    let mut left = 0;
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
            left += findings(text, section, &group);
        }
        text.push_str("\n</details>\n");
    }
    lacking(text, section);
    left
}

fn findings(text: &mut String, section: &Section, group: &Group<'_>) -> usize {
    let heading = match group.operations {
        [] => "No operation uses these".to_owned(),
        [one] => escape(&excerpt(&group::call_with_id(one))),
        several => {
            let calls = escape(&excerpt(&group::calls(several, NAMED)));
            format!("Shared by {} operations: {calls}", several.len())
        }
    };
    let heading = format!("\n**{heading}**\n\n");
    let mut written = 0;
    for judged in &group.findings {
        let item = finding(section, judged);
        let needed = item.len() + if written == 0 { heading.len() } else { 0 };
        if text.len() + needed + TAIL > LONGEST {
            break;
        }
        if written == 0 {
            text.push_str(&heading);
        }
        text.push_str(&item);
        written += 1;
    }
    group.findings.len() - written
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
    let notes = [group::overridden(judged), group::acceptance(judged)];
    more.extend(notes.iter().flatten().map(|note| prose(note)));
    let place = escape(&excerpt(&group::place(&group::primary(section, judged))));
    more.push(format!("<sub>{place} · {}</sub>", finding.fingerprint));
    for part in more {
        let _ = write!(text, "<br>\n  {part}");
    }
    text.push('\n');
    text
}

fn lacking(text: &mut String, section: &Section) {
    let lacking = section
        .upstream
        .as_ref()
        .map_or(&[][..], |published| &published.lacking);
    let near: Vec<_> = lacking.iter().filter(|one| one.near).collect();
    if near.is_empty() || text.len() + TAIL > LONGEST {
        return;
    }
    let _ = writeln!(
        text,
        "\n<details><summary>{} under tags of ours that our description lacks</summary>\n",
        group::number(near.len(), "operation", "operations")
    );
    for one in near.iter().take(LISTED) {
        if text.len() + TAIL > LONGEST {
            break;
        }
        let _ = writeln!(
            text,
            "- {}",
            escape(&excerpt(&group::call_with_id(&one.operation)))
        );
    }
    if near.len() > LISTED {
        let _ = writeln!(text, "- … and {} more", near.len() - LISTED);
    }
    text.push_str("\n</details>\n");
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
