//! The steps from a description to the model of its crate, and the files of it.

use std::path::Path;

use rolecall_openapi::load::Document;
use rolecall_openapi::problem::{Problem, Problems, Severity};

use crate::lenient::{self, Reading};
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
    /// Whether everything that lint calls an error stops, in others' descriptions too.
    pub strict: bool,
}

impl Input<'_> {
    /// Whether what has an obvious reading is read so, and what cannot be generated is left out.
    fn is_lenient(&self) -> bool {
        self.audience == Audience::Foreign && !self.strict
    }
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
    /// What lint warned of, what was read leniently, and what was left out.
    pub reading: Reading,
    /// What the passes made of it.
    pub lowered: Lowered,
    /// What is written.
    pub model: Model,
}

/// Does everything up to rendering. `at` is called at the beginning of each step.
pub fn compile(input: &Input<'_>, at: &dyn Fn(Step)) -> Result<Compiled, Problems> {
    at(Step::Lint);
    let mut reading = match input.is_lenient() {
        true => lenient::read(input.document)?,
        false => strictly(input)?,
    };
    loop {
        let document = reading.document.as_ref().unwrap_or(input.document);
        at(Step::Lower);
        let lowered = lowered(input, document)?;
        at(Step::Model);
        let refused = match model::build(&document.file, &lowered) {
            Ok(model) => {
                reading.show_as_written(input.document);
                return Ok(Compiled {
                    reading,
                    lowered,
                    model,
                });
            }
            Err(problems) => place(problems, document),
        };
        if !input.is_lenient() {
            return Err(refused);
        }
        // Each round takes something out of the document, or fails.
        reading.leave_out(input.document, refused.0)?;
    }
}

/// Errors of lint stop.
fn strictly(input: &Input<'_>) -> Result<Reading, Problems> {
    let mut problems = lint(input.document, input.audience);
    if let Some(examples) = input.examples {
        problems.extend(lint_examples(input.document, examples));
    }
    if problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        input.document.as_written(&mut problems);
        return Err(Problems::new(problems));
    }
    Ok(Reading {
        warnings: problems,
        ..Reading::default()
    })
}

/// The operations that are wanted, as the passes leave them.
fn lowered(input: &Input<'_>, document: &Document) -> Result<Lowered, Problems> {
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
    let mut lowered = lower::lower(value, document.version.has_json_schema());
    let mut finder = document.finder();
    for loss in &mut lowered.losses {
        let (file, pointer) = document.source(&loss.pointer);
        let elsewhere = file != document.file;
        let place = if elsewhere {
            document.place(&loss.pointer)
        } else {
            finder.place(&loss.pointer)
        };
        loss.line = place.map(|place| place.line);
        loss.file = elsewhere.then(|| file.to_owned());
        loss.pointer = pointer;
    }
    Ok(lowered)
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
