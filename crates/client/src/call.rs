//! The request builder under every generated builder.

use crate::body::{Body, set_at};
use crate::origin::same_origin;
use crate::{
    ArrayStyle, Decoding, Encoding, Location, Multipart, Operation, PageLocation, PageParameter,
    ParamValue, Transport,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;
use serde_core::Serialize;
use serde_json::Value;
use std::fmt;

/// One call of an operation: what has been set so far. Nothing is sent before one of the `send` functions.
///
/// What cannot be used (an unknown parameter, a body that cannot be serialized) is remembered and comes back from `send` as
/// [`Error::InvalidRequest`](crate::Error::InvalidRequest). `Debug` shows names, never values.
#[derive(Clone)]
pub struct Call {
    pub(crate) transport: Transport,
    pub(crate) operation: &'static Operation,
    pub(crate) values: Vec<(Location, &'static str, Value)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Body>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) link: Option<Url>,
    pub(crate) problem: Option<String>,
    pub(crate) decoding: Option<Decoding>,
}

impl Call {
    /// A call with nothing set.
    #[must_use]
    pub fn new(transport: &Transport, operation: &'static Operation) -> Self {
        Self {
            transport: transport.clone(),
            operation,
            values: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            content_type: None,
            link: None,
            problem: None,
            decoding: None,
        }
    }

    /// The operation.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Where the call goes.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Sets the parameter of this name, replacing what it was. Where two parameters share the name, it is the one that the
    /// operation lists first; see [`set_in`](Self::set_in).
    pub fn set(&mut self, name: &'static str, value: impl Into<ParamValue>) {
        let location = self.operation.parameter(name).map(|known| known.location);
        self.put(location, name, value.into().0);
    }

    /// Sets the parameter of this name in this location, replacing what it was.
    pub fn set_in(&mut self, location: Location, name: &'static str, value: impl Into<ParamValue>) {
        self.put(Some(location), name, value.into().0);
    }

    /// Sets the parameter of this name to what a value serializes to.
    pub fn set_serialized(&mut self, name: &'static str, value: &impl Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => self.set(name, value),
            Err(_) => self.fail(format!("parameter `{name}` cannot be serialized")),
        }
    }

    /// Sets the parameter of this name in this location to what a value serializes to.
    pub fn set_serialized_in(
        &mut self,
        location: Location,
        name: &'static str,
        value: &impl Serialize,
    ) {
        match serde_json::to_value(value) {
            Ok(value) => self.set_in(location, name, value),
            Err(_) => self.fail(format!("parameter `{name}` cannot be serialized")),
        }
    }

    fn put(&mut self, location: Option<Location>, name: &'static str, value: Value) {
        let mut known = self.operation.parameters.iter();
        let Some(location) = location
            .filter(|place| known.any(|known| known.name == name && known.location == *place))
        else {
            return self.fail(format!("there is no parameter `{name}`"));
        };
        self.values
            .retain(|(place, set, _)| (*place, *set) != (location, name));
        self.values.push((location, name, value));
    }

    pub(crate) fn value(&self, location: Location, name: &str) -> Option<&Value> {
        let mut values = self.values.iter();
        values
            .find(|(place, set, _)| (*place, *set) == (location, name))
            .map(|(_, _, value)| value)
    }

    /// The first thing that went wrong is the one to tell.
    pub(crate) fn fail(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    fn encoding(&self) -> &'static [Encoding] {
        self.operation.body.map_or(&[], |body| body.encoding)
    }

    fn put_body(&mut self, body: Result<Body, String>) {
        match body {
            Ok(body) => self.body = Some(body),
            Err(problem) => self.fail(problem),
        }
    }

    /// Sets a JSON body.
    pub fn json(&mut self, body: &impl Serialize) {
        self.put_body(Body::json(body));
    }

    /// Sets an `application/x-www-form-urlencoded` body from an object: properties are written as the operation's
    /// [`Encoding`] says. Where it says nothing, nested objects become `a[b]=c` and arrays repeat their key. Properties that
    /// are null are left out.
    pub fn form(&mut self, body: &impl Serialize) {
        let encoding = self.encoding();
        self.put_body(Body::form(body, ArrayStyle::default(), encoding));
    }

    /// As [`form`](Self::form), with all arrays written in this style, whatever the operation says.
    pub fn form_with(&mut self, body: &impl Serialize, lists: ArrayStyle) {
        self.put_body(Body::form(body, lists, &[]));
    }

    /// Sets a text body, as `text/plain` in UTF-8 unless the operation says otherwise.
    pub fn text(&mut self, body: impl Into<String>) {
        let bytes = body.into().into();
        self.body = Some(Body {
            bytes,
            kind: crate::body::Kind::Text,
        });
    }

    /// Sets a body of bytes, as `application/octet-stream` unless the operation says otherwise.
    pub fn bytes(&mut self, body: impl Into<Bytes>) {
        let bytes = body.into();
        self.body = Some(Body {
            bytes,
            kind: crate::body::Kind::Bytes,
        });
    }

    /// Sets a `multipart/form-data` body. A part without a media type gets the one that the operation's [`Encoding`] names.
    pub fn multipart(&mut self, body: Multipart) {
        self.put_body(Body::multipart(&body, self.encoding()));
    }

    /// Sends the body as this media type rather than the documented one. A multipart body keeps its own.
    pub fn content_type(&mut self, media_type: &'static str) {
        self.content_type = Some(media_type);
    }

    /// Adds a header that the operation does not document, or replaces one that this crate would send.
    pub fn header(&mut self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (Ok(name), Err(_)) => self.fail(format!("header `{name}` cannot have this value")),
            (Err(_), _) => self.fail("a header's name is not a token".to_owned()),
        }
    }

    /// Decodes the response in this way, whatever the transport's.
    pub fn decoding(&mut self, decoding: Decoding) {
        self.decoding = Some(decoding);
    }

    /// Asks for the page behind a link of an earlier answer: the link's path and query replace the call's own, but for query
    /// parameters that the link lacks, and headers, cookies and body stay.
    ///
    /// The link must keep to the origin of the operation's server and to the operation's path under it, so that a link, which may
    /// come from a saved [`Cursor`](crate::Cursor), can neither carry credentials elsewhere nor call something else.
    pub fn follow(&mut self, link: Url) {
        match self.refusal(&link) {
            Some(refusal) => self.fail(format!("the link to the next page {refusal}")),
            None => self.link = Some(link),
        }
    }

    fn refusal(&self, link: &Url) -> Option<&'static str> {
        let Ok(base) = self.transport.base_of(self.operation) else {
            return Some("leads to an operation without a usable server");
        };
        if !same_origin(&base, link) {
            return Some("leads to another scheme, host or port than the base URL");
        }
        if !link.username().is_empty() || link.password().is_some() {
            return Some("holds credentials");
        }
        let prefix = base.path().trim_end_matches('/');
        let below = link.path().strip_prefix(prefix);
        if !below.is_some_and(|path| crate::request::matches(self.operation.path, path)) {
            return Some("leads to another path than the operation's");
        }
        None
    }

    /// Sets a parameter that chooses the page, in the query or in the JSON body.
    pub fn set_page(&mut self, parameter: PageParameter, value: Value) {
        match parameter.location {
            PageLocation::Query => self.put(Some(Location::Query), parameter.name, value),
            PageLocation::Body => self.patch(parameter.name, value),
        }
    }

    /// What a parameter that chooses the page is set to.
    pub(crate) fn page_value(&self, parameter: PageParameter) -> Option<Value> {
        match parameter.location {
            PageLocation::Query => self.value(Location::Query, parameter.name).cloned(),
            PageLocation::Body => {
                let body = self.body.as_ref()?;
                let body: Value = serde_json::from_slice(&body.bytes).ok()?;
                body.pointer(parameter.name).cloned()
            }
        }
    }

    fn patch(&mut self, pointer: &str, value: Value) {
        let parsed = match &self.body {
            Some(body) => serde_json::from_slice(&body.bytes).ok(),
            None => Some(Value::Null),
        };
        let patched = parsed.and_then(|mut body| set_at(&mut body, pointer, value).then_some(body));
        match patched {
            Some(body) => self.put_body(Body::json(&body)),
            None => self.fail(format!("the body has no place for `{pointer}`")),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.values.iter().map(|(_, name, _)| *name).collect();
        let headers: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Call")
            .field("operation", &self.operation.id)
            .field("parameters", &names)
            .field("headers", &headers)
            .field("body", &self.body.as_ref().map(|body| &body.kind))
            .field("follows_link", &self.link.is_some())
            .finish_non_exhaustive()
    }
}
