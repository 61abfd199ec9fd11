//! Where values are in a text, as JSON Pointers.

use super::{Decoding, ReadError, Reader};
use crate::json_path::push;
use std::borrow::Cow;

/// The JSON Pointers (RFC 6901) of the values that start at these offsets, which must ascend. One walk over the text finds
/// all of them.
pub(super) fn pointers(text: &str, offsets: &[usize]) -> Vec<String> {
    if offsets.is_empty() {
        return Vec::new();
    }
    let mut walk = Walk {
        offsets,
        path: Vec::new(),
        found: Vec::with_capacity(offsets.len()),
    };
    // The text has been read before, so that it can be read.
    let _ = walk.value(&mut Reader::new(text, Decoding::Strict));
    walk.found.resize(offsets.len(), String::new());
    walk.found
}

struct Walk<'a> {
    offsets: &'a [usize],
    path: Vec<Step<'a>>,
    found: Vec<String>,
}

enum Step<'a> {
    Key(Cow<'a, str>),
    Item(usize),
}

impl<'a> Walk<'a> {
    fn value(&mut self, from: &mut Reader<'a>) -> Result<(), ReadError> {
        let start = from.start();
        while self.next().is_some_and(|offset| offset <= start) {
            self.found.push(self.pointer());
        }
        if self.next().is_none() {
            return Ok(());
        }
        let mut first = true;
        match from.peek() {
            Some(b'{') => {
                from.open(b'{', "an object")?;
                while let Some(key) = from.next_key(&mut first)? {
                    self.below(Step::Key(key.name), from)?;
                }
                Ok(())
            }
            Some(b'[') => {
                from.open(b'[', "an array")?;
                let mut index = 0;
                while from.next_item(&mut first)? {
                    self.below(Step::Item(index), from)?;
                    index += 1;
                }
                Ok(())
            }
            _ => from.skip(),
        }
    }

    fn below(&mut self, step: Step<'a>, from: &mut Reader<'a>) -> Result<(), ReadError> {
        self.path.push(step);
        self.value(from)?;
        self.path.pop();
        if self.next().is_none() {
            // Nothing is left to find: the rest need not be walked.
            return Err(ReadError::syntax(0, ""));
        }
        Ok(())
    }

    fn next(&self) -> Option<usize> {
        self.offsets.get(self.found.len()).copied()
    }

    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) => push(&mut pointer, key),
                Step::Item(index) => push(&mut pointer, &index.to_string()),
            }
        }
        pointer
    }
}
