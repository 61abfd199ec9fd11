//! Reads JSON text (RFC 8259) value by value, and can go back.

use super::{Decoding, ReadError, unescaped};
use std::borrow::Cow;

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

    fn word(&mut self, word: &'static str) -> Result<(), ReadError> {
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

    fn skip_number(&mut self) -> Result<(), ReadError> {
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
    fn skip_string(&mut self) -> Result<bool, ReadError> {
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

    /// Passes over a value and hands out its text.
    pub fn raw(&mut self) -> Result<&'de str, ReadError> {
        let start = self.start();
        self.skip()?;
        Ok(self.since(start))
    }

    /// Passes over a value.
    pub fn skip(&mut self) -> Result<(), ReadError> {
        match self.peek() {
            Some(b'"') => self.skip_string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.skip_number(),
            Some(b'n') => self.word("null"),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'{') => self.skip_object(),
            Some(b'[') => {
                self.open(b'[', "")?;
                let mut first = true;
                while self.next_item(&mut first)? {
                    self.skip()?;
                }
                Ok(())
            }
            _ => self.syntax("expected value"),
        }
    }

    fn skip_object(&mut self) -> Result<(), ReadError> {
        self.open(b'{', "")?;
        let mut first = true;
        loop {
            let mut next = self.peek();
            if next == Some(b'}') {
                self.close();
                return Ok(());
            }
            if !std::mem::replace(&mut first, false) {
                if next != Some(b',') {
                    return self.syntax("expected `,` or `}`");
                }
                self.at += 1;
                next = self.peek();
            }
            if next != Some(b'"') {
                return self.syntax("key must be a string");
            }
            self.skip_string()?;
            if self.peek() != Some(b':') {
                return self.syntax("expected `:`");
            }
            self.at += 1;
            self.skip()?;
        }
    }

    /// Looks at the values of some properties of the object that is next, without reading it: of each the text, of the
    /// last one of that name.
    pub fn look<const N: usize>(
        &mut self,
        names: [&str; N],
    ) -> Result<[Option<&'de str>; N], ReadError> {
        let mut found = [None; N];
        let mark = self.mark();
        if self.peek() == Some(b'{') {
            self.open(b'{', "")?;
            let mut first = true;
            while let Some(key) = self.next_key(&mut first)? {
                let value = self.raw()?;
                for (name, found) in names.iter().zip(&mut found) {
                    if *name == key.name {
                        *found = Some(value);
                    }
                }
            }
        }
        self.rewind(mark);
        Ok(found)
    }

    /// Where the value at a JSON Pointer starts.
    pub(crate) fn find(&mut self, pointer: &str) -> Option<usize> {
        let mark = self.mark();
        let found = self.walk(pointer);
        self.rewind(mark);
        found
    }

    fn walk(&mut self, pointer: &str) -> Option<usize> {
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let mark = self.mark();
            let mut there = None;
            self.open(b'{', "").ok()?;
            let mut first = true;
            while let Some(key) = self.next_key(&mut first).ok()? {
                if key.name == token {
                    there = Some(self.mark());
                }
                self.skip().ok()?;
            }
            self.rewind(mark);
            self.rewind(there?);
        }
        Some(self.start())
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
