//! The secrets that one request carries, to take them out of the answer to it.

use super::{HIDDEN, is_secret_name};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use std::fmt;
use zeroize::Zeroizing;

/// What is shorter could be part of anything.
const SHORTEST: usize = 6;

/// The secrets of one request: what authenticates it, and what is under the name of a secret in its query and its body.
#[derive(Clone, Default)]
pub(crate) struct RequestSecrets {
    headers: Vec<HeaderValue>,
    values: Vec<Zeroizing<String>>,
}

impl RequestSecrets {
    pub(crate) fn of(request: &reqwest::Request) -> Self {
        let headers = request.headers().iter().filter(|(name, value)| {
            let known = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];
            value.is_sensitive() || known.contains(name) || is_secret_name(name.as_str())
        });
        let mut secrets = Self {
            headers: headers.map(|(_, value)| value.clone()).collect(),
            values: Vec::new(),
        };
        if request.url().query().is_some() {
            let pairs = request.url().query_pairs();
            let pairs = pairs.filter(|(name, _)| name == "key" || is_secret_name(name));
            secrets
                .values
                .extend(pairs.map(|(_, value)| Zeroizing::new(value.into_owned())));
        }
        if let Some(body) = request.body().and_then(reqwest::Body::as_bytes) {
            secrets.body(body);
        }
        secrets
    }

    fn body(&mut self, body: &[u8]) {
        // Most bodies have none, and need not be read for that.
        let names = [
            "ssw",
            "assp",
            "ecret",
            "oken",
            "ssertion",
            "erifier",
            "redential",
            "Key",
            "key",
        ];
        if !names
            .iter()
            .any(|name| find(body, name.as_bytes()).is_some())
        {
            return;
        }
        if let Ok(json) = serde_json::from_slice::<Value>(body) {
            self.json(&json, false);
        } else if let Ok(form) = std::str::from_utf8(body) {
            for (name, value) in form.split('&').filter_map(|pair| pair.split_once('=')) {
                if is_secret_name(name) {
                    let spaces = value.replace('+', " ");
                    let value = percent_decode_str(&spaces).decode_utf8_lossy();
                    self.values.push(Zeroizing::new(value.into_owned()));
                }
            }
        }
    }

    fn json(&mut self, json: &Value, named: bool) {
        match json {
            Value::String(text) if named => self.values.push(Zeroizing::new(text.clone())),
            Value::Array(items) => items.iter().for_each(|item| self.json(item, named)),
            Value::Object(object) => {
                for (name, value) in object {
                    self.json(value, named || is_secret_name(name));
                }
            }
            _ => {}
        }
    }

    /// Every secret in every spelling that an answer could repeat, the longest first: a shorter one may be part of it.
    fn spellings(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let mut all: Vec<Zeroizing<String>> = self.values.clone();
        for value in &self.headers {
            let Ok(text) = value.to_str() else { continue };
            // A scheme is no secret.
            let scheme = |(scheme, _): &(&str, &str)| scheme.chars().all(char::is_alphanumeric);
            let Some((scheme, token)) = text.split_once(' ').filter(scheme) else {
                all.push(Zeroizing::new(text.to_owned()));
                continue;
            };
            all.push(Zeroizing::new(token.trim().to_owned()));
            if !scheme.eq_ignore_ascii_case("basic") {
                continue;
            }
            let pair = STANDARD.decode(token.trim()).map(String::from_utf8);
            if let Ok(Ok(pair)) = pair {
                let password = pair
                    .split_once(':')
                    .map(|(_, password)| password.to_owned());
                all.extend(
                    [Some(pair), password]
                        .into_iter()
                        .flatten()
                        .map(Zeroizing::new),
                );
            }
        }
        let mut spellings: Vec<_> = all.iter().flat_map(|text| spelled(text)).collect();
        spellings.retain(|spelling| spelling.len() >= SHORTEST);
        spellings.sort_by(|one, other| {
            let by_length = other.len().cmp(&one.len());
            by_length.then_with(|| one.as_slice().cmp(other.as_slice()))
        });
        spellings.dedup();
        spellings
    }

    /// The same body without them.
    pub(crate) fn taken_out_of(&self, body: Bytes) -> Bytes {
        let without = |body: Bytes, spelling: &Zeroizing<Vec<u8>>| {
            replaced(&body, spelling).map_or(body, Bytes::from)
        };
        self.spellings().iter().fold(body, without)
    }

    /// Takes them out of headers.
    pub(crate) fn take_out_of(&self, headers: &mut HeaderMap) {
        let spellings = self.spellings();
        for value in headers.values_mut() {
            for spelling in &spellings {
                let without = replaced(value.as_bytes(), spelling);
                if let Some(without) = without.and_then(|text| HeaderValue::from_bytes(&text).ok())
                {
                    *value = without;
                }
            }
        }
    }
}

/// A secret as it is, in JSON, in a URL, in a form and in HTML.
fn spelled(text: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let json = Value::from(text).to_string();
    let json = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'));
    let json = json.unwrap_or_default();
    let url = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let html = text.replace('&', "&amp;").replace('<', "&lt;");
    [
        text.to_owned(),
        json.to_owned(),
        json.replace('/', "\\/"),
        url.replace("%20", "+"),
        url.replace("%2D", "-")
            .replace("%5F", "_")
            .replace("%2E", ".")
            .replace("%7E", "~"),
        url,
        html.replace('>', "&gt;").replace('"', "&quot;"),
    ]
    .map(|spelling| Zeroizing::new(spelling.into_bytes()))
    .into()
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        if text[from + at..].starts_with(what) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// The text without a secret; `None` when it is not in it.
fn replaced(text: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let mut without = Vec::new();
    let mut rest = text;
    let mut at = find(rest, secret)?;
    loop {
        without.extend_from_slice(&rest[..at]);
        without.extend_from_slice(HIDDEN.as_bytes());
        rest = &rest[at + secret.len()..];
        match find(rest, secret) {
            Some(next) => at = next,
            None => break,
        }
    }
    without.extend_from_slice(rest);
    Some(without)
}

impl fmt::Debug for RequestSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestSecrets(***)")
    }
}
