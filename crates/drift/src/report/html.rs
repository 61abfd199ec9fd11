//! The report as one page: no other file is needed, everything is there without scripts, and a script of a few lines
//! hides verdicts.

use std::fmt::Write as _;

use crate::finding::ApiVerdict;

use super::group::{self, Group, groups};
use super::{Judged, Report, Section};

const STYLE: &str = include_str!("page.css");
/// How many operations are named that only one finding of a group reaches.
const NAMED: usize = 20;

const SCRIPT: &str = include_str!("page.js");

/// Writes the page.
pub fn render(report: &Report) -> String {
    let mut body = String::new();
    let _ = writeln!(
        body,
        "<header>\n<h1>API drift</h1>\n<p>{}</p>",
        outcome(report)
    );
    for stale in &report.expired {
        let _ = writeln!(
            body,
            "<p class=\"breaking\"><strong>{}</strong>: {}</p>",
            escape(&stale.at),
            escape(&stale.message)
        );
    }
    body.push_str(&summary(report));
    body.push_str(&filter(report));
    body.push_str("</header>\n<main>\n");
    for section in &report.sections {
        write_section(&mut body, section);
    }
    body.push_str("</main>\n");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n<title>API drift</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

fn outcome(report: &Report) -> &'static str {
    match (report.failed, report.expired.is_empty()) {
        (false, _) => "The run passed.",
        (true, true) => "The run failed because of findings below.",
        (true, false) => "The run failed; entries of the ignore file have expired.",
    }
}

/// What to do, at a glance: the counts, the versions, and the next steps.
fn summary(report: &Report) -> String {
    let mut text = String::from("<ul class=\"counts\">\n");
    for (verdict, count) in group::total(&report.sections) {
        let _ = writeln!(
            text,
            "<li class=\"{verdict}\"><strong class=\"verdict\">{count}</strong> {verdict}</li>"
        );
    }
    text.push_str("</ul>\n");
    for section in report
        .sections
        .iter()
        .filter(|section| !section.next.is_empty())
    {
        let _ = writeln!(
            text,
            "<section class=\"next\">\n<h2>Next: {}</h2>",
            escape(&section.name)
        );
        if let Some(bump) = group::bump(section) {
            let _ = writeln!(text, "<p>Crate: {}.</p>", escape(&bump));
        }
        text.push_str("<ol>\n");
        for step in &section.next {
            let _ = writeln!(text, "<li>{}</li>", prose(step));
        }
        text.push_str("</ol>\n</section>\n");
    }
    text
}

/// Boxes to hide verdicts, and a field to search in findings. They are shown by the script, since they do nothing without it.
fn filter(report: &Report) -> String {
    let mut text = String::from("<form id=\"filter\" hidden>\n<fieldset>\n<legend>Show</legend>\n");
    for (verdict, count) in group::total(&report.sections) {
        let _ = writeln!(
            text,
            "<label><input type=\"checkbox\" name=\"{verdict}\" checked> {verdict} ({count})</label>"
        );
    }
    text.push_str(
        "<label>Search <input type=\"search\" name=\"search\" autocomplete=\"off\"></label>\n",
    );
    text.push_str("</fieldset>\n<p id=\"shown\" role=\"status\"></p>\n</form>\n");
    text
}

fn write_section(body: &mut String, section: &Section) {
    if let Some(unchanged) = group::unchanged(section) {
        let _ = writeln!(
            body,
            "<p><strong>{}</strong>: {unchanged}.</p>",
            escape(&section.name)
        );
        return;
    }
    let _ = writeln!(body, "<section>\n<h2>{}</h2>", escape(&section.name));
    if let Some(alone) = group::alone(section) {
        let _ = writeln!(body, "<p>{}</p>\n</section>", escape(alone));
        return;
    }
    let Some(summary) = &section.comparison else {
        body.push_str("</section>\n");
        return;
    };
    body.push_str("<table>\n<caption>The two descriptions</caption>\n<tr><th scope=\"col\"></th><th scope=\"col\">file</th>\
                   <th scope=\"col\">title</th><th scope=\"col\">version</th></tr>\n");
    for (word, source) in [("old", &summary.old), ("new", &summary.new)] {
        let _ = writeln!(
            body,
            "<tr><th scope=\"row\">{word}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&source.file),
            escape(source.title.as_deref().unwrap_or_default()),
            escape(source.version.as_deref().unwrap_or_default())
        );
    }
    let operations = summary.operations;
    let _ = writeln!(
        body,
        "</table>\n<p>{} compared, {} new, {} gone: {}.</p>",
        group::number(operations.compared, "operation", "operations"),
        operations.added,
        operations.removed,
        group::counts(section)
    );
    if let Some(bump) = group::bump(section) {
        let _ = writeln!(body, "<p>Crate: {}.</p>", escape(&bump));
    }
    if let Some(release) = group::release(section) {
        let _ = writeln!(body, "<p>{}.</p>", escape(&release));
    }
    for group in groups(section) {
        write_group(body, &group);
    }
    write_lacking(body, section);
    body.push_str("</section>\n");
}

fn write_group(body: &mut String, group: &Group<'_>) {
    body.push_str("<section class=\"group\">\n");
    match group.operations {
        [] => body.push_str("<h3>No operation uses these</h3>\n"),
        [one] => {
            let _ = writeln!(
                body,
                "<h3><code>{}</code></h3>",
                escape(&group::call_with_id(one))
            );
        }
        several => {
            let _ = writeln!(
                body,
                "<h3>Shared by {} operations</h3>\n<details><summary>Which</summary>\n<ul>",
                several.len()
            );
            for one in several {
                let _ = writeln!(
                    body,
                    "<li><code>{}</code></li>",
                    escape(&group::call_with_id(one))
                );
            }
            body.push_str("</ul>\n</details>\n");
        }
    }
    for judged in &group.findings {
        write_finding(body, group, judged);
    }
    body.push_str("</section>\n");
}

fn write_finding(body: &mut String, group: &Group<'_>, judged: &Judged) {
    let finding = &judged.finding;
    let _ = write!(
        body,
        "<article class=\"finding {0}\" data-wire=\"{0}\">\n<p><strong class=\"verdict\">{0}</strong>",
        finding.wire
    );
    if finding.api != ApiVerdict::None {
        let _ = write!(body, ", {}", finding.api);
    }
    let _ = writeln!(
        body,
        "{} <code>{}</code></p>\n<p>{}.</p>",
        group::direction(finding.direction),
        finding.rule,
        prose(&finding.message)
    );
    for part in [&finding.why, &finding.advice] {
        if !part.is_empty() {
            let _ = writeln!(body, "<p>{}.</p>", prose(part));
        }
    }
    let notes = [
        group::renamed(judged),
        group::overridden(judged),
        group::acceptance(judged),
    ];
    for note in notes.iter().flatten() {
        let _ = writeln!(body, "<p class=\"note\">{}</p>", prose(note));
    }
    body.push_str("<dl>\n");
    let mut row = |word: &str, text: &str| {
        let _ = writeln!(
            body,
            "<dt>{word}</dt><dd><code>{}</code></dd>",
            escape(text)
        );
    };
    if let Some(new) = &finding.new {
        row("new", &format!("{} {}", group::place(new), new.pointer));
    }
    if let Some(old) = &finding.old {
        row("old", &format!("{} {}", group::place(old), old.pointer));
    }
    if let Some(item) = &finding.rust_item {
        row("in Rust", item);
    }
    if let Some(operations) = group::reached(group, judged) {
        row("reaches", &group::calls(operations, NAMED));
    }
    row("fingerprint", &finding.fingerprint);
    body.push_str("</dl>\n</article>\n");
}

fn write_lacking(body: &mut String, section: &Section) {
    let lacking = section
        .upstream
        .as_ref()
        .map_or(&[][..], |published| &published.lacking);
    if lacking.is_empty() {
        return;
    }
    let _ = writeln!(
        body,
        "<details>\n<summary>{} that our description lacks</summary>\n<ul>",
        group::number(lacking.len(), "operation", "operations")
    );
    for one in lacking {
        let tag = one.tag.as_deref().unwrap_or("no tag");
        let call = group::call_with_id(&one.operation);
        let _ = writeln!(
            body,
            "<li>{}: <code>{}</code></li>",
            escape(tag),
            escape(&call)
        );
    }
    body.push_str("</ul>\n</details>\n");
}

/// A sentence in which backquotes stand around code.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let parts = parts
        .iter()
        .enumerate()
        .map(|(index, part)| match index % 2 {
            1 => format!("<code>{}</code>", escape(part)),
            _ => escape(part),
        });
    parts.collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in rolecall_openapi::problem::visible(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::WireVerdict;

    #[test]
    fn the_boxes_have_the_names_of_the_verdicts() {
        for verdict in [
            WireVerdict::Breaking,
            WireVerdict::Dangerous,
            WireVerdict::Compatible,
        ] {
            assert!(
                STYLE.contains(&format!(".{verdict}")),
                "no style for {verdict}"
            );
        }
    }
}
