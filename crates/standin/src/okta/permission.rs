//! Whether the caller may do this: by the scopes of its token and by the admin roles that it holds itself.
//!
//! Documented is that scopes alone are not enough, that a Read-only Administrator may not look at administrators, and that
//! giving roles is a task of super administrators. No documented permission lets a custom role change administrators; here
//! the permission `okta.iam.manage` does, so that the rule on SUPER_ADMIN for holders of custom roles can be met.

use super::held::HeldRole;
use super::role_type::RoleType;
use super::state::{Principal, PrincipalKind, State};
use super::{errors, page};
use crate::auth::TokenKind;
use crate::{Answer, Request, RequestBody};
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, TRANSFER_ENCODING};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// See the permission that a custom role must have to look at administrators.
pub(super) const IAM_READ: &str = "okta.iam.read";

/// See the permission that a custom role must have here to change administrators.
pub(super) const IAM_MANAGE: &str = "okta.iam.manage";

/// Refuses what the caller may not do.
pub(super) fn permit(state: &State, request: &Request) -> Result<(), Answer> {
    let scopes = request.operation.scopes("oauth2");
    let oauth = request.caller.kind == Some(TokenKind::Oauth2);
    if oauth && !scopes.iter().all(|scope| request.caller.has_scope(scope)) {
        return Err(errors::scope_missing(&scheme(request), &scopes));
    }
    length_said(request)?;
    let scope = scopes.first().copied().unwrap_or_default();
    let rights = Rights::of(state, &request.caller.principal);
    if rights.cover(scope) || reads_self(request) {
        return Ok(());
    }
    // fact: scopes-without-role-empty-list
    if oauth
        && rights.none()
        && let Some(empty) = empty_list(request)
    {
        return Err(empty);
    }
    // fact: read-only-admin-refused
    Err(errors::denied())
}

/// A call with a method that has bodies, but without one, must say so.
fn length_said(request: &Request) -> Result<(), Answer> {
    let bodies = [Method::PUT, Method::POST].contains(&request.operation.method);
    let said = [CONTENT_LENGTH, TRANSFER_ENCODING];
    let said = said.iter().any(|name| request.headers.contains_key(name));
    match bodies && request.body == RequestBody::Empty && !said {
        true => Err(errors::length_required()),
        false => Ok(()),
    }
}

/// Anybody may read their own user.
fn reads_self(request: &Request) -> bool {
    let id = request.path("id");
    request.operation.id == "getUser" && (id == "me" || id == request.caller.principal)
}

fn scheme(request: &Request) -> String {
    let header = request.headers.get(AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    let scheme = header.and_then(|text| text.split(' ').next());
    scheme.unwrap_or("Bearer").to_owned()
}

/// The empty list that callers with a scope, but without any role, get where the description says so.
fn empty_list(request: &Request) -> Option<Answer> {
    let raw = &request.operation.raw;
    let refusals = raw.get("x-refusals")?.as_array()?;
    refusals
        .iter()
        .find(|refusal| refusal.get("status") == Some(&json!(200)))?;
    let items = raw.pointer("/x-pagination/items")?.as_str()?;
    Some(match items.strip_prefix('/') {
        None => page::whole(Vec::new()),
        Some(key) => {
            let mut body = Map::new();
            body.insert(key.to_owned(), json!([]));
            body.insert("_links".to_owned(), json!({}));
            Answer::ok(Value::Object(body))
        }
    })
}

/// What someone may do as an administrator.
pub(super) struct Rights<'a> {
    standard: Vec<RoleType>,
    /// Permissions of the custom roles.
    permissions: BTreeSet<&'a str>,
    any: bool,
}

impl<'a> Rights<'a> {
    pub(super) fn of(state: &'a State, caller: &str) -> Self {
        let kind = match state.users.contains(caller) {
            true => PrincipalKind::User,
            false => PrincipalKind::Client,
        };
        let id = caller.into();
        let mut rights = Self {
            standard: Vec::new(),
            permissions: BTreeSet::new(),
            any: false,
        };
        for held in state.roles_of(&Principal { kind, id }) {
            match held.role {
                HeldRole::Standard(assignment) if !assignment.active => continue,
                HeldRole::Standard(assignment) => rights.standard.push(assignment.role),
                HeldRole::Custom(membership, _) => {
                    let role = state.roles.get(&membership.role);
                    let permissions = role.map(|role| role.permissions.iter());
                    let names = permissions.into_iter().flatten().map(|(name, _)| name);
                    rights.permissions.extend(names);
                }
            }
            rights.any = true;
        }
        rights
    }

    pub(super) fn has(&self, role: RoleType) -> bool {
        self.standard.contains(&role)
    }

    fn none(&self) -> bool {
        !self.any
    }

    /// Whether they reach what a scope speaks of.
    fn cover(&self, scope: &str) -> bool {
        use RoleType as R;
        let permitted = |prefix: &str| {
            let mut permissions = self.permissions.iter();
            permissions.any(|permission| permission.starts_with(prefix))
        };
        let any_of = |roles: &[RoleType]| roles.iter().any(|role| self.has(*role));
        if self.has(R::SuperAdmin) {
            return true;
        }
        match scope {
            // fact: iam-read-for-role-reads
            "okta.roles.read" => permitted(IAM_READ) || permitted(IAM_MANAGE),
            // fact: super-admin-for-role-writes
            "okta.roles.manage" => permitted(IAM_MANAGE),
            "okta.users.read" | "okta.groups.read" => {
                any_of(&[
                    R::OrgAdmin,
                    R::ReadOnlyAdmin,
                    R::UserAdmin,
                    R::HelpDeskAdmin,
                    R::GroupMembershipAdmin,
                    R::AppAdmin,
                ]) || permitted(match scope {
                    "okta.users.read" => "okta.users.",
                    _ => "okta.groups.",
                })
            }
            "okta.apps.read" | "okta.clients.read" => {
                any_of(&[
                    R::OrgAdmin,
                    R::ReadOnlyAdmin,
                    R::AppAdmin,
                    R::ApiAccessManagementAdmin,
                ]) || permitted("okta.apps.")
            }
            _ => false,
        }
    }
}
