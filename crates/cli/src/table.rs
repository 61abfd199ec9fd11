//! Tables for people.

use comfy_table::{ContentArrangement, Table, presets};
use std::io::{self, IsTerminal, Write};

/// Prints rows under heads. On a terminal, cells are broken to its width; elsewhere each row is one line.
pub fn print(out: &mut impl Write, heads: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match width() {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(width);
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    table.set_header(heads.iter().map(|head| head.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| plain(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The width of the terminal, if standard output is one.
fn width() -> Option<u16> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let known = terminal_size::terminal_size();
    Some(known.map_or(80, |(terminal_size::Width(width), _)| width.max(20)))
}

/// Text of a service, without what could steer a terminal or break a line.
pub fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            // What changes the direction of a text can make it read as another.
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    text.chars()
        .map(|c| if steers(c) { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_service_cannot_steer_a_terminal() {
        let mut out = Vec::new();
        let cells = ["a\x1b[2Jb", "x\ny", "\u{202e}gnp"]
            .map(str::to_owned)
            .to_vec();
        print(&mut out, &["one", "two", "three"], vec![cells]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 2, "{text:?}");
        assert!(
            !text.contains('\x1b') && !text.contains('\u{202e}'),
            "{text:?}"
        );
        assert!(text.contains("a\u{fffd}[2Jb"), "{text:?}");
    }
}
