//! From a call to the request that is sent.

use crate::body::{essence, is_json};
use crate::{Answer, Call, Location, Operation, PageLocation, Pages, Parameter, Status, parameter};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::{Request, Url};
use serde_json::Value;
use std::borrow::Cow;

/// How much longer than its template a path is expected to be, in bytes.
const VALUES: usize = 48;

/// Builds the request.
///
/// # Errors
///
/// What is missing or cannot be written, naming parameters and never their values.
pub(crate) fn build(call: &Call) -> Result<Request, String> {
    if let Some(problem) = &call.problem {
        return Err(problem.clone());
    }
    check_required(call)?;
    let url = match &call.link {
        Some(link) => behind(call, link)?,
        None => url(call)?,
    };
    let mut request = Request::new(call.operation.method.clone(), url);
    *request.headers_mut() = headers(call)?;
    if let Some(body) = &call.body {
        *request.body_mut() = Some(body.bytes.clone().into());
    }
    Ok(request)
}

fn check_required(call: &Call) -> Result<(), String> {
    // A link has its path and query already.
    let in_link = |parameter: &&Parameter| {
        call.link.is_some() && matches!(parameter.location, Location::Path | Location::Query)
    };
    let missing: Vec<_> = (call.operation.parameters.iter())
        .filter(|known| known.required && !in_link(known))
        .filter(|known| call.value(known.location, known.name).is_none())
        .map(|known| format!("`{}`", known.name))
        .collect();
    let what = match missing.as_slice() {
        [] => None,
        [one] => Some(format!("required parameter {one} is not set")),
        several => Some(format!(
            "required parameters {} are not set",
            several.join(", ")
        )),
    };
    let body = call.operation.body.is_some_and(|body| body.required) && call.body.is_none();
    match (what, body) {
        (None, false) => Ok(()),
        (Some(what), false) => Err(what),
        (None, true) => Err("the required body is not set".to_owned()),
        (Some(what), true) => Err(format!("{what}, nor is the required body")),
    }
}

/// The values of one location with what is known of them, in the operation's order.
fn values(call: &Call, location: Location) -> impl Iterator<Item = (&'static Parameter, &Value)> {
    (call.operation.parameters.iter())
        .filter(move |known| known.location == location)
        .filter_map(move |known| Some((known, call.value(location, known.name)?)))
}

fn refused(known: &Parameter, why: &str) -> String {
    format!("parameter `{}` {why}", known.name)
}

fn url(call: &Call) -> Result<Url, String> {
    let mut url = call.transport.base_of(call.operation)?;
    let path = path(call, url.path().trim_end_matches('/'))?;
    url.set_path(&path);
    let mut query = Vec::new();
    for (known, value) in values(call, Location::Query) {
        let pairs = parameter::query(known, value).map_err(|why| refused(known, why))?;
        if known.required && pairs.is_empty() {
            return Err(refused(known, "is required and empty"));
        }
        query.extend(pairs);
    }
    if !query.is_empty() {
        url.set_query(Some(&query.join("&")));
    }
    Ok(url)
}

/// The URL of a link to another page, with the query parameters of the call that the link lacks: some services leave out of
/// it what does not choose the page, such as `expand`. The cursor is the link's own.
fn behind(call: &Call, link: &Url) -> Result<Url, String> {
    let mut url = link.clone();
    url.set_fragment(None);
    let in_link: Vec<String> = link
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect();
    let cursor = match call.operation.pages {
        Pages::LinkHeader { cursor, .. } | Pages::BodyLink { cursor, .. } => cursor,
        _ => None,
    };
    let is_cursor = |known: &Parameter| {
        cursor.is_some_and(|cursor| {
            cursor.location == PageLocation::Query && cursor.name == known.name
        })
    };
    let mut query = Vec::new();
    for (known, value) in values(call, Location::Query) {
        if is_cursor(known) {
            continue;
        }
        let pairs = parameter::query(known, value).map_err(|why| refused(known, why))?;
        // An object can be several pairs with names of their own.
        let lacks = |pair: &String| {
            let mut own = form_urlencoded::parse(pair.as_bytes());
            own.all(|(name, _)| !in_link.iter().any(|known| *known == name))
        };
        if pairs.iter().all(lacks) {
            query.extend(pairs);
        }
    }
    if !query.is_empty() {
        let own = query.join("&");
        let both = match link.query() {
            Some(given) if !given.is_empty() => format!("{given}&{own}"),
            _ => own,
        };
        url.set_query(Some(&both));
    }
    Ok(url)
}

/// The path of the call below a prefix.
fn path(call: &Call, prefix: &str) -> Result<String, String> {
    let template = call.operation.path;
    let mut path = String::with_capacity(prefix.len() + template.len() + VALUES);
    path.push_str(prefix);
    for segment in template.trim_start_matches('/').split('/') {
        path.push('/');
        let start = path.len();
        let mut first = None;
        for piece in pieces(segment) {
            let name = match piece {
                Piece::Text(text) => {
                    path.push_str(text);
                    continue;
                }
                Piece::Name(name) => name,
            };
            let found = values(call, Location::Path).find(|(known, _)| known.name == name);
            let Some((known, value)) = found else {
                return Err(format!("path parameter `{name}` is not set"));
            };
            path.push_str(&parameter::path(known, value).map_err(|why| refused(known, why))?);
            first.get_or_insert(known);
        }
        // Such a segment cannot be written: a URL with it, encoded or not, means another path (URL Standard, "path state").
        if let (Some(known), Some("." | "..")) = (first, path.get(start..)) {
            return Err(refused(
                known,
                "is a dot segment, which would change the path",
            ));
        }
    }
    Ok(path)
}

enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// The texts and `{names}` of one segment of a path template.
fn pieces(segment: &'static str) -> impl Iterator<Item = Piece<'static>> {
    let mut rest = segment;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            rest = after;
            return Some(Piece::Name(name));
        }
        // From the second character on: a brace that opens nothing is text.
        let start = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest
            .get(start..)
            .and_then(|tail| tail.find('{'))
            .map_or(rest.len(), |at| at + start);
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Text(text))
    })
}

/// Whether a path could be what the template was filled to.
pub(crate) fn matches(template: &str, path: &str) -> bool {
    let mut wanted = template.trim_matches('/').split('/');
    let mut given = path.trim_matches('/').split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if fits(wanted, given) => {}
            _ => return false,
        }
    }
}

/// Whether a segment starts and ends as the template's does, with something for its names.
fn fits(wanted: &str, given: &str) -> bool {
    match (wanted.find('{'), wanted.rfind('}')) {
        (Some(open), Some(close)) if open < close => {
            let (before, after) = (&wanted[..open], &wanted[close + 1..]);
            given.len() > before.len() + after.len()
                && given.starts_with(before)
                && given.ends_with(after)
        }
        _ => wanted == given,
    }
}

fn headers(call: &Call) -> Result<HeaderMap, String> {
    let operation = call.operation;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, header_value("accept", &accept(operation))?);
    let mut cookies = Vec::new();
    for (known, value) in values(call, Location::Cookie) {
        cookies.push(parameter::cookie(known, value).map_err(|why| refused(known, why))?);
    }
    cookies.retain(|cookie| !cookie.is_empty());
    if !cookies.is_empty() {
        let mut value = header_value("cookie", &cookies.join("; "))?;
        value.set_sensitive(true);
        headers.insert(COOKIE, value);
    }
    for (known, value) in values(call, Location::Header) {
        let name = HeaderName::from_bytes(known.name.as_bytes())
            .map_err(|_| refused(known, "has a name that no header can have"))?;
        let text = parameter::header(known, value).map_err(|why| refused(known, why))?;
        headers.insert(name, header_value(known.name, &text)?);
    }
    match &call.body {
        Some(body) => {
            let documented = operation.body.map(|body| body.media_type);
            let media_type = match (&body.kind, call.content_type) {
                (crate::body::Kind::Multipart { .. }, _) | (_, None) => body.media_type(documented),
                (_, Some(chosen)) => chosen.to_owned(),
            };
            headers.insert(CONTENT_TYPE, header_value("content-type", &media_type)?);
        }
        None if [Method::POST, Method::PUT, Method::PATCH].contains(&operation.method) => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        None => {}
    }
    for (name, value) in &call.headers {
        headers.insert(name.clone(), value.clone());
    }
    Ok(headers)
}

fn header_value(name: &str, text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text)
        .map_err(|_| format!("header `{name}` has a character that no header can have"))
}

fn accept(operation: &Operation) -> Cow<'static, str> {
    match accepted(operation).as_slice() {
        [one] => (*one).into(),
        several => several.join(", ").into(),
    }
}

/// The documented media types of the successful answers, JSON first; JSON when there are none, for the errors' sake.
pub(crate) fn accepted(operation: &Operation) -> Vec<&'static str> {
    let successful = |answer: &&Answer| match answer.status {
        Status::Code(code) => (200..300).contains(&code),
        Status::Range(class) => class == 2,
        Status::Default => false,
    };
    let mut media_types: Vec<&'static str> = Vec::new();
    for answer in operation.answers.iter().filter(successful) {
        for media_type in answer.media_types {
            if !media_types.contains(media_type) {
                media_types.push(media_type);
            }
        }
    }
    media_types.sort_by_key(|media_type| !is_json(&essence(media_type)));
    if media_types.is_empty() {
        media_types.push("application/json");
    }
    media_types
}
