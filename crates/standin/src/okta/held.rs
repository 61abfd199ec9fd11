//! The roles of a principal as the API shows them: its own, and for a user those of its groups.

use super::links::{self, link};
use super::role_type::RoleType;
use super::state::{Assignment, Grant, Member, Membership, Principal, PrincipalKind, State};
use super::{applications, errors, groups};
use crate::{Answer, Request, millis};
use serde_json::{Value, json};

/// A role that someone holds.
pub(super) struct Held<'a> {
    pub(super) role: HeldRole<'a>,
    /// Who holds it: the principal itself, or a group that a user inherits it from.
    pub(super) holder: Principal,
}

#[derive(Clone, Copy)]
pub(super) enum HeldRole<'a> {
    Standard(&'a Assignment),
    Custom(&'a Membership, &'a Member),
}

impl State {
    /// The principal that the path names.
    ///
    /// # Errors
    ///
    /// E0000007 when there is none, or when it is a client that cannot hold roles.
    pub(super) fn principal(&self, request: &Request) -> Result<Principal, Answer> {
        let given = |name: &str| {
            let given = request.path.iter().find(|(known, _)| known == name);
            given.map(|(_, id)| &**id)
        };
        let (kind, id) = if let Some(id) = given("clientId") {
            // fact: client-without-roles-404
            let app = applications::find(self, id)?;
            if app.client != Some(super::state::ClientKind::Service) {
                return Err(errors::not_found(id, "PublicClientApp"));
            }
            (PrincipalKind::Client, id)
        } else if let Some(id) = given("userId") {
            if !self.users.contains(id) {
                return Err(errors::not_found(id, "User"));
            }
            (PrincipalKind::User, id)
        } else {
            let id = request.path("groupId");
            groups::find(self, id)?;
            (PrincipalKind::Group, id)
        };
        let id = id.into();
        Ok(Principal { kind, id })
    }

    /// The roles that a principal holds itself.
    pub(super) fn own_roles(&self, principal: &Principal) -> Vec<Held<'_>> {
        let Some(holder) = self.holder(&principal.id) else {
            return Vec::new();
        };
        let standard = holder.assignments.iter().map(HeldRole::Standard);
        let custom = holder
            .memberships
            .iter()
            .filter_map(|membership| Some(HeldRole::Custom(membership, self.member(membership)?)));
        let held = standard.chain(custom).map(|role| Held {
            role,
            holder: principal.clone(),
        });
        held.collect()
    }

    /// The roles of a principal: its own, and behind them those of its groups.
    pub(super) fn roles_of(&self, principal: &Principal) -> Vec<Held<'_>> {
        // fact: user-list-holds-inherited-roles
        let mut all = self.own_roles(principal);
        if principal.kind == PrincipalKind::User {
            for group in self.role_groups_of(&principal.id) {
                all.extend(self.own_roles(&Principal {
                    kind: PrincipalKind::Group,
                    id: group.into(),
                }));
            }
        }
        all
    }

    /// The role of a principal that has this assignment id.
    ///
    /// # Errors
    ///
    /// E0000007 when there is none.
    pub(super) fn role_of(&self, principal: &Principal, id: &str) -> Result<Held<'_>, Answer> {
        // fact: assignment-ids-shared
        let mut all = self.roles_of(principal).into_iter();
        let found = all.find(|held| held.id() == id);
        found.ok_or_else(|| errors::not_found(id, "RoleAssignment"))
    }
}

impl<'a> Held<'a> {
    pub(super) fn id(&self) -> &'a str {
        match self.role {
            HeldRole::Standard(assignment) => &assignment.id,
            HeldRole::Custom(membership, _) => &membership.member,
        }
    }

    /// The standard or IAM-based role that it is; `None` for a custom one.
    pub(super) fn standard(&self) -> Option<&'a Assignment> {
        match self.role {
            HeldRole::Standard(assignment) => Some(assignment),
            HeldRole::Custom(..) => None,
        }
    }

    pub(super) fn grants(&self) -> &'a [Grant] {
        match self.role {
            HeldRole::Standard(assignment) => &assignment.grants,
            HeldRole::Custom(_, member) => &member.grants,
        }
    }

    /// The assignment as it is answered.
    pub(super) fn view(&self, state: &State, request: &Request) -> Value {
        match self.role {
            HeldRole::Standard(assignment) => match assignment.role.iam_policy() {
                // fact: role-assignment-iam-types-answer-as-custom
                Some(policy) => {
                    let mut body = self.standard_view(request, assignment);
                    let role = assignment.role.name();
                    body["resource-set"] = json!(policy);
                    body["role"] = json!(role);
                    body["_links"] = self.custom_links(request, policy, role, &assignment.id);
                    body
                }
                None => self.standard_view(request, assignment),
            },
            HeldRole::Custom(membership, member) => {
                let role = state.roles.get(&membership.role);
                json!({
                    "id": &*membership.member,
                    "label": role.map_or("", |role| &*role.label),
                    "type": "CUSTOM",
                    "status": "ACTIVE",
                    "created": millis(member.created),
                    "lastUpdated": millis(member.updated),
                    "assignmentType": self.holder.kind.name(),
                    "resource-set": &*membership.set,
                    "role": &*membership.role,
                    "_links": self.custom_links(
                        request,
                        &membership.set,
                        &membership.role,
                        &membership.member,
                    ),
                })
            }
        }
    }

    fn standard_view(&self, request: &Request, assignment: &Assignment) -> Value {
        json!({
            "id": &*assignment.id,
            "label": assignment.role.label(),
            "type": assignment.role.name(),
            "status": if assignment.active { "ACTIVE" } else { "INACTIVE" },
            "created": millis(assignment.created),
            "lastUpdated": millis(assignment.updated),
            "assignmentType": self.holder.kind.name(),
            "_links": { "assignee": link(request, &links::principal(&self.holder)) },
        })
    }

    fn custom_links(&self, request: &Request, set: &str, role: &str, member: &str) -> Value {
        let binding = links::binding(set, role);
        json!({
            "assignee": link(request, &links::principal(&self.holder)),
            "resource-set": link(request, &links::resource_set(set)),
            "permissions": link(request, &format!("{}/permissions", links::role(role))),
            "role": link(request, &links::role(role)),
            "member": link(request, &format!("{binding}/members/{member}")),
        })
    }
}

/// The id of a new assignment. Roles that can be narrowed have the one that follows from their name, for users and
/// clients; all others are given out.
pub(super) fn assignment_id(state: &mut State, kind: PrincipalKind, role: RoleType) -> String {
    use super::role_type::Narrowing;
    // fact: standard-role-id-forms
    match (kind, role.iam_policy(), role.narrowing()) {
        (_, Some(_), _) => state.ids.base62("irb", 17),
        (PrincipalKind::Group, None, _) => state.ids.base62("gra", 17),
        (_, None, Narrowing::Nothing) => state.ids.base62("ra1", 17),
        (_, None, Narrowing::Groups | Narrowing::Apps) => role.encoded(),
    }
}
