//! The stand-in for Klustr: organizations, their roles, and who holds them, in the way of the open-source server.
//!
//! Where the description only infers that the service probably answers 500 (a refused permission check, malformed input, the
//! roles of another user), this one answers what the caller would expect instead: 401, 400, the roles. Failures on demand
//! are the way to meet a 500.

use crate::auth::{Auth, AuthFailure};
use crate::service::{Context, Handler, Refusal, Service};
use crate::{Answer, Api, Ids, Population, Request, Table};
use http::StatusCode;
use names::Names;
use organization::Organization;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

mod accounts;
mod errors;
mod grants;
mod invitations;
mod members;
mod names;
mod operations;
mod organization;
mod organizations;
mod permissions;
mod populate;
mod role;
mod roles;
mod units;
mod user_accounts;

/// The relation of everybody who belongs to an organization. It is stored beside the roles, and goes with them when all
/// relations are replaced (fact: replace-all-post).
const MEMBER: &str = "member";

/// The service.
#[derive(Debug)]
pub struct Klustr;

/// Organizations and everything in them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    ids: Ids,
    population: Population,
    /// How many subjects are people; they have the first numbers, and an identity.
    people: u32,
    /// Clients that act as themselves.
    clients: BTreeSet<String>,
    /// Ids of users and clients.
    subjects: Names,
    /// Names of relations; ids of roles among them.
    relations: Names,
    organizations: Table<Organization>,
}

impl Service for Klustr {
    const API: Api = Api::Klustr;

    type State = State;

    fn populate(population: &Population, auth: &Auth) -> State {
        let services = accounts::services(auth);
        let (state, staff) = populate::populate(population, &services);
        accounts::add(auth, &state, staff.each_ref().map(String::as_str));
        state
    }

    fn handler(operation: &str) -> Option<Handler<State>> {
        operations::handler(operation)
    }

    fn permit(_: &State, request: &Request, _: &Context<'_>) -> Result<(), Answer> {
        let caller = &request.caller;
        // fact: service-credential-asked-for
        // fact: user-token-status-assumed
        let asks_for_service = request.operation.id == "adminListOrganizations";
        if asks_for_service && caller.client.as_ref() != Some(&caller.principal) {
            // fact: two-kinds-of-401
            return Err(errors::missing_permissions(&[]));
        }
        let needed = request.operation.raw.get("x-permissions");
        let needed = needed.and_then(Value::as_array).into_iter().flatten();
        let needed: Vec<&str> = needed.filter_map(Value::as_str).collect();
        if needed.is_empty() {
            return Ok(());
        }
        // fact: permissions-live-in-the-token
        let held = caller.permissions.clone().unwrap_or_default();
        let missing = needed.into_iter().filter(|scope| !held.contain(scope));
        let missing: Vec<&str> = missing.collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(errors::missing_permissions(&missing))
        }
    }

    fn issued(state: &State, auth: &Auth, token: &str) {
        if let Some(known) = auth.token(token) {
            auth.permit(
                token,
                state.permissions_of(populate::HOME, &known.principal),
            );
        }
    }

    fn refuse(refusal: Refusal<'_>) -> Answer {
        match refusal {
            Refusal::NoSuchPath { .. } => errors::not_found("there is no such path"),
            Refusal::NoSuchMethod { .. } => errors::error(
                StatusCode::METHOD_NOT_ALLOWED,
                "the path has no such method",
            ),
            Refusal::Unauthorized(AuthFailure::Missing) => errors::unauthorized("Bearer"),
            Refusal::Unauthorized(_) => errors::unauthorized("Bearer error=\"invalid_token\""),
            // fact: refusal-may-be-500
            Refusal::Invalid(violations) => {
                let lines = violations.iter().map(|wrong| {
                    format!(
                        "{}: found {}, expected {}",
                        wrong.place, wrong.found, wrong.expected
                    )
                });
                errors::bad_request(&lines.collect::<Vec<_>>().join("; "))
            }
            Refusal::Malformed(problem) => errors::bad_request(problem),
            Refusal::MediaType(media_type) => errors::error(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                &format!("`{media_type}` is not taken here"),
            ),
            Refusal::TooManyRequests { .. } | Refusal::TooManyAtOnce => errors::too_many_requests(),
            Refusal::Failure(status) => errors::unhandled(
                status,
                "java.lang.IllegalStateException",
                "failed on demand",
            ),
        }
    }

    fn finish(_: &mut Answer, _: &str) {}
}

impl State {
    /// The organization that the path names.
    fn organization(&self, request: &Request) -> Result<&Organization, Answer> {
        let id = request.path("organizationId");
        self.organizations.get(id).ok_or_else(no_such_organization)
    }

    /// The organization that the path names.
    fn organization_mut(&mut self, request: &Request) -> Result<&mut Organization, Answer> {
        let id = request.path("organizationId");
        self.organizations
            .get_mut(id)
            .ok_or_else(no_such_organization)
    }

    /// The relations of a subject to an organization; none when nobody ever heard of the subject.
    fn related<'a>(
        &'a self,
        organization: &'a Organization,
        subject: &str,
    ) -> impl Iterator<Item = &'a str> {
        let number = self.subjects.find(subject);
        let held = number
            .into_iter()
            .flat_map(|number| organization.relations.of_right(number));
        held.map(|relation| self.relations.text(relation))
    }

    /// What the roles of a subject in an organization permit.
    fn permissions_of(&self, organization: &str, subject: &str) -> BTreeSet<String> {
        let Some(organization) = self.organizations.get(organization) else {
            return BTreeSet::new();
        };
        let held: BTreeSet<&str> = self.related(organization, subject).collect();
        let roles = organization.roles.iter();
        let roles = roles.filter(|role| role.id.as_deref().is_some_and(|id| held.contains(id)));
        roles
            .flat_map(role::Role::scopes)
            .map(str::to_owned)
            .collect()
    }
}

fn no_such_organization() -> Answer {
    errors::not_found("there is no such organization")
}

/// The JSON body as what a handler works with. What the description lets through and this does not, is a body of another
/// media type.
fn body<T: serde::de::DeserializeOwned>(request: &Request) -> Result<T, Answer> {
    let read = serde_json::from_value(request.json().clone());
    read.map_err(|problem| errors::bad_request(&problem.to_string()))
}
