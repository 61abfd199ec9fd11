//! The page for people: one document, its style and its script, all of them from here.

use crate::Answer;
use http::{Method, StatusCode};

/// Nothing from anywhere else, nothing inline, and in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn serve(method: &Method, path: &str) -> Option<Answer> {
    let (kind, text) = match path {
        "/" => ("text/html; charset=utf-8", include_str!("page.html")),
        "/_standin/page.css" => ("text/css; charset=utf-8", include_str!("page.css")),
        "/_standin/page.js" => ("text/javascript; charset=utf-8", include_str!("page.js")),
        _ => return None,
    };
    if method != Method::GET {
        return Some(Answer::empty(StatusCode::METHOD_NOT_ALLOWED).header("allow", "GET"));
    }
    let answer = Answer::bytes(StatusCode::OK, kind, text)
        .header("content-security-policy", POLICY)
        .header("referrer-policy", "no-referrer")
        .header("x-content-type-options", "nosniff");
    Some(answer.header("cache-control", "no-store"))
}
