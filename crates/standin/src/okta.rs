//! The stand-in for Okta.

use crate::auth::Auth;
use crate::service::{Context, Handler, Refusal, Service};
use crate::{Answer, Api, Ids, Population, Request, Window};
use http::StatusCode;
use serde::{Deserialize, Serialize};

mod accounts;

/// The service.
#[derive(Debug)]
pub struct Okta;

/// An organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    ids: Ids,
}

impl Service for Okta {
    const API: Api = Api::Okta;

    const AT_ONCE: u32 = 75;

    type State = State;

    fn populate(population: &Population, auth: &Auth) -> State {
        accounts::add(auth, "admin", "reader", "nobody");
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

    fn limit_headers(answer: &mut Answer, window: &Window) {
        for (name, value) in [
            ("x-rate-limit-limit", i64::from(window.limit)),
            ("x-rate-limit-remaining", i64::from(window.remaining)),
            ("x-rate-limit-reset", window.reset.timestamp()),
        ] {
            answer.headers_mut().insert(name, value.into());
        }
    }

    fn finish(_: &mut Answer, _: &str) {}
}
