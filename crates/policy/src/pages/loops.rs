//! Lists that go round in circles.

use rolecall_client::{Cursor, Pages};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many of the latest cursors are known. A circle of up to so many pages is found before anything is read twice.
const KNOWN: usize = 4096;

/// Why the pages of a list were not read on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PagesProblem {
    /// The page size that was asked for cannot be had.
    Size(String),
    /// The next page is not where this operation's pages are: another origin, another path, another kind of cursor.
    Elsewhere(String),
    /// The cursor of the next page is one that was followed already.
    SameCursor {
        /// How many pages were read.
        pages: u64,
    },
    /// The next page has the very items of an earlier one.
    SamePage {
        /// How many pages were read before it.
        pages: u64,
    },
    /// There are more pages than were to be read.
    TooMany {
        /// How many pages were read.
        pages: u64,
    },
}

impl fmt::Display for PagesProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size(problem) => write!(
                f,
                "nothing was sent: the page size cannot be set: {problem}"
            ),
            Self::Elsewhere(problem) => f.write_str(problem),
            Self::SameCursor { pages } => write!(
                f,
                "the list goes round in a circle: after {pages} pages comes a cursor that was followed already"
            ),
            Self::SamePage { pages } => write!(
                f,
                "the list does not move on: after {pages} pages comes a page with the items of an earlier one; the service \
                 may take no notice of the paging parameters, and the items so far may be all there are"
            ),
            Self::TooMany { pages } => write!(
                f,
                "the list has more than {pages} pages, which is all that were to be read; `max_pages` allows more, and the \
                 cursor leads on"
            ),
        }
    }
}

/// What tells one page's items from another's: equal for equal items, and different for all others but by rare chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    /// Of the items alone where pages are counted, for such a body may hold the offset. Of the whole body elsewhere, which
    /// costs less and holds the cursor that leads on.
    pub(super) fn of(body: &[u8], pages: Pages) -> Self {
        let mut hasher = DefaultHasher::new();
        match pages {
            Pages::Offset { items, .. } => {
                let found = items_in(body, items);
                found.map_or(body, |items| items.get().as_bytes())
            }
            _ => body,
        }
        .hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The text of what stands at a JSON Pointer.
fn items_in<'a>(body: &'a [u8], pointer: &str) -> Option<&'a RawValue> {
    let mut found: &RawValue = serde_json::from_slice(body).ok()?;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let mut json = serde_json::Deserializer::from_str(found.get());
        found = Member(&token).deserialize(&mut json).ok()??;
    }
    Some(found)
}

/// Reads one member of an object, as text.
struct Member<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// What is remembered of a list to notice that it goes round in circles. It is bounded: two fingerprints of pages, and the
/// digests of the latest 4,096 cursors (about 100 KiB when full). Longer circles are found by Brent's algorithm ("An improved
/// Monte Carlo factorization algorithm", 1980), which costs one digest more, after at most three rounds.
#[derive(Debug, Default)]
pub(super) struct Loops {
    first: Option<Fingerprint>,
    last: Option<Fingerprint>,
    latest: VecDeque<u64>,
    known: HashSet<u64>,
    /// Brent's algorithm: the cursor that all later ones are held against, until so many have followed.
    marked: u64,
    power: u64,
    since: u64,
}

impl Loops {
    /// Takes note of a page.
    pub(super) fn has(&mut self, page: Fingerprint) {
        self.first.get_or_insert(page);
        self.last = Some(page);
    }

    /// Whether a page has the items of the first or of the last one.
    pub(super) fn repeats(&self, page: Fingerprint) -> bool {
        self.first == Some(page) || self.last == Some(page)
    }

    /// Takes note of the cursor that leads on, and tells whether it was followed already.
    pub(super) fn goes_to(&mut self, cursor: &Cursor) -> bool {
        // An offset grows with every page.
        if matches!(cursor, Cursor::Offset(_)) {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        cursor.hash(&mut hasher);
        let digest = hasher.finish();
        if !self.known.insert(digest) || (self.power > 0 && digest == self.marked) {
            return true;
        }
        self.latest.push_back(digest);
        if self.latest.len() > KNOWN
            && let Some(oldest) = self.latest.pop_front()
        {
            self.known.remove(&oldest);
        }
        if self.since == self.power {
            self.marked = digest;
            self.power = self.power.saturating_mul(2).max(1);
            self.since = 0;
        }
        self.since += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rolecall_client::{PageLimit, PageLocation, PageParameter};

    fn token(number: u64) -> Cursor {
        Cursor::Token(number.to_string())
    }

    /// How many cursors are taken of a list that has some at its start and then goes round in a circle.
    fn found_after(start: u64, circle: u64) -> u64 {
        let mut loops = Loops::default();
        let mut followed = 0;
        loop {
            let number = if followed < start {
                followed
            } else {
                start + (followed - start) % circle
            };
            if loops.goes_to(&token(number)) {
                return followed;
            }
            followed += 1;
        }
    }

    #[test]
    fn finds_long_circles_in_the_end() {
        let (start, circle) = (10, KNOWN as u64 + 1000);
        let followed = found_after(start, circle);
        assert!(followed >= start + circle, "{followed}");
        assert!(followed <= 3 * (start + circle), "{followed}");
    }

    #[test]
    fn remembers_no_more_than_it_says() {
        let mut loops = Loops::default();
        for number in 0..50_000 {
            assert!(!loops.goes_to(&token(number)), "{number}");
        }
        assert_eq!(loops.latest.len(), KNOWN);
        assert_eq!(loops.known.len(), KNOWN);
    }

    const OFFSET: Pages = Pages::Offset {
        items: "/page/a~1b",
        offset: PARAMETER,
        limit: PageLimit {
            parameter: PARAMETER,
            default: None,
            maximum: None,
        },
    };

    const PARAMETER: PageParameter = PageParameter {
        location: PageLocation::Query,
        name: "x",
    };

    #[test]
    fn counted_pages_are_told_by_their_items() {
        let of = |skip: u64, items: &str| {
            let body = format!(r#"{{"skip":{skip},"page":{{"x":1,"a/b":{items}}}}}"#);
            Fingerprint::of(body.as_bytes(), OFFSET)
        };
        assert_eq!(of(0, "[1,2]"), of(2, "[1,2]"));
        assert_ne!(of(0, "[1,2]"), of(0, "[1,3]"));
    }

    proptest! {
        #[test]
        fn finds_short_circles_at_once(start in 0u64..300, circle in 1u64..300) {
            prop_assert_eq!(found_after(start, circle), start + circle);
        }

        #[test]
        fn takes_any_body(body in "\\PC{0,80}|[\\[\\]{}\":,a/b0-9]{0,80}") {
            let _ = Fingerprint::of(body.as_bytes(), OFFSET);
        }
    }
}
