//! Regular expressions of `pattern` and `patternProperties`: those of ECMA-262 (JSON Schema Validation 2020-12, section
//! 6.3.3), read with the flag `u`, not anchored.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use regress::Regex;

/// Compiles a pattern; `None` where it is too large to be handed to a recursive parser that has no limit of its own.
///
/// # Errors
///
/// The pattern is not a regular expression; the error says why in a few words.
pub fn compile(pattern: &str) -> Result<Option<Regex>, regress::Error> {
    if !is_modest(pattern) {
        return Ok(None);
    }
    Regex::with_flags(pattern, "u").map(Some)
}

fn is_modest(pattern: &str) -> bool {
    let open = pattern
        .bytes()
        .filter(|byte| matches!(byte, b'(' | b'[' | b'{'))
        .count();
    pattern.len() <= 10_000 && open <= 100
}

/// Patterns that were compiled before. It holds what it was asked for, so a description's patterns bound its size.
#[derive(Debug, Default)]
pub(crate) struct Patterns(RwLock<HashMap<String, Option<Arc<Regex>>>>);

impl Patterns {
    /// Whether a text matches a pattern; `None` where the pattern is of no use, which is the description's fault and
    /// not the text's.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        Some(self.get(pattern)?.find(text).is_some())
    }

    fn get(&self, pattern: &str) -> Option<Arc<Regex>> {
        // An entry is put in whole or not at all, so a panic elsewhere while the lock was held spoils nothing.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = known.get(pattern) {
            return compiled.clone();
        }
        drop(known);
        let compiled = compile(pattern).ok().flatten().map(Arc::new);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(pattern.to_owned()).or_insert(compiled).clone()
    }
}
