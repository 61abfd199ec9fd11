//! Classification-based access control (CBAC): how markings stand together, and the banners that they make.
//!
//! The rules of real stacks are configured by their customers. These are the stand-in's: of a disjunctive category at most
//! one marking can stand in a classification, a marking may imply others, and may require one of several beside it.

use super::errors;
use super::state::{Category, Marking, State};
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A classification marking with what orders it in a banner.
#[derive(Clone, Copy)]
struct Placed<'a> {
    position: u32,
    id: &'a str,
    row: &'a Marking,
    category: &'a Category,
}

impl Placed<'_> {
    fn order(&self) -> (Option<i64>, Option<i64>, u32) {
        (self.category.priority, self.row.priority, self.position)
    }

    /// The short form: the capitals and digits of the name.
    fn portion(&self) -> String {
        let letters = self.row.name.split_whitespace();
        let letters = letters.filter_map(|word| word.chars().next());
        letters.flat_map(char::to_uppercase).collect()
    }
}

/// A classification marking that is not deleted.
fn placed<'a>(state: &'a State, position: u32) -> Option<Placed<'a>> {
    let (id, row) = state.markings.at(u64::from(position))?;
    let (_, category) = state.categories.at(u64::from(row.category))?;
    let usable = category.priority.is_some() && !row.deleted;
    usable.then_some(Placed {
        position,
        id,
        row,
        category,
    })
}

/// Every classification marking, in banner order.
///
/// # Errors
///
/// `CbacUnavailable` when the stack has none.
fn all(state: &State) -> Result<Vec<Placed<'_>>, Answer> {
    let categories = state.categories.rows();
    let categories = categories.filter(|row| row.priority.is_some() && !row.deleted);
    let markings = categories.flat_map(|row| &row.markings);
    let mut all: Vec<Placed<'_>> = markings.filter_map(|at| placed(state, *at)).collect();
    all.sort_by_key(Placed::order);
    match all.is_empty() {
        true => Err(errors::invalid("CbacUnavailable", json!({}))),
        false => Ok(all),
    }
}

/// Those of the markings that are classifications, in banner order and each once. Unknown ids are dropped.
fn known<'a>(state: &'a State, ids: &[&str]) -> Result<Vec<Placed<'a>>, Answer> {
    let mut all = all(state)?;
    all.retain(|one| ids.contains(&one.id));
    Ok(all)
}

fn strings<'a>(request: &'a Request, list: &str) -> Vec<&'a str> {
    let all = request.json().get(list).and_then(Value::as_array);
    all.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// The markings in banner order, each once, without those that another of them implies.
pub(super) fn canonicalize(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let given = known(state, &strings(request, "markingIds"))?;
    let implied: BTreeSet<u32> = given
        .iter()
        .flat_map(|one| &one.row.implies)
        .copied()
        .collect();
    let kept = given.iter().filter(|one| !implied.contains(&one.position));
    let ids: Vec<&str> = kept.map(|one| one.id).collect();
    Ok(Answer::ok(json!({"markingIds": ids})))
}

/// An expression is flat when a plain set of markings means the same: a set asks for all markings of conjunctive categories,
/// and for any one of each disjunctive category.
pub(super) fn flatten(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let expressions = request
        .json()
        .get("markingExpressions")
        .and_then(Value::as_array);
    let mut results = Vec::new();
    for expression in expressions.into_iter().flatten() {
        let mut set = BTreeSet::new();
        let mut clauses_of: BTreeMap<u32, usize> = BTreeMap::new();
        let mut flat = true;
        let clauses = expression.get("and").and_then(Value::as_array);
        for clause in clauses.into_iter().flatten() {
            let ids = clause.get("or").and_then(Value::as_array);
            let ids: BTreeSet<&str> = ids
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let rows = ids.iter().map(|id| state.markings.get(id));
            let seen = rows
                .clone()
                .flatten()
                .filter(|row| state.sees_marking(&acting, row));
            if seen.count() < ids.len() {
                let name = "FlattenMarkingExpressionsPermissionDenied";
                return Err(errors::denied(name, json!({"markingIds": ids})));
            }
            let categories: BTreeSet<u32> = rows.flatten().map(|row| row.category).collect();
            let [category] = categories.iter().collect::<Vec<_>>()[..] else {
                flat = false;
                continue;
            };
            let row = state.categories.at(u64::from(*category));
            let conjunctive = row.is_some_and(|(_, row)| row.conjunctive);
            let clauses = clauses_of.entry(*category).or_default();
            *clauses += 1;
            flat &= if conjunctive {
                ids.len() == 1
            } else {
                *clauses == 1
            };
            set.extend(ids);
        }
        results.push(match flat {
            true => json!({"type": "flattened", "markingIds": set}),
            false => json!({"type": "unflattenable"}),
        });
    }
    Ok(Answer::ok(json!({ "results": results })))
}

// fact: parse-classifications-preview-disagreement
/// Reads classification strings, in the long or the short form of a banner.
pub(super) fn parse(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let all = all(state)?;
    let mut parsed = Map::new();
    let mut errors = Map::new();
    for text in strings(request, "classificationStrings") {
        let bare = text.trim().trim_start_matches('(').trim_end_matches(')');
        let read = |part: &str| {
            let part = part.trim();
            let found = all.iter().find(|one| {
                one.row.name.eq_ignore_ascii_case(part) || one.portion().eq_ignore_ascii_case(part)
            });
            found.ok_or_else(|| format!("`{part}` is no marking"))
        };
        let markings: Result<Vec<&Placed<'_>>, String> = bare.split("//").map(read).collect();
        let sound = markings.and_then(|markings| match sound(&markings) {
            true => Ok(markings),
            false => Err("these markings cannot stand together".to_owned()),
        });
        match sound {
            Ok(markings) => {
                let ids: Vec<&str> = markings.iter().map(|one| one.id).collect();
                parsed.insert(text.to_owned(), Value::from(ids));
            }
            Err(problem) => {
                errors.insert(text.to_owned(), Value::from(problem));
            }
        }
    }
    Ok(Answer::ok(json!({"parsed": parsed, "errors": errors})))
}

/// Whether markings can stand together: of a disjunctive category only one.
fn sound(markings: &[&Placed<'_>]) -> bool {
    let mut levels: BTreeMap<u32, u32> = BTreeMap::new();
    let levelled = markings.iter().filter(|one| !one.category.conjunctive);
    let mut levelled = levelled.map(|one| (one.row.category, one.position));
    levelled.all(|(category, position)| *levels.entry(category).or_insert(position) == position)
}

/// Text and colours of a banner; the first marking in the order gives the colour.
fn show_banner(markings: &[Placed<'_>], display: Option<&str>) -> Value {
    let text = match display {
        Some("BANNER_LINE") => {
            let names = markings.iter().map(|one| one.row.name.to_uppercase());
            names.collect::<Vec<_>>().join("//")
        }
        _ => {
            let names = markings.iter().map(Placed::portion);
            format!("({})", names.collect::<Vec<_>>().join("//"))
        }
    };
    let priority = markings.iter().filter_map(|one| one.row.priority).max();
    let background = match priority {
        None => "#5f6b7c",
        Some(..=1) => "#238551",
        Some(2) => "#c87619",
        Some(3..) => "#cd4246",
    };
    let ids: Vec<&str> = markings.iter().map(|one| one.id).collect();
    json!({
        "classificationString": text,
        "markings": ids,
        "textColor": "#ffffff",
        "backgroundColors": [background],
    })
}

// fact: cbac-banner-preview-disagreement
pub(super) fn banner(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let ids: Vec<&str> = request.queries("markingIds").collect();
    let markings = known(state, &ids)?;
    if markings.is_empty() {
        return Err(errors::not_found("CbacBannerNotFound", json!({})));
    }
    Ok(Answer::ok(show_banner(
        &markings,
        request.query("displayType"),
    )))
}

/// The banner of all that stands on any of the resources.
pub(super) fn banner_for_resources(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let mut ids = BTreeSet::new();
    for rid in strings(request, "resourceRids") {
        let file = state.files.position(rid).map(super::principal::narrow);
        match file.filter(|file| state.sees_file(&acting, *file)) {
            Some(file) => ids.extend(state.markings_on(file).into_keys()),
            None => return Err(errors::denied("GetForResourcesPermissionDenied", json!({}))),
        }
    }
    let mut all = all(state)?;
    all.retain(|one| ids.contains(&one.position));
    Ok(Answer::ok(show_banner(&all, request.text("/displayType"))))
}

/// What else may, must or cannot stand beside some markings.
pub(super) fn restrictions(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let ids: Vec<&str> = request.queries("markingIds").collect();
    let every = all(state)?;
    let given = known(state, &ids)?;
    if given.is_empty() {
        return Err(errors::not_found(
            "CbacMarkingRestrictionsNotFound",
            json!({}),
        ));
    }
    let positions: BTreeSet<u32> = given.iter().map(|one| one.position).collect();
    let levels: BTreeSet<u32> = given
        .iter()
        .filter(|one| !one.category.conjunctive)
        .map(|one| one.row.category)
        .collect();
    let disallowed = every
        .iter()
        .filter(|one| levels.contains(&one.row.category) && !positions.contains(&one.position));
    let disallowed: Vec<&str> = disallowed.map(|one| one.id).collect();
    let implied: BTreeSet<u32> = given
        .iter()
        .flat_map(|one| &one.row.implies)
        .copied()
        .collect();
    let ids_of = |positions: &mut dyn Iterator<Item = u32>| -> Vec<&str> {
        let rows = positions.filter_map(|at| state.markings.at(u64::from(at)));
        rows.map(|(id, _)| id).collect()
    };
    let required = given.iter().filter(|one| !one.row.requires.is_empty());
    let required: Vec<Vec<&str>> = required
        .map(|one| ids_of(&mut one.row.requires.iter().copied()))
        .collect();
    let held = |at: &u32| positions.contains(at) || implied.contains(at);
    let complete = given
        .iter()
        .all(|one| one.row.requires.is_empty() || one.row.requires.iter().any(held));
    let acting = state.acting(request)?;
    let satisfied = given.iter().all(|one| state.satisfies(&acting, one.row));
    Ok(Answer::ok(json!({
        "disallowedMarkings": disallowed,
        "impliedMarkings": ids_of(&mut implied.iter().copied()),
        "requiredMarkings": required,
        "userSatisfiesMarkings": satisfied,
        "isValid": complete && sound(&given.iter().collect::<Vec<_>>()),
    })))
}
