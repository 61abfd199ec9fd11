//! `multipart/form-data` bodies (RFC 7578), written in memory so that a request can be sent again.

use crate::Encoding;
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// A `multipart/form-data` body.
#[derive(Clone, Default)]
pub struct Multipart {
    parts: Vec<Part>,
}

impl Multipart {
    /// A body without parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field with a text.
    #[must_use]
    pub fn text(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.part(Part::new(name, text.into()))
    }

    /// Adds a part. Names may repeat.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// The boundary and the body.
    ///
    /// # Errors
    ///
    /// A header that cannot be sent, and one that is missing.
    pub(crate) fn encode(&self, encoding: &[Encoding]) -> Result<(String, Bytes), String> {
        let mut boundary = random();
        while self
            .parts
            .iter()
            .any(|part| contains(&part.content, boundary.as_bytes()))
        {
            boundary = random();
        }
        let mut body = Vec::new();
        for part in &self.parts {
            let mut head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
                quoted(&part.name)
            );
            if let Some(name) = &part.file_name {
                head.push_str(&format!("; filename=\"{}\"", quoted(name)));
            }
            let known = encoding.iter().find(|known| known.property == part.name);
            let documented = known
                .and_then(|known| known.media_type)
                .filter(|known| is_one(known));
            if let Some(media_type) = part.content_type.as_deref().or(documented) {
                head.push_str(&format!("\r\nContent-Type: {}", one_line(media_type)));
            }
            for (name, value) in &part.headers {
                head.push_str(&header(&part.name, name, value)?);
            }
            let mut required = known.map_or(&[][..], |known| known.required_headers).iter();
            if let Some(missing) = required.find(|name| !part.has_header(name)) {
                return Err(format!("part `{}` lacks the header `{missing}`", part.name));
            }
            head.push_str("\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok((boundary, body.into()))
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart")
            .field("parts", &self.parts)
            .finish()
    }
}

/// One part of a [`Multipart`] body.
#[derive(Clone)]
pub struct Part {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    headers: Vec<(String, String)>,
    content: Bytes,
}

impl Part {
    /// A field of this name.
    #[must_use]
    pub fn new(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            file_name: None,
            content_type: None,
            headers: Vec::new(),
            content: content.into(),
        }
    }

    /// Makes it a file of this name.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Names its media type. Without one it has that of the operation's [`Encoding`], and without that the receiver takes it
    /// for `text/plain`.
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Adds a header of its own. One that no header can have makes the call fail before anything is sent.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn has_header(&self, wanted: &str) -> bool {
        self.headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

/// Escapes a name the way browsers do (HTML Standard, "multipart/form-data encoding algorithm").
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace('"', "%22")
}

/// Whether it is one media type: an `encoding` may name several, and ranges.
fn is_one(media_type: &str) -> bool {
    !media_type.contains([',', '*'])
}

/// A line of a part's head. Its value may be a secret and is not repeated.
fn header(part: &str, name: &str, value: &str) -> Result<String, String> {
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| format!("part `{part}` has a header whose name is not a token"))?;
    match HeaderValue::from_str(value) {
        Ok(_) => Ok(format!("\r\n{name}: {value}")),
        Err(_) => Err(format!(
            "header `{name}` of part `{part}` cannot have its value"
        )),
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// The standard library seeds each `RandomState` from the operating system, which is random enough for a text that only
/// has to be absent from the parts.
fn random() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("rolecall-{:016x}{:016x}", number(), number())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
