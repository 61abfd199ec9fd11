//! Klustr: roles in an organization.
//!
//! | section | what is read |
//! | --- | --- |
//! | `roles` | the roles of the organization, with what they permit |
//! | `role-holders` | who holds each role |
//! | `organization-members` | who belongs to the organization |
//! | `user-accounts` | the relations of every account, against the holders of each role |
//! | `own-roles` | the roles of the caller, against the holders of each role |
//! | `principals` | names and addresses of the accounts |
//!
//! The list of a role's holders takes no notice of its paging parameters and ends after about 1,024 (by the open-source
//! server). What is beyond is found by the relations of the accounts, as far as these say whose they are.
//!
//! Requests: one for each role, and four.

mod accounts;
mod holders;

use super::ask::{ask, whole};
use super::pace::Pace;
use crate::ledger::{GapOf, SectionId};
use crate::model::{
    Assignment, Origin, Principal, PrincipalId, PrincipalKind, Role, Scope, ScopeKind, Service,
    Tenant,
};
use crate::source::{BoxFuture, Estimate, EventStream, Options, SectionEstimate, Source};
use holders::Holders;
use rolecall::klustr::{Client, operations};
use rolecall::{Error, Kind, PagedExt};

pub(super) const ROLES: &str = "roles";
pub(super) const HOLDERS: &str = "role-holders";
pub(super) const MEMBERS: &str = "organization-members";
pub(super) const ACCOUNTS: &str = "user-accounts";
pub(super) const OWN: &str = "own-roles";
pub(super) const PRINCIPALS: &str = "principals";

/// An organization of Klustr.
#[derive(Clone, Debug)]
pub struct Klustr {
    client: Client,
    tenant: Tenant,
}

impl Klustr {
    /// The organization of this id, which mostly is its domain.
    pub fn new(client: Client, organization_id: impl Into<String>) -> Self {
        Self {
            client,
            tenant: Tenant::new(Service::Klustr, organization_id),
        }
    }
}

impl Source for Klustr {
    fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn sections(&self, _: &Options) -> Vec<SectionId> {
        let all = [ROLES, HOLDERS, MEMBERS, ACCOUNTS, OWN, PRINCIPALS];
        all.map(SectionId::new).to_vec()
    }

    fn estimate<'a>(&'a self, options: &'a Options) -> BoxFuture<'a, Result<Estimate, Error>> {
        Box::pin(estimate(self, options))
    }

    fn events(&self, options: &Options) -> EventStream {
        Run::events(&self.client, &self.tenant, options, |run| async move {
            run.read().await;
        })
    }
}

/// One reading of an organization.
type Run = super::run::Run<Client>;

impl Run {
    async fn read(&self) {
        let accounts = accounts::read(self).await;
        let holders = holders::read(self, &accounts).await;
        accounts::members(self, &accounts).await;
        accounts::compare(self, accounts, &holders).await;
        self.own(&holders).await;
    }

    /// The one account whose roles the service tells without doubt: the caller's. The operation that takes the id of another
    /// user is answered with the caller's, too.
    async fn own(&self, holders: &Holders) {
        let mut pen = self.pen(OWN);
        if !pen.is_loud() {
            return pen.close().await;
        }
        let call = self.client.get_org_user_roles();
        let call = call.organization_id(&self.tenant.id);
        match ask(&self.pace, call.send()).await {
            // This is how a caller without any role is told.
            Err(error) if error.kind() == Kind::InvalidRequest => {}
            Err(error) => pen.fail(&error),
            Ok(found) => {
                let operation = &operations::GET_ORG_USER_ROLES;
                pen.misfits(&GapOf::default(), operation, &found.misfits);
                let roles = found.value.roles.unwrap_or_default();
                pen.section().count = roles.len() as u64;
                let Some(user) = found.value.user_id else {
                    pen.section().reason =
                        Some("the service did not tell who the caller is".to_owned());
                    return pen.close().await;
                };
                for id in roles.into_iter().filter_map(|role| role.id) {
                    if holders.were_read(&id) && !holders.has(&id, &user) {
                        let of = GapOf {
                            role: Some(id),
                            ..GapOf::principal(identity(&user))
                        };
                        pen.differ(
                            of,
                            "the caller is told that it holds the role, and is not among its holders",
                        );
                    }
                }
            }
        }
        pen.close().await;
    }

    fn row(&self, section: SectionId, principal: Principal, role: Role) -> Assignment {
        let scope = Scope::of(ScopeKind::Organization, &self.tenant.id, None);
        let tenant = self.tenant.clone();
        Assignment::new(tenant, section, principal, role, scope, Origin::Direct)
    }
}

/// Nothing but users is given roles, as far as the service tells: clients that act as themselves look like users.
fn identity(id: &str) -> PrincipalId {
    PrincipalId {
        kind: PrincipalKind::User,
        id: id.to_owned(),
    }
}

async fn estimate(source: &Klustr, options: &Options) -> Result<Estimate, Error> {
    let (client, pace) = (&source.client, Pace::new(1));
    let roles = client.list_organization_roles();
    let roles = roles.organization_id(&source.tenant.id);
    let roles = whole(&pace, roles.items()).await?.value.len() as u64;
    let section = |id: &str, requests| SectionEstimate {
        section: SectionId::new(id),
        at_least: requests,
        at_most: Some(requests),
        per_minute: None,
    };
    let mut sections = vec![
        section(ROLES, 1),
        section(HOLDERS, roles),
        section(MEMBERS, 1),
        section(ACCOUNTS, 1),
        section(OWN, 1),
    ];
    sections.retain(|one| options.wants(&one.section) && !options.done.contains(&one.section));
    Ok(Estimate {
        tenant: source.tenant.clone(),
        sections,
        based_on: vec![format!("{roles} roles.")],
    })
}
