//! Faults inside an answer or a request, found by what the description says of pages and schemas.

use super::Fault;
use crate::Answer;
use crate::contract::{Contract, Operation};
use crate::request::{Request, RequestBody};
use http::header::LINK;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

/// What no description knows.
const UNKNOWN: &str = "STANDIN_UNKNOWN_VALUE";

/// Takes the cursor out of a request, so that every page is the first one.
pub(crate) fn loop_back(request: &mut Request) {
    let Some(pages) = request.operation.raw.get("x-pagination") else {
        return;
    };
    let cursor = |key: &str| {
        pages
            .pointer(&format!("/cursor/{key}"))
            .and_then(Value::as_str)
    };
    match (cursor("in"), cursor("name")) {
        (Some("query"), Some(name)) => request.query.retain(|(known, _)| known != name),
        (Some("body"), Some(name)) => {
            if let (RequestBody::Json(body), Some(key)) =
                (&mut request.body, name.strip_prefix('/'))
                && let Some(body) = body.as_object_mut()
            {
                body.remove(key);
            }
        }
        _ => {}
    }
}

/// Changes an answer that is otherwise as described.
pub(crate) fn disturb(
    answer: &mut Answer,
    fault: Fault,
    contract: &Contract,
    operation: &Operation,
    url: &str,
) {
    match fault {
        Fault::MalformedJson => halve(answer),
        Fault::CursorLoop => next(answer, operation, |former| {
            former.map_or_else(|| url.to_owned(), str::to_owned)
        }),
        Fault::CrossOriginNext => next(answer, operation, |former| {
            other_origin(former.unwrap_or(url))
        }),
        Fault::UnknownEnumValue => {
            let schema = schema(operation, answer.status());
            if let (Some(schema), Some(body)) = (schema, answer.json_body_mut()) {
                unknown_value(&contract.document, schema, body, 0);
            }
        }
        Fault::ExtraProperties => {
            if let Some(body) = answer.json_body_mut() {
                extra_properties(body);
            }
        }
        _ => {}
    }
}

/// The same URL on another host. It is this stand-in again under another name, so that a client that follows is seen.
pub(crate) fn other_origin(url: &str) -> String {
    if url.contains("//127.0.0.1") {
        url.replacen("//127.0.0.1", "//localhost", 1)
    } else {
        match url
            .split_once("//")
            .and_then(|(_, rest)| rest.split_once('/'))
        {
            Some((_, path)) => format!("http://elsewhere.invalid/{path}"),
            None => "http://elsewhere.invalid/".to_owned(),
        }
    }
}

fn halve(answer: &mut Answer) {
    let (status, headers, body) =
        std::mem::replace(answer, Answer::empty(StatusCode::OK)).into_parts();
    let half = body.slice(..body.len() / 2);
    let half = if half.is_empty() { "{".into() } else { half };
    *answer = Answer::bytes(status, "application/json", half);
    for (name, value) in headers {
        if let Some(name) = name
            && name != http::header::CONTENT_TYPE
        {
            answer.headers_mut().append(name, value);
        }
    }
}

/// Says where the next page is, in all places that the description names.
fn next(answer: &mut Answer, operation: &Operation, change: impl Fn(Option<&str>) -> String) {
    let Some(pages) = operation.raw.get("x-pagination") else {
        return;
    };
    if !answer.status().is_success() {
        return;
    }
    let style = pages
        .get("style")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let also = pages
        .get("also")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if [style, also].contains(&"link-header") {
        next_link(answer.headers_mut(), &change);
    }
    let pointer = pages.get("next").and_then(Value::as_str);
    if let (true, Some(pointer), Some(body)) = (
        [style, also].contains(&"body-link"),
        pointer,
        answer.json_body_mut(),
    ) {
        let former = body.pointer(pointer).and_then(Value::as_str);
        let target = change(former);
        set(body, pointer, target.into());
    }
}

fn next_link(headers: &mut HeaderMap, change: &impl Fn(Option<&str>) -> String) {
    let is_next = |link: &HeaderValue| {
        link.to_str()
            .is_ok_and(|link| link.contains("rel=\"next\""))
    };
    let links: Vec<HeaderValue> = headers.get_all(LINK).iter().cloned().collect();
    let former = links.iter().find(|link| is_next(link));
    let former = former.and_then(|link| link.to_str().ok());
    let former = former.and_then(|link| link.split_once('<')?.1.split_once('>'));
    let target = change(former.map(|(target, _)| target));
    headers.remove(LINK);
    for link in links.into_iter().filter(|link| !is_next(link)) {
        headers.append(LINK, link);
    }
    if let Ok(link) = HeaderValue::try_from(format!("<{target}>; rel=\"next\"")) {
        headers.append(LINK, link);
    }
}

/// Sets a member by JSON Pointer; objects on the way are made.
fn set(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for key in pointer.split('/').skip(1) {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[key];
    }
    *place = value;
}

fn schema(operation: &Operation, status: StatusCode) -> Option<&Value> {
    let status = status.as_str();
    let answered = operation
        .answers
        .iter()
        .find(|known| known.status == status)?;
    answered.content.first().map(|(_, schema)| schema)
}

/// Puts an unknown value in the place of the first value of an enum. Whether there was one.
fn unknown_value(document: &Value, schema: &Value, value: &mut Value, depth: u32) -> bool {
    if depth > 32 {
        return false;
    }
    let reference = schema.get("$ref").and_then(Value::as_str);
    if let Some(target) = reference.and_then(|name| document.pointer(name.strip_prefix('#')?)) {
        return unknown_value(document, target, value, depth + 1);
    }
    let known = schema.get("enum").and_then(Value::as_array);
    if value.is_string() && known.is_some_and(|known| known.contains(value)) {
        *value = UNKNOWN.into();
        return true;
    }
    if let Some(items) = value.as_array_mut()
        && let Some(schema) = schema.get("items")
    {
        let mut items = items.iter_mut();
        return items.any(|item| unknown_value(document, schema, item, depth + 1));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        if let Some(member) = value.get_mut(name)
            && unknown_value(document, schema, member, depth + 1)
        {
            return true;
        }
    }
    let arms = ["allOf", "oneOf", "anyOf"].into_iter();
    let mut arms = arms.filter_map(|key| schema.get(key)?.as_array()).flatten();
    arms.any(|arm| unknown_value(document, arm, value, depth + 1))
}

/// Adds a property to the body, or to every item of its lists.
fn extra_properties(body: &mut Value) {
    match body {
        Value::Object(members) => {
            for member in members.values_mut() {
                if member.is_array() {
                    extra_properties(member);
                }
            }
            members.insert(
                "standinExtra".to_owned(),
                json!({"nested": [1, null, "text"]}),
            );
        }
        Value::Array(items) => items.iter_mut().for_each(extra_properties),
        _ => {}
    }
}
