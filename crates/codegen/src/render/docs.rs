//! Documentation text from a description, made safe for rustdoc.

/// `text` as `///` lines with an indentation, or nothing.
pub fn outer(text: Option<&str>, indent: &str) -> String {
    lines(text, &format!("{indent}///"))
}

/// `text` as `//!` lines.
pub fn inner(text: &str) -> String {
    lines(Some(text), "//!")
}

fn lines(text: Option<&str>, prefix: &str) -> String {
    let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else {
        return String::new();
    };
    let mut written = String::new();
    for line in safe(text).lines() {
        written.push_str(prefix);
        if !line.is_empty() {
            written.push(' ');
            written.push_str(line);
        }
        written.push('\n');
    }
    written
}

/// CommonMark of any origin as rustdoc should read it: no code block is a doctest, no bracket a link to an item, no angle bracket
/// HTML, no address bare.
pub fn safe(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut fence: Option<(char, usize)> = None;
    for line in text.lines() {
        // Four spaces make a code block, which rustdoc would compile; a tab counts as four.
        let line = line.replace('\t', "    ");
        let trimmed = line.trim_start();
        let indent = (line.len() - trimmed.len()).min(if fence.is_some() { usize::MAX } else { 2 });
        let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'));
        let length = mark.map_or(0, |mark| trimmed.chars().take_while(|c| *c == mark).count());
        match (fence, mark) {
            (None, Some(mark)) if length >= 3 && !trimmed[length..].contains('`') => {
                fence = Some((mark, length));
                let tag = trimmed[length..]
                    .split([' ', ','])
                    .next()
                    .unwrap_or_default();
                let tag = if tag.is_empty() || tag.starts_with("rust") {
                    "text"
                } else {
                    tag
                };
                written.push_str(&trimmed[..length]);
                written.extend(tag.chars().filter(char::is_ascii_alphanumeric));
            }
            (Some((open, width)), Some(mark))
                if mark == open && length >= width && trimmed[length..].trim().is_empty() =>
            {
                fence = None;
                written.push_str(&trimmed[..length]);
            }
            (Some(_), _) => written.push_str(line.trim_end()),
            (None, _) => {
                written.push_str(&" ".repeat(indent));
                written.push_str(inline(trimmed.trim_end()).trim_end());
            }
        }
        written.push('\n');
    }
    if let Some((mark, width)) = fence {
        written.extend(std::iter::repeat_n(mark, width));
        written.push('\n');
    }
    written
}

/// Escapes what rustdoc would take for links or HTML, outside code spans.
fn inline(line: &str) -> String {
    let mut written = String::with_capacity(line.len() + 8);
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let ticks = rest.chars().take_while(|c| *c == '`').count();
            let end = rest[ticks..].find(&rest[..ticks]).map(|at| at + 2 * ticks);
            match end {
                Some(end) => {
                    written.push_str(&rest[..end]);
                    rest = &rest[end..];
                }
                None => {
                    written.push_str("\\`");
                    rest = &rest[1..];
                }
            }
            continue;
        }
        if let Some((link, after)) = inline_link(rest) {
            written.push_str(&link);
            rest = after;
            continue;
        }
        if rest.starts_with("http://") || rest.starts_with("https://") {
            let end = rest
                .find(|c: char| {
                    c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | ')' | ']' | '|' | '*')
                })
                .unwrap_or(rest.len());
            let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
            written.push_str(&format!("<{address}>"));
            rest = &rest[address.len().max(1)..];
            continue;
        }
        match c {
            '<' | '>' | '[' | ']' => {
                // `>` quotes at the start of a line.
                if !(c == '>' && written.is_empty()) {
                    written.push('\\');
                }
                written.push(c);
            }
            _ => written.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    written
}

/// `[words](https://…)` stays a link; one to anything else keeps its words only, since its target is not here.
fn inline_link(rest: &str) -> Option<(String, &str)> {
    let inside = rest.strip_prefix('[')?;
    let close = inside.find(']')?;
    let words = inside[..close].replace(['[', '<', '>'], " ");
    let target = inside[close + 1..].strip_prefix('(')?;
    let end = target.find(')')?;
    let address = target[..end].split_whitespace().next().unwrap_or_default();
    let link = if address.starts_with("http://") || address.starts_with("https://") {
        format!("[{words}](<{}>)", address.replace(['<', '>'], ""))
    } else {
        words
    };
    Some((link, &target[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn nothing_becomes_a_doctest_a_broken_link_or_html() {
        assert_eq!(safe("a [thing] of <b>"), "a \\[thing\\] of \\<b\\>\n");
        assert_eq!(safe("see https://x.test/a."), "see <https://x.test/a>.\n");
        assert_eq!(
            safe("[here](https://x.test) [there](#x)"),
            "[here](<https://x.test>) there\n"
        );
        assert_eq!(safe("    let x;"), "  let x;\n");
        assert_eq!(safe("```\nx"), "```text\nx\n```\n");
        assert_eq!(safe("`[a]` and ` alone"), "`[a]` and \\` alone\n");
    }
}
