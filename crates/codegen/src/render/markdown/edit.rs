//! One round of changes to a Markdown text, at the places that the parser names.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};

use super::{is_address, longest_run, rendered};

/// A place in a text, and what to put there.
type Edit = (Range<usize>, String);

/// One round: what can be done about each thing that the parser names.
pub(super) fn edited(text: &str) -> String {
    let parser = Parser::new_ext(text, rendered());
    let definitions = parser.reference_definitions().iter();
    let mut edits: Vec<Edit> = definitions
        .map(|(_, definition)| (definition.span.clone(), String::new()))
        .collect();
    let mut round = Round {
        text,
        edits: Vec::new(),
        links: Vec::new(),
        run: None,
        in_code: false,
        dedent: false,
        containers: 0,
    };
    for (event, range) in parser.into_offset_iter() {
        round.event(event, range);
    }
    round.flush();
    edits.append(&mut round.edits);
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut written = String::with_capacity(text.len() + 32);
    let mut from = 0;
    for (range, new) in edits {
        if range.start >= from {
            written.push_str(&text[from..range.start]);
            written.push_str(&new);
            from = range.end;
        }
    }
    written.push_str(&text[from..]);
    written
}

/// A link that has begun.
struct Open {
    range: Range<usize>,
    kind: LinkType,
    target: String,
    /// Where its words are.
    words: Option<Range<usize>>,
}

struct Round<'t> {
    text: &'t str,
    edits: Vec<Edit>,
    links: Vec<Open>,
    /// Text that the parser hands over in pieces.
    run: Option<Range<usize>>,
    in_code: bool,
    /// In an indented block within a list or a quote.
    dedent: bool,
    /// Lists and quotes around.
    containers: usize,
}

impl Round<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Some(link) = self.links.last_mut()
            && !matches!(event, Event::End(TagEnd::Link))
        {
            let words = link.words.get_or_insert(range.clone());
            words.end = words.end.max(range.end);
        }
        if matches!(event, Event::Text(_)) && !self.in_code {
            match &mut self.run {
                Some(run) if run.end == range.start => run.end = range.end,
                _ => {
                    self.flush();
                    self.run = Some(range);
                }
            }
            return;
        }
        self.flush();
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                self.in_code = true;
                self.fenced(range);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                self.in_code = true;
                self.dedent = self.containers > 0;
                if !self.dedent {
                    self.indented(range);
                }
            }
            // Fences would need the marks of what is around: less indentation does, too.
            Event::Text(_) if self.dedent && self.text[..range.start].ends_with("    ") => {
                self.edits
                    .push((range.start - 4..range.start, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                self.in_code = false;
                self.dedent = false;
            }
            Event::Start(Tag::Item | Tag::BlockQuote(_)) => self.containers += 1,
            Event::End(TagEnd::Item | TagEnd::BlockQuote) => self.containers -= 1,
            Event::Html(_) | Event::InlineHtml(_) => {
                let angles = self.text[range.clone()].match_indices('<');
                let found: Vec<usize> = angles.map(|(at, _)| range.start + at).collect();
                found.into_iter().for_each(|at| self.escape(at));
            }
            // What is left is a link to the picture.
            Event::Start(Tag::Image { .. }) => {
                self.edits
                    .push((range.start..range.start + 1, String::new()));
            }
            Event::FootnoteReference(_) | Event::Start(Tag::FootnoteDefinition(_)) => {
                self.escape(range.start);
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => self.links.push(Open {
                range,
                kind: link_type,
                target: dest_url.into_string(),
                words: None,
            }),
            Event::End(TagEnd::Link) => {
                if let Some(link) = self.links.pop() {
                    self.link(link);
                }
            }
            _ => {}
        }
    }

    fn replace(&mut self, range: Range<usize>, new: &str) {
        if self.text[range.clone()] != *new {
            self.edits.push((range, new.to_owned()));
        }
    }

    fn escape(&mut self, at: usize) {
        let before = &self.text[..at];
        let slashes = before.len() - before.trim_end_matches('\\').len();
        if slashes.is_multiple_of(2) {
            self.edits.push((at..at, "\\".to_owned()));
        }
    }

    /// A fenced block is text, and ends where the description does.
    fn fenced(&mut self, range: Range<usize>) {
        let block = &self.text[range.clone()];
        let line = block.lines().next().unwrap_or_default();
        let Some(mark) = line.find(['`', '~']) else {
            return;
        };
        let fence = line[mark..].chars().next().unwrap_or('`');
        let length = line[mark..].len() - line[mark..].trim_start_matches(fence).len();
        let info = range.start + mark + length..range.start + line.len();
        self.replace(info, "text");
        let last = block.trim_end().lines().skip(1).last().unwrap_or_default();
        let last = last.trim_start_matches([' ', '>']);
        let closed = last.len() >= length && last.chars().all(|c| c == fence);
        if !closed && range.end >= self.text.trim_end().len() && self.containers == 0 {
            let closing = fence.to_string().repeat(length);
            let end = self.text.len();
            self.edits.push((end..end, format!("\n{closing}")));
        }
    }

    /// An indented block gets fences.
    fn indented(&mut self, range: Range<usize>) {
        let start = self.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let block = &self.text[start..range.end];
        let fence = "`".repeat(longest_run(block, '`').max(2) + 1);
        let mut opening = format!("{fence}text\n");
        let mut at = start;
        for line in block.split_inclusive('\n') {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            self.edits
                .push((at..at + spaces.min(4), std::mem::take(&mut opening)));
            at += line.len();
        }
        let closing = if block.ends_with('\n') {
            format!("{fence}\n")
        } else {
            format!("\n{fence}")
        };
        self.edits.push((range.end..range.end, closing));
    }

    /// A link leads to an address, or is its words.
    fn link(&mut self, link: Open) {
        let address = is_address(&link.target);
        match (link.kind, link.words) {
            (LinkType::Autolink, _) if address => {}
            (LinkType::Autolink | LinkType::Email, _) => self.escape(link.range.start),
            (_, Some(words)) if address => {
                self.replace(link.range.start..words.start, "[");
                let target = format!("](<{}>)", link.target);
                self.replace(words.end..link.range.end, &target);
            }
            (_, Some(words)) => {
                self.replace(link.range.start..words.start, "");
                self.replace(words.end..link.range.end, "");
            }
            (_, None) if address => self.replace(link.range, &format!("<{}>", link.target)),
            (_, None) => self.replace(link.range, ""),
        }
    }

    /// Text: brackets and angles stand for themselves, and addresses are links.
    fn flush(&mut self) {
        let Some(run) = self.run.take() else { return };
        let mut at = run.start;
        while at < run.end {
            let rest = &self.text[at..run.end];
            let begins = rest.starts_with("http://") || rest.starts_with("https://");
            if begins && self.links.is_empty() {
                let end = rest.find(ends_address).unwrap_or(rest.len());
                let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
                if is_address(address) {
                    self.edits.push((at..at, "<".to_owned()));
                    self.edits
                        .push((at + address.len()..at + address.len(), ">".to_owned()));
                } else {
                    // No address: the colon alone keeps it from looking like one.
                    self.escape(at + rest.find(':').unwrap_or(0));
                }
                at += address.len().max(8);
                continue;
            }
            let Some(c) = rest.chars().next() else { break };
            if matches!(c, '<' | '[' | ']' | '`') {
                self.escape(at);
            }
            at += c.len_utf8();
        }
    }
}

fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '<' | '>' | '"' | '`' | ')' | '[' | ']' | '|' | '*' | '\\'
        )
}
