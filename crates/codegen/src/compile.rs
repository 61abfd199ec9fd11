//! The steps from a description to the model of its crate, and the files of it.

use std::path::Path;

use rolecall_openapi::load::{Document, SpecVersion};
use rolecall_openapi::problem::{Problem, Problems, Severity};

use crate::lint::{Audience, lint, lint_examples};
use crate::lower::{self, Lowered};
use crate::model::{self, Model};
use crate::render::{self, Files, Identity};
use crate::slice::Slice;

/// What to compile.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The description.
    pub document: &'a Document,
    /// Whose description it is.
    pub audience: Audience,
    /// A folder of sample bodies to check, where there is one.
    pub examples: Option<&'a Path>,
    /// Which operations to keep.
    pub slice: &'a Slice,
}

/// A step of [`compile`], for those who show how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Looks for what is wrong with the description.
    Lint,
    /// Slices, and runs the passes.
    Lower,
    /// Decides types and names.
    Model,
}

/// A description whose crate is known in every detail.
pub struct Compiled {
    /// What lint warned of.
    pub warnings: Vec<Problem>,
    /// What the passes made of it.
    pub lowered: Lowered,
    /// What is written.
    pub model: Model,
}

/// Does everything up to rendering. `at` is called at the beginning of each step.
pub fn compile(input: &Input<'_>, at: &dyn Fn(Step)) -> Result<Compiled, Problems> {
    let document = input.document;
    at(Step::Lint);
    let mut problems = lint(document, input.audience);
    if let Some(examples) = input.examples {
        problems.extend(lint_examples(document, examples));
    }
    if problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return Err(Problems::new(problems));
    }
    at(Step::Lower);
    let mut value = document.value.clone();
    let missing = input.slice.apply(&mut value);
    if !missing.is_empty() {
        return Err(Problem::of_file(
            Severity::Error,
            "nothing-to-keep",
            &document.file,
            format!("the description has no {}", missing.join(", no ")),
            "tags, paths and operations that it has",
            "correct the slice: --tag, --path and --operation, or [slice] in api.toml",
        )
        .into());
    }
    let mut lowered = lower::lower(value, document.version == SpecVersion::V3_1);
    for loss in &mut lowered.losses {
        loss.line = document.place(&loss.pointer).map(|place| place.line);
    }
    at(Step::Model);
    let model =
        model::build(&document.file, &lowered).map_err(|problems| place(problems, document))?;
    Ok(Compiled {
        warnings: problems,
        lowered,
        model,
    })
}

impl Compiled {
    /// The files of the crate. An error is a bug of the generator: they are not what the model calls for.
    pub fn files(&self, identity: &Identity) -> Result<Files, String> {
        render::files(&self.model, &self.lowered.document, identity)
    }
}

/// Finds line and operation for complaints that only know a pointer.
fn place(problems: Problems, document: &Document) -> Problems {
    let placed = problems.0.into_iter().map(|problem| {
        let Some(pointer) = problem.pointer.clone() else {
            return problem;
        };
        document.problem(
            problem.severity,
            problem.rule,
            &pointer,
            problem.found,
            problem.expected,
            problem.help,
        )
    });
    Problems::new(placed.collect())
}
