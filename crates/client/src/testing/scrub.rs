//! Taking secrets, and the name of the tenant, out of what is recorded.

use super::recording::{ORIGIN, RecordedBody};
use crate::redaction::{is_secret_name, redact_with};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::Url;
use serde_json::Value;
use zeroize::Zeroizing;

/// What a placeholder of a secret starts with.
const PLACEHOLDER: &str = "redacted-";
/// The host of [`ORIGIN`].
const HOST: &str = "recorded.invalid";
/// What is percent-encoded in a path.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The secrets so far. Each has a number, so that what is the same stays the same: a cursor that looks like a secret leads
/// on when the exchanges are replayed.
#[derive(Default)]
pub(super) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    fn placeholder(&mut self, secret: &str) -> String {
        if secret.is_empty() || is_placeholder(secret) {
            return secret.to_owned();
        }
        // Links have in percent-encoding what bodies have as it is.
        let plain = percent_decode_str(secret).decode_utf8_lossy().into_owned();
        let plain = Zeroizing::new(plain);
        let known = self.0.iter().position(|secret| *secret == plain);
        let number = known.unwrap_or_else(|| {
            self.0.push(plain);
            self.0.len() - 1
        });
        format!("{PLACEHOLDER}{}", number + 1)
    }
}

/// Takes secrets out of one exchange.
pub(super) struct Scrubber<'a> {
    pub(super) secrets: &'a mut Secrets,
    /// Where the request went.
    pub(super) url: &'a Url,
}

impl Scrubber<'_> {
    /// Any text. The URLs in it are taken apart.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut scrubbed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = url_start(rest) {
            let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"'\\".contains(c);
            let end = rest[start..]
                .find(ends)
                .map_or(rest.len(), |end| start + end);
            scrubbed.push_str(&self.words(&rest[..start]));
            match Url::parse(&rest[start..end]) {
                Ok(url) => scrubbed.push_str(&self.url(url)),
                Err(_) => scrubbed.push_str(&self.words(&rest[start..end])),
            }
            rest = &rest[end..];
        }
        scrubbed.push_str(&self.words(rest));
        scrubbed
    }

    /// A text without a URL.
    fn words(&mut self, text: &str) -> String {
        let hidden = redact_with(text, |secret| self.secrets.placeholder(secret));
        neutral(&hidden, self.url)
    }

    fn url(&mut self, url: Url) -> String {
        let target = self.target(&url);
        let fragment = url
            .fragment()
            .map(|fragment| format!("#{}", self.words(fragment)));
        let origin = neutral(&url.origin().ascii_serialization(), self.url);
        format!("{origin}{target}{}", fragment.unwrap_or_default())
    }

    /// Path and query of a URL.
    pub(super) fn target(&mut self, url: &Url) -> String {
        let segments = url.path().split('/').map(|segment| {
            let plain = percent_decode_str(segment).decode_utf8_lossy();
            let scrubbed = self.words(&plain);
            // As it was written, unless there was something in it.
            if scrubbed == plain {
                segment.to_owned()
            } else {
                utf8_percent_encode(&scrubbed, RESERVED).to_string()
            }
        });
        let path = segments.collect::<Vec<_>>().join("/");
        if url.query().is_none() {
            return path;
        }
        let pairs = url.query_pairs().map(|(name, value)| {
            let value = if is_secret_name(&name) {
                self.secrets.placeholder(&value)
            } else {
                self.text(&value)
            };
            (name.into_owned(), value)
        });
        let pairs: Vec<_> = pairs.collect();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        format!("{path}?{}", query.finish())
    }

    pub(super) fn body(&mut self, body: RecordedBody) -> RecordedBody {
        match body {
            RecordedBody::Json(json) => RecordedBody::Json(self.json(json, false)),
            RecordedBody::Text(text) => RecordedBody::Text(self.text(&text)),
            // Nothing is known of what it is.
            RecordedBody::Base64(text) => RecordedBody::Base64(text),
        }
    }

    /// `secret` says that it is below the name of a secret.
    fn json(&mut self, json: Value, secret: bool) -> Value {
        match json {
            Value::String(text) if secret => self.secrets.placeholder(&text).into(),
            Value::String(text) => self.text(&text).into(),
            Value::Number(_) if secret => 0.into(),
            Value::Array(items) => {
                let items = items.into_iter().map(|item| self.json(item, secret));
                Value::Array(items.collect())
            }
            Value::Object(object) => {
                let object = object.into_iter().map(|(name, value)| {
                    let secret = secret || is_secret_name(&name);
                    let value = self.json(value, secret);
                    (self.words(&name), value)
                });
                Value::Object(object.collect())
            }
            other => other,
        }
    }
}

/// The text with the origin and the host of a service taken out.
pub(super) fn neutral(text: &str, service: &Url) -> String {
    let neutral = text.replace(&service.origin().ascii_serialization(), ORIGIN);
    match service.domain() {
        // `localhost` may stand for anything.
        Some(host) if host.contains('.') => neutral.replace(host, HOST),
        _ => neutral,
    }
}

/// The text with the origin and the host of a service put in.
pub(super) fn located(text: &str, service: &Url) -> String {
    let located = text.replace(ORIGIN, &service.origin().ascii_serialization());
    match service.host_str() {
        Some(host) => located.replace(HOST, host),
        None => located,
    }
}

fn url_start(text: &str) -> Option<usize> {
    let starts = ["https://", "http://"].map(|scheme| text.find(scheme));
    starts.into_iter().flatten().min()
}

/// Whether a text stands for a secret.
pub(super) fn is_placeholder(text: &str) -> bool {
    let number = text.strip_prefix(PLACEHOLDER);
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether a text could be a recorded one: placeholders in that stand for any text but another placeholder.
pub(super) fn could_be(recorded: &str, text: &str) -> bool {
    if recorded == text {
        return true;
    }
    let Some(at) = recorded.find(PLACEHOLDER) else {
        return false;
    };
    let (before, rest) = recorded.split_at(at);
    let digits = rest[PLACEHOLDER.len()..].bytes();
    let digits = digits.take_while(u8::is_ascii_digit).count();
    let Some(text) = text.strip_prefix(before).filter(|_| digits > 0) else {
        return false;
    };
    let rest = &rest[PLACEHOLDER.len() + digits..];
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.filter(|end| !is_placeholder(&text[..*end]))
        .any(|end| could_be(rest, &text[end..]))
}
