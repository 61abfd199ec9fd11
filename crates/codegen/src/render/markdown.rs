//! Markdown of any origin as rustdoc should read it: nothing in it is run, resolved, fetched or taken for HTML.
//!
//! A text is parsed with the parser of rustdoc and changed at the places that the parser names. What comes of it is
//! parsed again, once as rustdoc renders it and once as it looks for tests. A text that is not inert even then is shown
//! word for word, in a code block of its own.

use std::ops::Range;

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd,
};
use rolecall_openapi::problem::{is_invisible, visible};

/// Each round takes one layer off, such as code in a quote in a list.
const ROUNDS: usize = 6;

/// The extensions that rustdoc renders. Typographic quotes are left out: they are no structure.
fn rendered() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}

/// The text with what is hidden written out, on as many lines as it has.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' => shown.push('\n'),
            // A tab counts as four spaces at most.
            '\t' => shown.push_str("    "),
            c if is_invisible(c) => shown.push_str(&visible(c.encode_utf8(&mut [0; 4]))),
            c => shown.push(c),
        }
    }
    shown
}

/// A text within a line of Markdown, where none of its characters means anything.
pub fn plain(text: &str) -> String {
    let text = visible(text);
    let mut written = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let is_mark = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' => true,
            // An address is a link to some readers.
            ':' => text[at..].starts_with("://"),
            _ => false,
        };
        if is_mark {
            written.push('\\');
        }
        written.push(c);
    }
    written
}

/// A text as a code span.
pub fn span(text: &str) -> String {
    let text = visible(text);
    if text.trim().is_empty() {
        return "(nothing)".to_owned();
    }
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    let gap = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{ticks}{gap}{text}{gap}{ticks}")
}

/// The length of the longest run of a character.
pub fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

/// Whether a text is an address that a link can lead to, and nothing beside it.
pub fn is_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.chars().all(|c| {
                !c.is_whitespace()
                    && !is_invisible(c)
                    && !matches!(c, '<' | '>' | '\\' | '`' | '"' | '|')
            })
    })
}

/// Markdown of a description as blocks that are inert.
pub fn inert(text: &str) -> String {
    let text = shown(text);
    let mut text = tidy(text.trim());
    if is_prose(&text) {
        return text;
    }
    let original = text.clone();
    for _ in 0..ROUNDS {
        let next = tidy(&edited(&text));
        if next == text {
            break;
        }
        text = next;
    }
    if is_inert(&text) {
        text
    } else {
        verbatim(&original)
    }
}

/// The text if it is inert; otherwise word for word.
pub fn checked(text: &str) -> String {
    let text = tidy(&shown(text));
    if is_prose(&text) || is_inert(&text) {
        text
    } else {
        verbatim(&text)
    }
}

/// No space at the ends of lines, where nobody sees it.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

/// Whether a text has none of the characters that code, HTML and links are made of: most texts, and so not parsed.
fn is_prose(text: &str) -> bool {
    !text.contains(['`', '~', '<', '[', ']', '&'])
        && !text.contains("    ")
        && !text.contains("://")
}

/// A text as a block of code that is none.
fn verbatim(text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
    format!("{fence}text\n{text}\n{fence}")
}

/// Whether rustdoc would neither run, resolve, fetch nor complain about any of it, whatever follows after an empty line.
pub fn is_inert(text: &str) -> bool {
    [rendered(), Options::empty()]
        .into_iter()
        .all(|options| is_inert_as(text, options))
}

fn is_inert_as(text: &str, options: Options) -> bool {
    // A word that stands alone when nothing before it is left open.
    let text = format!("{text}\n\nend");
    // rustdoc takes every bracket for a link to an item.
    let mut any = |_: BrokenLink<'_>| Some((CowStr::from("item"), CowStr::from("")));
    let parser = Parser::new_with_broken_link_callback(&text, options, Some(&mut any));
    if parser.reference_definitions().iter().next().is_some() {
        return false;
    }
    let mut links = 0;
    let mut in_code = false;
    let mut blocks = 0_usize;
    let mut last = Vec::new();
    for event in parser {
        match &event {
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => return false,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &**info == "text" => {
                in_code = true;
            }
            Event::Start(
                Tag::CodeBlock(_)
                | Tag::Image { .. }
                | Tag::HtmlBlock
                | Tag::FootnoteDefinition(_)
                | Tag::MetadataBlock(_),
            ) => return false,
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => {
                if !matches!(link_type, LinkType::Inline | LinkType::Autolink)
                    || !is_address(dest_url)
                {
                    return false;
                }
                links += 1;
            }
            Event::End(TagEnd::Link) => links -= 1,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if links == 0 && !in_code && has_address(text) => return false,
            _ => {}
        }
        match &event {
            Event::Start(_) => blocks += 1,
            Event::End(_) => blocks -= 1,
            _ => {}
        }
        last.push(event);
        if last.len() > 3 {
            last.remove(0);
        }
    }
    blocks == 0
        && matches!(
            last.as_slice(),
            [Event::Start(Tag::Paragraph), Event::Text(end), Event::End(TagEnd::Paragraph)] if &**end == "end"
        )
}

/// The headings of a page.
pub fn outline(text: &str) -> Vec<String> {
    let mut headings = Vec::new();
    let mut inside = false;
    for event in Parser::new_ext(text, rendered()) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                inside = true;
                headings.push(String::new());
            }
            Event::End(TagEnd::Heading(_)) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                if let Some(heading) = headings.last_mut() {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    headings
}

/// What in a page is not text: HTML, or code that rustdoc would run, but for what a README shows in Rust.
pub fn foreign(text: &str, readme: bool) -> Option<String> {
    if is_prose(text) {
        return None;
    }
    [rendered(), Options::empty()]
        .into_iter()
        .find_map(|options| {
            Parser::new_ext(text, options).find_map(|event| match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    Some("indented code".to_owned())
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))
                    if &*info != "text" && !(readme && &*info == "rust,no_run") =>
                {
                    Some(format!("code marked `{info}`"))
                }
                Event::Html(html) | Event::InlineHtml(html) => Some(format!("the HTML {html}")),
                _ => None,
            })
        })
}

/// A place in a text, and what to put there.
type Edit = (Range<usize>, String);

/// One round: what can be done about each thing that the parser names.
fn edited(text: &str) -> String {
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

fn has_address(text: &str) -> bool {
    text.contains("http://") || text.contains("https://")
}

fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '<' | '>' | '"' | '`' | ')' | '[' | ']' | '|' | '*' | '\\'
        )
}

#[cfg(test)]
mod tests;
