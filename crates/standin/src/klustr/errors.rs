//! The error bodies of Klustr's handlers.

use crate::Answer;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::json;

/// A deliberate error: the status once more, and a reason for people.
pub(super) fn error(status: StatusCode, reason: &str) -> Answer {
    Answer::json(
        status,
        json!({ "status": status.as_u16(), "error": { "reason": reason } }),
    )
}

pub(super) fn bad_request(reason: &str) -> Answer {
    error(StatusCode::BAD_REQUEST, reason)
}

pub(super) fn not_found(reason: &str) -> Answer {
    error(StatusCode::NOT_FOUND, reason)
}

pub(super) fn conflict(reason: &str) -> Answer {
    error(StatusCode::CONFLICT, reason)
}

/// fact: member-refusal-is-401
pub(super) fn not_related() -> Answer {
    error(
        StatusCode::UNAUTHORIZED,
        "the caller has no relation to the organization",
    )
}

/// fact: two-kinds-of-401
pub(super) fn missing_permissions(missing: &[&str]) -> Answer {
    Answer::json(
        StatusCode::UNAUTHORIZED,
        json!({ "missing_permissions": missing }),
    )
}

/// The other 401: no token, or a bad one. It has no body.
pub(super) fn unauthorized(challenge: &str) -> Answer {
    Answer::empty(StatusCode::UNAUTHORIZED).header(WWW_AUTHENTICATE, challenge)
}

/// What the catch-all handler makes of an exception: `error` is the name of a class here, and an object elsewhere.
///
/// fact: error-string-or-object
pub(super) fn unhandled(status: StatusCode, class: &str, message: &str) -> Answer {
    Answer::json(status, json!({ "error": class, "message": message }))
}

/// What a gateway in front of the service would answer.
///
/// fact: gateway-errors-not-established
pub(super) fn too_many_requests() -> Answer {
    Answer::json(
        StatusCode::TOO_MANY_REQUESTS,
        json!({ "message": "API rate limit exceeded" }),
    )
}
