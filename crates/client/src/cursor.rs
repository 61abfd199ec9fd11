//! Where the next page starts, in a form that can be saved.

use reqwest::Url;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// Where the next page of a list starts.
///
/// Its text (`link:https://...`, `token:...`, `offset:100`) can be saved and read back, with `Display` and `FromStr` or with
/// serde. `Debug` shows only the kind: a link or a token may be as good as a credential.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cursor {
    /// Behind this link.
    Link(Url),
    /// Where the API says this token is.
    Token(String),
    /// After this many items.
    Offset(u64),
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link(_) => "Link(***)",
            Self::Token(_) => "Token(***)",
            Self::Offset(_) => "Offset(***)",
        })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(url) => write!(f, "link:{url}"),
            Self::Token(token) => write!(f, "token:{token}"),
            Self::Offset(offset) => write!(f, "offset:{offset}"),
        }
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        match text.split_once(':') {
            Some(("link", link)) => link.parse().map(Self::Link).map_err(|_| InvalidCursor(())),
            Some(("token", token)) => Ok(Self::Token(token.to_owned())),
            Some(("offset", offset)) => offset
                .parse()
                .map(Self::Offset)
                .map_err(|_| InvalidCursor(())),
            _ => Err(InvalidCursor(())),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A text that is not a saved [`Cursor`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCursor(());

impl fmt::Display for InvalidCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a saved cursor: those start with `link:`, `token:` or `offset:`")
    }
}

impl std::error::Error for InvalidCursor {}
