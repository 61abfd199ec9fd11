//! Names and statuses of users and groups, and what roles are called. Each is asked for once, many at a time.

use super::super::ask::{Trouble, ask, items};
use super::super::pen::{Go, Pen};
use super::Run;
use crate::ledger::{Gap, GapOf, Section, SectionId};
use crate::model::{Principal, PrincipalId, PrincipalKind, Role, RoleKind, UserStatus};
use crate::source::{Options, RoleRow};
use futures_util::StreamExt;
use rolecall::PagedExt;
use rolecall::foundry::operations;
use rolecall::foundry::types::{
    CoreRole, GetGroupsBatchRequestElement, GetRolesBatchRequestElement,
    GetUsersBatchRequestElement, Group, User, UserStatus as FoundryStatus,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many ids a batch takes (Palantir API reference, "Get users batch").
const A_BATCH: usize = 500;

/// Everybody who was met.
pub(super) struct People {
    pen: Pen,
    roles_pen: Pen,
    known: HashMap<PrincipalId, Principal>,
    roles: HashMap<String, Role>,
    /// Groups that were met.
    pub(super) groups: BTreeSet<String>,
    asks_users: bool,
    asks_groups: bool,
    asks_roles: bool,
    permissions: bool,
    everybody: bool,
    /// A section in which somebody may have been missed.
    missed_in: Option<SectionId>,
}

impl People {
    pub(super) fn new(pen: Pen, roles_pen: Pen, options: &Options) -> Self {
        Self {
            pen,
            roles_pen,
            known: HashMap::new(),
            roles: HashMap::new(),
            groups: BTreeSet::new(),
            asks_users: true,
            asks_groups: true,
            asks_roles: true,
            permissions: options.permissions,
            everybody: options.principals,
            missed_in: None,
        }
    }

    /// A section has ended. What it did not tell is missing wherever it is built upon.
    pub(super) fn learn_from(&mut self, section: &Section) {
        if section.is_incomplete() && self.missed_in.is_none() {
            self.missed_in = Some(section.id.clone());
        }
    }

    /// Why somebody may be missing, if so.
    pub(super) fn missed(&self) -> Option<String> {
        let section = self.missed_in.as_ref()?;
        Some(format!(
            "those were met who are in the other sections, of which {section} is not complete"
        ))
    }

    /// What is known of a principal, by now.
    pub(super) fn principal(&self, identity: &PrincipalId) -> Principal {
        let known = self.known.get(identity);
        known
            .cloned()
            .unwrap_or_else(|| Principal::new(identity.kind.clone(), &identity.id))
    }

    /// What is known of a role, by now.
    pub(super) fn role(&self, id: &str) -> Role {
        let known = self.roles.get(id);
        known.cloned().unwrap_or_else(|| Role::new(kind_of(id), id))
    }

    /// Asks for what is not known yet of these principals.
    pub(super) async fn meet(&mut self, run: &Run, identities: impl Iterator<Item = PrincipalId>) {
        let (mut users, mut groups) = (BTreeSet::new(), BTreeSet::new());
        for identity in identities {
            if identity.kind == PrincipalKind::Group {
                self.groups.insert(identity.id.clone());
            }
            if self.known.contains_key(&identity) {
                continue;
            }
            match identity.kind {
                PrincipalKind::User => users.insert(identity.id),
                PrincipalKind::Group => groups.insert(identity.id),
                _ => continue,
            };
        }
        let users: Vec<String> = users.into_iter().collect();
        for ids in users.chunks(A_BATCH) {
            self.users(run, ids).await;
        }
        let groups: Vec<String> = groups.into_iter().collect();
        for ids in groups.chunks(A_BATCH) {
            self.named_groups(run, ids).await;
        }
    }

    async fn users(&mut self, run: &Run, ids: &[String]) {
        let mut wanted: Vec<&String> = ids.iter().collect();
        // Deleted users are not found unless they are asked for as such.
        for status in [FoundryStatus::Active, FoundryStatus::Deleted] {
            if !self.asks_users || wanted.is_empty() {
                break;
            }
            let body: Vec<_> = wanted
                .iter()
                .map(|&id| GetUsersBatchRequestElement::new(id).with_status(status.clone()))
                .collect();
            match ask(&run.pace, run.client.get_users_batch().body(body).send()).await {
                Ok(found) => {
                    self.pen.succeeded();
                    let operation = &operations::GET_USERS_BATCH;
                    self.pen
                        .misfits(&GapOf::default(), operation, &found.misfits);
                    for (_, user) in found.value.data.unwrap_or_default() {
                        self.learn(user_of(user)).await;
                    }
                }
                Err(error) => {
                    self.asks_users = unread(&mut self.pen, PrincipalKind::User, &wanted, &error);
                    return;
                }
            }
            wanted = self.unknown(PrincipalKind::User, wanted);
        }
        self.not_found(PrincipalKind::User, &wanted);
    }

    async fn named_groups(&mut self, run: &Run, ids: &[String]) {
        if !self.asks_groups {
            return;
        }
        let all: Vec<&String> = ids.iter().collect();
        let body = ids.iter().map(GetGroupsBatchRequestElement::new);
        let call = run.client.get_groups_batch().body(body.collect::<Vec<_>>());
        match ask(&run.pace, call.send()).await {
            Ok(found) => {
                self.pen.succeeded();
                let operation = &operations::GET_GROUPS_BATCH;
                self.pen
                    .misfits(&GapOf::default(), operation, &found.misfits);
                for (_, group) in found.value.data.unwrap_or_default() {
                    self.learn(group_of(&group)).await;
                }
            }
            Err(error) => {
                self.asks_groups = unread(&mut self.pen, PrincipalKind::Group, &all, &error);
                return;
            }
        }
        let missing = self.unknown(PrincipalKind::Group, all);
        self.not_found(PrincipalKind::Group, &missing);
    }

    /// Those of whom nothing was learned.
    fn unknown<'a>(&self, kind: PrincipalKind, ids: Vec<&'a String>) -> Vec<&'a String> {
        let is_unknown = |id: &&String| {
            let identity = PrincipalId {
                kind: kind.clone(),
                id: (*id).clone(),
            };
            !self.known.contains_key(&identity)
        };
        ids.into_iter().filter(is_unknown).collect()
    }

    fn not_found(&mut self, kind: PrincipalKind, ids: &[&String]) {
        for id in ids {
            let of = GapOf::principal(PrincipalId {
                kind: kind.clone(),
                id: (*id).clone(),
            });
            let reason =
                format!("the {kind} holds something, and was not found or may not be seen");
            self.pen.unknown(of, reason);
        }
    }

    async fn learn(&mut self, principal: Principal) {
        if !self.everybody {
            self.pen.principal(principal.clone()).await;
        }
        self.known.insert(principal.identity(), principal);
    }

    /// The roles that can be held on an organization.
    pub(super) async fn available(&mut self, run: &Run, organization: &str) {
        let call = run.client.list_available_roles_organization();
        let found = ask(&run.pace, call.organization_rid(organization).send()).await;
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                let of = GapOf::scope(crate::model::ScopeKind::Organization, organization);
                let _ = self.roles_pen.gap(of, &error);
                return;
            }
        };
        self.roles_pen.succeeded();
        let operation = &operations::LIST_AVAILABLE_ROLES_ORGANIZATION;
        self.roles_pen
            .misfits(&GapOf::default(), operation, &found.misfits);
        for role in found.value.data.unwrap_or_default() {
            if !self.roles.contains_key(&role.id) {
                let role = core_role(role, self.permissions);
                self.role_row(run, role).await;
            }
        }
    }

    async fn role_row(&mut self, run: &Run, role: Role) {
        self.roles.insert(role.id.clone(), role.clone());
        let tenant = run.tenant.clone();
        let row = RoleRow {
            tenant,
            role,
            holders: None,
        };
        self.roles_pen.role(row).await;
    }

    /// Asks what these roles are called, as far as that is not known yet.
    pub(super) async fn name_roles(&mut self, run: &Run, ids: impl Iterator<Item = String>) {
        let ids: BTreeSet<String> = ids.filter(|id| !self.roles.contains_key(id)).collect();
        let ids: Vec<String> = ids.into_iter().collect();
        for some in ids.chunks(A_BATCH) {
            if !self.asks_roles {
                return;
            }
            let body = some.iter().map(GetRolesBatchRequestElement::new);
            let call = run.client.get_roles_batch().preview(true);
            let call = call.body(body.collect::<Vec<_>>());
            match ask(&run.pace, call.send()).await {
                Ok(found) => {
                    self.roles_pen.succeeded();
                    let operation = &operations::GET_ROLES_BATCH;
                    self.roles_pen
                        .misfits(&GapOf::default(), operation, &found.misfits);
                    let data: BTreeMap<_, _> = found.value.data.unwrap_or_default();
                    for (_, found) in data {
                        let mut role = Role::new(kind_of(&found.id), &found.id);
                        role.name = Some(found.display_name);
                        role.permissions = sorted(found.operations, self.permissions);
                        self.role_row(run, role).await;
                    }
                }
                Err(error) => {
                    for id in some {
                        let _ = self.roles_pen.gap(GapOf::role(id), &error);
                    }
                    self.asks_roles = false;
                }
            }
        }
    }

    pub(super) async fn close(mut self, run: &Run) {
        if self.everybody {
            everybody(run, &mut self.pen).await;
        } else if let Some(why) = self.missed() {
            self.pen.misses(&why);
        }
        self.roles_pen.close().await;
        self.pen.close().await;
    }
}

/// Writes down whose names could not be read. Returns whether to go on asking.
fn unread(pen: &mut Pen, kind: PrincipalKind, ids: &[&String], error: &rolecall::Error) -> bool {
    for id in ids {
        let of = GapOf::principal(PrincipalId {
            kind: kind.clone(),
            id: (*id).clone(),
        });
        pen.section().gap(Gap::of_error(of, error));
    }
    error.kind() != rolecall::Kind::Forbidden && error.kind() != rolecall::Kind::Auth
}

/// Ids of built-in roles begin with what they are held on, such as `organization:administrator`.
fn kind_of(id: &str) -> RoleKind {
    match id.contains(':') {
        true => RoleKind::Standard,
        false => RoleKind::Custom,
    }
}

fn core_role(role: CoreRole, permissions: bool) -> Role {
    let mut known = Role::new(kind_of(&role.id), &role.id).named(role.name);
    known.permissions = sorted(role.operations, permissions);
    known
}

fn sorted(operations: Option<Vec<String>>, wanted: bool) -> Option<Vec<String>> {
    let mut operations = operations.filter(|_| wanted)?;
    operations.sort_unstable();
    Some(operations)
}

fn user_of(user: User) -> Principal {
    let mut principal = Principal::new(PrincipalKind::User, user.id);
    principal.name = Some(user.username);
    principal.email = user.email;
    principal.status = Some(match user.status {
        FoundryStatus::Active => UserStatus::Active,
        FoundryStatus::Deleted => UserStatus::Deprovisioned,
        other => UserStatus::Other(other.to_string().to_lowercase()),
    });
    principal
}

fn group_of(group: &Group) -> Principal {
    let mut principal = Principal::new(PrincipalKind::Group, &group.id);
    principal.name = Some(group.name.clone());
    principal
}

/// Everybody whom the caller can see, whether they hold anything or not.
async fn everybody(run: &Run, pen: &mut Pen) {
    let client = &run.client;
    let deleted = client.list_users().include(FoundryStatus::Deleted);
    for list in [client.list_users(), deleted] {
        let mut users = std::pin::pin!(items(&run.pace, list.items()));
        while let Some(user) = users.next().await {
            match user {
                Ok(user) => {
                    pen.succeeded();
                    pen.principal(user_of(user)).await;
                }
                Err(trouble) => {
                    if broke(pen, &operations::LIST_USERS, &trouble) == Go::Stop {
                        break;
                    }
                }
            }
        }
    }
    let mut groups = std::pin::pin!(items(&run.pace, client.list_groups().items()));
    while let Some(group) = groups.next().await {
        match group {
            Ok(group) => pen.principal(group_of(&group)).await,
            Err(trouble) => {
                let _ = broke(pen, &operations::LIST_GROUPS, &trouble);
            }
        }
    }
}

/// One of several lists under a section was in trouble; the others go on.
pub(super) fn broke(
    pen: &mut Pen,
    operation: &'static rolecall::rolecall_client::Operation,
    trouble: &Trouble,
) -> Go {
    match trouble {
        Trouble::Broken(error) => pen.gap(GapOf::default(), error),
        Trouble::Misfits(misfits) => {
            pen.misfits(&GapOf::default(), operation, misfits);
            Go::On
        }
    }
}
