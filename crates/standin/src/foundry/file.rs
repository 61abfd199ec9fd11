//! The file tree: spaces hold projects, projects hold folders and other resources.

use super::permissions::on_enrollment;
use super::principal::{Principal, narrow};
use super::roles::ON_RESOURCES;
use super::state::State;
use super::{errors, organizations};
use crate::{Answer, Request, millis};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The RID of the root folder. It has no row: nothing can be done with it.
pub(super) const ROOT: &str = "ri.compass.main.folder.0";

/// Levels of access: positions in [`ON_RESOURCES`].
pub(super) const DISCOVER: u32 = 0;
/// May read.
pub(super) const VIEW: u32 = 1;
/// May change.
pub(super) const EDIT: u32 = 2;
/// May give access to others.
pub(super) const MANAGE: u32 = 3;

/// Anything in the file tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct File {
    pub(super) name: Box<str>,
    pub(super) description: Option<Box<str>>,
    pub(super) kind: Kind,
    /// A space has none.
    pub(super) parent: Option<u32>,
    pub(super) creator: u32,
    pub(super) updater: u32,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    /// Whether it was put into the trash itself.
    pub(super) trashed: bool,
    /// Trashed ones too: a name is free again when its file is gone for good.
    pub(super) children: BTreeMap<Box<str>, u32>,
    /// Who holds which level here; everyone where there is no principal.
    pub(super) roles: BTreeSet<(Option<Principal>, u32)>,
    pub(super) markings: BTreeSet<u32>,
    pub(super) tags: BTreeSet<u32>,
}

/// What a file is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Kind {
    Space(Box<Space>),
    Project(Box<Project>),
    Folder,
    /// One of the other resource types.
    Other(OtherKind, Concealment),
}

/// The resource types that are seeded besides folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum OtherKind {
    Dataset,
    CodeRepository,
    Workshop,
    Contour,
    Notepad,
}

impl OtherKind {
    pub(super) const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Dataset, "FOUNDRY_DATASET", "ri.foundry.main.dataset"),
        (
            Self::CodeRepository,
            "STEMMA_REPOSITORY",
            "ri.stemma.main.repository",
        ),
        (Self::Workshop, "WORKSHOP_MODULE", "ri.workshop.main.module"),
        (
            Self::Contour,
            "CONTOUR_ANALYSIS",
            "ri.contour.main.analysis",
        ),
        (Self::Notepad, "NOTEPAD_NOTEPAD", "ri.notepad.main.notepad"),
    ];

    fn type_name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(kind, ..)| *kind == self);
        found.map_or("", |(_, name, _)| name)
    }
}

/// Why some operations refuse a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Concealment {
    None,
    Hidden,
    Autosaved,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Space {
    pub(super) file_system: Box<str>,
    pub(super) usage_account: Box<str>,
    pub(super) organizations: BTreeSet<u32>,
    pub(super) deletion_policy: BTreeSet<u32>,
    pub(super) role_set: Box<str>,
    pub(super) maven: Option<Box<str>>,
    /// Belongs to the stack: it cannot be replaced, and takes no new projects.
    pub(super) reserved: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Project {
    pub(super) organizations: BTreeSet<u32>,
    pub(super) resource_level_grants: bool,
    /// By the RID of what is referred to.
    pub(super) references: BTreeMap<Box<str>, Reference>,
}

/// What a project takes in from elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Reference {
    /// What it is called in the project, when it is no file.
    pub(super) external: Option<Box<str>>,
    pub(super) at: DateTime<Utc>,
    pub(super) by: u32,
}

impl Kind {
    /// Whether it holds other files.
    pub(super) fn is_folder(&self) -> bool {
        !matches!(self, Self::Other(..))
    }
}

impl State {
    /// RID and row of a file.
    pub(super) fn file_at(&self, position: u32) -> Option<(&str, &File)> {
        self.files.at(u64::from(position))
    }

    /// The file itself, then what holds it, up to the space.
    pub(super) fn lineage(&self, file: u32) -> impl Iterator<Item = (u32, &str, &File)> {
        let first = self.file_at(file).map(|(rid, row)| (file, rid, row));
        std::iter::successors(first, |(_, _, row)| {
            let parent = row.parent?;
            let (rid, row) = self.file_at(parent)?;
            Some((parent, rid, row))
        })
    }

    /// The level that principals have on a file: the highest that is given to them there or above.
    pub(super) fn level(&self, acting: &BTreeSet<Principal>, file: u32) -> Option<u32> {
        if self.may_on_enrollment(acting, on_enrollment::MANAGE_SPACES) {
            return Some(MANAGE);
        }
        let grants = self.lineage(file).flat_map(|(_, _, row)| &row.roles);
        let own = grants.filter(|(holder, _)| holder.is_none_or(|holder| acting.contains(&holder)));
        own.map(|(_, level)| *level).max()
    }

    /// Whether principals can see a file: they have a role on it, belong to one of its organizations and satisfy all its
    /// markings. Who manages the enrollment's spaces sees all files, so that one token can try everything.
    pub(super) fn sees_file(&self, acting: &BTreeSet<Principal>, file: u32) -> bool {
        if self.may_on_enrollment(acting, on_enrollment::MANAGE_SPACES) {
            return true;
        }
        let member = self
            .organizations_on(file)
            .is_none_or(|(_, organizations)| {
                !organizations.is_disjoint(&self.organizations_of(acting))
            });
        member
            && self.level(acting, file).is_some()
            && self.markings_on(file).keys().all(|at| {
                let marking = self.markings.at(u64::from(*at));
                marking.is_some_and(|(_, row)| self.satisfies(acting, row))
            })
    }

    /// The organizations of a file's project, or of its space: where they are set, and which they are.
    pub(super) fn organizations_on(&self, file: u32) -> Option<(u32, &BTreeSet<u32>)> {
        self.lineage(file).find_map(|(at, _, row)| match &row.kind {
            Kind::Project(project) => Some((at, &project.organizations)),
            Kind::Space(space) => Some((at, &space.organizations)),
            Kind::Folder | Kind::Other(..) => None,
        })
    }

    /// The markings of a file, its own and those from above; with whether each is its own.
    pub(super) fn markings_on(&self, file: u32) -> BTreeMap<u32, bool> {
        let mut all = BTreeMap::new();
        for (at, _, row) in self.lineage(file) {
            for marking in &row.markings {
                all.entry(*marking).or_insert(at == file);
            }
        }
        all
    }

    /// `/space/project/…/name`.
    pub(super) fn path(&self, file: u32) -> String {
        let mut names: Vec<&str> = self.lineage(file).map(|(_, _, row)| &*row.name).collect();
        names.push("");
        names.reverse();
        names.join("/")
    }

    /// The project that a file is or lies in.
    pub(super) fn project_of(&self, file: u32) -> Option<(u32, &str, &Project)> {
        self.lineage(file)
            .find_map(|(at, rid, row)| match &row.kind {
                Kind::Project(project) => Some((at, rid, &**project)),
                _ => None,
            })
    }

    /// Notes a change by a user. Folders change with what they hold, projects and spaces do not.
    pub(super) fn touch(&mut self, file: u32, user: u32, now: DateTime<Utc>) {
        let folders = self.lineage(file).skip(1);
        let folders = folders.take_while(|(_, _, row)| matches!(row.kind, Kind::Folder));
        let mut changed: Vec<u32> = folders.map(|(at, ..)| at).collect();
        changed.push(file);
        for at in changed {
            if let Some(row) = self.files.at_mut(u64::from(at)) {
                row.updated = now;
                row.updater = user;
            }
        }
    }

    /// Adds a file to what holds it.
    pub(super) fn add_file(&mut self, rid: String, file: File) -> u32 {
        let (parent, name) = (file.parent, file.name.clone());
        self.files.insert(rid.clone(), file);
        let position = self.files.position(&rid).map_or(0, narrow);
        match parent.and_then(|parent| self.files.at_mut(u64::from(parent))) {
            Some(parent) => parent.children.insert(name, position),
            None => self.spaces.insert(name, position),
        };
        position
    }

    /// A RID for a new folder, project or space.
    pub(super) fn folder_rid(&mut self) -> String {
        format!("ri.compass.main.folder.{}", self.ids.uuid())
    }

    fn trash_status(&self, file: u32) -> &'static str {
        let mut trashed = self.lineage(file).map(|(_, _, row)| row.trashed);
        match (trashed.next(), trashed.any(|trashed| trashed)) {
            (Some(true), _) => "DIRECTLY_TRASHED",
            (_, true) => "ANCESTOR_TRASHED",
            _ => "NOT_TRASHED",
        }
    }

    /// Whether a file, or something above it, is in the trash.
    pub(super) fn is_trashed(&self, file: u32) -> bool {
        self.lineage(file).any(|(_, _, row)| row.trashed)
    }

    fn user_id(&self, user: u32) -> &str {
        self.id_of(Principal::user(user))
    }
}

/// A file without anything in or on it.
pub(super) fn new(
    name: &str,
    kind: Kind,
    parent: Option<u32>,
    user: u32,
    now: DateTime<Utc>,
) -> File {
    File {
        name: name.into(),
        description: None,
        kind,
        parent,
        creator: user,
        updater: user,
        created: now,
        updated: now,
        trashed: false,
        children: BTreeMap::new(),
        roles: BTreeSet::new(),
        markings: BTreeSet::new(),
        tags: BTreeSet::new(),
    }
}

/// What folders, projects and resources have in common.
fn common(state: &State, position: u32, rid: &str, row: &File) -> Map<String, Value> {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        shown.insert(name.to_owned(), value);
    };
    put("rid", Value::from(rid));
    put("displayName", Value::from(&*row.name));
    if let Some(text) = &row.description {
        put("description", Value::from(&**text));
    }
    put("path", Value::from(state.path(position)));
    put("createdBy", Value::from(state.user_id(row.creator)));
    put("updatedBy", Value::from(state.user_id(row.updater)));
    // fact: times-name-their-zone
    put("createdTime", Value::from(millis(row.created)));
    put("updatedTime", Value::from(millis(row.updated)));
    put("trashStatus", Value::from(state.trash_status(position)));
    let space = state.lineage(position).last();
    put("spaceRid", Value::from(space.map_or("", |(_, rid, _)| rid)));
    shown
}

fn parent_rid<'a>(state: &'a State, row: &File) -> &'a str {
    let parent = row.parent.and_then(|parent| state.file_at(parent));
    parent.map_or(ROOT, |(rid, _)| rid)
}

/// A file as a `Resource`.
pub(super) fn show_resource(state: &State, position: u32) -> Value {
    let Some((rid, row)) = state.file_at(position) else {
        return Value::Null;
    };
    let mut shown = common(state, position, rid, row);
    let kind = match row.kind {
        Kind::Other(kind, _) => kind.type_name(),
        _ => "COMPASS_FOLDER",
    };
    shown.insert("type".to_owned(), Value::from(kind));
    shown.insert(
        "parentFolderRid".to_owned(),
        Value::from(parent_rid(state, row)),
    );
    let project = state.project_of(position).map_or("", |(_, rid, _)| rid);
    shown.insert("projectRid".to_owned(), Value::from(project));
    Value::Object(shown)
}

/// A folder, project or space as a `Folder`.
pub(super) fn show_folder(state: &State, position: u32) -> Value {
    let Some((rid, row)) = state.file_at(position) else {
        return Value::Null;
    };
    let mut shown = common(state, position, rid, row);
    let kind = match row.kind {
        Kind::Space(_) => "SPACE",
        Kind::Project(_) => "PROJECT",
        _ => "FOLDER",
    };
    shown.insert("type".to_owned(), Value::from(kind));
    shown.insert(
        "parentFolderRid".to_owned(),
        Value::from(parent_rid(state, row)),
    );
    if let Some((_, project, _)) = state.project_of(position) {
        shown.insert("projectRid".to_owned(), Value::from(project));
    }
    Value::Object(shown)
}

/// A project as a `Project`.
pub(super) fn show_project(state: &State, position: u32) -> Value {
    let Some((rid, row)) = state.file_at(position) else {
        return Value::Null;
    };
    let mut shown = common(state, position, rid, row);
    if let Kind::Project(project) = &row.kind {
        // fact: project-resource-level-grants-flag-is-new
        let allowed = Value::from(project.resource_level_grants);
        shown.insert("resourceLevelRoleGrantsAllowed".to_owned(), allowed);
    }
    Value::Object(shown)
}

/// The resource of the path, when the caller can see it; spaces are no resources here.
pub(super) fn resource(
    state: &State,
    acting: &BTreeSet<Principal>,
    request: &Request,
) -> Result<u32, Answer> {
    let rid = request.path("resourceRid");
    let found = find(state, acting, rid).filter(|at| {
        let row = state.file_at(*at);
        row.is_some_and(|(_, row)| !matches!(row.kind, Kind::Space(_)))
    });
    found.ok_or_else(|| errors::not_found("ResourceNotFound", json!({"resourceRid": rid})))
}

/// The file of this RID, when the caller can see it.
pub(super) fn find(state: &State, acting: &BTreeSet<Principal>, rid: &str) -> Option<u32> {
    let found = state.files.position(rid).map(narrow);
    found.filter(|at| state.sees_file(acting, *at))
}

/// Refuses the caller unless they have a level on a file.
pub(super) fn demand(
    state: &State,
    acting: &BTreeSet<Principal>,
    file: u32,
    level: u32,
    refusal: impl Fn() -> Answer,
) -> Result<(), Answer> {
    match state.level(acting, file).is_some_and(|held| held >= level) {
        true => Ok(()),
        false => Err(refusal()),
    }
}

/// Refuses a name that another child of a space or folder has, with the error that `refused` makes of the parent's RID.
pub(super) fn check_free(
    state: &State,
    parent: u32,
    name: &str,
    own: Option<u32>,
    refused: impl FnOnce(&str) -> Answer,
) -> Result<(), Answer> {
    let Some((rid, row)) = state.file_at(parent) else {
        return Ok(());
    };
    let holder = row.children.get(name);
    match holder.is_some_and(|holder| Some(*holder) != own) {
        true => Err(refused(rid)),
        false => Ok(()),
    }
}

/// Refuses what cannot be the name of a file.
pub(super) fn check_name(name: &str) -> Result<(), Answer> {
    let bad = matches!(name, "" | "." | "..") || name.contains('/') || name.chars().count() > 700;
    match bad {
        true => Err(errors::invalid(
            "InvalidDisplayName",
            json!({"displayName": name}),
        )),
        false => Ok(()),
    }
}

/// The levels of role ids.
pub(super) fn levels(ids: &[&str]) -> Result<Vec<u32>, Answer> {
    let level = |id: &&str| ON_RESOURCES.iter().position(|known| known == id);
    let levels: Option<Vec<u32>> = ids.iter().map(|id| level(id).map(|at| at as u32)).collect();
    levels.ok_or_else(|| errors::invalid("InvalidRoleIds", json!({"requestedRoleIds": ids})))
}

/// Organizations of RIDs in a list of the body.
pub(super) fn organizations(
    state: &State,
    request: &Request,
    list: &str,
) -> Result<BTreeSet<u32>, Answer> {
    let rids = request.json().get(list);
    let found = organizations::positions(state, rids).map_err(|_| {
        let all = rids.and_then(Value::as_array).into_iter().flatten();
        let missing = all.filter(|rid| {
            !state
                .organizations
                .contains(rid.as_str().unwrap_or_default())
        });
        let missing: Vec<&Value> = missing.collect();
        errors::not_found(
            "OrganizationsNotFound",
            json!({"organizationRids": missing}),
        )
    })?;
    Ok(found.into_iter().collect())
}

/// RIDs of organizations.
pub(super) fn organization_rids(state: &State, positions: &BTreeSet<u32>) -> Vec<String> {
    let positions: Vec<u32> = positions.iter().copied().collect();
    organizations::rids(state, &positions)
}
