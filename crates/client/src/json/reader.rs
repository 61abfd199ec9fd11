//! Reads JSON text (RFC 8259) value by value, and can go back.

use super::{Decoding, ReadError};
use std::borrow::Cow;

mod scalars;
mod skip;

/// How deep a text may be nested, for each level takes stack: as deep as `serde_json` reads what is kept.
const DEPTH: u8 = 127;

/// Reads JSON text value by value.
#[derive(Debug)]
pub struct Reader<'de> {
    text: &'de str,
    at: usize,
    /// Levels that are left.
    left: u8,
    strict: bool,
    /// Whether what was read since somebody looked is written back in another form than it came in.
    altered: bool,
    /// Whether the field just read had been read before.
    pub(crate) again: bool,
    misfits: Vec<ReadError>,
    /// Where the array starts whose items may fail, and those that did.
    items_at: Option<usize>,
    failed: Vec<FailedItem>,
}

/// An item that could not be read.
#[derive(Debug)]
pub(crate) struct FailedItem {
    pub(crate) index: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) error: ReadError,
}

/// A place to go back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    at: usize,
    left: u8,
    altered: bool,
    misfits: usize,
}

/// A property's name, and where its literal starts.
#[derive(Debug)]
pub struct Key<'de> {
    /// The name.
    pub name: Cow<'de, str>,
    /// Where its literal starts.
    pub start: usize,
}

impl<'de> Reader<'de> {
    /// At the start of a text.
    #[must_use]
    pub fn new(text: &'de str, decoding: Decoding) -> Self {
        Self {
            text,
            at: 0,
            left: DEPTH,
            strict: decoding == Decoding::Strict,
            altered: false,
            again: false,
            misfits: Vec::new(),
            items_at: None,
            failed: Vec::new(),
        }
    }

    /// The first byte of the next value.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                next => return next.copied(),
            }
        }
    }

    /// Where the next value starts.
    #[inline]
    pub fn start(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// The text from `start` to here.
    pub(crate) fn since(&self, start: usize) -> &'de str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// A place to go back to.
    #[inline]
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            at: self.at,
            left: self.left,
            altered: self.altered,
            misfits: self.misfits.len(),
        }
    }

    /// Goes back, and forgets what was read since.
    pub fn rewind(&mut self, mark: Mark) {
        self.at = mark.at;
        self.left = mark.left;
        self.altered = mark.altered;
        self.misfits.truncate(mark.misfits);
        let at = mark.at;
        self.failed.retain(|item| item.start < at);
    }

    pub(crate) fn take_misfits(&mut self) -> Vec<ReadError> {
        std::mem::take(&mut self.misfits)
    }

    /// Remembers that what is being read is written back in another form than it came in, so that the object around it
    /// keeps the text.
    #[inline]
    pub fn alter(&mut self) {
        self.altered = true;
    }

    /// Whether [`alter`](Self::alter) was called, and sets that to what is given.
    #[inline]
    pub(crate) fn swap_altered(&mut self, altered: bool) -> bool {
        std::mem::replace(&mut self.altered, altered)
    }

    /// Puts up with the value at `mark`, which does not fit: passes over it.
    pub(crate) fn put_up(&mut self, mark: Mark, error: ReadError) -> Result<(), ReadError> {
        if self.strict || !error.is_misfit() {
            return Err(error);
        }
        self.rewind(mark);
        self.skip()?;
        self.misfits.push(error);
        Ok(())
    }

    /// As [`put_up`](Self::put_up), of a `null` among items or the values of a map.
    pub(crate) fn put_up_null(&mut self, mark: Mark, error: ReadError) -> Result<(), ReadError> {
        if self.text.as_bytes().get(mark.at) != Some(&b'n') {
            return Err(error);
        }
        self.put_up(mark, error)?;
        self.altered = true;
        Ok(())
    }

    /// Lets single items of the array at this place fail.
    pub(crate) fn let_items_fail(&mut self, items_at: Option<usize>) {
        self.items_at = items_at;
    }

    pub(crate) fn take_failed(&mut self) -> Vec<FailedItem> {
        std::mem::take(&mut self.failed)
    }

    /// As [`put_up`](Self::put_up), of an item of the array that starts at `array`.
    pub(crate) fn put_up_item(
        &mut self,
        array: usize,
        index: usize,
        mark: Mark,
        error: ReadError,
    ) -> Result<(), ReadError> {
        if self.items_at != Some(array) || !error.is_misfit() {
            return self.put_up_null(mark, error);
        }
        self.rewind(mark);
        self.skip()?;
        self.altered = true;
        self.failed.push(FailedItem {
            index,
            start: mark.at,
            end: self.at,
            error,
        });
        Ok(())
    }

    fn syntax<T>(&self, message: &'static str) -> Result<T, ReadError> {
        match self.text.as_bytes().get(self.at) {
            None => Err(ReadError::syntax(self.at, "EOF while parsing a value")),
            Some(_) => Err(ReadError::syntax(self.at, message)),
        }
    }

    /// The error of finding another kind of value here.
    #[cold]
    pub fn unexpected(&mut self, expected: impl Into<Cow<'static, str>>) -> ReadError {
        match self.peek() {
            Some(byte) => match kind(byte) {
                Some(found) => ReadError::kind(self.at, found, expected),
                None => ReadError::syntax(self.at, "expected value"),
            },
            None => ReadError::syntax(self.at, "EOF while parsing a value"),
        }
    }

    /// Nothing but white space may be left.
    pub fn end(&mut self) -> Result<(), ReadError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => self.syntax("trailing characters"),
        }
    }

    /// Enters an array or object.
    #[inline]
    pub fn open(&mut self, bracket: u8, expected: &'static str) -> Result<(), ReadError> {
        if self.peek() != Some(bracket) {
            return Err(self.unexpected(expected));
        }
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => return self.syntax("recursion limit exceeded"),
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn close(&mut self) {
        self.at += 1;
        self.left = self.left.saturating_add(1);
    }

    /// Goes to the next item of an array; `false` at its end.
    #[inline]
    pub fn next_item(&mut self, first: &mut bool) -> Result<bool, ReadError> {
        let first = std::mem::replace(first, false);
        match self.peek() {
            Some(b']') => {
                self.close();
                Ok(false)
            }
            Some(b',') if !first => {
                self.at += 1;
                if self.peek() == Some(b']') {
                    return self.syntax("trailing comma");
                }
                Ok(true)
            }
            Some(_) if first => Ok(true),
            _ => self.syntax("expected `,` or `]`"),
        }
    }

    /// Goes to the next property of an object, and to its value; nothing at its end.
    #[inline]
    pub fn next_key(&mut self, first: &mut bool) -> Result<Option<Key<'de>>, ReadError> {
        let mut next = self.peek();
        if next == Some(b'}') {
            self.close();
            return Ok(None);
        }
        if !std::mem::replace(first, false) {
            if next != Some(b',') {
                return self.syntax("expected `,` or `}`");
            }
            self.at += 1;
            next = self.peek();
        }
        if next != Some(b'"') {
            return self.syntax("key must be a string");
        }
        self.key().map(Some)
    }

    /// Reads a key that is next, and its colon.
    pub(crate) fn key(&mut self) -> Result<Key<'de>, ReadError> {
        let start = self.at;
        let name = self.string()?;
        if self.peek() != Some(b':') {
            return self.syntax("expected `:`");
        }
        self.at += 1;
        Ok(Key { name, start })
    }

    /// Passes over a comma, if one is next.
    pub(crate) fn comma(&mut self) {
        if self.peek() == Some(b',') {
            self.at += 1;
        }
    }
}

/// What a value is that starts with this byte.
pub(crate) fn kind(first: u8) -> Option<&'static str> {
    match first {
        b'n' => Some("null"),
        b't' | b'f' => Some("boolean"),
        b'-' | b'0'..=b'9' => Some("number"),
        b'"' => Some("string"),
        b'[' => Some("array"),
        b'{' => Some("object"),
        _ => None,
    }
}
