//! Invitations into an organization.

use super::organization::Invitation;
use super::{State, body, errors};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct InvitationRequest {
    expire_days: i64,
    secure: bool,
    roles: Vec<String>,
    emails: Vec<String>,
}

impl Default for InvitationRequest {
    fn default() -> Self {
        Self {
            expire_days: 1,
            secure: false,
            roles: Vec::new(),
            emails: Vec::new(),
        }
    }
}

/// fact: invite-may-repeat
pub(super) fn invite(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    state.organization(request)?;
    let asked: InvitationRequest = body(request)?;
    if asked.emails.is_empty() {
        return Err(errors::bad_request("there are no emails"));
    }
    let lifetime = TimeDelta::try_days(asked.expire_days);
    let expires_at = lifetime.and_then(|lifetime| request.now.checked_add_signed(lifetime));
    let expires_at =
        expires_at.ok_or_else(|| errors::bad_request("expireDays is out of all proportion"))?;
    let mut made = Vec::with_capacity(asked.emails.len());
    for email in asked.emails {
        made.push(Invitation {
            id: state.ids.uuid(),
            org_id: request.path("organizationId").to_owned(),
            email,
            roles: asked.roles.clone(),
            secure: asked.secure,
            expires_at,
        });
    }
    let answer = json!(made);
    state.organization_mut(request)?.invitations.extend(made);
    Ok(Answer::ok(answer))
}
