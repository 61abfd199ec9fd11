//! ZenML Pro: roles in an organization, its workspaces and their projects.
//!
//! | section | what is read |
//! | --- | --- |
//! | `roles` | the roles of the organization |
//! | `role-assignments` | who holds each role, in the organization, in workspaces and in projects |
//! | `organization-members` | the members, against those who hold roles of the organization |
//! | `team-members` | who is in which team |
//! | `invitations` | who is invited |
//! | `principals` | everybody who was met, with [`Options::principals`] every user that the caller sees |
//! | `resource-sharing` | nothing: the service does not tell what is shared with whom |
//!
//! Requests: one for each role, one for each team, and the pages of the lists. Where no role of a level is held anywhere,
//! one more for each such role and workspace: whether a list without a scope has the narrower ones is not documented.

mod assignments;
mod members;
mod principals;

use super::ask::whole;
use super::pace::Pace;
use crate::ledger::SectionId;
use crate::model::{Service, Tenant};
use crate::source::{BoxFuture, Estimate, EventStream, Options, SectionEstimate, Source};
use principals::People;
use rolecall::Error;
use rolecall::PagedExt;
use rolecall::zenml::Client;

pub(super) const ROLES: &str = "roles";
pub(super) const ASSIGNMENTS: &str = "role-assignments";
pub(super) const MEMBERS: &str = "organization-members";
pub(super) const TEAM_MEMBERS: &str = "team-members";
pub(super) const INVITATIONS: &str = "invitations";
pub(super) const PRINCIPALS: &str = "principals";
pub(super) const SHARING: &str = "resource-sharing";

/// An organization of ZenML Pro.
#[derive(Clone, Debug)]
pub struct Zenml {
    client: Client,
    tenant: Tenant,
}

impl Zenml {
    /// The organization of this id.
    pub fn new(client: Client, organization_id: impl Into<String>) -> Self {
        Self {
            client,
            tenant: Tenant::new(Service::Zenml, organization_id),
        }
    }
}

impl Source for Zenml {
    fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn sections(&self, _: &Options) -> Vec<SectionId> {
        let all = [
            ROLES,
            ASSIGNMENTS,
            MEMBERS,
            TEAM_MEMBERS,
            INVITATIONS,
            PRINCIPALS,
            SHARING,
        ];
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
        let mut people = People::new(self.pen(PRINCIPALS), self.options.principals);
        let holders = assignments::read(self, &mut people).await;
        members::organization(self, &holders).await;
        members::teams(self, &mut people).await;
        members::invitations(self, &mut people, &holders).await;
        let mut sharing = self.pen(SHARING);
        sharing.section().cap(
            "the service has no operation that lists what single resources are shared with whom",
            Some(
                "Ask `list_allowed_resource_ids` for one user, type of resource and action."
                    .to_owned(),
            ),
        );
        sharing.close().await;
        people.close(self).await;
    }
}

async fn estimate(source: &Zenml, options: &Options) -> Result<Estimate, Error> {
    let (client, pace) = (&source.client, Pace::new(1));
    let id = &source.tenant.id;
    let roles = client.list_organization_roles().organization_id(id);
    let roles = whole(&pace, roles.items()).await?.value.len() as u64;
    let teams = client.list_organization_teams().organization_id(id);
    let teams = whole(&pace, teams.items()).await?.value.len() as u64;
    let section = |id: &str, at_least, at_most| SectionEstimate {
        section: SectionId::new(id),
        at_least,
        at_most,
        per_minute: None,
    };
    let mut sections = vec![
        section(ROLES, 1, None),
        section(ASSIGNMENTS, roles, None),
        section(MEMBERS, 1, Some(1)),
        section(TEAM_MEMBERS, 1 + teams, Some(1 + teams)),
        section(INVITATIONS, 1, Some(1)),
        section(PRINCIPALS, 0, None),
    ];
    sections.retain(|one| options.wants(&one.section) && !options.done.contains(&one.section));
    Ok(Estimate {
        tenant: source.tenant.clone(),
        sections,
        based_on: vec![format!("{roles} roles, {teams} teams.")],
    })
}
