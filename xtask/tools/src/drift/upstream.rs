//! Our descriptions against what the vendors publish.

use std::collections::BTreeSet;

use serde_json::Value;

use rolecall_codegen::lint::extension_keys;
use rolecall_codegen::slice::Slice;
use rolecall_openapi::json;
use rolecall_openapi::load::{self, Document};
use rolecall_openapi::problem::{Problem, Severity};
use xtask::generate::Failure;
use xtask::project::{Api, Project};

use super::source::{Input, Loaded};
use rolecall_drift::finding::OperationRef;
use rolecall_drift::report::{Lacking, Published};
use rolecall_drift::select::Selection;

/// Where fetched documents are kept, from the root of the workspace on.
pub const CACHE: &str = ".cache/drift";

/// Our description and the vendor's, limited to the operations of ours.
#[derive(Debug)]
pub struct Pair {
    /// Ours.
    pub ours: Document,
    /// Theirs.
    pub theirs: Document,
    /// What was published.
    pub published: Published,
}

/// Both descriptions of an API; none when its vendor publishes no document. `from` is read instead of what is published.
///
/// Only the operations of our slice are compared; one that the vendor has moved is found by its `operationId`.
pub fn pair(
    project: &Project,
    api: &Api,
    from: Option<&Input>,
    slice: &Slice,
) -> Result<Option<Pair>, Failure> {
    let Some(upstream) = &api.settings.upstream else {
        return match from {
            None => Ok(None),
            // A file that somebody names is compared with nothing: there is no release to hold it against.
            Some(_) => Err(unpublished(api)),
        };
    };
    let published = Input::Url(upstream.url.clone());
    let cache = project.root.join(CACHE);
    let loaded = from.unwrap_or(&published).load(&cache)?;
    let Loaded {
        document: mut theirs,
        sha256,
        ..
    } = loaded;
    let mut ours = load::load(&api.spec())?;
    ours.file = format!("specs/{}/openapi.yaml", api.name);
    let whole = Selection::of(&ours.value, &Slice::default());
    let version = theirs.value["info"]["version"].as_str().map(str::to_owned);
    let moved = match &upstream.sha256 {
        Some(pinned) => *pinned != sha256,
        None => version.as_ref() != Some(&upstream.version),
    };
    let published = Published {
        url: super::source::fetch::shown(&upstream.url),
        pinned_version: upstream.version.clone(),
        pinned_sha256: upstream.sha256.clone(),
        version,
        sha256,
        moved,
        lacking: lacking(&theirs, &whole),
    };
    let wanted = if slice.is_whole() {
        &api.settings.slice
    } else {
        slice
    };
    if let Some(missing) = wanted.missing(&ours.value).first() {
        return Err(Problem::of_file(
            Severity::Error,
            "empty-slice",
            &ours.file,
            format!("there is no {missing} in our description"),
            "tags, paths and operationIds of the description",
            "correct the name; `*` stands for any text in tags and paths",
        )
        .into());
    }
    let selection = Selection::of(&ours.value, wanted);
    for document in [&mut ours.value, &mut theirs.value] {
        selection.apply(document);
        remove_extensions(document);
    }
    Ok(Some(Pair {
        ours,
        theirs,
        published,
    }))
}

/// Says that there is nothing to compare with.
pub fn unpublished(api: &Api) -> Failure {
    Problem::of_file(
        Severity::Error,
        "unpublished",
        format!("specs/{}/api.toml", api.name),
        format!("the vendor of `{}` publishes no description", api.name),
        "an [upstream] with `url` and `version`",
        "compare two files: `cargo xtask drift OLD NEW`",
    )
    .into()
}

/// Removes the `x-` keys of our specs. No vendor's document says what they say, and a key of the vendor's that is called
/// the same means something else.
fn remove_extensions(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|key, _| !extension_keys().any(|known| known == key));
            for (key, value) in object.iter_mut() {
                match value {
                    // These keys are names of properties.
                    Value::Object(named) if key == "properties" => {
                        named.values_mut().for_each(remove_extensions);
                    }
                    _ => remove_extensions(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(remove_extensions),
        _ => {}
    }
}

/// The operations that are not in our description, those under tags of ours first.
fn lacking(theirs: &Document, ours: &Selection) -> Vec<Lacking> {
    let all: Vec<_> = json::operations(&theirs.value).collect();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let found = ours.finder(&theirs.value);
    let near: BTreeSet<String> = all
        .iter()
        .filter(|(path, method, operation)| found(path, method, operation))
        .filter_map(|(_, _, operation)| text(&operation["tags"][0]))
        .collect();
    let missing = all
        .iter()
        .filter(|(path, method, operation)| !found(path, method, operation));
    let mut lacking: Vec<Lacking> = missing
        .map(|(path, method, operation)| {
            let method = method.to_uppercase();
            let tag = text(&operation["tags"][0]);
            let id = text(&operation["operationId"]).filter(|id| !id.trim().is_empty());
            Lacking {
                near: tag.as_ref().is_some_and(|tag| near.contains(tag)),
                tag,
                summary: text(&operation["summary"]),
                operation: OperationRef {
                    id: id.unwrap_or_else(|| format!("{method} {path}")),
                    method,
                    path: (*path).to_owned(),
                },
            }
        })
        .collect();
    lacking.sort_by_key(|one| (!one.near, one.tag.clone()));
    lacking
}
