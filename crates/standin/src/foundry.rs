//! The stand-in for Foundry: one stack with one enrollment, its Admin and Filesystem APIs.
//!
//! Rules that the vendor documents are acted out as documented, and named by the `x-facts` entry of the description. Where
//! nothing is documented the stand-in decides, and says so where it does.
//!
//! Nothing lists project templates. There are two, of these RIDs:
//! `ri.compass.main.template.00000000-0000-4000-8000-000000000001` asks for `project_name`, `region` (`north` or `south`)
//! and `owner` (the id of a principal), and sets the rest itself; `…000000000002` asks for `project_name` and wants
//! organizations, default roles and a description from the caller.

use crate::auth::{Auth, AuthFailure};
use crate::contract::Violation;
use crate::service::{Context, Handler, Refusal, Service};
use crate::{Answer, Api, Population, Request};
use http::StatusCode;
use serde_json::{Value, json};

mod accounts;
mod authentication_providers;
mod classifications;
mod enrollments;
mod errors;
mod file;
mod folders;
mod gateway;
mod group_members;
mod groups;
mod guests;
mod marking_categories;
mod marking_members;
mod markings;
mod operations;
mod organizations;
mod paging;
mod permissions;
mod populate;
mod principal;
mod projects;
mod provider_infos;
mod references;
mod resource_markings;
mod resource_roles;
mod resource_tags;
mod resources;
mod role_assignments;
mod roles;
mod spaces;
mod state;
mod templates;
mod users;

pub use state::State;

/// The service.
#[derive(Debug)]
pub struct Foundry;

impl Service for Foundry {
    const API: Api = Api::Foundry;

    // fact: rate-limit-numbers-differ
    const AT_ONCE: u32 = 800;

    type State = State;

    fn populate(population: &Population, auth: &Auth) -> State {
        let (mut state, people) = populate::stack(population);
        accounts::add(&mut state, auth, &people);
        state
    }

    fn handler(operation: &str) -> Option<Handler<State>> {
        operations::handler(operation)
    }

    fn permit(_: &State, request: &Request, context: &Context<'_>) -> Result<(), Answer> {
        gateway::permit(request, context.contract)
    }

    fn refuse(refusal: Refusal<'_>) -> Answer {
        match refusal {
            // fact: empty-404-is-an-unknown-path
            Refusal::NoSuchPath { .. } => Answer::empty(StatusCode::NOT_FOUND),
            Refusal::NoSuchMethod { .. } => Answer::empty(StatusCode::METHOD_NOT_ALLOWED),
            Refusal::Unauthorized(failure) => match failure {
                AuthFailure::Missing => errors::unauthorized("MissingCredentials"),
                _ => errors::unauthorized("Default:Unauthorized"),
            },
            Refusal::Invalid(_) | Refusal::Malformed(_) => {
                errors::invalid("Conjure:InvalidArgument", json!({}))
            }
            Refusal::MediaType(_) => errors::media_type(),
            // fact: some-errors-have-no-json
            Refusal::TooManyRequests { .. } | Refusal::TooManyAtOnce => {
                Answer::empty(StatusCode::TOO_MANY_REQUESTS)
            }
            Refusal::Failure(status) if status == StatusCode::INTERNAL_SERVER_ERROR => {
                errors::internal("Default:Internal", json!({}))
            }
            Refusal::Failure(status) => Answer::empty(status),
        }
    }

    fn invalid(request: &Request, violations: &[Violation], _: &Context<'_>) -> Answer {
        gateway::refuse(request, violations)
    }

    // fact: sdk-sends-durations-as-numbers
    fn tolerates(request: &Request, violation: &Violation) -> bool {
        let duration = request.json().get("maximumDuration");
        violation.place == "body/maximumDuration" && duration.is_some_and(Value::is_i64)
    }

    fn finish(answer: &mut Answer, request_id: &str) {
        errors::set_instance(answer, request_id);
    }
}
