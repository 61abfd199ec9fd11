//! Errors of the authorization server (RFC 6749, section 5.2), worded as each vendor words them.

use super::Profile;
use crate::{Answer, Api};
use http::StatusCode;
use serde_json::json;

/// An error of RFC 6749, section 5.2, or of one of its extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthError {
    /// `error`.
    pub code: &'static str,
    /// `error_description`: what was wrong with the request.
    pub description: String,
    /// Headers that belong to it: name and value.
    pub headers: Vec<(&'static str, String)>,
}

impl OauthError {
    pub(crate) fn new(code: &'static str, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    pub(crate) fn grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    pub(crate) fn client(description: impl Into<String>) -> Self {
        Self::new("invalid_client", description)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// 401 when the client is not known, 400 for everything else.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.code {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "access_denied" => StatusCode::FORBIDDEN,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn answer(self, profile: &Profile) -> Answer {
        let status = self.status();
        let body = match profile.api {
            // fact: token-endpoint-errors
            Api::Klustr => json!({
                "error": self.code,
                "error_description": general(self.code),
                "error_hint": self.description,
                "error_debug": "",
                "status_code": status.as_u16(),
            }),
            // fact: oauth-endpoints-have-other-errors
            Api::Okta | Api::Foundry | Api::Zenml => json!({
                "error": self.code,
                "error_description": self.description,
            }),
        };
        let mut answer = Answer::json(status, body);
        if status == StatusCode::UNAUTHORIZED {
            answer = answer.header("www-authenticate", "Basic realm=\"token endpoint\"");
        }
        self.headers
            .into_iter()
            .fold(answer, |answer, (name, value)| answer.header(name, value))
    }
}

/// What an error code means, whatever the request was.
fn general(code: &str) -> &'static str {
    match code {
        "invalid_client" => "Client authentication failed.",
        "invalid_grant" => "The grant is not valid, has expired, or belongs to another client.",
        "invalid_scope" => "The scope is unknown, malformed or not allowed to the client.",
        "unauthorized_client" => "The client may not ask for a token in this way.",
        "unsupported_grant_type" => "The server does not know this grant type.",
        _ => "The request lacks a parameter, or has one that is not valid.",
    }
}
