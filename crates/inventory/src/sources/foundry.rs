//! Palantir Foundry: roles on organizations, the enrollment, markings and resources, and who is in which group.
//!
//! | section | what is read |
//! | --- | --- |
//! | `organizations` | the organizations: those of [`Options::organizations`], and those that the caller, markings and spaces name. The service has no list of them |
//! | `organization-roles:RID` | the roles on one organization |
//! | `organization-guests:RID` | its guests |
//! | `roles` | the roles that can be held on organizations, and what others are called |
//! | `enrollment-roles` | the roles on the enrollment |
//! | `marking-roles`, `marking-members` | the roles on every marking, and who may see what has it |
//! | `marking-category-roles` | nothing: the service does not tell who holds roles on categories |
//! | `resource-roles:RID` | the roles on everything below one of [`Options::roots`] |
//! | `group-members` | who is in the groups that were met, and in the groups within those |
//! | `principals` | names, addresses and statuses: of all that were met, or with [`Options::principals`] of everybody |
//!
//! Requests: three for each organization, two for each marking, one for each group, file and folder, and one for 500 names.

mod estimate;
mod groups;
mod markings;
mod organizations;
mod people;
mod resources;
mod rows;
mod tree;

use super::pen::Pen;
use crate::ledger::SectionId;
use crate::model::{Service, Tenant};
use crate::source::{BoxFuture, Estimate, EventStream, Options, Source};
use people::People;
use rolecall::Error;
use rolecall::foundry::Client;

pub(super) const ORGANIZATIONS: &str = "organizations";
pub(super) const ORGANIZATION_ROLES: &str = "organization-roles";
pub(super) const ORGANIZATION_GUESTS: &str = "organization-guests";
pub(super) const ROLES: &str = "roles";
pub(super) const ENROLLMENT_ROLES: &str = "enrollment-roles";
pub(super) const MARKING_ROLES: &str = "marking-roles";
pub(super) const MARKING_MEMBERS: &str = "marking-members";
pub(super) const CATEGORY_ROLES: &str = "marking-category-roles";
pub(super) const RESOURCE_ROLES: &str = "resource-roles";
pub(super) const GROUP_MEMBERS: &str = "group-members";
pub(super) const PRINCIPALS: &str = "principals";

/// An enrollment of a Foundry stack.
#[derive(Clone, Debug)]
pub struct Foundry {
    client: Client,
    tenant: Tenant,
    enrollment: Option<String>,
}

impl Foundry {
    /// The enrollment of whom a client signs in. The id of the tenant is the RID of the enrollment, or the host name of the
    /// stack where it has one enrollment.
    pub fn new(client: Client, tenant_id: impl Into<String>) -> Self {
        let tenant = Tenant::new(Service::Foundry, tenant_id);
        let enrollment = tenant.id.starts_with("ri.").then(|| tenant.id.clone());
        Self {
            client,
            tenant,
            enrollment,
        }
    }

    /// The RID of the enrollment. Service users are in no organization, so that it cannot be found for them.
    #[must_use]
    pub fn enrollment(mut self, rid: impl Into<String>) -> Self {
        self.enrollment = Some(rid.into());
        self
    }
}

impl Source for Foundry {
    fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Those of organizations that are found while reading come on top.
    fn sections(&self, options: &Options) -> Vec<SectionId> {
        let fixed = [
            ORGANIZATIONS,
            ROLES,
            ENROLLMENT_ROLES,
            MARKING_ROLES,
            MARKING_MEMBERS,
            CATEGORY_ROLES,
            GROUP_MEMBERS,
            PRINCIPALS,
        ];
        let mut all: Vec<_> = fixed.map(SectionId::new).to_vec();
        for rid in &options.organizations {
            all.push(SectionId::below(ORGANIZATION_ROLES, rid));
            all.push(SectionId::below(ORGANIZATION_GUESTS, rid));
        }
        all.extend(root_sections(options));
        all
    }

    fn estimate<'a>(&'a self, options: &'a Options) -> BoxFuture<'a, Result<Estimate, Error>> {
        Box::pin(estimate::estimate(self, options))
    }

    fn events(&self, options: &Options) -> EventStream {
        let enrollment = self.enrollment.clone();
        Run::events(&self.client, &self.tenant, options, |run| async move {
            run.read(enrollment).await;
        })
    }
}

fn root_sections(options: &Options) -> Vec<SectionId> {
    if options.roots.is_empty() {
        return vec![SectionId::new(RESOURCE_ROLES)];
    }
    let roots = options.roots.iter();
    roots
        .map(|root| SectionId::below(RESOURCE_ROLES, root))
        .collect()
}

/// One reading of an enrollment.
type Run = super::run::Run<Client>;

impl Run {
    fn pen_below(&self, section: &str, root: &str) -> Pen {
        self.pen_of(SectionId::below(section, root))
    }

    async fn read(&self, enrollment: Option<String>) {
        let mut people = People::new(self.pen(PRINCIPALS), self.pen(ROLES), &self.options);
        let markings = markings::listed(self).await;
        organizations::read(self, &mut people, &markings).await;
        organizations::enrollment(self, &mut people, enrollment).await;
        markings::read(self, &mut people, markings).await;
        markings::categories(self).await;
        if self.options.roots.is_empty() {
            let reason = "no space, project or folder was named to read below";
            self.pen(RESOURCE_ROLES).skip(reason).await;
        }
        for root in &self.options.roots {
            resources::read(self, &mut people, root).await;
        }
        groups::read(self, &mut people).await;
        people.close(self).await;
    }
}
