//! Seeded files: spaces, projects, folders and what is in them.

use super::super::file::{
    self, Concealment, DISCOVER, EDIT, Kind, MANAGE, OtherKind, Project, Reference, Space, VIEW,
};
use super::super::principal::Principal;
use super::super::state::{RoleOn, State, Template, Variable, VariableKind};
use super::{ORGANIZATIONS, People};
use crate::Population;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

const SUBJECTS: [&str; 8] = [
    "Inventory",
    "Logistics",
    "Maintenance",
    "Planning",
    "Quality",
    "Reporting",
    "Safety",
    "Telemetry",
];
const TAGS: [&str; 6] = [
    "status:draft",
    "status:reviewed",
    "status:final",
    "origin:import",
    "origin:manual",
    "audience:everyone",
];

/// A template that asks for everything itself.
pub(super) const CLOSED_TEMPLATE: &str =
    "ri.compass.main.template.00000000-0000-4000-8000-000000000001";
/// A template that takes organizations, default roles and a description from the caller.
pub(super) const OPEN_TEMPLATE: &str =
    "ri.compass.main.template.00000000-0000-4000-8000-000000000002";

struct Maker<'a> {
    state: &'a mut State,
    population: &'a Population,
    first_person: u32,
}

impl Maker<'_> {
    fn person(&self, bits: u64) -> u32 {
        self.first_person + (bits % u64::from(self.population.users)) as u32
    }

    fn group(&self, bits: u64) -> Principal {
        Principal::group((bits % self.state.groups.len() as u64) as u32)
    }

    fn made(&self, bits: u64) -> DateTime<Utc> {
        self.population.made("file", bits)
    }

    fn space(&mut self, name: &str, organizations: BTreeSet<u32>, reserved: bool) -> u32 {
        let space = Space {
            file_system: self.state.enrollment.file_system.clone(),
            usage_account: self.state.enrollment.usage_account.clone(),
            deletion_policy: organizations.clone(),
            organizations,
            role_set: self.state.role_set(RoleOn::Resource).into(),
            maven: (!reserved).then(|| name.to_lowercase().replace(' ', "-").into()),
            reserved,
        };
        let kind = Kind::Space(Box::new(space));
        let mut row = file::new(name, kind, None, 0, self.population.founded);
        row.description = Some(format!("Projects of {name}").into());
        row.roles.insert((None, DISCOVER));
        row.roles.insert((Some(Principal::group(0)), MANAGE));
        let rid = self.state.folder_rid();
        self.state.add_file(rid, row)
    }

    fn project(&mut self, index: u32, space: u32) -> u32 {
        let bits = self.population.bits("project", u64::from(index));
        let subject = SUBJECTS[bits as usize % SUBJECTS.len()];
        let organizations = self.state.organizations_on(space);
        let project = Project {
            organizations: organizations
                .map(|(_, all)| all.clone())
                .unwrap_or_default(),
            resource_level_grants: index % 7 != 3,
            references: BTreeMap::new(),
        };
        let kind = Kind::Project(Box::new(project));
        let creator = self.person(bits >> 8);
        let name = format!("{subject} {index}");
        let mut row = file::new(&name, kind, Some(space), creator, self.made(bits));
        row.description = Some(format!("All about {}", subject.to_lowercase()).into());
        row.roles.insert((Some(self.group(bits >> 16)), MANAGE));
        row.roles.insert((Some(self.group(bits >> 24)), EDIT));
        row.roles.insert((Some(Principal::user(creator)), EDIT));
        if index.is_multiple_of(2) {
            row.roles.insert((None, VIEW));
        }
        let rid = self.state.folder_rid();
        let position = self.state.add_file(rid, row);
        for number in 0..3 {
            self.folder(position, index, number);
        }
        position
    }

    fn folder(&mut self, project: u32, index: u32, number: u32) {
        let bits = self
            .population
            .bits("folder", u64::from(index * 3 + number));
        let name = ["Raw", "Clean", "Reports"][number as usize];
        let creator = self.person(bits);
        let mut row = file::new(name, Kind::Folder, Some(project), creator, self.made(bits));
        if bits.is_multiple_of(6) {
            row.markings
                .insert((bits >> 8) as u32 % self.state.markings.len() as u32);
            let state = &*self.state;
            row.markings.retain(|at| {
                let marking = state.markings.at(u64::from(*at));
                marking.is_some_and(|(_, row)| row.organization.is_none() && !row.deleted)
            });
        }
        let rid = self.state.folder_rid();
        let folder = self.state.add_file(rid, row);
        for (step, (kind, _, prefix)) in OtherKind::ALL.into_iter().enumerate() {
            let bits = self.population.bits("resource", bits ^ step as u64);
            let concealment = match (index, number, step) {
                (0, 0, 0) => Concealment::Hidden,
                (0, 0, 1) => Concealment::Autosaved,
                _ => Concealment::None,
            };
            let creator = self.person(bits);
            let name = format!("{kind:?} {step}");
            let kind = Kind::Other(kind, concealment);
            let mut row = file::new(&name, kind, Some(folder), creator, self.made(bits));
            if bits.is_multiple_of(3) {
                row.roles
                    .insert((Some(Principal::user(self.person(bits >> 8))), VIEW));
            }
            row.tags.insert((bits >> 16) as u32 % TAGS.len() as u32);
            let rid = format!("{prefix}.{}", self.state.ids.uuid());
            self.state.add_file(rid, row);
        }
    }

    /// Every project refers to a dataset of the one before it, and to something that is no file.
    fn refer(&mut self, projects: &[u32]) {
        for pair in projects.windows(2) {
            let [from, to] = *pair else { continue };
            let bits = self.population.bits("reference", u64::from(to));
            let reference = |external: Option<&str>, by| Reference {
                external: external.map(Into::into),
                at: self.population.made("reference made", bits),
                by,
            };
            let by = self.person(bits);
            let row = self.state.file_at(from);
            let folder = row.and_then(|(_, row)| row.children.values().next());
            let file = folder.and_then(|folder| {
                let (_, row) = self.state.file_at(*folder)?;
                self.state.file_at(*row.children.values().next()?)
            });
            let internal = file.map(|(rid, _)| (rid.into(), reference(None, by)));
            let external = format!("ri.object-set.main.object-set.{}", self.state.ids.uuid());
            let external = (external.into(), reference(Some("Imported objects"), by));
            if let Some(file::File {
                kind: Kind::Project(project),
                ..
            }) = self.state.files.at_mut(u64::from(to))
            {
                project.references.extend(internal);
                project.references.extend([external]);
            }
        }
    }
}

pub(super) fn add(
    state: &mut State,
    population: &Population,
    first_person: u32,
    accounts: &People,
) {
    for tag in TAGS {
        let rid = format!("ri.compass.main.tag.{}", state.ids.uuid());
        state.tags.insert(rid, tag.into());
    }
    let mut maker = Maker {
        state,
        population,
        first_person,
    };
    let everyone: BTreeSet<u32> = (0..ORGANIZATIONS.len() as u32).collect();
    let shared = maker.space("Shared", everyone.clone(), false);
    let mut spaces = vec![shared];
    for (at, (name, _)) in ORGANIZATIONS.into_iter().enumerate().take(2) {
        spaces.push(maker.space(name, BTreeSet::from([at as u32]), false));
    }
    maker.space("Home folders", everyone, true);
    let count = (population.users / 5).clamp(4, 4_000);
    let projects: Vec<u32> = (0..count)
        .map(|index| maker.project(index, spaces[index as usize % spaces.len()]))
        .collect();
    maker.refer(&projects);
    add_templates(state, shared);
    let viewers = [accounts.admin, accounts.reader, accounts.nobody];
    let people = first_person..first_person + population.users.min(20);
    for viewer in viewers.into_iter().chain(people) {
        let bits = population.bits("view", u64::from(viewer));
        let files = state.files.len() as u64;
        let views = (0..5).map(|turn| {
            let at = (bits.rotate_left(turn * 8) % files) as u32;
            let days = i64::from(turn);
            (
                at,
                population.made("viewed", bits) - chrono::TimeDelta::days(days),
            )
        });
        // Spaces are not among what is viewed.
        let files = views.filter(|(at, _)| state.project_of(*at).is_some());
        let files = files.collect();
        state.views.insert(viewer, files);
    }
}

fn add_templates(state: &mut State, space: u32) {
    let name = Variable {
        id: "project_name".into(),
        kind: VariableKind::ProjectName,
    };
    let choice = Variable {
        id: "region".into(),
        kind: VariableKind::Choice(["north", "south"].map(Into::into).to_vec()),
    };
    let owner = Variable {
        id: "owner".into(),
        kind: VariableKind::Owner,
    };
    let closed = Template {
        space,
        variables: vec![name.clone(), choice, owner],
        open: false,
    };
    let open = Template {
        space,
        variables: vec![name],
        open: true,
    };
    state.templates.insert(CLOSED_TEMPLATE, closed);
    state.templates.insert(OPEN_TEMPLATE, open);
}
