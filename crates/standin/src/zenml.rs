//! The stand-in for the control plane of ZenML Pro: organizations, workspaces, teams, roles, and who holds them where.

use crate::auth::{Auth, AuthFailure};
use crate::pairs::Pairs;
use crate::service::{Context, Handler, Refusal, Service};
use crate::{Answer, Api, Ids, Population, Request, Table};
use grants::Grants;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use rows::{Invitation, Organization, Role, Team, User, Workspace};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod access;
mod accounts;
mod assignments;
mod checks;
mod errors;
mod grants;
mod invitations;
mod login;
mod members;
mod operations;
mod organizations;
mod populate;
mod render;
mod roles;
mod rows;
mod service_accounts;
mod shares;
mod teams;
mod users;
mod workspaces;

/// The service.
#[derive(Debug)]
pub struct Zenml;

/// The control plane's tables. Users are never deleted, so that a user's position is also the number of users before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    ids: Ids,
    population: Population,
    /// How many users are people; they have the first positions.
    people: u32,
    users: Table<User>,
    /// Usernames that do not follow from the population.
    usernames: BTreeMap<String, u32>,
    organizations: Table<Organization>,
    roles: Table<Role>,
    teams: Table<Team>,
    invitations: Table<Invitation>,
    workspaces: Table<Workspace>,
    /// Ids of projects that roles were assigned in.
    projects: Table<()>,
    grants: Grants,
    /// Teams and the users in them.
    members: Pairs,
    /// Teams and the invitations in them.
    invited: Pairs,
    shares: shares::Shares,
    /// Device logins that wait for a token: the digest of the device code, and the device.
    devices: Vec<(String, String)>,
}

impl Service for Zenml {
    const API: Api = Api::Zenml;

    type State = State;

    fn populate(population: &Population, auth: &Auth) -> State {
        let (state, staff) = populate::populate(population);
        accounts::add(auth, staff.each_ref().map(String::as_str));
        state
    }

    fn handler(operation: &str) -> Option<Handler<State>> {
        operations::handler(operation)
    }

    /// Whose organization it is about is known to the handlers only, so they go on from here.
    fn permit(state: &State, request: &Request, _: &Context<'_>) -> Result<(), Answer> {
        if request.operation.is_open() {
            return Ok(());
        }
        state.caller(request).map(|_| ())
    }

    fn refuse(refusal: Refusal<'_>) -> Answer {
        match refusal {
            Refusal::NoSuchPath { .. } => errors::plain(StatusCode::NOT_FOUND, "Not Found"),
            Refusal::NoSuchMethod { .. } => {
                errors::plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
            }
            Refusal::Unauthorized(AuthFailure::Missing | AuthFailure::Scheme) => {
                errors::plain(StatusCode::UNAUTHORIZED, "Not authenticated")
                    .header(WWW_AUTHENTICATE, "Bearer")
            }
            Refusal::Unauthorized(AuthFailure::Expired) => {
                errors::unauthorized("the access token has expired")
            }
            Refusal::Unauthorized(_) => errors::unauthorized("the access token is not valid"),
            Refusal::Invalid(violations) => errors::violations(violations),
            Refusal::Malformed(problem) => {
                errors::invalid(&["body".into(), 0.into()], "json_invalid", problem)
            }
            Refusal::MediaType(media_type) => {
                let message = format!("`{media_type}` is not taken here");
                errors::invalid(&["body".into()], "value_error", &message)
            }
            // fact: rate-limit-answer
            Refusal::TooManyRequests { .. } | Refusal::TooManyAtOnce => {
                errors::plain(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
            }
            Refusal::Failure(status) => errors::plain(status, "failed on demand"),
        }
    }

    /// fact: request-id-header
    fn finish(answer: &mut Answer, request_id: &str) {
        if let Ok(value) = request_id.try_into() {
            answer.headers_mut().insert("x-request-id", value);
        }
    }
}

/// Position and row of an id, whatever its case; 404 when there is none.
fn find<'a, T>(table: &'a Table<T>, id: &str, what: &str) -> Result<(u32, &'a T), Answer> {
    let position = table.position(&id.to_ascii_lowercase());
    let found = position.and_then(|position| Some((position as u32, table.at(position)?.1)));
    found.ok_or_else(|| errors::missing(what, id))
}

/// The page of a list that `offset` and `limit` ask for. `limit` is 100 unless it is given.
fn page<T>(request: &Request, items: impl Iterator<Item = T>) -> Vec<T> {
    let number = |name: &str, default: usize| {
        let number = request.number(name).map(usize::try_from);
        number.and_then(Result::ok).unwrap_or(default)
    };
    items
        .skip(number("offset", 0))
        .take(number("limit", 100))
        .collect()
}
