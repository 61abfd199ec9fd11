//! Pages: cursors that belong to one list, Link headers and links in the body.

use super::errors;
use super::links::link;
use crate::ids::mix;
use crate::{Answer, Request};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// The rows of one page, and the position at which the next one begins.
pub(super) struct Page<T> {
    pub(super) rows: Vec<T>,
    pub(super) next: Option<u64>,
}

impl<T> Page<T> {
    /// The first `limit` of rows that come with their positions.
    pub(super) fn take(rows: impl Iterator<Item = (u64, T)>, limit: usize) -> Self {
        let mut page = Self {
            rows: Vec::new(),
            next: None,
        };
        for (position, row) in rows {
            if page.rows.len() == limit {
                page.next = Some(position);
                break;
            }
            page.rows.push(row);
        }
        page
    }

    pub(super) fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(each).collect(),
            next: self.next,
        }
    }
}

/// The page size that was asked for: `default` when none or none that makes sense was, at most `maximum`.
pub(super) fn limit(request: &Request, default: usize, maximum: usize) -> usize {
    let asked = request.number("limit").filter(|asked| *asked > 0);
    let asked = asked.and_then(|asked| usize::try_from(asked).ok());
    asked.unwrap_or(default).min(maximum)
}

/// Where the page that is asked for begins.
///
/// # Errors
///
/// E0000029 when `after` is not a cursor of this list.
pub(super) fn start(request: &Request) -> Result<u64, Answer> {
    let Some(after) = request.query("after") else {
        return Ok(0);
    };
    let bytes = URL_SAFE_NO_PAD.decode(after).ok();
    let bytes: [u8; 16] = bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(errors::bad_paging)?;
    let bits = u128::from_be_bytes(bytes);
    let list = fingerprint(request);
    if (bits >> 64) as u64 != list {
        return Err(errors::bad_paging());
    }
    Ok(bits as u64 ^ mix(list))
}

fn cursor(request: &Request, position: u64) -> String {
    let list = fingerprint(request);
    let bits = u128::from(list) << 64 | u128::from(position ^ mix(list));
    URL_SAFE_NO_PAD.encode(bits.to_be_bytes())
}

/// What makes a list the same list: path and query, but for the place in it and the page size.
fn fingerprint(request: &Request) -> u64 {
    let mut bits = mix(0x6f6b_7461);
    let mut add = |text: &str| {
        for byte in text.bytes().chain([0]) {
            bits = mix(bits ^ u64::from(byte));
        }
    };
    add(&request.operation.id);
    for (_, value) in &request.path {
        add(value);
    }
    let others = |name: &str| !matches!(name, "after" | "limit");
    for (name, value) in request.query.iter().filter(|(name, _)| others(name)) {
        add(name);
        add(value);
    }
    bits
}

/// Path and query of the page that begins at a position.
fn target(request: &Request, position: u64) -> String {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty());
    let kept = kept.filter(|pair| pair.split('=').next() != Some("after"));
    let mut query = format!("after={}", cursor(request, position));
    for pair in kept {
        query.push('&');
        query.push_str(pair);
    }
    format!("{path}?{query}")
}

/// A whole list, as a bare array.
pub(super) fn whole(rows: Vec<Value>) -> Answer {
    Answer::ok(rows)
}

/// A page as a bare array, with one `Link` header line a relation.
pub(super) fn array(request: &Request, page: Page<impl Serialize>) -> Answer {
    with_links(Answer::written(&page.rows), request, page.next)
}

/// A page under a key of an object, with the next page in its `_links` and in the `Link` headers: clients follow either.
pub(super) fn object(
    request: &Request,
    key: &str,
    page: Page<impl Serialize>,
    mut links: Map<String, Value>,
) -> Answer {
    // fact: iam-lists-body-or-link
    if let Some(next) = page.next {
        links.insert("next".to_owned(), link(request, &target(request, next)));
    }
    let (rows, next) = (page.rows, page.next);
    let body = Listed { key, rows, links };
    with_links(Answer::written(&body), request, next)
}

/// Rows under their key, and the links.
struct Listed<'a, T> {
    key: &'a str,
    rows: Vec<T>,
    links: Map<String, Value>,
}

impl<T: Serialize> Serialize for Listed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(self.key, &self.rows)?;
        map.serialize_entry("_links", &self.links)?;
        map.end()
    }
}

fn with_links(answer: Answer, request: &Request, next: Option<u64>) -> Answer {
    let line =
        |target: &str, relation: &str| format!("<{}{target}>; rel=\"{relation}\"", request.origin);
    let answer = answer.header("link", line(&request.target, "self"));
    match next {
        Some(next) => answer.header("link", line(&target(request, next), "next")),
        None => answer,
    }
}
