//! Okta: admin roles of users, groups and OAuth clients of an org.
//!
//! | section | what is read |
//! | --- | --- |
//! | `roles` | custom roles, and with [`Options::permissions`] what they permit |
//! | `group-roles` | the roles of every group |
//! | `group-members` | who is in the groups that hold roles |
//! | `user-roles` | the roles of every user who holds one, own and by groups, with the group |
//! | `governance` | the grants of access governance behind users' own roles; each is a row beside the direct one |
//! | `client-roles` | the roles of every OAuth client |
//! | `resource-set-bindings` | the members of every binding of every resource set, against the roles of each principal |
//! | `principals` | names, addresses and statuses: of the users that hold roles, or with [`Options::principals`] of everybody |
//!
//! Requests: one for each group, client and user with roles, one more for each principal with a role that can be limited to
//! applications, one for each own role of a user (governance), one for each resource set and binding; and the pages of the lists.

mod bindings;
mod clients;
mod estimate;
mod governance;
mod granting;
mod groups;
mod held;
mod people;
mod roles;
mod targets;
mod users;

use super::ask::{ask, empty_refusal};
use crate::ledger::SectionId;
use crate::model::{Service, Tenant};
use crate::source::{BoxFuture, Estimate, EventStream, Options, Source};
use bindings::Seen;
use rolecall::Error;
use rolecall::okta::{Client, operations};
use rolecall::rolecall_client::Refusal;
use std::sync::Mutex;

pub(super) const ROLES: &str = "roles";
pub(super) const GROUP_ROLES: &str = "group-roles";
pub(super) const GROUP_MEMBERS: &str = "group-members";
pub(super) const USER_ROLES: &str = "user-roles";
pub(super) const GOVERNANCE: &str = "governance";
pub(super) const CLIENT_ROLES: &str = "client-roles";
pub(super) const BINDINGS: &str = "resource-set-bindings";
pub(super) const PRINCIPALS: &str = "principals";

const SECTIONS: [&str; 8] = [
    ROLES,
    GROUP_ROLES,
    GROUP_MEMBERS,
    USER_ROLES,
    GOVERNANCE,
    CLIENT_ROLES,
    BINDINGS,
    PRINCIPALS,
];

/// An Okta org.
#[derive(Clone, Debug)]
pub struct Okta {
    client: Client,
    tenant: Tenant,
}

impl Okta {
    /// The org that a client speaks to. The id of the tenant is the host name of the org, such as `example.okta.com`.
    pub fn new(client: Client, tenant_id: impl Into<String>) -> Self {
        Self {
            client,
            tenant: Tenant::new(Service::Okta, tenant_id),
        }
    }
}

impl Source for Okta {
    fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn sections(&self, _: &Options) -> Vec<SectionId> {
        SECTIONS.map(SectionId::new).to_vec()
    }

    fn estimate<'a>(&'a self, options: &'a Options) -> BoxFuture<'a, Result<Estimate, Error>> {
        Box::pin(estimate::estimate(self, options))
    }

    fn events(&self, options: &Options) -> EventStream {
        Run::events(&self.client, &self.tenant, options, |run| async move {
            run.read().await;
        })
    }
}

/// One reading of an org.
type Run = super::run::Run<Client>;

impl Run {
    /// Whether any of these sections is reported by this run.
    fn wants(&self, sections: &[&str]) -> bool {
        sections.iter().any(|section| self.pen(section).is_loud())
    }

    async fn read(&self) {
        if let Some(refusal) = self.sees_nothing().await {
            return self.refuse(refusal).await;
        }
        let names = roles::read(self).await;
        let seen = Mutex::new(Seen::default());
        let users_and_groups = async {
            let granting = groups::read(self, &names, &seen).await;
            users::read(self, &names, granting, &seen).await;
        };
        // Clients are in a rate limit of their own, which is the slowest of all.
        futures_util::future::join(users_and_groups, clients::read(self, &names, &seen)).await;
        let seen = seen
            .into_inner()
            .unwrap_or_else(|broken| broken.into_inner());
        bindings::read(self, &names, seen).await;
    }

    /// A token whose owner has no admin role is not refused: its lists are empty. An org has a super administrator at least,
    /// so an empty list of the users with roles tells such a token. Anything else is found out where it matters.
    async fn sees_nothing(&self) -> Option<&'static Refusal> {
        let call = self.client.list_users_with_role_assignments().limit(1);
        let first = ask(&self.pace, call.send()).await.ok()?;
        let is_empty = first.value.value.is_none_or(|users| users.is_empty());
        let operation = &operations::LIST_USERS_WITH_ROLE_ASSIGNMENTS;
        let refusal = empty_refusal(operation, first.credential);
        refusal.filter(|_| is_empty && first.misfits.is_empty())
    }

    /// Every section rests on lists that would be empty without meaning it.
    async fn refuse(&self, refusal: &'static Refusal) {
        for section in SECTIONS {
            let mut pen = self.pen(section);
            pen.empty_is_refusal(&operations::LIST_USERS_WITH_ROLE_ASSIGNMENTS, refusal);
            pen.close().await;
        }
    }
}
