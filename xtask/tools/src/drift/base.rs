//! Our descriptions at a revision against the working tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rolecall_codegen::slice::Slice;
use rolecall_openapi::load::{self, Document};
use rolecall_openapi::problem::{Problem, Severity};
use xtask::generate::Failure;
use xtask::project::{Project, Settings};

use super::source::git;
use rolecall_drift::select::Selection;

/// An API on both sides, or on one.
#[derive(Debug)]
pub enum Change {
    /// It is there before and after.
    Both(Box<Pair>),
    /// It was not there.
    Added,
    /// It is there no more.
    Removed,
}

/// Both descriptions of an API.
#[derive(Debug)]
pub struct Pair {
    /// At the revision.
    pub old: Document,
    /// In the working tree.
    pub new: Document,
    /// The version of the crate at the revision.
    pub version: String,
    /// The version of the crate in the working tree.
    pub declared: String,
}

/// The APIs by name: those asked for, or all of both sides. Each failure stands alone, so that one bad description does
/// not hide what became of the others.
pub fn changes(
    project: &Project,
    revision: &str,
    wanted: &[String],
    slice: &Slice,
) -> Result<BTreeMap<String, Result<Change, Failure>>, Failure> {
    let files = git::list(&project.root, revision, "specs")?;
    let before: BTreeSet<String> = files
        .iter()
        .filter_map(|file| file.strip_prefix("specs/")?.strip_suffix("/openapi.yaml"))
        .filter(|name| !name.contains('/'))
        .map(str::to_owned)
        .collect();
    let now: BTreeSet<String> = project.names()?.into_iter().collect();
    let known: BTreeSet<&String> = before.union(&now).collect();
    if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
        let known: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
        return Err(Problem::of_file(
            Severity::Error,
            "unknown-api",
            project.root.join("specs").display().to_string(),
            format!("there is no `{unknown}`, neither here nor in `{revision}`"),
            format!("one of {}", known.join(", ")),
            "correct the name",
        )
        .into());
    }
    let asked = |name: &&&String| wanted.is_empty() || wanted.contains(name);
    let each = known.iter().filter(asked).map(|name| {
        let change = match (before.contains(*name), now.contains(*name)) {
            (true, true) => both(project, revision, name, slice),
            (true, false) => Ok(Change::Removed),
            (false, _) => Ok(Change::Added),
        };
        ((*name).clone(), change)
    });
    Ok(each.collect())
}

fn both(project: &Project, revision: &str, name: &str, slice: &Slice) -> Result<Change, Failure> {
    let api = project.api(name)?;
    let path = format!("specs/{name}/openapi.yaml");
    let text = git::show(&project.root, revision, &format!("./{path}"))?;
    let mut old = load::parse(&format!("{revision}:{path}"), &text)?;
    let mut new = load::load(&api.spec())?;
    new.file = path;
    let before = settings(&project.root, revision, name)?;
    if slice.is_whole() {
        // What `api.toml` leaves out is no part of the crate: each side by its own.
        cut(&mut old, &before.slice);
        cut(&mut new, &api.settings.slice);
    } else {
        rolecall_drift::select::limit(&mut old, &mut new, slice)?;
    }
    Ok(Change::Both(Box::new(Pair {
        old,
        new,
        version: before.package.version,
        declared: api.settings.package.version,
    })))
}

fn cut(document: &mut Document, slice: &Slice) {
    if !slice.is_whole() {
        Selection::of(&document.value, slice).apply(&mut document.value);
    }
}

fn settings(root: &Path, revision: &str, name: &str) -> Result<Settings, Failure> {
    let path = format!("specs/{name}/api.toml");
    let text = git::show(root, revision, &format!("./{path}"))?;
    let shown = format!("{revision}:{path}");
    Ok(Settings::read(&shown, &text)?)
}
