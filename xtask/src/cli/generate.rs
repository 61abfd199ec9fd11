//! `cargo xtask generate`.

use std::path::Path;

use super::{BAD_INPUT, FAILED, FINE, Generate, STALE};
use crate::generate::{Failure, Job, Outcome, Style, count_losses, prepare_all};
use crate::progress::Progress;
use crate::project::{Api, Project};
use crate::registration;
use crate::write;
use rolecall_codegen::lint::Audience;
use rolecall_codegen::lower::PASSES;
use rolecall_codegen::render::{Home, Identity};
use rolecall_codegen::slice::Slice;
use rolecall_openapi::problem::{Problem, Problems, Severity, colour_wanted, visible};

/// Runs the command; the exit code.
pub fn run(arguments: &Generate) -> u8 {
    if arguments.passes {
        let rows = PASSES
            .iter()
            .map(|pass| vec![pass.name.to_owned(), pass.summary.to_owned()]);
        print!("{}", crate::table::table(&["pass", "what it does"], rows));
        return FINE;
    }
    let project = Project::here();
    let jobs = match jobs(arguments, &project) {
        Ok(jobs) => jobs,
        Err(problems) => return complain(problems, &project, arguments.json),
    };
    let progress = Progress::new(!arguments.quiet && !arguments.json);
    let results = prepare_all(&jobs, &progress);
    progress.done();
    let mut outcomes = Vec::new();
    let mut problems = Vec::new();
    let mut broken = false;
    for result in results {
        match result {
            Ok(outcome) => outcomes.push(outcome),
            Err(Failure::Input(found)) => problems.extend(found.0),
            Err(Failure::Tool(message)) => {
                eprintln!("error: {message}");
                broken = true;
            }
        }
    }
    // One bad description leaves the whole tree as it was.
    if !problems.is_empty() {
        return complain(Problems::new(problems), &project, arguments.json);
    }
    if broken {
        return FAILED;
    }
    let base = if arguments.spec.is_some() {
        arguments.out.as_deref().unwrap_or(&project.root)
    } else {
        &project.root
    };
    let apis: Vec<&Api> = jobs.iter().filter_map(|job| job.api.as_ref()).collect();
    let registration = match registration::changes(&project.root, &apis) {
        Ok(changes) => changes,
        Err(message) => {
            eprintln!("error: {message}");
            return FAILED;
        }
    };
    let stale =
        !registration.is_empty() || outcomes.iter().any(|outcome| !outcome.changes.is_empty());
    if arguments.check {
        for outcome in &outcomes {
            eprint!("{}", write::diff(&outcome.changes, base));
            if arguments.spec.is_none()
                && let Some(warning) = version_stays(outcome)
            {
                eprintln!("warning: {warning}");
            }
        }
        eprint!("{}", write::diff(&registration, base));
    } else {
        // The manifest of the workspace comes last: it names what is there then.
        let changes = outcomes.iter().map(|outcome| &outcome.changes);
        for changes in changes.chain([&registration]) {
            if let Err(message) = write::apply(changes) {
                eprintln!("error: {message}");
                return FAILED;
            }
        }
    }
    report(arguments, &mut outcomes, &project);
    if arguments.check && stale {
        let remedy = match arguments.spec {
            Some(_) => "generate again without --check",
            None => "run `cargo xtask generate` and commit what it changes",
        };
        eprintln!("error: generated code is stale: {remedy}");
        return STALE;
    }
    FINE
}

/// What to say when the code of a crate changes and its version does not.
fn version_stays(outcome: &Outcome) -> Option<String> {
    let code = |change: &&write::Change| {
        change.old.is_some() && change.path.extension().is_some_and(|end| end == "rs")
    };
    outcome.changes.iter().find(code)?;
    let version = |text: &Option<String>| {
        let manifest: toml::Table = toml::from_str(text.as_deref()?).ok()?;
        Some(
            manifest
                .get("package")?
                .get("version")?
                .as_str()?
                .to_owned(),
        )
    };
    let manifest = outcome.changes.iter().find(|change| {
        change
            .path
            .file_name()
            .is_some_and(|name| name == "Cargo.toml")
    });
    if manifest.is_some_and(|change| version(&change.old) != version(&change.new)) {
        return None;
    }
    let api = &outcome.api;
    Some(format!(
        "the code of `{api}` changes and the version in specs/{api}/api.toml does not: \
         `cargo xtask drift --base REF {api}` says which one it must get"
    ))
}

/// Says why nothing was generated: as text, or as the JSON that was asked for.
pub(super) fn complain(problems: Problems, project: &Project, json: bool) -> u8 {
    let problems = project.for_people(problems);
    if json {
        let problems = project.for_programs(&problems);
        println!(
            "{}",
            serde_json::to_string_pretty(&serde_json::json!({ "problems": problems }))
                .unwrap_or_default()
        );
    } else {
        eprintln!("{}", problems.render(colour_wanted()));
    }
    BAD_INPUT
}

fn jobs(arguments: &Generate, project: &Project) -> Result<Vec<Job>, Problems> {
    match (&arguments.spec, &arguments.krate, &arguments.out) {
        (Some(spec), Some(name), Some(out)) => {
            let slice = Slice {
                tags: arguments.tag.clone(),
                paths: arguments.path.clone(),
                operations: arguments.operation.clone(),
            };
            let mut job = foreign(project, spec, name, out, slice)?;
            job.strict = arguments.strict;
            job.style = arguments.style;
            Ok(vec![job])
        }
        _ => Ok(project
            .apis(&arguments.apis)?
            .iter()
            .map(|api| ours(api, project))
            .collect()),
    }
}

/// The job for an API of this workspace.
pub fn ours(api: &Api, project: &Project) -> Job {
    Job {
        spec: api.spec(),
        spec_name: format!("specs/{}/openapi.yaml", api.name),
        audience: Audience::Ours,
        examples: Some(api.folder.join("examples")).filter(|folder| folder.is_dir()),
        identity: api.identity(),
        out: project.root.join("crates").join(&api.name),
        slice: api.settings.slice.clone(),
        strict: true,
        style: Style::Rolecall,
        api: Some(api.clone()),
    }
}

/// Package names that mean something else to Cargo, to rustc, to Windows or to generated code.
const KEPT_CRATES: [&str; 14] = [
    "alloc",
    "aux",
    "build",
    "con",
    "core",
    "deps",
    "examples",
    "incremental",
    "nul",
    "prn",
    "proc_macro",
    "rolecall_client",
    "std",
    "test",
];

/// The job for a description from anywhere.
pub fn foreign(
    project: &Project,
    spec: &Path,
    name: &str,
    out: &Path,
    slice: Slice,
) -> Result<Job, Problems> {
    let kept = KEPT_CRATES.contains(&name.replace('-', "_").to_lowercase().as_str());
    if kept || !rolecall_codegen::names::is_package_name(name) {
        return Err(Problem::of_file(
            Severity::Error,
            "bad-crate-name",
            "--crate",
            format!("`{name}` is no package name"),
            "letters, digits, `-` and `_`, beginning with a letter; no keyword, and no name of the toolchain",
            "choose another name",
        )
        .into());
    }
    let file = match spec.file_name() {
        Some(name) if spec.as_os_str() != "-" => name.to_string_lossy().into_owned(),
        _ => "a description".to_owned(),
    };
    Ok(Job {
        spec: spec.to_owned(),
        spec_name: if spec.as_os_str() == "-" {
            "<stdin>".to_owned()
        } else {
            spec.display().to_string()
        },
        audience: Audience::Foreign,
        examples: None,
        identity: Identity {
            api: name.to_owned(),
            package: name.to_owned(),
            version: "0.1.0".to_owned(),
            description: format!("API client generated from {file}"),
            keywords: vec!["api".to_owned(), "client".to_owned()],
            categories: vec!["api-bindings".to_owned()],
            documentation: None,
            source: file,
            command: format!("cargo xtask generate --spec … --crate {name}"),
            home: Home::Elsewhere {
                support: project.support_from(out),
                member: project.is_member(out),
            },
            example: None,
        },
        out: out.to_owned(),
        slice,
        strict: false,
        style: Style::Rolecall,
        api: None,
    })
}

fn report(arguments: &Generate, outcomes: &mut [Outcome], project: &Project) {
    if arguments.quiet {
        return;
    }
    if arguments.json {
        for warning in outcomes
            .iter_mut()
            .flat_map(|outcome| &mut outcome.warnings)
        {
            warning.file = project.shown(&warning.file);
        }
        // Strings, numbers and lists always serialise.
        println!(
            "{}",
            serde_json::to_string_pretty(&serde_json::json!({ "apis": outcomes }))
                .unwrap_or_default()
        );
        return;
    }
    let rows = outcomes.iter().map(|outcome| {
        let changed = match (outcome.changes.len(), arguments.check) {
            (0, _) => "no".to_owned(),
            (n, true) => format!("stale: {n}"),
            (n, false) => format!("{n} files"),
        };
        vec![
            outcome.api.clone(),
            outcome.operations.to_string(),
            outcome.schemas.to_string(),
            outcome.passes.len().to_string(),
            outcome.losses.len().to_string(),
            outcome.lines.to_string(),
            changed,
            format!("{:.2}", outcome.seconds),
        ]
    });
    let header = [
        "API",
        "operations",
        "schemas",
        "passes",
        "losses",
        "lines",
        "changed",
        "seconds",
    ];
    print!("{}", crate::table::table(&header, rows));
    for outcome in outcomes {
        for left_out in &outcome.left_out {
            eprintln!("{}: {}", outcome.api, left_out.line());
        }
        if arguments.verbose {
            if !outcome.warnings.is_empty() {
                eprintln!(
                    "{}",
                    Problems(outcome.warnings.clone()).render(colour_wanted())
                );
            }
            for loss in &outcome.losses {
                let line = loss
                    .line
                    .map_or_else(String::new, |line| format!(":{line}"));
                println!(
                    "{}{line}: loss [{}/{}] {} at {}",
                    loss.file
                        .as_ref()
                        .map_or_else(|| outcome.api.clone(), |file| visible(file)),
                    loss.pass,
                    loss.kind,
                    visible(&loss.detail),
                    visible(&loss.pointer)
                );
            }
        } else {
            if !outcome.warnings.is_empty() {
                println!(
                    "{}: {} warnings; --verbose shows them",
                    outcome.api,
                    outcome.warnings.len()
                );
            }
            let counts: Vec<String> = count_losses(&outcome.losses)
                .iter()
                .map(|(kind, n)| format!("{n} {kind}"))
                .collect();
            if !counts.is_empty() {
                println!(
                    "{}: losses: {}; --verbose or --json shows each",
                    outcome.api,
                    counts.join(", ")
                );
            }
        }
        if arguments.verbose {
            for path in &outcome.changed {
                println!("{}: {path}", outcome.api);
            }
        }
    }
}
