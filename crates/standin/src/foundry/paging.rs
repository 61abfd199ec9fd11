//! Pages: `pageSize` and `pageToken` in the query, or in the body of a search.

use super::errors;
use crate::{Answer, Request};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::Bound;

/// The largest page, and the one without `pageSize`, of lists whose maximum is not published.
pub(super) const UNPUBLISHED: usize = 1_000;

/// How long a token is good for. Tokens are meant for the next call; the true life is not published.
const LIFE: TimeDelta = TimeDelta::minutes(10);

/// The page that a request asks for.
pub(super) struct Page<'a> {
    request: &'a Request,
    limit: usize,
    /// The key of the last item of the page before.
    pub(super) after: Option<String>,
}

impl<'a> Page<'a> {
    /// Reads size and token. `maximum` is also the size when none is asked for.
    pub(super) fn read(request: &'a Request, maximum: usize) -> Result<Self, Answer> {
        let body = request.json();
        let size = request
            .number("pageSize")
            .or_else(|| body.get("pageSize").and_then(Value::as_i64));
        let token = request
            .query("pageToken")
            .or_else(|| body.get("pageToken").and_then(Value::as_str));
        // fact: page-size-is-cut
        let limit = match size {
            None => maximum,
            Some(size) => match usize::try_from(size) {
                Ok(size) if size > 0 => size.min(maximum),
                _ => {
                    return Err(errors::invalid(
                        "InvalidPageSize",
                        json!({"pageSize": size}),
                    ));
                }
            },
        };
        let after = match token {
            None => None,
            Some(token) => {
                let key = open(token, &fingerprint(request), request.now);
                let bad = || errors::invalid("InvalidPageToken", json!({"pageToken": token}));
                Some(key.ok_or_else(bad)?)
            }
        };
        Ok(Self {
            request,
            limit,
            after,
        })
    }

    /// Pages of a fixed size, whatever `pageSize` says.
    pub(super) fn fixed(request: &'a Request, size: usize) -> Result<Self, Answer> {
        let mut page = Self::read(request, size)?;
        page.limit = size;
        Ok(page)
    }

    /// The key of the last item of the page before, when keys are numbers.
    pub(super) fn after_number(&self) -> Option<u64> {
        self.after.as_deref().and_then(|key| key.parse().ok())
    }

    /// How many items to fetch: one more than fit says whether there is another page.
    pub(super) fn fetch(&self) -> usize {
        self.limit + 1
    }

    /// The page that begins with these items. The iterator starts behind [`after`](Self::after); only what is on the page
    /// is rendered.
    pub(super) fn answer<K: ToString, T>(
        self,
        items: impl IntoIterator<Item = (K, T)>,
        render: impl Fn(T) -> Value,
    ) -> Answer {
        let mut data = Vec::new();
        let mut last = None;
        let mut more = false;
        for (key, item) in items {
            if data.len() == self.limit {
                more = true;
                break;
            }
            data.push(render(item));
            last = Some(key);
        }
        let mut body = Map::new();
        body.insert("data".to_owned(), Value::from(data));
        match last.filter(|_| more) {
            Some(key) => {
                let until = self.request.now + LIFE;
                let token = seal(&key.to_string(), &fingerprint(self.request), until);
                body.insert("nextPageToken".to_owned(), Value::from(token));
            }
            // fact: paging-rules
            // Both ends are seen in the wild: null behind several pages, nothing where one page was enough.
            None if self.after.is_some() => {
                body.insert("nextPageToken".to_owned(), Value::Null);
            }
            None => {}
        }
        Answer::ok(body)
    }
}

/// The entries of a map from a key on.
pub(super) fn starting<'a, V>(
    map: &'a BTreeMap<Box<str>, V>,
    from: &str,
) -> impl Iterator<Item = (&'a str, &'a V)> {
    let all = map.range::<str, _>((Bound::Included(from), Bound::Unbounded));
    all.map(|(key, value)| (&**key, value))
}

/// What a token is bound to: the operation, its arguments other than size and token, and the caller.
fn fingerprint(request: &Request) -> String {
    let mut body = request.json().clone();
    if let Some(body) = body.as_object_mut() {
        body.retain(|name, _| name != "pageToken" && name != "pageSize");
    }
    let query = request.query.iter();
    let query = query.filter(|(name, _)| name != "pageToken" && name != "pageSize");
    let all = json!([
        request.operation.id,
        request.path,
        query.collect::<Vec<_>>(),
        body,
        request.caller.principal
    ]);
    all.to_string()
}

fn checksum(key: &str, until: i64, fingerprint: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(json!([key, until, fingerprint]).to_string());
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..12])
}

fn seal(key: &str, fingerprint: &str, until: DateTime<Utc>) -> String {
    let until = until.timestamp();
    let checksum = checksum(key, until, fingerprint);
    let content = json!([key, until, checksum]).to_string();
    format!("v1.{}", URL_SAFE_NO_PAD.encode(content))
}

fn open(token: &str, fingerprint: &str, now: DateTime<Utc>) -> Option<String> {
    let content = URL_SAFE_NO_PAD.decode(token.strip_prefix("v1.")?).ok()?;
    let (key, until, found): (String, i64, String) = serde_json::from_slice(&content).ok()?;
    let good = found == checksum(&key, until, fingerprint) && now.timestamp() < until;
    good.then_some(key)
}
