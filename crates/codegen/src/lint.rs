//! Finds what is wrong with a description before it becomes wrong code.
//!
//! The document is walked once by the grammar of OpenAPI (`shape`, `walk`); the rules then look at the nodes that were
//! met. What each rule is called and how bad its findings are stands in one table: [`rules`].

mod characters;
mod context;
mod examples;
pub(crate) mod expected;
mod extensions;
mod form;
mod house;
mod operations;
mod pagination;
mod paths;
mod reference;
mod rules;
mod schemas;
mod security;
mod servers;
pub(crate) mod shape;
mod tags;
pub(crate) mod template;
mod walk;

use std::path::Path;

use context::Context;
use rolecall_openapi::load::Document;
use rolecall_openapi::problem::{Problem, Problems};

pub use examples::{escaped, unescaped};
pub use extensions::extension_keys;
pub use rules::{Rule, rules};

/// Whose description is checked, and so how strictly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// A spec under `specs/`: the house rules of `specs/README.md` hold, too.
    Ours,
    /// Any vendor's file: only what makes it unusable, or is surely a mistake.
    Foreign,
}

/// Everything that is wrong with a description, in reading order.
pub fn lint(document: &Document, audience: Audience) -> Vec<Problem> {
    run(Context::new(document, audience))
}

/// As [`lint`], and however often a rule is broken.
pub fn lint_every(document: &Document, audience: Audience) -> Vec<Problem> {
    let mut context = Context::new(document, audience);
    context.reported = usize::MAX;
    run(context)
}

fn run(mut context: Context<'_>) -> Vec<Problem> {
    let audience = context.audience;
    for misfit in std::mem::take(&mut context.tree.misfits) {
        context.report(
            misfit.rule,
            &misfit.pointer,
            misfit.found,
            misfit.expected,
            misfit.help,
        );
    }
    characters::check(&mut context);
    reference::check(&mut context);
    reference::check_cycles(&mut context);
    paths::check(&mut context);
    operations::check(&mut context);
    schemas::check(&mut context);
    security::check(&mut context);
    // Findings of house rules would be dropped for others' files; looking for them would only cost time.
    if audience == Audience::Ours {
        house::check(&mut context);
        tags::check(&mut context);
        servers::check(&mut context);
        extensions::check(&mut context);
        pagination::check(&mut context);
    }
    Problems::new(context.problems).0
}

/// The fields that OpenAPI 3.1 has, and that a description uses nowhere, each with its object: for descriptions that are
/// to use all of them.
pub fn unused_fields(document: &Document) -> Vec<String> {
    let tree = walk::Tree::of(document);
    let is_used = |kind, field: &str| {
        let mut nodes = tree.of_kind(kind);
        nodes.any(|(_, node)| node.value.get(field).is_some())
    };
    let fields = shape::KINDS
        .iter()
        .flat_map(|kind| kind.fields().iter().map(|field| (*kind, field)));
    fields
        .filter(|(_, field)| field.since != shape::Since::Only30)
        .filter(|(kind, field)| !is_used(*kind, field.name))
        .map(|(kind, field)| format!("{} has `{}`", kind.name(), field.name))
        .collect()
}

/// Everything that is wrong with the example bodies of a description, in reading order. A spec without a directory of
/// examples is checked for the examples that it should have.
pub fn lint_examples(document: &Document, examples_dir: &Path) -> Vec<Problem> {
    Problems::new(examples::check(document, examples_dir)).0
}

#[cfg(test)]
mod tests;
