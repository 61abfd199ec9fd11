//! `null`, booleans, numbers and strings.

use super::Reader;
use crate::json::{ReadError, unescaped};
use std::borrow::Cow;

impl<'de> Reader<'de> {
    /// Reads `null`, if it is next.
    #[inline]
    pub fn null(&mut self) -> Result<bool, ReadError> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.word("null")?;
        Ok(true)
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self) -> Result<bool, ReadError> {
        match self.peek() {
            Some(b't') => self.word("true").map(|()| true),
            Some(b'f') => self.word("false").map(|()| false),
            _ => Err(self.unexpected("a boolean")),
        }
    }

    pub(super) fn word(&mut self, word: &'static str) -> Result<(), ReadError> {
        let end = self.at + word.len();
        if self.text.as_bytes().get(self.at..end) == Some(word.as_bytes()) {
            self.at = end;
            return Ok(());
        }
        self.syntax("expected ident")
    }

    /// Reads a number: its text.
    pub fn number(&mut self, expected: &'static str) -> Result<&'de str, ReadError> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.unexpected(expected));
        }
        let start = self.at;
        self.skip_number()?;
        Ok(self.since(start))
    }

    fn digits(&mut self) -> usize {
        let bytes = self.text.as_bytes();
        let start = self.at;
        while matches!(bytes.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    pub(super) fn skip_number(&mut self) -> Result<(), ReadError> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        match bytes.get(self.at) {
            Some(b'0') => {
                self.at += 1;
                if matches!(bytes.get(self.at), Some(b'0'..=b'9')) {
                    return self.syntax("invalid number");
                }
            }
            Some(b'1'..=b'9') => {
                self.digits();
            }
            _ => return self.syntax("invalid number"),
        }
        if bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return self.syntax("invalid number");
            }
        }
        if matches!(bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.syntax("invalid number");
            }
        }
        Ok(())
    }

    /// Reads a string.
    #[inline]
    pub fn string(&mut self) -> Result<Cow<'de, str>, ReadError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a string"));
        }
        let start = self.at;
        if self.skip_string()? {
            return self.escaped(start);
        }
        let text = self.text.get(start + 1..self.at - 1);
        Ok(Cow::Borrowed(text.unwrap_or_default()))
    }

    #[cold]
    fn escaped(&self, start: usize) -> Result<Cow<'de, str>, ReadError> {
        unescaped(self.since(start))
            .map_err(|_| ReadError::syntax(start, "invalid escape in a string"))
    }

    /// Passes over a string whose quote is next, and tells whether it has escapes.
    pub(super) fn skip_string(&mut self) -> Result<bool, ReadError> {
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        self.at += 1;
        loop {
            self.at = plain_until(bytes, self.at);
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.skip_escape()?;
                }
                Some(_) => return self.syntax("control character in a string"),
                None => return Err(ReadError::syntax(self.at, "EOF while parsing a string")),
            }
        }
    }

    fn skip_escape(&mut self) -> Result<(), ReadError> {
        let bytes = self.text.as_bytes();
        self.at += 2;
        match bytes.get(self.at - 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => {
                let hex = bytes.get(self.at..self.at + 4);
                if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                    return self.syntax("invalid escape");
                }
                self.at += 4;
                Ok(())
            }
            _ => {
                self.at -= 1;
                self.syntax("invalid escape")
            }
        }
    }
}

/// Where the first byte is, from `at` on, that a string cannot have as it is: a quote, a backslash or a control character.
///
/// Eight bytes at a time: a borrow can mark a byte too much, but only behind one that is marked rightly.
#[inline]
fn plain_until(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    while let Some(Ok(eight)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
        let word = u64::from_le_bytes(eight);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let marked = control | zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c));
        if marked != 0 {
            return at + (marked.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while matches!(bytes.get(at), Some(byte) if *byte >= 0x20 && *byte != b'"' && *byte != b'\\') {
        at += 1;
    }
    at
}
