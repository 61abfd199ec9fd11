//! Errors by Foundry's own names, in its envelope: `errorCode`, `errorName`, `errorInstanceId`, `errorDescription`,
//! `parameters`. The code decides the status.

use crate::Answer;
use crate::ids::mix;
use http::StatusCode;
use serde_json::{Value, json};

/// `INVALID_ARGUMENT`, 400.
pub(super) fn invalid(name: &str, parameters: Value) -> Answer {
    error(
        StatusCode::BAD_REQUEST,
        "INVALID_ARGUMENT",
        name,
        parameters,
    )
}

/// `UNAUTHORIZED`, 401.
pub(super) fn unauthorized(name: &str) -> Answer {
    error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", name, json!({}))
}

/// `PERMISSION_DENIED`, 403.
pub(super) fn denied(name: &str, parameters: Value) -> Answer {
    error(StatusCode::FORBIDDEN, "PERMISSION_DENIED", name, parameters)
}

/// `NOT_FOUND`, 404: missing, or not visible to the caller.
pub(super) fn not_found(name: &str, parameters: Value) -> Answer {
    error(StatusCode::NOT_FOUND, "NOT_FOUND", name, parameters)
}

/// `CONFLICT`, 409.
pub(super) fn conflict(name: &str, parameters: Value) -> Answer {
    error(StatusCode::CONFLICT, "CONFLICT", name, parameters)
}

/// `INTERNAL`, 500.
pub(super) fn internal(name: &str, parameters: Value) -> Answer {
    error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL",
        name,
        parameters,
    )
}

/// 422: a property is unknown or missing.
pub(super) fn unprocessable() -> Answer {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    error(
        status,
        "INVALID_ARGUMENT",
        "Conjure:UnprocessableEntity",
        json!({}),
    )
}

/// 415: the body is not JSON.
pub(super) fn media_type() -> Answer {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    error(
        status,
        "INVALID_ARGUMENT",
        "Conjure:UnsupportedMediaType",
        json!({}),
    )
}

fn error(status: StatusCode, code: &str, name: &str, parameters: Value) -> Answer {
    Answer::json(
        status,
        json!({
            "errorCode": code,
            "errorName": name,
            "errorInstanceId": "",
            "errorDescription": describe(code, name),
            "parameters": parameters,
        }),
    )
}

/// A fixed text for a name, as on a real stack; the wording is this stand-in's.
fn describe(code: &str, name: &str) -> &'static str {
    if name == "ListOrganizationRoleAssignmentsPermissionDenied" {
        return "The token may not list the role assignments of this organization.";
    }
    match code {
        "UNAUTHORIZED" => "The token is missing, unknown or expired.",
        "PERMISSION_DENIED" => "The token may not do this.",
        "NOT_FOUND" => "There is no such thing, or the token may not see it.",
        "CONFLICT" => "Something of this name is there already.",
        "INTERNAL" => "The service could not do this.",
        _ => "An argument does not fit.",
    }
}

/// Puts the id of this one answer into an error, which is made without: a UUID that follows from the request's id.
pub(super) fn set_instance(answer: &mut Answer, request_id: &str) {
    let Some(instance) = answer
        .json_body_mut()
        .and_then(|body| body.get_mut("errorInstanceId"))
    else {
        return;
    };
    let fold = |start: u64| {
        let bytes = request_id.bytes();
        bytes.fold(start, |bits, byte| mix(bits ^ u64::from(byte)))
    };
    let bits = u128::from(fold(1)) << 64 | u128::from(fold(2));
    *instance = Value::from(crate::ids::uuid(bits));
}
