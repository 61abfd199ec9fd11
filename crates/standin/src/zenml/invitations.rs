//! Placeholders for people who have not signed in yet.

use super::access::Standing;
use super::grants::{Grant, Holder, Scope};
use super::rows::{Invitation, Level, RoleKind};
use super::{State, errors, find};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::Value;

/// fact: list-invitations-shape
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Reader)?;
    let email = request.query("email");
    let only_pending = request.flag("only_pending").unwrap_or(false);
    let found = state.invitations.from(0).filter(|(_, _, row)| {
        row.organization == organization
            && email.is_none_or(|email| row.email == email)
            && (row.is_pending || !only_pending)
    });
    let found = found.map(|(position, _, _)| state.invitation_json(position as u32));
    Ok(Answer::ok(found.collect::<Vec<_>>()))
}

/// fact: create-invitation-shape
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Manager)?;
    let email = request.text("/email").unwrap_or_default();
    if !email.contains('@') {
        return Err(errors::value_error("the email is not an address"));
    }
    let (role, row) = find(
        &state.roles,
        request.text("/role_id").unwrap_or_default(),
        "role",
    )?;
    if row.organization != organization {
        return Err(errors::illegal("the role belongs to another organization"));
    }
    if row.level != Level::Organization || row.kind == RoleKind::Share {
        return Err(errors::illegal(
            "the role is not one of the organization's level",
        ));
    }
    let is_taken = state
        .invitations
        .rows()
        .any(|sent| sent.organization == organization && sent.is_pending && sent.email == email);
    let user = state.by_email(email);
    if is_taken || user.is_some_and(|user| state.is_member(user, organization)) {
        return Err(errors::exists(
            "the email is invited already, or that of a member",
        ));
    }
    let id = state.ids.uuid();
    let invitation = Invitation {
        organization,
        email: email.to_owned(),
        is_pending: true,
    };
    state.invitations.insert(&*id, invitation);
    let position = state.invitations.position(&id).unwrap_or_default() as u32;
    state.grants.put(Grant {
        role,
        scope: Scope::default(),
        holder: Holder::Invitation(position),
    });
    Ok(Answer::ok(state.invitation_json(position)))
}

/// What was given to the invitation goes with it.
///
/// fact: delete-invitation-answer-unknown
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("organization_id");
    let (organization, _) = find(&state.organizations, id, "organization")?;
    state.require(request, organization, Standing::Manager)?;
    let id = request.path("invitation_id");
    let (invitation, row) = find(&state.invitations, id, "invitation")?;
    if row.organization != organization {
        return Err(errors::missing("invitation", id));
    }
    state.grants.remove_holder(Holder::Invitation(invitation));
    state.invited.remove_right(invitation);
    state.invitations.remove(&id.to_ascii_lowercase());
    Ok(Answer::ok(Value::Null))
}
