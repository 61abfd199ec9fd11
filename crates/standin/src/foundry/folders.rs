//! Folders, and through them projects and spaces.

use super::errors;
use super::file::{self, Kind, ROOT};
use super::paging::{Page, starting};
use super::principal::Principal;
use super::roles::batch;
use super::state::State;
use crate::service::Context;
use crate::{Answer, Outcome, Request};
use serde_json::json;
use std::collections::BTreeSet;

/// The published largest page of children, and the one without `pageSize`.
const LARGEST_PAGE: usize = 2_000;

/// The folder of a RID, when the caller can see it.
fn folder(state: &State, acting: &BTreeSet<Principal>, rid: &str) -> Result<u32, Answer> {
    if rid == ROOT {
        return Err(errors::invalid("GetRootFolderNotSupported", json!({})));
    }
    let missing = || errors::not_found("FolderNotFound", json!({"folderRid": rid}));
    let position = file::find(state, acting, rid).ok_or_else(missing)?;
    let (_, row) = state.file_at(position).ok_or_else(missing)?;
    match row.kind.is_folder() {
        true => Ok(position),
        false => Err(errors::invalid(
            "InvalidFolder",
            json!({"resourceRid": rid}),
        )),
    }
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let position = folder(state, &acting, request.path("folderRid"))?;
    Ok(Answer::ok(file::show_folder(state, position)))
}

// fact: missing-folder-rids-are-silently-absent
pub(super) fn get_batch(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    Ok(batch(request, "folderRid", |rid, _| {
        let position = folder(state, &acting, rid).ok()?;
        Some(file::show_folder(state, position))
    }))
}

// fact: list-children-needs-no-scope
// fact: list-children-of-a-space
// A space lists its projects: there is no other way to find them.
pub(super) fn list_children(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let position = folder(state, &acting, request.path("folderRid"))?;
    let page = Page::read(request, LARGEST_PAGE)?;
    let Some((_, row)) = state.file_at(position) else {
        return Ok(page.answer(std::iter::empty::<(u32, u32)>(), |_| json!(null)));
    };
    let after = page.after.clone();
    let from = after.as_deref().unwrap_or_default();
    let children = starting(&row.children, from);
    let children = children.filter(|(name, _)| after.as_deref() != Some(*name));
    let children = children.filter(|(_, at)| {
        let trashed = state.file_at(**at).is_some_and(|(_, row)| row.trashed);
        !trashed && state.sees_file(&acting, **at)
    });
    Ok(page.answer(children, |at| file::show_resource(state, *at)))
}

fn check_name(request: &Request) -> Result<&str, Answer> {
    let name = request.text("/displayName").unwrap_or_default();
    if name.is_empty() {
        return Err(errors::invalid("MissingDisplayName", json!({})));
    }
    file::check_name(name)?;
    Ok(name)
}

fn check_free(state: &State, parent: u32, name: &str, own: Option<u32>) -> Result<(), Answer> {
    let refused = |rid: &str| {
        let parameters = json!({"parentFolderRid": rid, "displayName": name});
        errors::conflict("ResourceNameAlreadyExists", parameters)
    };
    file::check_free(state, parent, name, own, refused)
}

pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let rid = request.text("/parentFolderRid").unwrap_or_default();
    let parent = folder(state, &acting, rid)?;
    if state.project_of(parent).is_none() {
        let parameters = json!({"parentFolderRid": rid});
        return Err(errors::invalid(
            "CreateFolderOutsideProjectNotSupported",
            parameters,
        ));
    }
    let name = check_name(request)?;
    file::demand(state, &acting, parent, file::EDIT, || {
        errors::denied("CreateFolderPermissionDenied", json!({}))
    })?;
    check_free(state, parent, name, None)?;
    let caller = state.caller(request)?;
    let row = file::new(name, Kind::Folder, Some(parent), caller, request.now);
    let rid = state.folder_rid();
    let position = state.add_file(rid, row);
    state.touch(position, caller, request.now);
    Ok(Answer::ok(file::show_folder(state, position)))
}

/// Moves or renames a folder.
pub(super) fn replace(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let rid = request.path("folderRid");
    let position = folder(state, &acting, rid)?;
    let is_folder = state
        .file_at(position)
        .map(|(_, row)| matches!(row.kind, Kind::Folder));
    if is_folder != Some(true) {
        return Err(errors::invalid(
            "InvalidFolder",
            json!({"resourceRid": rid}),
        ));
    }
    let name = check_name(request)?;
    let parent_rid = request.text("/parentFolderRid").unwrap_or_default();
    let bad_parent = || {
        errors::invalid(
            "InvalidParentFolder",
            json!({"parentFolderRid": parent_rid}),
        )
    };
    let parent =
        folder(state, &acting, parent_rid).map_err(|refused| match parent_rid == ROOT {
            true => refused,
            false => bad_parent(),
        })?;
    if state.project_of(parent).is_none() {
        return Err(bad_parent());
    }
    if state.lineage(parent).any(|(at, ..)| at == position) {
        return Err(errors::invalid("CircularDependency", json!({})));
    }
    for at in [position, parent] {
        file::demand(state, &acting, at, file::EDIT, || {
            errors::denied("ReplaceFolderPermissionDenied", json!({"folderRid": rid}))
        })?;
    }
    check_free(state, parent, name, Some(position))?;
    let caller = state.caller(request)?;
    let mut former = None;
    if let Some(row) = state.files.at_mut(u64::from(position)) {
        former = row
            .parent
            .replace(parent)
            .map(|parent| (parent, row.name.clone()));
        row.name = name.into();
    }
    if let Some((parent, name)) = former
        && let Some(row) = state.files.at_mut(u64::from(parent))
    {
        row.children.remove(&name);
    }
    if let Some(row) = state.files.at_mut(u64::from(parent)) {
        row.children.insert(name.into(), position);
    }
    state.touch(position, caller, request.now);
    Ok(Answer::ok(file::show_folder(state, position)))
}
