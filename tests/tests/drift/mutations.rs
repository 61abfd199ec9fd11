//! Whatever the documents hold, a comparison ends without a panic.

use crate::corpus::pairs;
use rolecall_drift::{self as drift, Options};
use rolecall_openapi::load;

/// A small generator of numbers (xorshift64*), so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        usize::try_from(self.draw() % limit).unwrap_or(0)
    }
}

/// Words that mean something to a comparison.
const WORDS: &[&str] = &[
    "$ref",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "items",
    "properties",
    "required",
    "enum",
    "const",
    "null",
    "type",
    "nullable",
    "discriminator",
    "mapping",
    "true",
    "false",
    "[]",
    "{}",
    "0",
    "-1",
    "1e308",
    "\"\"",
    "\"#/components/schemas/Thing\"",
    "\"#/paths\"",
    "\"#\"",
    "\"string\"",
    "\"object\"",
    "additionalProperties",
    "parameters",
    "responses",
    "content",
    "readOnly",
    "minimum",
    "maxLength",
    "default",
];

/// Changes some bytes; half the time whole tokens, so that the text can still be read more often.
fn mutate(text: &str, numbers: &mut Numbers) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        match numbers.below(5) {
            0 => bytes[at] = u8::try_from(numbers.below(256)).unwrap_or(0),
            1 => {
                let end = (at + 1 + numbers.below(24)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let end = (at + 1 + numbers.below(40)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                // A word, in the place of the quoted one around.
                let start = bytes[..at].iter().rposition(|byte| *byte == b'"');
                let end = bytes[at..]
                    .iter()
                    .position(|byte| *byte == b'"')
                    .map(|end| at + end);
                let word = WORDS[numbers.below(WORDS.len())];
                if let (Some(start), Some(end)) = (start, end) {
                    let quoted = match numbers.below(2) {
                        0 => format!("\"{}\"", word.trim_matches('"')),
                        _ => word.to_owned(),
                    };
                    bytes.splice(start..=end, quoted.into_bytes());
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn mutated_documents_are_compared_or_refused_and_nothing_else() {
    const ROUNDS: usize = 10_000;
    let (pairs, _) = pairs();
    let mut numbers = Numbers(0x5eed_0fd2_1f7a);
    let (mut compared, mut differing) = (0, 0);
    for round in 0..ROUNDS {
        let pair = &pairs[numbers.below(pairs.len())];
        let texts = [&pair.old, &pair.new].map(|value| value.to_string());
        let [old, new] = texts.map(|text| match numbers.below(4) {
            0 => text,
            _ => mutate(&text, &mut numbers),
        });
        let (Ok(old), Ok(new)) = (load::parse("old", &old), load::parse("new", &new)) else {
            continue;
        };
        compared += 1;
        // Deriving both crates is a hundred times slower; its own tests mutate what it reads.
        let api = round % 20 == 0;
        let comparison = drift::compare(&old, &new, &Options { api, version: None });
        differing += usize::from(!comparison.findings.is_empty());
        let shown = serde_json::to_string(&comparison).expect("a comparison can be written");
        assert!(shown.contains("findings"));
    }
    assert!(compared > ROUNDS / 10, "only {compared} could be read");
    assert!(
        differing > compared / 4,
        "only {differing} of {compared} differ"
    );
}
