//! `cargo xtask generate`: load, compile, format, compare.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use rolecall_codegen::lenient::LeftOut;
use rolecall_codegen::lint::Audience;
use rolecall_codegen::lower::{Applied, Loss, Lowered};
use rolecall_codegen::render::{Files, Identity};
use rolecall_codegen::slice::Slice;
use rolecall_codegen::{Compiled, Input, Step, bundle, compile, panic_message, stock};
use rolecall_openapi::load::{self, Document};
use rolecall_openapi::problem::{Problem, Problems, Severity};

use crate::progress::Progress;
use crate::project::Api;
use crate::write::{self, Change, Formatted};

/// Why nothing was generated.
#[derive(Debug)]
pub enum Failure {
    /// The description, or what was asked for, cannot be used: exit code 2.
    Input(Problems),
    /// The tool could not do its work: exit code 1.
    Tool(String),
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Input(problems)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Input(problem.into())
    }
}

/// What to generate from, and where to.
#[derive(Clone, Debug)]
pub struct Job {
    /// The description.
    pub spec: PathBuf,
    /// How complaints name it.
    pub spec_name: String,
    /// Whose description it is.
    pub audience: Audience,
    /// Sample bodies to check, where there are any.
    pub examples: Option<PathBuf>,
    /// The crate.
    pub identity: Identity,
    /// Its folder.
    pub out: PathBuf,
    /// Which operations to keep.
    pub slice: Slice,
    /// Whether everything that lint calls an error stops, in others' descriptions too.
    pub strict: bool,
    /// Whose client is written.
    pub style: Style,
    /// The API of this workspace that it is, whose `api.toml` is checked too.
    pub api: Option<Api>,
}

/// Whose client is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Style {
    /// Ours, over `rolecall-client`.
    #[default]
    Rolecall,
    /// That of progenitor itself, over `progenitor-client`.
    Progenitor,
}

/// What one job made.
#[derive(Serialize)]
pub struct Outcome {
    /// The API's short name.
    pub api: String,
    /// Operations in the crate.
    pub operations: usize,
    /// Types in the crate.
    pub schemas: usize,
    /// Passes that changed something.
    pub passes: Vec<Applied>,
    /// Lines in all files.
    pub lines: usize,
    /// Files that were not as they should be, by their paths in the crate's folder.
    pub changed: Vec<String>,
    /// Seconds, from loading to comparing.
    pub seconds: f64,
    /// What the passes gave up.
    pub losses: Vec<Loss>,
    /// The operations that are not in the crate.
    pub left_out: Vec<LeftOut>,
    /// What lint warned of, and what was read leniently.
    pub warnings: Vec<Problem>,
    /// The description as it was read.
    #[serde(skip)]
    pub document: Document,
    /// What to write.
    #[serde(skip)]
    pub changes: Vec<Change>,
}

fn renamed(mut problems: Problems, job: &Job) -> Problems {
    for problem in &mut problems.0 {
        problem.file.clone_from(&job.spec_name);
    }
    problems
}

/// The files of a crate, and what is in them.
struct Written {
    files: Files,
    operations: usize,
    schemas: usize,
}

/// Does everything up to writing.
pub fn prepare(job: &Job, progress: &Progress) -> Result<Outcome, Failure> {
    let start = Instant::now();
    progress.step(&job.identity.api, "load");
    let loaded = match job.audience {
        Audience::Ours => load::load(&job.spec),
        Audience::Foreign => bundle::load(&job.spec),
    };
    let mut document = loaded.map_err(|problems| renamed(problems, job))?;
    document.file.clone_from(&job.spec_name);
    let input = Input {
        document: &document,
        audience: job.audience,
        examples: job.examples.as_deref(),
        slice: &job.slice,
        strict: job.strict,
    };
    let compiled = compile(&input, &|step| {
        let step = match step {
            Step::Lint => "lint",
            Step::Lower => "lower",
            Step::Model => "generate",
        };
        progress.step(&job.identity.api, step);
    });
    let api = job
        .api
        .iter()
        .flat_map(|api| api.check(&document))
        .collect();
    let mut compiled = match compiled {
        Ok(compiled) if Vec::is_empty(&api) => compiled,
        Ok(_) => return Err(Problems::new(api).into()),
        Err(problems) => {
            return Err(Problems::new(problems.0.into_iter().chain(api).collect()).into());
        }
    };
    let written = match job.style {
        Style::Rolecall => Written {
            files: compiled.files(&job.identity).map_err(Failure::Tool)?,
            operations: compiled.model.operations.len(),
            schemas: compiled.model.type_count(),
        },
        Style::Progenitor => {
            progress.step(&job.identity.api, "progenitor");
            let stock = stock::files(&compiled, &job.identity).map_err(Failure::Tool)?;
            compiled.lowered.losses.extend(stock.losses);
            Written {
                files: stock.files,
                operations: stock.operations,
                schemas: stock.schemas,
            }
        }
    };
    // The rest takes hundreds of megabytes for a large description, and is not needed any more.
    let Compiled {
        reading,
        lowered: Lowered {
            applied, losses, ..
        },
        ..
    } = compiled;
    progress.step(&job.identity.api, "format");
    let formatted: Formatted = write::format(written.files).map_err(Failure::Tool)?;
    let in_the_way = formatted.in_the_way(&job.out);
    if let Some(first) = in_the_way.first() {
        return Err(Problem::of_file(
            Severity::Error,
            "not-generated",
            first.path.display().to_string(),
            match in_the_way.len() {
                1 => format!("it is {}", first.what),
                several => format!(
                    "it is {}; {several} files in the folder are in the way",
                    first.what
                ),
            },
            "an empty folder, or one that this generator made",
            "choose another --out, or move the files away",
        )
        .into());
    }
    let lines = formatted.lines();
    let changes = formatted.changes(&job.out).map_err(Failure::Tool)?;
    Ok(Outcome {
        api: job.identity.api.clone(),
        operations: written.operations,
        schemas: written.schemas,
        passes: applied,
        lines,
        changed: changes
            .iter()
            .map(|change| {
                change
                    .path
                    .strip_prefix(&job.out)
                    .unwrap_or(&change.path)
                    .display()
                    .to_string()
            })
            .collect(),
        seconds: start.elapsed().as_secs_f64(),
        losses,
        left_out: reading.left_out,
        warnings: reading.warnings,
        document: reading.document.unwrap_or(document),
        changes,
    })
}

/// Runs jobs side by side: results in the order of the jobs.
pub fn prepare_all(jobs: &[Job], progress: &Progress) -> Vec<Result<Outcome, Failure>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = jobs
            .iter()
            .map(|job| scope.spawn(|| prepare(job, progress)))
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread.join().unwrap_or_else(|panic| {
                    let said = panic_message(panic.as_ref());
                    Err(Failure::Tool(format!("a worker stopped: {said}")))
                })
            })
            .collect()
    })
}

/// The losses by kind, most frequent first.
pub fn count_losses(losses: &[Loss]) -> Vec<(&'static str, usize)> {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for loss in losses {
        match counts.iter_mut().find(|(kind, _)| *kind == loss.kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((loss.kind, 1)),
        }
    }
    counts.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    counts
}
