//! JSON (RFC 8259): the tokens are found here, so that places and limits come out as for YAML; what a string or a
//! number means is left to `serde_json`.

use serde_json::{Number, Value};

use crate::load::Place;
use crate::load::build::{Builder, Stopped};

/// Why reading ended early.
pub(super) enum Failed {
    /// The builder has the problem.
    Stopped,
    /// The text is not JSON. It may still be YAML, so nothing is reported yet.
    Syntax(SyntaxError),
}

/// Where and why a text is not JSON.
pub(super) struct SyntaxError {
    place: Place,
    found: String,
    expected: String,
    help: &'static str,
}

impl SyntaxError {
    pub(super) fn report(self, builder: &mut Builder<'_>) {
        builder.report("syntax", self.place, self.found, &self.expected, self.help);
    }
}

impl From<Stopped> for Failed {
    fn from(_: Stopped) -> Failed {
        Failed::Stopped
    }
}

/// Feeds a text to a builder.
pub(super) fn read(text: &str, builder: &mut Builder<'_>) -> Result<(), Failed> {
    let mut scanner = Scanner {
        text,
        offset: 0,
        line: 1,
        column: 1,
        counted: 0,
    };
    // Whether each open collection is an object.
    let mut open: Vec<bool> = Vec::new();
    loop {
        // A value stands here, or a collection ends right after it began.
        scanner.skip_space();
        let place = scanner.place();
        match scanner.peek() {
            Some(opening @ (b'{' | b'[')) => {
                scanner.offset += 1;
                builder.open(opening == b'{', 0, place)?;
                open.push(opening == b'{');
                scanner.skip_space();
                let closing = if opening == b'{' { b'}' } else { b']' };
                if scanner.peek() != Some(closing) {
                    if opening == b'{' {
                        scanner.key(builder)?;
                    }
                    continue;
                }
            }
            Some(b'"') => builder.scalar(Value::String(scanner.string()?), 0, place)?,
            _ => builder.scalar(scanner.word()?, 0, place)?,
        }
        // A value is complete: collections end, and then the next value begins.
        loop {
            scanner.skip_space();
            let Some(&object) = open.last() else {
                return match scanner.peek() {
                    None => Ok(()),
                    Some(_) => Err(scanner.error("the end of the text")),
                };
            };
            match (scanner.peek(), object) {
                (Some(b'}'), true) | (Some(b']'), false) => {
                    scanner.offset += 1;
                    builder.close()?;
                    open.pop();
                }
                (Some(b','), _) => {
                    scanner.offset += 1;
                    scanner.skip_space();
                    if object {
                        scanner.key(builder)?;
                    }
                    break;
                }
                (_, true) => return Err(scanner.error("`,` or `}`")),
                (_, false) => return Err(scanner.error("`,` or `]`")),
            }
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    offset: usize,
    /// Line and column at the offset `counted`: counting goes on from there, since a text may be one long line.
    line: usize,
    column: usize,
    counted: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.offset += 1;
        }
    }

    fn place(&mut self) -> Place {
        for byte in self
            .text
            .as_bytes()
            .get(self.counted..self.offset)
            .unwrap_or_default()
        {
            match byte {
                b'\n' => (self.line, self.column) = (self.line + 1, 1),
                // The bytes after the first of a character.
                0x80..0xc0 => {}
                _ => self.column += 1,
            }
        }
        self.counted = self.offset.max(self.counted);
        Place {
            line: self.line,
            column: self.column,
        }
    }

    fn key(&mut self, builder: &mut Builder<'_>) -> Result<(), Failed> {
        let place = self.place();
        if self.peek() != Some(b'"') {
            return Err(self.error("a key in double quotes"));
        }
        let key = self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.error("`:` after the key"));
        }
        self.offset += 1;
        builder.key(key, place)?;
        Ok(())
    }

    /// Reads the string whose opening quote stands here.
    fn string(&mut self) -> Result<String, Failed> {
        let place = self.place();
        let start = self.offset;
        let mut end = start + 1;
        let mut escaped = false;
        loop {
            match self.text.as_bytes().get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(b'\n') | None => {
                    return Err(Failed::Syntax(SyntaxError {
                        place,
                        found: "the text that begins here has no end".to_owned(),
                        expected: "a closing `\"` on the same line".to_owned(),
                        help: "close the quotes, and write line breaks as \\n; if this is the end of the file, it was \
                               cut off",
                    }));
                }
                Some(_) => end += 1,
            }
        }
        self.offset = end + 1;
        let token = self.text.get(start..=end).unwrap_or_default();
        // Quotes and backslashes are ASCII, so both ends lie between characters.
        let inner = token
            .get(1..token.len().saturating_sub(1))
            .unwrap_or_default();
        if !escaped && !inner.contains(['\t', '\r']) {
            return Ok(inner.to_owned());
        }
        serde_json::from_str(token).map_err(|error| {
            Failed::Syntax(SyntaxError {
                place,
                found: format!("this text is not a JSON string: {}", reason(&error)),
                expected: "escapes such as \\n, \\\", \\\\ or \\u00e9".to_owned(),
                help: "correct the escape; surrogates (\\ud83d\\ude00) come in pairs",
            })
        })
    }

    /// Reads a number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value, Failed> {
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let length = rest
            .bytes()
            .position(|byte| !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
            .unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let value = match word {
            "null" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => serde_json::from_str::<Number>(word).ok().map(Value::Number),
        };
        match value {
            Some(value) => {
                self.offset += length;
                Ok(value)
            }
            None => Err(self.error("a value: an object, an array, a text in double quotes, a number, true, false or null")),
        }
    }

    /// The text at the current place is not what must stand there.
    fn error(&mut self, expected: &str) -> Failed {
        let place = self.place();
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let near: String = rest
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(30)
            .collect();
        let (found, help) = match near.trim() {
            "" if rest.trim().is_empty() => (
                "the text ends in the middle of a value".to_owned(),
                "the file was cut off: get it again, whole",
            ),
            near if near.starts_with(['}', ']']) => (
                format!("`{}` stands here", near.chars().take(1).collect::<String>()),
                "remove the comma before it, or add what is missing",
            ),
            near if near.starts_with('\'') => {
                (format!("`{near}` stands here"), "JSON wants double quotes")
            }
            near if near.starts_with("//") || near.starts_with("/*") || near.starts_with('#') => (
                format!("`{near}` stands here"),
                "JSON has no comments: remove it",
            ),
            near => (
                format!("`{near}` stands here"),
                "correct the text at this place",
            ),
        };
        Failed::Syntax(SyntaxError {
            place,
            found,
            expected: expected.to_owned(),
            help,
        })
    }
}

/// What `serde_json` says, without the line and the column in the token.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}
