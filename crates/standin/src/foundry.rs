//! The stand-in for Foundry.

use crate::auth::Auth;
use crate::service::{Context, Handler, Refusal, Service};
use crate::{Answer, Api, Ids, Population, Request};
use http::StatusCode;
use serde::{Deserialize, Serialize};

mod accounts;

/// The service.
#[derive(Debug)]
pub struct Foundry;

/// An organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    ids: Ids,
}

impl Service for Foundry {
    const API: Api = Api::Foundry;

    const AT_ONCE: u32 = 800;

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

    fn finish(_: &mut Answer, _: &str) {}
}
