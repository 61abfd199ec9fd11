//! What a stand-in for one API is made of. Everything else in this crate is the same for all four.

use crate::auth::{Auth, AuthFailure, Caller};
use crate::contract::{Contract, Operation, Violation};
use crate::limits::{Rate, Window};
use crate::{Answer, Api, Outcome, Population, Request};
use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// What a stand-in for one API is made of.
pub trait Service: Sized + Send + Sync + 'static {
    /// The API.
    const API: Api;

    /// Everything that calls read and write. A snapshot is this, serialized.
    type State: Clone + Send + Sync + Serialize + DeserializeOwned + 'static;

    /// How many requests the vendor serves at once, where that is published. Default: no limit.
    const AT_ONCE: u32 = u32::MAX;

    /// Statuses that the vendor sends although its description does not declare them, so that they are no violations.
    /// Default: none.
    const UNDECLARED: &'static [u16] = &[];

    /// The state of a new organisation, and who can sign in to it.
    fn populate(population: &Population, auth: &Auth) -> Self::State;

    /// What serves an operation. Every operation of the description has a handler.
    fn handler(operation: &str) -> Option<Handler<Self::State>>;

    /// Whether the caller may do this: by the scopes of the token, and by what the caller is allowed to do.
    ///
    /// # Errors
    ///
    /// The vendor's refusal.
    fn permit(state: &Self::State, request: &Request, context: &Context<'_>) -> Result<(), Answer>;

    /// Told of every token that the authorization server gives out, for services that write into a token what its owner
    /// may do at that time.
    fn issued(state: &Self::State, auth: &Auth, token: &str) {
        let _ = (state, auth, token);
    }

    /// The vendor's answer to what never reaches a handler.
    fn refuse(refusal: Refusal<'_>) -> Answer;

    /// The vendor's answer to a request that is not as the description says, where it depends on more of the request.
    fn invalid(request: &Request, violations: &[Violation], context: &Context<'_>) -> Answer {
        let _ = (request, context);
        Self::refuse(Refusal::Invalid(violations))
    }

    /// Whether the vendor takes what the description forbids here, as its own clients send it. Default: never.
    fn tolerates(request: &Request, violation: &Violation) -> bool {
        let _ = (request, violation);
        false
    }

    /// The published limit that a call is counted in. Default: `x-rate-limit` of the operation.
    fn rate<'a>(operation: &'a Operation, caller: &Caller) -> Option<Cow<'a, Rate>> {
        let _ = caller;
        operation.rate.as_ref().map(Cow::Borrowed)
    }

    /// Tells the caller where it stands, in the vendor's headers. Default: nothing, as most vendors do.
    fn limit_headers(answer: &mut Answer, window: &Window) {
        let _ = (answer, window);
    }

    /// Puts on every answer what the vendor puts on every answer, such as a request id.
    fn finish(answer: &mut Answer, request_id: &str);
}

/// What serves an operation. Reads run side by side, writes alone.
#[derive(Clone, Copy)]
pub enum Handler<S> {
    /// Leaves the state as it is.
    Read(fn(&S, &Request, &Context<'_>) -> Outcome),
    /// May change the state. When the outcome is an error the state must be as it was.
    Write(fn(&mut S, &Request, &Context<'_>) -> Outcome),
}

/// What a handler can reach besides state and request.
#[derive(Debug)]
pub struct Context<'a> {
    /// Tokens and their owners.
    pub auth: &'a Auth,
    /// The description.
    pub contract: &'static Contract,
}

/// What never reaches a handler.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal<'a> {
    /// No operation has this path.
    NoSuchPath {
        /// The method.
        method: &'a Method,
        /// The path.
        path: &'a str,
    },
    /// No operation has this path with this method.
    NoSuchMethod {
        /// The method.
        method: &'a Method,
        /// Those that the path has.
        allowed: &'a [Method],
    },
    /// The caller is not known.
    Unauthorized(&'a AuthFailure),
    /// The request is not as the description says.
    Invalid(&'a [Violation]),
    /// The body is not what its media type says.
    Malformed(&'a str),
    /// The body has a media type that the operation does not take.
    MediaType(&'a str),
    /// Too many requests in the window.
    TooManyRequests {
        /// When the window ends.
        reset: DateTime<Utc>,
    },
    /// Too many requests at once.
    TooManyAtOnce,
    /// A failure on demand.
    Failure(StatusCode),
}
