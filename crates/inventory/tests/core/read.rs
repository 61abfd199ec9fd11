//! Reading several sources: every section that was planned is closed, and rows are counted.

use super::state::{member, row, tenant};
use futures_util::{StreamExt, stream};
use rolecall_inventory::{
    BoxFuture, Estimate, Event, EventStream, Filter, Options, ScopeFilter, Section, SectionId,
    Source, Status, Tenant, events,
};
use std::sync::Arc;

/// A source that tells what it is given.
struct Told {
    tenant: Tenant,
    planned: Vec<&'static str>,
    events: Vec<Event>,
}

impl Source for Told {
    fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn sections(&self, _: &Options) -> Vec<SectionId> {
        self.planned.iter().map(|id| SectionId::new(*id)).collect()
    }

    fn estimate<'a>(&'a self, _: &'a Options) -> BoxFuture<'a, Result<Estimate, rolecall::Error>> {
        unreachable!("nobody asks")
    }

    fn events(&self, _: &Options) -> EventStream {
        Box::pin(stream::iter(self.events.clone()))
    }
}

fn closed(id: &str) -> Event {
    Event::Section(Box::new(Section::new(tenant("one"), SectionId::new(id))))
}

async fn sections(source: Told, options: &Options) -> Vec<Section> {
    let all = events(&[Arc::new(source)], options);
    let sections = all.filter_map(async |event| match event {
        Event::Section(section) => Some(*section),
        _ => None,
    });
    sections.collect().await
}

#[tokio::test]
async fn a_section_that_a_source_forgets_is_not_complete() {
    let source = Told {
        tenant: tenant("one"),
        planned: vec!["user-roles", "group-roles", "client-roles"],
        events: vec![
            Event::Assignment(Box::new(row("user:u1", "R"))),
            closed("user-roles"),
            Event::Assignment(Box::new(row("group:g1", "R"))),
            // It planned no memberships and told of one all the same.
            Event::Membership(Box::new(member("g1", "user:u1"))),
        ],
    };
    let mut options = Options::default();
    options.done.insert(SectionId::new("client-roles"));
    let told = sections(source, &options).await;
    let told: Vec<_> = told
        .iter()
        .map(|one| (one.id.as_str(), one.status, one.count))
        .collect();
    assert_eq!(
        told,
        [
            ("user-roles", Status::Complete, 1),
            ("group-roles", Status::Partial, 1),
            ("memberships", Status::Partial, 1),
        ]
    );
}

#[test]
fn filters_take_ids_and_names() {
    let mut row = row("user:u1", "SUPER_ADMIN");
    row.principal.email = Some("Ada@example.com".to_owned());
    row.role.name = Some("Super Administrator".to_owned());
    let filter = |change: &dyn Fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        filter.fits(&row)
    };
    assert!(filter(&|_| {}));
    assert!(filter(
        &|one| one.principals = vec!["x".to_owned(), "ada@EXAMPLE.com".to_owned()]
    ));
    assert!(filter(
        &|one| one.roles = vec!["super administrator".to_owned()]
    ));
    assert!(!filter(&|one| one.roles = vec!["super".to_owned()]));
    assert!(!filter(&|one| one.tenants = vec!["two".to_owned()]));
    assert!(filter(
        &|one| one.scopes = vec![ScopeFilter::parse("organization")]
    ));
    assert!(!filter(
        &|one| one.scopes = vec![ScopeFilter::parse("organization:x")]
    ));
    assert!(!filter(
        &|one| one.scopes = vec![ScopeFilter::parse("ri.space.main.1:2")]
    ));
    assert!(filter(&|one| one.origins = vec!["direct".to_owned()]));
    // A status that is not known fits none.
    assert!(!filter(&|one| one.statuses = vec!["active".into()]));
}
