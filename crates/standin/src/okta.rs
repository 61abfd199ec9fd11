//! The stand-in for Okta's role administration.
//!
//! # What Okta leaves open
//!
//! Where the description says that something is not established, this is what the stand-in does: the last target is kept
//! with a 400 E0000001; a role or resource set that is deleted takes its bindings with it; a role that a user has by a group
//! is not found when it is to be taken from the user; an instance of an app is refused with a 400 while the catalog app is a
//! target; a second binding of the same role adds its members to the first; labels that are taken are refused with a 400.

use crate::auth::Auth;
use crate::service::{Context, Handler, Refusal, Service};
use crate::{Answer, Api, Population, Request, Window};
use serde_json::json;

mod accounts;
mod applications;
mod assignees;
mod bindings;
mod catalog;
mod custom_roles;
mod errors;
mod filter;
mod governance;
mod groups;
mod held;
mod labelled;
mod links;
mod membership;
mod operations;
mod page;
mod permission;
mod resource_names;
mod resource_sets;
mod resources;
mod role_assignments;
mod role_permissions;
mod role_type;
mod seed;
mod shown;
mod state;
mod targets;
mod users;

pub use state::State;

/// The service.
#[derive(Debug)]
pub struct Okta;

impl Service for Okta {
    const API: Api = Api::Okta;

    // fact: calls-at-the-same-time
    const AT_ONCE: u32 = 75;

    // fact: statuses-undeclared
    const UNDECLARED: &'static [u16] = &[400, 401, 409, 411];

    type State = State;

    fn populate(population: &Population, auth: &Auth) -> State {
        let state = seed::populate(population);
        accounts::add(&state, auth);
        state
    }

    fn handler(operation: &str) -> Option<Handler<State>> {
        operations::handler(operation)
    }

    fn permit(state: &State, request: &Request, _: &Context<'_>) -> Result<(), Answer> {
        permission::permit(state, request)
    }

    fn refuse(refusal: Refusal<'_>) -> Answer {
        match refusal {
            Refusal::NoSuchPath { .. } => errors::no_such_path(),
            Refusal::NoSuchMethod { .. } => errors::no_such_method(),
            Refusal::Unauthorized(failure) => errors::unauthorized(failure),
            Refusal::Invalid(violations) => errors::not_as_described(violations),
            Refusal::Malformed(problem) => errors::malformed(problem),
            Refusal::MediaType(found) => errors::media_type(found),
            Refusal::TooManyRequests { .. } | Refusal::TooManyAtOnce => errors::too_many(),
            Refusal::Failure(status) => errors::failure(status),
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

    fn finish(answer: &mut Answer, request_id: &str) {
        // fact: response-headers-undeclared
        if let Ok(id) = request_id.parse() {
            answer.headers_mut().insert("x-okta-request-id", id);
        }
        // Only an error has an id of its own, and lists are costly to look into.
        if answer.status().is_success() {
            return;
        }
        let body = answer.json_body_mut();
        if let Some(id) = body.and_then(|body| body.get_mut("errorId")) {
            *id = json!(format!("oae{}", request_id.trim_start_matches("req")));
        }
    }
}
