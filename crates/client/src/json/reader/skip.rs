//! Values that are passed over, and looking ahead.

use super::Reader;
use crate::json::ReadError;

impl<'de> Reader<'de> {
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
