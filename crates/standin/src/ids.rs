//! Identifiers in the vendors' formats: the same sequence for the same seed.

use serde::{Deserialize, Serialize};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A source of identifiers that never gives one twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ids {
    seed: u64,
    next: u64,
}

impl Ids {
    /// A source that starts at the beginning of the sequence of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, next: 0 }
    }

    /// 128 bits that no earlier or later call gives: a permutation of a counter.
    fn bits(&mut self) -> u128 {
        let count = self.next;
        self.next += 1;
        let high = mix(count ^ mix(self.seed));
        u128::from(high) << 64 | u128::from(mix(high ^ self.seed.rotate_left(17)))
    }

    /// `length` characters of `0-9A-Za-z` behind a prefix. At least 11 are needed to stay unique.
    pub fn base62(&mut self, prefix: &str, length: usize) -> String {
        let mut bits = self.bits();
        let mut id = String::with_capacity(prefix.len() + length);
        id.push_str(prefix);
        // The high half alone is a permutation, so it goes first.
        bits = bits.rotate_left(64);
        for _ in 0..length {
            id.push(char::from(BASE62[(bits % 62) as usize]));
            bits /= 62;
        }
        id
    }

    /// A UUID of version 4 in form (RFC 9562, section 5.4).
    pub fn uuid(&mut self) -> String {
        uuid(self.bits())
    }
}

/// These bits as a UUID of version 4.
pub(crate) fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// A bijection of 64 bits (the finalizer of SplitMix64).
pub(crate) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

#[cfg(test)]
mod tests {
    use super::Ids;
    use std::collections::HashSet;

    #[test]
    fn identifiers_repeat_by_seed_and_never_within_one() {
        let take = |seed| {
            let mut ids = Ids::new(seed);
            let each = |_| [ids.base62("00u", 17), ids.uuid()];
            (0..5_000).map(each).collect::<Vec<_>>()
        };
        assert_eq!(take(7), take(7));
        assert_ne!(take(7), take(8));
        let distinct: HashSet<String> = take(7).into_iter().flatten().collect();
        assert_eq!(distinct.len(), 10_000);
    }

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        let id = Ids::new(3).uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
    }
}
