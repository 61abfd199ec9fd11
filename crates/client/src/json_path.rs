//! Finds the value in a JSON text that a position belongs to.
//!
//! `serde_json` reports where it stopped as a line and a column, and no path. Keeping a path while decoding would cost
//! every type code of its own; finding it afterwards costs nothing until something fails.

use std::borrow::Cow;
use std::ops::Range;

#[cfg(test)]
mod tests;

/// The JSON Pointer (RFC 6901) of the value at a position that `serde_json` reported for this text.
///
/// `line` counts from 1 and `column` is the number of bytes of that line that had been read. The answer is the innermost
/// value that ends there, starts there or goes on there; a position between two values belongs to the one before it until
/// the comma. A position after the text is its end, and line 0 (no position) is the whole text. Text that is not JSON is
/// followed as far as it is.
#[must_use]
pub(crate) fn at(text: &[u8], line: usize, column: usize) -> String {
    match offset(text, line, column) {
        Some(target) => at_offset(text, target),
        None => String::new(),
    }
}

/// As [`at`], for a position in bytes.
#[must_use]
pub(crate) fn at_offset(text: &[u8], target: usize) -> String {
    let mut walk = Walk {
        text,
        target,
        at: 0,
        steps: Vec::new(),
    };
    let depth = walk.run();
    walk.pointer(depth)
}

fn offset(text: &[u8], line: usize, column: usize) -> Option<usize> {
    let breaks = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let start = match line {
        0 => return None,
        1 => 0,
        _ => breaks
            .map(|(at, _)| at + 1)
            .nth(line - 2)
            .unwrap_or(text.len()),
    };
    Some(start.saturating_add(column).min(text.len()))
}

/// The line of a byte, from 1, and its column in bytes, from 1.
#[must_use]
pub(crate) fn position(text: &[u8], at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    let start = before.iter().rposition(|byte| *byte == b'\n');
    (lines + 1, before.len() - start.map_or(0, |at| at + 1) + 1)
}

enum Step {
    /// In an object: where the current key's literal is, quotes included.
    Key(Option<Range<usize>>),
    /// In an array: the current item.
    Item(usize),
}

struct Walk<'a> {
    text: &'a [u8],
    target: usize,
    at: usize,
    steps: Vec<Step>,
}

impl Walk<'_> {
    /// Walks until the target and says how many of `steps` lead to the value there.
    ///
    /// A loop with a stack of its own rather than recursion: the text may be nested deeper than the thread's stack allows.
    fn run(&mut self) -> usize {
        loop {
            self.space();
            // At a value, or at the end of a container without items.
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    if self.target <= self.at {
                        return self.steps.len();
                    }
                    self.at += 1;
                    self.steps.push(if open == b'{' {
                        Step::Key(None)
                    } else {
                        Step::Item(0)
                    });
                    self.space();
                    if self.peek() == Some(if open == b'{' { b'}' } else { b']' }) {
                        if self.target <= self.at {
                            return self.steps.len() - 1;
                        }
                    } else if open == b'{' && !self.key() {
                        return self.steps.len() - 1;
                    } else {
                        continue;
                    }
                }
                Some(b'"') => self.string(),
                Some(_) => self.word(),
                None => return self.steps.len(),
            }
            // After a value, or at the end of a container without items.
            loop {
                self.space();
                let depth = self.steps.len();
                let closes = matches!(self.peek(), Some(b'}' | b']'));
                // An empty container has no value before its end, and has not reached its target.
                if self.target <= self.at || depth == 0 || self.peek().is_none() {
                    return depth;
                }
                self.at += 1;
                if closes {
                    self.steps.pop();
                    if self.target <= self.at {
                        return depth - 1;
                    }
                    continue;
                }
                if let Some(Step::Item(item)) = self.steps.last_mut() {
                    *item += 1;
                } else if !self.key() {
                    return depth - 1;
                }
                break;
            }
        }
    }

    /// Reads a key and its colon; `false` when the target lies before or within the key, or there is no key.
    fn key(&mut self) -> bool {
        self.space();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return false;
        }
        self.string();
        if self.target <= self.at {
            return false;
        }
        let end = self.at;
        self.space();
        if self.peek() != Some(b':') {
            return false;
        }
        self.at += 1;
        if let Some(step) = self.steps.last_mut() {
            *step = Step::Key(Some(start..end));
        }
        true
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        self.skip(|byte| byte.is_ascii_whitespace());
    }

    fn word(&mut self) {
        self.skip(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b',' | b']' | b'}' | b':'));
    }

    fn string(&mut self) {
        self.at += 1;
        loop {
            self.skip(|byte| !matches!(byte, b'"' | b'\\'));
            match self.peek() {
                Some(b'\\') => self.at += 2,
                Some(_) => {
                    self.at += 1;
                    return;
                }
                None => {
                    self.at = self.text.len();
                    return;
                }
            }
        }
    }

    fn skip(&mut self, while_: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&while_) {
            self.at += 1;
        }
    }

    fn pointer(&self, depth: usize) -> String {
        let mut pointer = String::new();
        for step in self.steps.iter().take(depth) {
            match step {
                Step::Key(Some(literal)) => {
                    let literal = self.text.get(literal.clone()).unwrap_or_default();
                    push(&mut pointer, &unquoted(literal));
                }
                Step::Key(None) => {}
                Step::Item(item) => push(&mut pointer, &item.to_string()),
            }
        }
        pointer
    }
}

fn unquoted(literal: &[u8]) -> Cow<'_, str> {
    match serde_json::from_slice::<String>(literal) {
        Ok(key) => Cow::Owned(key),
        Err(_) => String::from_utf8_lossy(literal),
    }
}

/// Appends one reference token to a JSON Pointer, escaped (RFC 6901, section 4).
pub(crate) fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(c),
        }
    }
}
