//! `cargo xtask survive`.

use super::Survive;
use crate::survive::harness::{Places, run as put};
use crate::survive::{Tally, each_case, table};
use rolecall_codegen::names::snake;
use rolecall_codegen::slice::Slice;
use rolecall_openapi::load::Document;
use rolecall_openapi::problem::colour_wanted;
use xtask::cli::{BAD_INPUT, FAILED, FINE, generate};
use xtask::generate::{Failure, Job, prepare};
use xtask::progress::Progress;
use xtask::project::Project;
use xtask::write;

/// The package that is put to the test.
const PACKAGE: &str = "survived";

/// Runs the command; the exit code.
pub fn run(arguments: &Survive) -> u8 {
    match test(arguments) {
        Ok(tally) => {
            print!("{}", table(&[("cases", &tally)]));
            for failure in &tally.failures {
                eprintln!("failed: {failure}");
            }
            if tally.failed == 0 {
                return FINE;
            }
            eprintln!(
                "error: {} of {} bodies did not come to what they must; the first are told above",
                tally.failed,
                tally.cases()
            );
            FAILED
        }
        Err(Failure::Input(problems)) => {
            if !problems.is_empty() {
                eprintln!("{}", problems.render(colour_wanted()));
            }
            BAD_INPUT
        }
        Err(Failure::Tool(message)) => {
            eprintln!("error: {message}");
            FAILED
        }
    }
}

fn test(arguments: &Survive) -> Result<Tally, Failure> {
    let project = Project::here();
    let slice = Slice {
        tags: arguments.tag.clone(),
        paths: arguments.path.clone(),
        operations: arguments.operation.clone(),
    };
    let places = Places {
        root: project.root.clone(),
        name: name(arguments),
    };
    let out = places.krate();
    let job = generate::foreign(&project, &arguments.spec, PACKAGE, &out, slice)?;
    let progress = Progress::new(true);
    let made = made(&job, &places, &progress);
    let (executable, mut document) = made.inspect_err(|_| progress.done())?;
    progress.step(&job.identity.api, "put bodies to it");
    job.slice.apply(&mut document.value);
    let v31 = document.version.has_json_schema();
    let tally = put(&executable, |each| {
        each_case(&document.value, v31, &[], each)
    });
    progress.done();
    tally.map_err(Failure::Tool)
}

fn made(
    job: &Job,
    places: &Places,
    progress: &Progress,
) -> Result<(std::path::PathBuf, Document), Failure> {
    let outcome = prepare(job, progress)?;
    write::apply(&outcome.changes).map_err(Failure::Tool)?;
    progress.step(&job.identity.api, "compile");
    let executable = places.build(PACKAGE).map_err(Failure::Tool)?;
    Ok((executable, outcome.document))
}

/// A name for what is generated, from what was asked for: the same for the same, so that cargo finds it again.
fn name(arguments: &Survive) -> String {
    let spec = arguments.spec.canonicalize();
    let spec = spec.as_ref().unwrap_or(&arguments.spec).display();
    let said = [&arguments.tag, &arguments.path, &arguments.operation];
    let asked = format!("{spec} {said:?}");
    // FNV-1a: short, and the same in every build of this tool.
    let hash = asked.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let stem = arguments
        .spec
        .file_stem()
        .map(|stem| stem.to_string_lossy());
    let stem: String = snake(&stem.unwrap_or_default())
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!("{stem}-{hash:016x}")
}
