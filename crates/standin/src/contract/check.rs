//! Requests and answers against the description.

use super::{Contract, Operation, values};
use crate::{Answer, Request, RequestBody};
use rolecall_openapi::validate::Direction;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// The media type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// Whose mistake it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The client's: the request is not as the description says.
    Request,
    /// The stand-in's: the answer is not.
    Answer,
}

/// Where a request or an answer is not as the description says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Whose mistake it is.
    pub side: Side,
    /// `operationId`.
    pub operation: String,
    /// `query/limit`, `path/userId`, `body/profile/login`, `status`, `media type`.
    pub place: String,
    /// What is there.
    pub found: String,
    /// What the description asks for.
    pub expected: String,
}

impl Violation {
    /// Whether it is the stand-in's mistake rather than the client's.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        self.side == Side::Answer
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Request => "request",
            Side::Answer => "answer",
        };
        write!(
            f,
            "{side} of {} at {}: found {}, expected {}",
            self.operation, self.place, self.found, self.expected
        )
    }
}

impl Contract {
    /// All that is wrong with a request.
    pub(crate) fn check_request(&self, operation: &Operation, request: &Request) -> Vec<Violation> {
        let mut wrong = Vec::new();
        let mut report = |place: String, found: String, expected: String| {
            wrong.push(Violation {
                side: Side::Request,
                operation: operation.id.clone(),
                place,
                found,
                expected,
            });
        };
        for parameter in &operation.parameters {
            let texts = request.texts(&parameter.location, &parameter.name);
            let place = format!("{}/{}", parameter.location, parameter.name);
            if texts.is_empty() {
                if parameter.required {
                    report(place, "nothing".to_owned(), "a value".to_owned());
                }
                continue;
            }
            let value = values::value(&self.document, parameter, &texts);
            for problem in self.validator.validate(
                &self.document,
                &parameter.schema,
                &value,
                Some(Direction::Request),
            ) {
                let place = format!("{place}{}", problem.pointer);
                report(place, problem.found, problem.expected);
            }
        }
        let Some(body) = &operation.body else {
            return wrong;
        };
        let (media_type, value) = match &request.body {
            RequestBody::Empty if body.required => {
                report("body".to_owned(), "nothing".to_owned(), "a body".to_owned());
                return wrong;
            }
            RequestBody::Json(value) => ("JSON", Cow::Borrowed(value)),
            RequestBody::Form(fields) => {
                let pairs = fields.iter().map(|(k, v)| (k.clone(), Value::from(&**v)));
                (FORM, Cow::Owned(Value::Object(pairs.collect())))
            }
            _ => return wrong,
        };
        let fits = |known: &str| match media_type {
            FORM => known == FORM,
            _ => is_json(known),
        };
        match body.content.iter().find(|(known, _)| fits(known)) {
            Some((_, schema)) => {
                let direction = Some(Direction::Request);
                let found = self
                    .validator
                    .validate(&self.document, schema, &value, direction);
                for problem in found {
                    let place = format!("body{}", problem.pointer);
                    report(place, problem.found, problem.expected);
                }
            }
            None => report(
                "media type".to_owned(),
                media_type.to_owned(),
                media_types(&body.content),
            ),
        }
        wrong
    }

    /// All that is wrong with an answer. Statuses that are `undeclared` may come without being described.
    pub(crate) fn check_answer(
        &self,
        operation: &Operation,
        answer: &Answer,
        undeclared: &[u16],
    ) -> Vec<Violation> {
        let violation = |place: String, found: String, expected: String| Violation {
            side: Side::Answer,
            operation: operation.id.clone(),
            place,
            found,
            expected,
        };
        let status = answer.status().as_u16();
        let exact = status.to_string();
        let range = format!("{}XX", status / 100);
        let named = |name: &str| {
            operation
                .answers
                .iter()
                .find(|a| a.status.eq_ignore_ascii_case(name))
        };
        let documented = named(&exact)
            .or_else(|| named(&range))
            .or_else(|| named("default"));
        let Some(documented) = documented else {
            // Statuses that any HTTP server may send are not documented operation by operation.
            if matches!(status, 404 | 405 | 413 | 415 | 429 | 500..) || undeclared.contains(&status)
            {
                return Vec::new();
            }
            let known: Vec<&str> = operation.answers.iter().map(|a| &*a.status).collect();
            return vec![violation("status".to_owned(), exact, known.join(", "))];
        };
        let Some(body) = answer.json_body() else {
            return Vec::new();
        };
        let mut content = documented.content.iter();
        match content.find(|(media_type, _)| is_json(media_type) || media_type == "*/*") {
            Some((_, schema)) => self
                .validator
                .validate(&self.document, schema, &body, Some(Direction::Response))
                .into_iter()
                .map(|problem| {
                    let place = format!("{status}/body{}", problem.pointer);
                    violation(place, problem.found, problem.expected)
                })
                .collect(),
            None => vec![violation(
                format!("{status}/body"),
                "JSON".to_owned(),
                media_types(&documented.content),
            )],
        }
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}

fn media_types(content: &[(String, Value)]) -> String {
    if content.is_empty() {
        return "no body".to_owned();
    }
    let names: Vec<&str> = content.iter().map(|(name, _)| &**name).collect();
    names.join(" or ")
}
