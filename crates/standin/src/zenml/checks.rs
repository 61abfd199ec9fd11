//! What a user may do to resources of workspaces, as the workspaces' own servers ask.

use super::access::Standing;
use super::rows::RoleKind;
use super::{State, errors};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// The longest address that is taken, in bytes.
const LONGEST_TARGET: usize = 8_000;

/// A resource as it is written: `[project:]type[/id]`.
///
/// fact: resource-notation
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resource<'a> {
    pub(super) project: Option<&'a str>,
    pub(super) kind: &'a str,
    pub(super) id: Option<&'a str>,
}

impl<'a> Resource<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let (project, rest) = match text.split_once(':') {
            Some((project, rest)) => (Some(project), rest),
            None => (None, text),
        };
        let (kind, id) = match rest.split_once('/') {
            Some((kind, id)) => (kind, Some(id)),
            None => (rest, None),
        };
        Self { project, kind, id }
    }
}

/// fact: check-permissions-two-forms
pub(super) fn in_query(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    is_short(request)?;
    check(state, request, request.queries("resources"))
}

/// fact: check-permissions-post
pub(super) fn in_body(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let resources = request.json().as_array().into_iter().flatten();
    check(state, request, resources.filter_map(Value::as_str))
}

fn check<'a>(
    state: &State,
    request: &Request,
    resources: impl Iterator<Item = &'a str>,
) -> Outcome {
    let user = asked_about(state, request)?;
    let action = request.query("action").unwrap_or_default();
    let answers = resources.map(|resource| {
        let allowed = user.is_some_and(|user| state.allows(user, action, resource));
        (resource.to_owned(), Value::from(allowed))
    });
    Ok(Answer::ok(answers.collect::<Map<_, _>>()))
}

/// fact: allowed-resource-ids-shape
pub(super) fn allowed(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let user = asked_about(state, request)?;
    let action = request.query("action").unwrap_or_default();
    let text = request.query("resource").unwrap_or_default();
    let resource = Resource::read(text);
    if resource.id.is_some() {
        let place = ["query".into(), "resource".into()];
        let message = "The resource should not have an id";
        return Err(errors::invalid(&place, "value_error", message));
    }
    let full_access = user.is_some_and(|user| state.allows(user, action, text));
    let shared = user.into_iter().flat_map(|user| state.shared(user, action));
    let ids = shared.filter_map(|shared| {
        let shared = Resource::read(shared);
        let same = (shared.project, shared.kind) == (resource.project, resource.kind);
        same.then_some(shared.id?)
    });
    let ids: Vec<&str> = if full_access {
        Vec::new()
    } else {
        ids.collect()
    };
    Ok(Answer::ok(
        json!({ "full_access": full_access, "ids": ids }),
    ))
}

/// A long query is refused before anything looks at it.
pub(super) fn is_short(request: &Request) -> Result<(), Answer> {
    if request.target.len() > LONGEST_TARGET {
        return Err(Answer::empty(StatusCode::URI_TOO_LONG));
    }
    Ok(())
}

/// The user whose access is asked for; nobody when there is no such user, which no documented status tells. Everybody may
/// ask for themselves, and who reads an organization for others.
fn asked_about(state: &State, request: &Request) -> Result<Option<u32>, Answer> {
    let caller = state.caller(request)?;
    let id = request.query("user_id").unwrap_or_default();
    let user = state.users.position(&id.to_ascii_lowercase());
    let user = user.map(|user| user as u32);
    let mut organizations = state.organizations.from(0);
    let allowed = user == Some(caller)
        || organizations.any(|(organization, _, _)| {
            state.standing(caller, organization as u32) >= Standing::Reader
        });
    if !allowed {
        return Err(errors::illegal("the caller's roles do not allow this"));
    }
    Ok(user)
}

impl State {
    /// Whether a user may do this to a resource: by a role, or since it is shared.
    fn allows(&self, user: u32, action: &str, text: &str) -> bool {
        let found = self.users.at(user.into());
        if !found.is_some_and(|(_, user)| user.is_active) {
            return false;
        }
        let resource = Resource::read(text);
        let project = resource.project.map(str::to_ascii_lowercase);
        let project = project.and_then(|project| self.projects.position(&project));
        let by_role = self.held(user).any(|grant| {
            let role = self.roles.at(grant.role.into());
            let covers = grant
                .scope
                .project
                .is_none_or(|own| project == Some(own.into()));
            covers
                && role.is_some_and(|(_, role)| {
                    role.kind == RoleKind::Predefined && permits(&role.name, resource.kind, action)
                })
        });
        self.is_superuser(user) || by_role || self.shared(user, action).any(|shared| shared == text)
    }
}

/// What a predefined role is for, by its name; the vendor does not publish more.
///
/// fact: permission-names-unknown
fn permits(role: &str, kind: &str, action: &str) -> bool {
    match role.rsplit(' ').next() {
        Some("Admin") if role == "Stack Admin" => {
            matches!(
                kind,
                "stack" | "stack_component" | "flavor" | "service_connector"
            )
        }
        Some("Admin") => role != "Billing Admin",
        Some("Manager" | "Developer") => !matches!(action, "prune" | "backup_restore" | "share"),
        Some("Contributor") => matches!(action, "create" | "read" | "update" | "client"),
        Some("Viewer") => action == "read",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Resource;

    #[test]
    fn a_resource_has_a_type_and_maybe_a_project_and_an_id() {
        let read = |text| {
            let read = Resource::read(text);
            (read.project, read.kind, read.id)
        };
        assert_eq!(read("stack"), (None, "stack", None));
        assert_eq!(read("stack/1"), (None, "stack", Some("1")));
        assert_eq!(read("p:model/1"), (Some("p"), "model", Some("1")));
    }
}
