//! Generated clients against servers that give recorded answers, over real sockets: what is asked, to the byte, and what
//! becomes of the answer.
//!
//! The requests that each API's operations make are in `snapshots/`, one file an API.

mod foundry;
mod hook;
mod klustr;
mod okta;
mod pages;
mod zenml;

use std::path::Path;

use rolecall_client::Error;
use rolecall_tests::recorder::{Answer, Received, Recorder};
use serde::Serialize;
use serde_json::Value;

/// An id with everything that a path or a query must encode.
const AWKWARD: &str = "a/b:c d?e#f%20&g=+ü";

/// The same in a path, and in a query.
const ENCODED: &str = "a%2Fb%3Ac%20d%3Fe%23f%2520%26g%3D%2B%C3%BC";

/// The text of a file in `specs/<api>/examples`.
fn example(api: &str, name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let path = folder.join(api).join("examples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An example as the answer with the status that its name says.
fn recorded(api: &str, name: &str) -> Answer {
    let status = name.rsplit('/').next().unwrap().split('.').nth(1).unwrap();
    Answer::json(status.parse().unwrap(), example(api, name))
}

/// An example as a request body: what its type decodes to is sent.
fn body<T: serde::de::DeserializeOwned>(api: &str, name: &str) -> T {
    serde_json::from_str(&example(api, name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The answer was the example, and nothing of it is lost.
#[track_caller]
fn is_example(value: &impl Serialize, api: &str, name: &str) {
    let expected: Value = serde_json::from_str(&example(api, name)).unwrap();
    assert_eq!(serde_json::to_value(value).unwrap(), expected, "{name}");
}

/// What holds for every request of every API; then the requests as people read them, under the names given.
fn requests(recorder: &Recorder, names: &[&str]) -> String {
    let received = recorder.received();
    assert_eq!(received.len(), names.len());
    let mut text = String::new();
    for (request, name) in received.iter().zip(names) {
        holds_for_every_request(request);
        text.push_str(&format!("# {name}\n{request}\n"));
    }
    text
}

fn holds_for_every_request(request: &Received) {
    let what = format!("{} {}", request.method, request.target);
    assert_eq!(request.header("accept"), ["application/json"], "{what}");
    assert_eq!(request.header("host").len(), 1, "{what}");
    let agent = request.header("user-agent");
    assert!(agent[0].starts_with("rolecall/"), "{what}: {agent:?}");
    let may_have_a_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    let length: &[&str] = match request.body.len() {
        0 if may_have_a_body => &["0"],
        0 => &[],
        length => &[&length.to_string()],
    };
    assert_eq!(request.header("content-length"), length, "{what}");
    let media_type: &[&str] = match request.body.len() {
        0 => &[],
        _ => &["application/json"],
    };
    assert_eq!(request.header("content-type"), media_type, "{what}");
    let known = [
        "accept",
        "host",
        "user-agent",
        "content-type",
        "content-length",
    ];
    for (name, _) in &request.headers {
        assert!(
            known.contains(&name.as_str()),
            "{what}: {name} is nobody's business"
        );
    }
}

/// What a page that is not the API's own looks like.
fn gateway_page() -> Answer {
    let page = "<!doctype html>\n<title>502</title>\n<p>The gateway gave up.";
    Answer::body(502, "text/html; charset=utf-8", page).header("x-request-id", "17")
}

/// It was an answer that no description has, and all of it is kept.
#[track_caller]
fn is_gateway_page<E: std::fmt::Debug>(error: &Error<E>) {
    let Error::Unexpected {
        status,
        headers,
        body,
        problem,
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(status.as_u16(), 502);
    assert_eq!(headers["x-request-id"], "17");
    assert!(body.starts_with(b"<!doctype html>"));
    // It does not say that it is JSON, so it is no misfit.
    assert!(problem.is_none());
}
