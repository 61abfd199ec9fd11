//! The report for people at a terminal.

use std::fmt::Write as _;

use crate::finding::{ApiVerdict, RustApi, WireVerdict};
use crate::policy::Threshold;
use rolecall_openapi::problem::visible;

use super::group::{self, Group, groups};
use super::{Judged, Report, Section, Style};

/// How many operations are named where several share a finding.
const NAMED: usize = 12;

struct Page {
    text: String,
    style: Style,
}

/// Writes the report.
pub fn render(report: &Report, style: Style) -> String {
    let mut page = Page {
        text: String::new(),
        style,
    };
    for (index, section) in report.sections.iter().enumerate() {
        if index > 0 {
            page.text.push('\n');
        }
        page.section(section);
    }
    if report.sections.is_empty() {
        page.line(0, "nothing to compare");
    }
    if report.failed {
        let mut why = Vec::new();
        if report.failing > 0 {
            let findings = group::number(report.failing, "finding reaches", "findings reach");
            let levels: Vec<&str> = report.fail_on.iter().map(|level| level.as_str()).collect();
            why.push(format!("{findings} --fail-on {}", levels.join(",")));
        }
        let lacking = report
            .sections
            .iter()
            .filter(|section| section.lacks_bump)
            .count();
        if lacking > 0 && report.fail_on.contains(&Threshold::MissingVersionBump) {
            let versions = group::number(lacking, "version is", "versions are");
            why.push(format!("{versions} lower than advised"));
        }
        if !report.expired.is_empty() {
            let expired = report.expired.len();
            why.push(group::number(
                expired,
                "entry has expired",
                "entries have expired",
            ));
        }
        let why = why.join(", ");
        let why = page.bold(&format!("failed: {why}"));
        page.text.push('\n');
        page.line(0, &why);
    }
    page.text
}

impl Page {
    fn section(&mut self, section: &Section) {
        let name = self.bold(&visible(&section.name));
        if let Some(unchanged) = group::unchanged(section) {
            self.line(0, &format!("{name}: {unchanged}"));
            return;
        }
        self.line(0, &name);
        if let Some(alone) = group::alone(section) {
            self.line(2, alone);
            return;
        }
        let Some(summary) = &section.comparison else {
            return;
        };
        for (word, source) in [("old", &summary.old), ("new", &summary.new)] {
            let title = source.title.as_deref().unwrap_or("untitled");
            let version = source.version.as_deref().unwrap_or("no version");
            let text = format!("{word}  {} ({title}, {version})", source.file);
            self.line(2, &visible(&text));
        }
        if let Some(release) = group::release(section) {
            self.line(2, &visible(&release));
        }
        for group in groups(section) {
            self.text.push('\n');
            self.group(section, &group);
        }
        self.text.push('\n');
        let operations = summary.operations;
        self.line(
            2,
            &format!(
                "{} compared, {} new, {} gone: {}",
                group::number(operations.compared, "operation", "operations"),
                operations.added,
                operations.removed,
                group::counts(section)
            ),
        );
        if let Some(bump) = group::bump(section) {
            self.line(2, &visible(&format!("crate: {bump}")));
        }
        match &summary.rust_api {
            RustApi::Compared => {}
            RustApi::Skipped if summary.bump.is_none() => {}
            RustApi::Skipped => self.line(
                2,
                "the crates were not compared: their verdicts are estimates",
            ),
            RustApi::Refused { reason } => {
                let text = format!(
                    "the crates cannot be compared, their verdicts are estimates: {reason}"
                );
                self.line(2, &visible(&text));
            }
        }
        self.lacking(section);
        if !section.next.is_empty() {
            self.text.push('\n');
            let next = self.bold("next");
            self.line(2, &next);
        }
        for (index, step) in section.next.iter().enumerate() {
            self.line(4, &visible(&format!("{}. {step}", index + 1)));
        }
    }

    fn group(&mut self, section: &Section, group: &Group<'_>) {
        let heading = match group.operations {
            [] => "no operation uses these".to_owned(),
            [one] => group::call_with_id(one),
            several => format!(
                "shared by {} operations: {}",
                several.len(),
                group::calls(several, NAMED)
            ),
        };
        let heading = self.bold(&visible(&heading));
        self.line(2, &heading);
        for judged in &group.findings {
            self.finding(section, group, judged);
        }
    }

    fn finding(&mut self, section: &Section, group: &Group<'_>, judged: &Judged) {
        let finding = &judged.finding;
        let mut verdict = self.verdict(finding.wire);
        if finding.api != ApiVerdict::None {
            let _ = write!(verdict, ", {}", finding.api);
        }
        let rule = self.dim(&format!("{} {}", finding.rule, finding.fingerprint));
        let direction = group::direction(finding.direction);
        self.line(4, &format!("{verdict}{direction}  {rule}"));
        self.line(6, &visible(&finding.message));
        for (word, text) in [("why: ", &finding.why), ("do: ", &finding.advice)] {
            if !text.is_empty() {
                self.line(6, &visible(&format!("{word}{text}")));
            }
        }
        let places = match section.upstream {
            Some(_) => [("ours ", &finding.old), ("theirs ", &finding.new)],
            None => [("", &finding.new), ("was ", &finding.old)],
        };
        let places: Vec<String> = places
            .iter()
            .filter_map(|(word, spot)| Some(format!("{word}{}", group::place(spot.as_ref()?))))
            .collect();
        self.line(6, &visible(&places.join(", ")));
        if let Some(operations) = group::reached(group, judged) {
            let calls = group::calls(operations, NAMED);
            let count = group::number(operations.len(), "operation", "operations");
            self.line(6, &visible(&format!("reaches {count}: {calls}")));
        }
        if let Some(item) = &finding.rust_item {
            self.line(6, &visible(&format!("in Rust: {item}")));
        }
        let notes = [
            group::renamed(judged),
            group::overridden(judged),
            group::acceptance(judged),
        ];
        for text in notes.into_iter().flatten() {
            self.line(6, &visible(&text));
        }
    }

    fn lacking(&mut self, section: &Section) {
        let lacking = section
            .upstream
            .as_ref()
            .map_or(&[][..], |published| &published.lacking);
        if lacking.is_empty() {
            return;
        }
        let near: Vec<_> = lacking.iter().filter(|one| one.near).collect();
        self.text.push('\n');
        let text = format!(
            "{} of the vendor's that our description lacks, {} under tags of ours",
            group::number(lacking.len(), "operation", "operations"),
            near.len()
        );
        let text = self.bold(&text);
        self.line(2, &text);
        for one in near {
            let tag = one.tag.as_deref().unwrap_or_default();
            let call = group::call_with_id(&one.operation);
            self.line(4, &visible(&format!("{tag}: {call}")));
        }
    }

    /// A line, folded at the width, with an indent.
    fn line(&mut self, indent: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        let first = " ".repeat(indent);
        let rest = " ".repeat(indent + 2);
        let options = textwrap::Options::new(self.style.width.max(40))
            .initial_indent(&first)
            .subsequent_indent(&rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        for line in textwrap::wrap(text, options) {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    fn bold(&self, text: &str) -> String {
        self.painted("1", text)
    }

    fn dim(&self, text: &str) -> String {
        self.painted("2", text)
    }

    fn verdict(&self, wire: WireVerdict) -> String {
        let colour = match wire {
            WireVerdict::Breaking => "1;31",
            WireVerdict::Dangerous => "1;33",
            WireVerdict::Compatible => "32",
        };
        self.painted(colour, wire.as_str())
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.style.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
