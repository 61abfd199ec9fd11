//! Okta's error bodies, by the codes of its error code reference.

use crate::Answer;
use crate::auth::AuthFailure;
use crate::contract::Violation;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};

/// An error body. Its `errorId` is filled in when the answer leaves.
fn error(status: StatusCode, code: &str, summary: &str, causes: &[String]) -> Answer {
    let causes = causes.iter().map(|cause| json!({ "errorSummary": cause }));
    let causes: Vec<Value> = causes.collect();
    // fact: error-link-is-a-code
    let body = json!({
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": "",
        "errorCauses": causes,
    });
    Answer::json(status, body)
}

/// E0000001: something in the call is not allowed.
pub(super) fn invalid(what: &str, cause: impl Into<String>) -> Answer {
    let summary = format!("Api validation failed: {what}");
    error(
        StatusCode::BAD_REQUEST,
        "E0000001",
        &summary,
        &[cause.into()],
    )
}

/// E0000001 with every place where the request is not as the description says.
pub(super) fn not_as_described(violations: &[Violation]) -> Answer {
    let cause = |violation: &Violation| {
        let name = violation.place.rsplit('/').next().unwrap_or_default();
        format!("{name}: expected {}", violation.expected)
    };
    let causes: Vec<String> = violations.iter().map(cause).collect();
    let place = violations.first().map_or("request", |first| &first.place);
    let summary = format!("Api validation failed: {place}");
    error(StatusCode::BAD_REQUEST, "E0000001", &summary, &causes)
}

/// E0000003: the body is not JSON.
pub(super) fn malformed(problem: &str) -> Answer {
    let summary = "The request body was not well-formed.";
    let causes = [problem.to_owned()];
    error(StatusCode::BAD_REQUEST, "E0000003", summary, &causes)
}

/// E0000006: the caller may not do this.
pub(super) fn denied() -> Answer {
    let summary = "You do not have permission to perform the requested action";
    error(StatusCode::FORBIDDEN, "E0000006", summary, &[])
}

/// E0000006 for a token that lacks the scope. The header is that of RFC 6750, section 3.1.
pub(super) fn scope_missing(scheme: &str, scopes: &[&str]) -> Answer {
    let header = format!(
        "{scheme} error=\"insufficient_scope\", \
         error_description=\"The access token provided does not contain the required scopes.\", \
         scope=\"{}\"",
        scopes.join(" ")
    );
    denied().header(WWW_AUTHENTICATE, header)
}

/// E0000007: there is no such thing.
pub(super) fn not_found(id: &str, kind: &str) -> Answer {
    let summary = format!("Not found: Resource not found: {id} ({kind})");
    error(StatusCode::NOT_FOUND, "E0000007", &summary, &[])
}

/// E0000008: there is no such path.
pub(super) fn no_such_path() -> Answer {
    let summary = "The requested path was not found";
    error(StatusCode::NOT_FOUND, "E0000008", summary, &[])
}

/// A failure that was asked for: the error that fits the status.
pub(super) fn failure(status: StatusCode) -> Answer {
    let (code, summary) = match status.as_u16() {
        401 => return invalid_token(),
        403 => return denied(),
        409 => return already_assigned(),
        429 => return too_many(),
        400..=499 => ("E0000002", "The request was not valid"),
        501 => ("E0000060", "Unsupported operation."),
        503 => ("E0000010", "Service is in read only mode"),
        _ => ("E0000009", "Internal Server Error"),
    };
    error(status, code, summary, &[])
}

/// E0000011 with the challenge of RFC 6750, section 3, or RFC 9449, section 7.1.
pub(super) fn unauthorized(failure: &AuthFailure) -> Answer {
    match failure {
        // fact: dpop-in-two-steps
        AuthFailure::Proof(problem) => invalid_token().header(
            WWW_AUTHENTICATE,
            format!(
                "DPoP error=\"invalid_dpop_proof\", error_description=\"{}\"",
                problem.replace('"', "'")
            ),
        ),
        AuthFailure::Expired => {
            invalid_token().header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
        }
        _ => invalid_token(),
    }
}

/// E0000011: the token is not valid.
fn invalid_token() -> Answer {
    let summary = "Invalid token provided";
    error(StatusCode::UNAUTHORIZED, "E0000011", summary, &[])
}

/// E0000012: nothing here takes this media type.
pub(super) fn media_type(found: &str) -> Answer {
    let summary = format!("Unsupported media type: {found}");
    error(StatusCode::NOT_FOUND, "E0000012", &summary, &[])
}

/// E0000022: the path does not have this method.
pub(super) fn no_such_method() -> Answer {
    let summary = "The endpoint does not support the provided HTTP method";
    error(StatusCode::METHOD_NOT_ALLOWED, "E0000022", summary, &[])
}

/// E0000029: the cursor is not one, or belongs to another list.
pub(super) fn bad_paging() -> Answer {
    let summary = "Invalid paging request.";
    let causes = ["after: take it from the link to the next page of the same list".to_owned()];
    error(StatusCode::BAD_REQUEST, "E0000029", summary, &causes)
}

/// E0000031: the search cannot be read.
pub(super) fn bad_search(problem: &str) -> Answer {
    let summary = format!("Invalid search criteria. {problem}");
    error(StatusCode::BAD_REQUEST, "E0000031", &summary, &[])
}

/// E0000047: too many calls.
pub(super) fn too_many() -> Answer {
    let summary = "API call exceeded rate limit due to too many requests.";
    error(StatusCode::TOO_MANY_REQUESTS, "E0000047", summary, &[])
}

/// E0000090: the principal has the role already. The text says "user" for groups and clients as well.
pub(super) fn already_assigned() -> Answer {
    // fact: assign-twice-409
    let summary = "Duplicate role assignment: the role specified is already assigned to the user.";
    error(StatusCode::CONFLICT, "E0000090", summary, &[])
}

/// E0000091: this kind of role has nothing of the kind.
pub(super) fn wrong_role_type() -> Answer {
    // fact: wrong-role-targets
    let summary = "The provided role type was not the same as required role type.";
    error(StatusCode::BAD_REQUEST, "E0000091", summary, &[])
}

/// E0000111: the thing belongs to Okta.
pub(super) fn read_only(id: &str) -> Answer {
    let summary = format!("The object is read-only: {id}");
    error(StatusCode::FORBIDDEN, "E0000111", &summary, &[])
}

/// E0000112: the user is on the way to being active.
pub(super) fn still_activating() -> Answer {
    let summary = "Unable to update the user. User is still being activated.";
    error(StatusCode::CONFLICT, "E0000112", summary, &[])
}

/// 411: a call without a body that does not say so. The catalogue names no code for it.
pub(super) fn length_required() -> Answer {
    // fact: empty-put-needs-content-length
    Answer::empty(StatusCode::LENGTH_REQUIRED)
}
