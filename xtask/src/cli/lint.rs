//! `cargo xtask lint`.

use super::generate::ours;
use super::{BAD_INPUT, FINE, Lint};
use crate::project::Project;
use rolecall_codegen::bundle;
use rolecall_codegen::lint::{Audience, lint, lint_examples, rules};
use rolecall_openapi::load;
use rolecall_openapi::problem::{Problems, Severity, colour_wanted};

/// Runs the command; the exit code.
pub fn run(arguments: &Lint) -> u8 {
    if arguments.rules {
        let rows = rules().iter().map(|rule| {
            let foreign = rule.severity_foreign.map_or("-", Severity::as_str);
            vec![
                rule.id.to_owned(),
                rule.severity_ours.as_str().to_owned(),
                foreign.to_owned(),
                rule.summary.to_owned(),
            ]
        });
        print!(
            "{}",
            crate::table::table(&["rule", "our specs", "other specs", "what it says"], rows)
        );
        return FINE;
    }
    let project = Project::here();
    let problems = match check(arguments, &project) {
        Ok(problems) | Err(problems) => project.for_people(problems),
    };
    if arguments.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&project.for_programs(&problems)).unwrap_or_default()
        );
    } else {
        if !problems.is_empty() {
            eprintln!("{}", problems.render(colour_wanted()));
        }
    }
    if problems.errors() > 0 {
        BAD_INPUT
    } else {
        FINE
    }
}

fn check(arguments: &Lint, project: &Project) -> Result<Problems, Problems> {
    if let Some(spec) = &arguments.spec {
        let document = bundle::load(spec)?;
        let mut problems = lint(&document, Audience::Foreign);
        document.as_written(&mut problems);
        return Ok(Problems::new(problems));
    }
    let mut problems = Vec::new();
    for api in project.apis(&arguments.apis)? {
        let job = ours(&api, project);
        match load::load(&job.spec) {
            Ok(mut document) => {
                document.file = job.spec_name;
                problems.extend(lint(&document, Audience::Ours));
                problems.extend(api.check(&document));
                if let Some(examples) = &job.examples {
                    problems.extend(lint_examples(&document, examples));
                }
            }
            Err(found) => problems.extend(found.0),
        }
    }
    Ok(Problems::new(problems))
}
