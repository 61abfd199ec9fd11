//! The stand-in for Zenml.

use crate::auth::{AccessToken, Auth, TokenKind};
use crate::service::{Context, Handler, Refusal, Service};
use crate::{Answer, Api, Credentials, Ids, Population, Request};
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// The service.
#[derive(Debug)]
pub struct Zenml;

/// An organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    ids: Ids,
}

pub(crate) fn credentials(population: &Population) -> Credentials {
    Credentials {
        scheme: "Bearer",
        token: Ids::new(population.seed).base62("zenml-", 40),
    }
}

impl Service for Zenml {
    const API: Api = Api::Zenml;

    type State = State;

    fn populate(population: &Population, auth: &Auth) -> State {
        auth.add(
            credentials(population).token,
            AccessToken {
                scheme: "Bearer".to_owned(),
                principal: "admin".to_owned(),
                kind: TokenKind::ApiKey,
                client: None,
                scopes: None,
                expires_at: None,
            },
        );
        State {
            ids: Ids::new(population.seed),
        }
    }

    fn handler(operation: &str) -> Option<Handler<State>> {
        let _ = operation;
        None
    }

    fn permit(_: &State, _: &Request, _: &Context<'_>) -> Result<(), Answer> {
        Ok(())
    }

    fn refuse(refusal: Refusal<'_>) -> Answer {
        match refusal {
            Refusal::NoSuchPath { .. } => Answer::empty(StatusCode::NOT_FOUND),
            Refusal::NoSuchMethod { .. } => Answer::empty(StatusCode::METHOD_NOT_ALLOWED),
            Refusal::Unauthorized(_) => Answer::empty(StatusCode::UNAUTHORIZED),
            Refusal::Invalid(_) | Refusal::Malformed(_) => Answer::empty(StatusCode::BAD_REQUEST),
            Refusal::MediaType(_) => Answer::empty(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Refusal::TooManyRequests { .. } | Refusal::TooManyAtOnce => {
                Answer::empty(StatusCode::TOO_MANY_REQUESTS)
            }
            Refusal::Failure(status) => Answer::empty(status),
        }
    }

    fn finish(_: &mut Answer, _: &str) {}
}
