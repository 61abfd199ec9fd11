//! Rows as the JSON that is sent.

use super::State;
use super::grants::{Grant, Holder};
use super::rows::{Level, RoleKind};
use crate::millis;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The domain of everybody's email.
const DOMAIN: &str = "example.com";
/// The version of the ZenML server of every workspace.
const VERSION: &str = "0.98.0";

impl State {
    /// The email of a person; service accounts have none.
    pub(super) fn email(&self, user: u32) -> Option<String> {
        let person = (user < self.people).then(|| self.population.person(user))?;
        Some(format!("{}@{DOMAIN}", person.login))
    }

    /// The person with an email: its digits are the position in the population.
    pub(super) fn by_email(&self, email: &str) -> Option<u32> {
        let (login, _) = email.split_once('@')?;
        let digits = login.trim_start_matches(|c: char| !c.is_ascii_digit());
        let user = digits.parse().ok()?;
        (self.email(user).as_deref() == Some(email)).then_some(user)
    }

    pub(super) fn username(&self, user: u32) -> Option<String> {
        let (_, row) = self.users.at(user.into())?;
        match &row.username {
            Some(username) => Some(username.to_string()),
            None => Some(self.population.person(user).login),
        }
    }

    /// fact: api-key-shown-once
    pub(super) fn user_json(&self, user: u32) -> Value {
        let Some((id, row)) = self.users.at(user.into()) else {
            return Value::Null;
        };
        let service = row.service.as_deref();
        let person = service.is_none().then(|| self.population.person(user));
        let organization = service.and_then(|service| self.organization_id(service.organization));
        json!({
            "id": id,
            "password": null,
            "password_expired": null,
            "name": match &person {
                Some(person) => Some(format!("{} {}", person.given, person.family)),
                None => self.username(user).map(|name| name.chars().take(50).collect()),
            },
            "avatar_url": null,
            "company": person.as_ref().map(|_| "Example"),
            "job_title": person.as_ref().map(|person| person.department),
            "metadata": { "description": service.and_then(|service| service.description.as_deref()) },
            "username": self.username(user),
            "email": self.email(user),
            "oauth_provider": person.as_ref().map(|_| "auth0"),
            "oauth_id": person.as_ref().map(|_| format!("auth0|{id}")),
            "is_active": row.is_active,
            "is_superuser": row.is_superuser,
            "is_service_account": service.is_some(),
            "organization_id": organization,
            "is_onboarded": true,
        })
    }

    pub(super) fn organization_json(&self, organization: u32) -> Value {
        let Some((id, row)) = self.organizations.at(organization.into()) else {
            return Value::Null;
        };
        json!({
            "id": id,
            "name": row.name,
            "description": row.description,
            "logo_url": null,
            "created": millis(row.made),
            "updated": millis(row.made),
            "owner": self.user_json(row.owner),
            "has_active_subscription": true,
            "trial_expiry": null,
        })
    }

    pub(super) fn role_json(&self, role: u32) -> Value {
        let Some((id, row)) = self.roles.at(role.into()) else {
            return Value::Null;
        };
        json!({
            "id": id,
            "name": row.name,
            "description": row.description,
            "organization_id": self.organization_id(row.organization),
            "level": row.level.name(),
            "system_managed": row.kind != RoleKind::Own,
            "type": match row.kind {
                RoleKind::Share => "share",
                RoleKind::Predefined | RoleKind::Own => "normal",
            },
        })
    }

    pub(super) fn team_json(&self, team: u32) -> Value {
        let Some((id, row)) = self.teams.at(team.into()) else {
            return Value::Null;
        };
        json!({
            "id": id,
            "name": row.name,
            "description": row.description,
            "created": millis(row.made),
            "updated": millis(row.changed),
            "member_count": row.members,
        })
    }

    /// Only `id` and `email` are known of its form (fact: list-invitations-shape).
    pub(super) fn invitation_json(&self, invitation: u32) -> Value {
        let Some((id, row)) = self.invitations.at(invitation.into()) else {
            return Value::Null;
        };
        let grants = self.grants.of(Holder::Invitation(invitation));
        let role = grants.map(|grant| grant.role).find(|role| {
            let role = self.roles.at((*role).into());
            role.is_some_and(|(_, role)| role.level == Level::Organization)
        });
        json!({
            "id": id,
            "email": row.email,
            "organization_id": self.organization_id(row.organization),
            "is_pending": row.is_pending,
            "role": role.map(|role| self.role_json(role)),
        })
    }

    pub(super) fn workspace_json(&self, workspace: u32, now: DateTime<Utc>) -> Value {
        let Some((id, row)) = self.workspaces.at(workspace.into()) else {
            return Value::Null;
        };
        let status = row.status(now);
        json!({
            "id": id,
            "name": row.name,
            "display_name": row.display_name,
            "description": row.description,
            "logo_url": row.logo_url,
            "is_managed": row.is_managed,
            "enrollment_key": null,
            "organization": self.organization_json(row.organization),
            "desired_state": row.desired_state(),
            "state_reason": "",
            "status": status,
            "zenml_service": {
                "configuration": { "version": VERSION },
                "status": (status == "available").then(|| json!({
                    "server_url": server_url(id),
                    "version": VERSION,
                })),
            },
            "mlflow_service": null,
        })
    }

    /// fact: assign-answers-200
    pub(super) fn grant_json(&self, grant: Grant) -> Value {
        let (mut user, mut team, mut invitation) = (Value::Null, Value::Null, Value::Null);
        match grant.holder {
            Holder::User(holder) => user = self.user_json(holder),
            Holder::Team(holder) => team = self.team_json(holder),
            Holder::Invitation(holder) => invitation = self.invitation_json(holder),
        }
        let role = self.roles.at(grant.role.into());
        let workspace = grant.scope.workspace;
        let workspace = workspace.and_then(|workspace| self.workspaces.at(workspace.into()));
        let project = grant.scope.project;
        let project = project.and_then(|project| self.projects.at(project.into()));
        json!({
            "user": user,
            "team": team,
            "invitation": invitation,
            "role": self.role_json(grant.role),
            "organization_id": role.and_then(|(_, role)| self.organization_id(role.organization)),
            "workspace_id": workspace.map(|(id, _)| id),
            "project_id": project.map(|(id, ())| id),
        })
    }

    fn organization_id(&self, organization: u32) -> Option<&str> {
        let found = self.organizations.at(organization.into());
        found.map(|(id, _)| id)
    }
}

/// Where the server of a workspace would be.
pub(super) fn server_url(workspace: &str) -> String {
    let start = workspace.split('-').next().unwrap_or_default();
    format!("https://{start}.zenml.example.com")
}
