//! What a body looks like around a place, without what it says.

/// How many characters are shown before and after the place.
const AROUND: usize = 60;

/// What a JSON body looks like around a place (`line` and `column` from 1, as serde_json counts): names of properties and
/// punctuation stay, texts become `"..."` and numbers `#`. The place is marked by `^`. Line breaks become spaces.
pub(super) fn around(body: &[u8], line: usize, column: usize) -> String {
    let place = offset(body, line, column);
    let mut shown = Shown::default();
    let mut at = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        if at >= place {
            shown.mark();
        }
        at += token(rest, &mut shown.text);
        if at > place {
            shown.mark();
        }
        if shown.is_enough() {
            break;
        }
    }
    shown.mark();
    shown.window()
}

#[derive(Default)]
struct Shown {
    text: String,
    /// How many bytes stand before the mark.
    mark: Option<usize>,
}

impl Shown {
    fn mark(&mut self) {
        self.mark.get_or_insert(self.text.len());
    }

    fn is_enough(&self) -> bool {
        // Four bytes are the most that a character takes.
        self.mark
            .is_some_and(|mark| self.text.len() > mark + 4 * (AROUND + 1))
    }

    fn window(&self) -> String {
        let (before, after) = self.text.split_at(self.mark.unwrap_or_default());
        let skipped = before.chars().count().saturating_sub(AROUND);
        let start: String = before.chars().skip(skipped).collect();
        let end: String = after.chars().take(AROUND).collect();
        let dots = |cut: bool| if cut { "..." } else { "" };
        let cut = end.len() < after.len();
        format!("{}{start}^{end}{}", dots(skipped > 0), dots(cut))
    }
}

/// The offset of a line and column.
fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        let rest = body.get(start..).unwrap_or_default();
        match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => start += end + 1,
            None => break,
        }
    }
    (start + column.saturating_sub(1)).min(body.len())
}

/// Shows one token, and tells how many bytes it takes: at least one.
fn token(rest: &[u8], shown: &mut String) -> usize {
    let count = |test: fn(&u8) -> bool| rest.iter().take_while(|byte| test(byte)).count().max(1);
    match rest.first().copied().unwrap_or_default() {
        b'"' => text(rest, shown),
        byte if byte.is_ascii_whitespace() => {
            shown.push(' ');
            count(u8::is_ascii_whitespace)
        }
        byte if b"{}[],:".contains(&byte) => {
            shown.push(char::from(byte));
            1
        }
        byte => {
            let taken = count(|byte| !byte.is_ascii_whitespace() && !b"{}[],:\"".contains(byte));
            shown.push_str(match rest.get(..taken).unwrap_or_default() {
                b"null" => "null",
                b"true" => "true",
                b"false" => "false",
                _ if byte.is_ascii_digit() || byte == b'-' => "#",
                // No JSON, and could be anything.
                _ => "...",
            });
            taken
        }
    }
}

/// Shows a quoted text: as it is when it is the name of a property, hidden otherwise.
fn text(rest: &[u8], shown: &mut String) -> usize {
    let mut escaped = false;
    let end = rest.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    let Some(end) = end else {
        shown.push_str("\"...");
        return rest.len();
    };
    let (literal, after) = rest.split_at((end + 2).min(rest.len()));
    let next = after.iter().find(|byte| !byte.is_ascii_whitespace());
    match std::str::from_utf8(literal) {
        Ok(name) if next == Some(&b':') => shown.extend(name.chars().filter(|c| !c.is_control())),
        _ => shown.push_str("\"...\""),
    }
    literal.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hides_values_and_shows_names() {
        let body =
            br#"{"id": "00u-secret", "n": -47.1e3, "on": true, "x": nope, "t": {"a\"b": null}}"#;
        assert_eq!(
            around(body, 1, 36),
            r##"{"id": "...", "n": #, ^"on": true, "x": ..., "t": {"a\"b": null}}"##
        );
    }

    #[test]
    fn shows_the_end_of_what_was_cut_off() {
        let body = b"[{\"name\": \"one\"},\n {\"name\": \"tw";
        assert_eq!(around(body, 2, 14), r#"[{"name": "..."}, {"name": "...^"#);
    }

    #[test]
    fn is_short() {
        let body = format!("[{}]", "{\"k\":1},".repeat(1000));
        let shown = around(body.as_bytes(), 1, 4000);
        assert_eq!(shown.chars().count(), 2 * AROUND + 7, "{shown}");
    }

    proptest! {
        #[test]
        fn never_panics(
            body in proptest::collection::vec(any::<u8>(), 0..300),
            line in 0usize..5,
            column in 0usize..400,
        ) {
            let _ = around(&body, line, column);
        }

        #[test]
        fn never_shows_a_value(secret in "[a-z0-9\"\\\\]{8,20}", column in 0usize..100, cut in 0usize..60) {
            let json = serde_json::json!({"a": [secret.clone(), 1], "b": secret.clone()}).to_string();
            let body = json.as_bytes().get(..cut.min(json.len())).unwrap_or_default();
            prop_assert!(!around(body, 1, column).contains(&secret));
            prop_assert!(!around(json.as_bytes(), 1, column).contains(&secret));
        }
    }
}
