//! Error bodies: `detail` is a text, or the name of an exception and its message, or what is wrong with the input.
//!
//! fact: error-detail-shapes

use crate::Answer;
use crate::contract::Violation;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};

fn exception(status: StatusCode, class: &str, message: &str) -> Answer {
    Answer::json(status, json!({ "detail": [class, message] }))
}

/// A rule that parameters cannot express (fact: rule-violation-statuses).
pub(super) fn value_error(message: &str) -> Answer {
    exception(StatusCode::BAD_REQUEST, "ValueError", message)
}

/// What a rule of the organization, or the caller's roles, forbid (fact: rule-violation-statuses).
pub(super) fn illegal(message: &str) -> Answer {
    exception(StatusCode::FORBIDDEN, "IllegalOperationError", message)
}

/// Something that the request names does not exist.
pub(super) fn missing(what: &str, id: &str) -> Answer {
    let message = format!("there is no {what} `{id}`");
    exception(StatusCode::NOT_FOUND, "KeyError", &message)
}

pub(super) fn exists(message: &str) -> Answer {
    exception(StatusCode::CONFLICT, "EntityExistsError", message)
}

/// A credential that is not good, or not good any more.
pub(super) fn unauthorized(message: &str) -> Answer {
    exception(StatusCode::UNAUTHORIZED, "CredentialsNotValid", message)
        .header(WWW_AUTHENTICATE, "Bearer")
}

/// An error of the framework, before any handler.
pub(super) fn plain(status: StatusCode, message: &str) -> Answer {
    Answer::json(status, json!({ "detail": message }))
}

/// One thing that is wrong with the input (fact: validation-error-body).
pub(super) fn invalid(place: &[Value], kind: &str, message: &str) -> Answer {
    let detail = json!([{ "loc": place, "msg": message, "type": kind }]);
    Answer::json(
        StatusCode::UNPROCESSABLE_ENTITY,
        json!({ "detail": detail }),
    )
}

/// All that is wrong with the input.
pub(super) fn violations(violations: &[Violation]) -> Answer {
    let detail: Vec<Value> = violations.iter().map(validation_error).collect();
    Answer::json(
        StatusCode::UNPROCESSABLE_ENTITY,
        json!({ "detail": detail }),
    )
}

fn validation_error(wrong: &Violation) -> Value {
    // `query/user_id` and `body/actions/0` become `["query", "user_id"]` and `["body", "actions", 0]`.
    let place = match &*wrong.place {
        "media type" => "body",
        place => place,
    };
    let place = place.split('/').map(|step| match step.parse::<u32>() {
        Ok(index) => Value::from(index),
        Err(_) => Value::from(step.replace("~1", "/").replace("~0", "~")),
    });
    let place: Vec<Value> = place.collect();
    let (kind, message) = if wrong.found == "nothing" {
        ("missing", "Field required".to_owned())
    } else if wrong.expected.contains("UUID") {
        (
            "uuid_parsing",
            format!("Input should be {}", wrong.expected),
        )
    } else {
        ("value_error", format!("Input should be {}", wrong.expected))
    };
    json!({ "loc": place, "msg": message, "type": kind })
}
