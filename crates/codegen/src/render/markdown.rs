//! Markdown of any origin as rustdoc should read it: nothing in it is run, resolved, fetched or taken for HTML.
//!
//! A text is parsed with the parser of rustdoc and changed at the places that the parser names. What comes of it is
//! parsed again, once as rustdoc renders it and once as it looks for tests. A text that is not inert even then is shown
//! word for word, in a code block of its own.

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd,
};
use rolecall_openapi::problem::{is_invisible, visible};

use edit::edited;

mod edit;

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

fn has_address(text: &str) -> bool {
    text.contains("http://") || text.contains("https://")
}

#[cfg(test)]
mod tests;
