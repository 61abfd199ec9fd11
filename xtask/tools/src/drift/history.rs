//! The releases of a description, one after the other.

use std::path::Path;

use rolecall_openapi::load::{self, Document};
use xtask::generate::Failure;
use xtask::project::Project;

use super::source::{Input, bad_input, git};

/// A release: the description, and how a timeline names it.
#[derive(Debug)]
pub struct Release {
    /// Its name.
    pub label: String,
    /// The description.
    pub document: Document,
}

/// What was given on the command line, oldest first: `REF..REF API`, or two documents or more.
pub fn releases(
    project: &Project,
    inputs: &[String],
    cache: &Path,
) -> Result<Vec<Release>, Failure> {
    if let [range, api] = inputs
        && let Some((from, to)) = range.split_once("..")
        && !Path::new(range).exists()
    {
        return revisions(project, (from, to), range, api);
    }
    if inputs.len() < 2 {
        let problem = bad_input(
            "history",
            format!("documents given: {}", inputs.len()),
            "two documents or more, oldest first; or REF..REF and an API",
            "`cargo xtask drift history --help` shows both forms",
        );
        return Err(problem.into());
    }
    let mut releases = Vec::new();
    for text in inputs {
        let document = Input::parse(text)?.load(cache)?.document;
        let version = document.value["info"]["version"].as_str();
        let label = match version {
            Some(version) => format!("{version} ({})", document.file),
            None => document.file.clone(),
        };
        releases.push(Release { label, document });
    }
    Ok(releases)
}

/// The description of an API at the beginning of a range, and at every revision in it that changes it.
fn revisions(
    project: &Project,
    (from, to): (&str, &str),
    range: &str,
    api: &str,
) -> Result<Vec<Release>, Failure> {
    let path = format!("specs/{api}/openapi.yaml");
    let whole = match to.is_empty() {
        true => format!("{from}..HEAD"),
        false => range.to_owned(),
    };
    let mut names = vec![(from.to_owned(), from.to_owned())];
    for (hash, day) in git::log(&project.root, &whole, &path)? {
        names.push((hash.clone(), format!("{hash} ({day})")));
    }
    let mut releases = Vec::new();
    for (revision, label) in names {
        let text = git::show(&project.root, &revision, &format!("./{path}"))?;
        let document = load::parse(&format!("{revision}:{path}"), &text)?;
        releases.push(Release { label, document });
    }
    Ok(releases)
}
