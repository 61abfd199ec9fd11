//! Seeded markings: those of organizations, plain ones, and classifications.

use super::super::marking_categories::ORGANIZATION_CATEGORY;
use super::super::principal::{Principal, narrow};
use super::super::state::{Category, CategoryRole, Marking, MarkingRole, State};
use super::super::templates;
use crate::Population;
use std::collections::BTreeSet;

const CATEGORIES: [&str; 5] = ["Payroll", "Contracts", "Incidents", "Supplies", "Forecasts"];
const NAMES: [&str; 24] = [
    "Agate",
    "Basalt",
    "Chalk",
    "Dolomite",
    "Emery",
    "Flint",
    "Gneiss",
    "Halite",
    "Iolite",
    "Jet",
    "Kyanite",
    "Larimar",
    "Marble",
    "Nephrite",
    "Obsidian",
    "Pumice",
    "Quartz",
    "Rhyolite",
    "Slate",
    "Talc",
    "Umber",
    "Vivianite",
    "Wacke",
    "Zircon",
];

/// The category of the markings behind organizations: whoever belongs to one of them may pass.
pub(super) fn add_organization_category(state: &mut State) {
    let mut row = category(
        state,
        "Organizations",
        "The markings behind organizations",
        None,
    );
    row.conjunctive = false;
    row.public = true;
    state.categories.insert(ORGANIZATION_CATEGORY, row);
}

fn category(state: &State, name: &str, description: &str, priority: Option<i64>) -> Category {
    let platform = Principal::group(0);
    Category {
        name: name.into(),
        description: description.into(),
        conjunctive: true,
        priority,
        deleted: false,
        created: state.origin.founded,
        creator: None,
        organizations: (0..4).collect(),
        roles: BTreeSet::from([(CategoryRole::Administer, platform)]),
        public: false,
        markings: Vec::new(),
    }
}

fn marking(state: &State, category: u32, name: &str) -> Marking {
    let platform = Principal::group(0);
    Marking {
        category,
        name: name.into(),
        description: None,
        organization: None,
        priority: None,
        deleted: false,
        created: state.origin.founded,
        creator: None,
        members: BTreeSet::from([platform]),
        roles: MarkingRole::ALL.map(|(role, _)| (platform, role)).into(),
        implies: Vec::new(),
        requires: Vec::new(),
    }
}

fn insert(state: &mut State, row: Category) -> u32 {
    let id = state.ids.uuid();
    state.categories.insert(id.clone(), row);
    state.categories.position(&id).map_or(0, narrow)
}

/// More than a page of markings, some of them in a category that was deleted, and classifications.
pub(super) fn add(state: &mut State, population: &Population, first_person: u32) {
    let teams = state.groups.len() as u64;
    for (number, name) in CATEGORIES.into_iter().enumerate() {
        let last = number + 1 == CATEGORIES.len();
        let text = format!("Who may see {}", name.to_lowercase());
        let mut row = category(state, name, &text, None);
        row.public = number == 0;
        row.deleted = last;
        let at = insert(state, row);
        for (index, name) in NAMES.into_iter().enumerate() {
            let bits = population.bits("marking", (number * NAMES.len() + index) as u64);
            let mut row = marking(state, at, name);
            row.created = population.made("marking made", bits);
            row.deleted = last;
            for turn in 0..3 {
                let bits = population.bits("marking member", bits ^ turn);
                let group = Principal::group((bits % teams) as u32);
                let person = first_person + (bits >> 32) as u32 % population.users;
                row.members.insert(group);
                row.members.insert(Principal::user(person));
                row.roles.insert((group, MarkingRole::Use));
            }
            state.add_marking(row);
        }
    }
    // One marking has more members than fit on a page.
    let bits = population.bits("large marking", 0);
    let mut all = state.markings.from(0);
    let at = all.find(|(_, _, row)| row.organization.is_none() && !row.deleted);
    let at = at.map(|(at, ..)| at);
    drop(all);
    if let Some(row) = at.and_then(|at| state.markings.at_mut(at)) {
        let people = (0..population.users.min(60)).map(|step| {
            let person = (bits % u64::from(population.users)) as u32 + step;
            Principal::user(first_person + person % population.users)
        });
        row.members.extend(people);
    }
    let row = category(
        state,
        templates::CATEGORY,
        "One for each project from a template",
        None,
    );
    insert(state, row);
    add_classifications(state);
}

fn add_classifications(state: &mut State) {
    let mut row = category(state, "Sensitivity", "How far something may go", Some(1));
    row.conjunctive = false;
    row.public = true;
    let levels = insert(state, row);
    let mut row = category(state, "Caveats", "What holds besides", Some(2));
    row.public = true;
    let caveats = insert(state, row);
    let mut caveat = |name: &str, priority| {
        let mut row = marking(state, caveats, name);
        row.priority = Some(priority);
        state.add_marking(row)
    };
    let partners = caveat("Partners may see", 1);
    let auditors = caveat("Auditors may see", 2);
    for (name, priority, implies, requires) in [
        ("Open", 1, vec![], vec![]),
        ("Limited", 2, vec![], vec![partners, auditors]),
        ("Strict", 3, vec![auditors], vec![]),
    ] {
        let mut row = marking(state, levels, name);
        row.priority = Some(priority);
        row.implies = implies;
        row.requires = requires;
        state.add_marking(row);
    }
}
