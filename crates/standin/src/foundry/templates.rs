//! Projects made from templates, with the group of owners and the marking that a template brings along.

use super::errors;
use super::file::{self, Kind, Project};
use super::principal::{Principal, narrow};
use super::state::{Marking, MarkingRole, State, Template, VariableKind};
use super::{groups, marking_categories, projects};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The category that templates put their markings into.
pub(super) const CATEGORY: &str = "Projects";

/// What the answers of a request come to.
#[derive(Default)]
struct Answers<'a> {
    name: &'a str,
    words: Vec<&'a str>,
    owners: Vec<Principal>,
}

fn read<'a>(
    state: &State,
    template: &Template,
    values: &'a Map<String, Value>,
) -> Result<Answers<'a>, Answer> {
    let known = |id: &str| {
        template
            .variables
            .iter()
            .any(|variable| *variable.id == *id)
    };
    if let Some(id) = values.keys().find(|id| !known(id)) {
        return Err(errors::invalid(
            "InvalidVariable",
            json!({"templateVariableId": id}),
        ));
    }
    let mut answers = Answers::default();
    for variable in &template.variables {
        let Some(value) = values.get(&*variable.id).and_then(Value::as_str) else {
            let parameters = json!({"templateVariableId": variable.id});
            return Err(errors::invalid("MissingVariableValue", parameters));
        };
        match &variable.kind {
            VariableKind::ProjectName => {
                let bad = |_| {
                    errors::invalid(
                        "InvalidVariable",
                        json!({"templateVariableId": variable.id}),
                    )
                };
                file::check_name(value).map_err(bad)?;
                answers.name = value;
            }
            VariableKind::Choice(options) => {
                if !options.iter().any(|option| **option == *value) {
                    return Err(errors::invalid(
                        "InvalidVariableEnumOption",
                        json!({
                            "variableId": variable.id,
                            "invalidOption": value,
                            "validOptions": options,
                        }),
                    ));
                }
                answers.words.push(value);
            }
            VariableKind::Owner => match state.find_principal(value) {
                Some(owner) => answers.owners.push(owner),
                None => {
                    let parameters = json!({"invalidPrincipalIds": [value]});
                    return Err(errors::invalid(
                        "InvalidPrincipalIdsForGroupTemplate",
                        parameters,
                    ));
                }
            },
        }
    }
    Ok(answers)
}

// fact: template-decides-what-may-be-given
fn check_open(template: &Template, request: &Request) -> Result<(), Answer> {
    for (key, name) in [
        ("defaultRoles", "InvalidDefaultRoles"),
        ("organizationRids", "InvalidOrganizations"),
        ("projectDescription", "InvalidDescription"),
    ] {
        if request.json().get(key).is_some() != template.open {
            return Err(errors::invalid(name, json!({})));
        }
    }
    Ok(())
}

/// The organizations of the new project: those of the body, or else those of the space.
fn organizations(
    state: &State,
    acting: &BTreeSet<Principal>,
    request: &Request,
    space: u32,
) -> Result<BTreeSet<u32>, Answer> {
    let of_space = state.organizations_on(space).map(|(_, all)| all.clone());
    let of_space = of_space.unwrap_or_default();
    if request.json().get("organizationRids").is_none() {
        return Ok(of_space);
    }
    let given = file::organizations(state, request, "organizationRids")?;
    let refuse = |name: &str, some: BTreeSet<u32>| match some.is_empty() {
        true => Ok(()),
        false => {
            let rids = file::organization_rids(state, &some);
            Err(errors::invalid(name, json!({"organizationRids": rids})))
        }
    };
    refuse("InvalidOrganizationHierarchy", &given - &of_space)?;
    // fact: not-authorized-to-apply-organization-is-a-400
    let own = state.organizations_of(acting);
    let visible = |at: &u32| {
        let row = state.organizations.at(u64::from(*at));
        row.is_some_and(|(_, row)| own.contains(at) || state.sees_organization(acting, *at, row))
    };
    let foreign = given.iter().filter(|at| !visible(at)).copied().collect();
    refuse("NotAuthorizedToApplyOrganization", foreign)?;
    Ok(given)
}

// fact: template-creates-groups-and-markings
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let rid = request.text("/templateRid").unwrap_or_default();
    let missing = || {
        errors::not_found(
            "ProjectTemplateNotFound",
            json!({"projectTemplateRid": rid}),
        )
    };
    let template = state.templates.get(rid).ok_or_else(missing)?.clone();
    let space = template.space;
    file::demand(state, &acting, space, file::EDIT, || {
        errors::denied("CreateProjectFromTemplatePermissionDenied", json!({}))
    })?;
    check_open(&template, request)?;
    let values = request
        .json()
        .get("variableValues")
        .and_then(Value::as_object);
    let none = Map::new();
    let answers = read(state, &template, values.unwrap_or(&none))?;
    let organizations = organizations(state, &acting, request, space)?;
    let defaults = request.json().get("defaultRoles").and_then(Value::as_array);
    let defaults = defaults.into_iter().flatten().filter_map(Value::as_str);
    let defaults = file::levels(&defaults.collect::<Vec<_>>())
        .map_err(|_| errors::invalid("DefaultRolesNotInSpaceRoleSet", json!({})))?;
    projects::check_free(state, space, answers.name, None)?;
    let group_name = format!("{} owners", answers.name);
    if groups::named(state, &group_name).is_some() {
        let parameters = json!({"conflictingGroupNames": [group_name]});
        return Err(errors::conflict("TemplateGroupNameConflict", parameters));
    }
    let category = marking_categories::named(state, CATEGORY);
    let row = category.and_then(|at| state.categories.at(u64::from(at)));
    let mut markings = row.into_iter().flat_map(|(_, row)| &row.markings);
    let taken = markings.any(|at| {
        let marking = state.markings.at(u64::from(*at));
        marking.is_some_and(|(_, marking)| *marking.name == *answers.name)
    });
    if taken {
        let parameters = json!({"conflictingMarkingNames": [answers.name]});
        return Err(errors::conflict("TemplateMarkingNameConflict", parameters));
    }
    let caller = state.caller(request)?;
    let group = groups::new(&group_name, organizations.iter().copied().collect());
    let group = groups::add(state, group);
    let group = narrow(state.groups.position(&group).unwrap_or_default());
    for owner in answers.owners.into_iter().chain([Principal::user(caller)]) {
        state.join(group, owner, None);
    }
    let owners = Principal::group(group);
    let roles = MarkingRole::ALL.map(|(role, _)| (owners, role));
    let marking = category.map(|category| {
        state.add_marking(Marking {
            category,
            name: answers.name.into(),
            description: None,
            organization: None,
            priority: None,
            deleted: false,
            created: request.now,
            creator: Some(Principal::user(caller)),
            members: BTreeSet::from([owners]),
            roles: roles.into_iter().collect(),
            implies: Vec::new(),
            requires: Vec::new(),
        })
    });
    let kind = Kind::Project(Box::new(Project {
        organizations,
        resource_level_grants: true,
        references: BTreeMap::new(),
    }));
    let mut row = file::new(answers.name, kind, Some(space), caller, request.now);
    let described = request.text("/projectDescription").map(str::to_owned);
    let described =
        described.or_else(|| Some(answers.words.join(", ")).filter(|text| !text.is_empty()));
    row.description = described.map(Into::into);
    row.roles.insert((Some(owners), file::MANAGE));
    row.roles
        .extend(defaults.into_iter().map(|level| (None, level)));
    row.markings.extend(marking);
    let rid = state.folder_rid();
    let position = state.add_file(rid, row);
    Ok(Answer::ok(file::show_project(state, position)))
}
