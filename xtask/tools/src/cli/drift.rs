//! `cargo xtask drift`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, Utc};

use super::{BAD_INPUT, DRIFT, FAILED, FINE};
use crate::drift::source::{Input, bad_input};
use crate::drift::{base, history, sync, upstream};
use rolecall_drift::deviations::Deviations;
use rolecall_drift::ignore::{Ignores, Stale};
use rolecall_drift::policy::{Overrides, Threshold};
use rolecall_drift::report::{Judge, Report, Section, State, schema};
use rolecall_drift::{Options, compare, rules, select};
use rolecall_openapi::problem::colour_wanted;
use xtask::generate::Failure;
use xtask::progress::Progress;
use xtask::project::{Api, Project};

mod arguments;
mod output;
mod update;

use arguments::{Common, History, Sync, What};
pub use arguments::{Drift, Update};

/// Runs `cargo xtask update`; the exit code.
pub fn run_update(arguments: &Update) -> u8 {
    update::run(arguments).unwrap_or_else(|failure| complain(&failure))
}

/// Runs the command; the exit code.
pub fn run(arguments: &Drift) -> u8 {
    let done = match &arguments.what {
        Some(What::Rules { json }) => print_rules(*json).map(|()| FINE),
        Some(What::Schema) => output::to_stdout(&schema()).map(|()| FINE),
        Some(What::Sync(arguments)) => synchronise(arguments),
        Some(What::History(arguments)) => past(arguments),
        None => report(arguments),
    };
    done.unwrap_or_else(|failure| complain(&failure))
}

/// Says what went wrong; the exit code.
fn complain(failure: &Failure) -> u8 {
    match failure {
        Failure::Input(problems) => {
            eprintln!("{}", problems.render(colour_wanted()));
            BAD_INPUT
        }
        Failure::Tool(message) => {
            eprintln!("error: {message}");
            FAILED
        }
    }
}

fn print_rules(json: bool) -> Result<(), Failure> {
    if json {
        // Strings and lists always serialize.
        let text = serde_json::to_string_pretty(rules::RULES).unwrap_or_default();
        return output::to_stdout(&format!("{text}\n"));
    }
    let rows = rules::RULES.iter().map(|rule| {
        let wire = [rule.wire.request, rule.wire.response, rule.wire.operation];
        let mut row = vec![rule.id.to_owned()];
        row.extend(wire.map(|verdict| verdict.map_or("", |v| v.as_str()).to_owned()));
        row.push(rule.api.as_str().to_owned());
        row.push(rule.summary.to_owned());
        row
    });
    let header = [
        "rule",
        "request",
        "answer",
        "operation",
        "crate",
        "what it finds",
    ];
    output::to_stdout(&xtask::table::table(&header, rows))
}

/// What a run knows before it compares anything.
struct Run<'a> {
    project: Project,
    common: &'a Common,
    overrides: Overrides,
    ignores: Ignores,
    fail_on: Vec<Threshold>,
    today: NaiveDate,
    progress: Progress,
    /// Which failures there were; those of one API leave the others be.
    worst: u8,
}

impl<'a> Run<'a> {
    /// `files` is the folder of `drift.toml` and `drift-ignore.toml` where no other ones are given.
    fn new(common: &'a Common, files: Option<&Path>, fail_on: Threshold) -> Result<Self, Failure> {
        let project = match &common.root {
            Some(root) => Project { root: root.clone() },
            None => Project::here(),
        };
        let files = files.map_or_else(|| project.root.clone(), Path::to_owned);
        let mut overrides = Overrides::default();
        let (file, name) = self::file(common.config.as_ref(), &files, "drift.toml")?;
        overrides.read(&file, &name)?;
        let (file, name) = self::file(common.ignore.as_ref(), &files, "drift-ignore.toml")?;
        let ignores = Ignores::read(&file, &name)?;
        Ok(Self {
            project,
            common,
            overrides,
            ignores,
            fail_on: if common.fail_on.is_empty() {
                vec![fail_on]
            } else {
                common.fail_on.clone()
            },
            today: common
                .today
                .unwrap_or_else(|| DateTime::<Utc>::from(SystemTime::now()).date_naive()),
            progress: Progress::new(true),
            worst: FINE,
        })
    }

    fn judge<'j>(
        &'j self,
        overrides: &'j Overrides,
        deviations: Option<&'j Deviations>,
    ) -> Judge<'j> {
        Judge {
            overrides,
            ignores: &self.ignores,
            deviations,
            fail_on: &self.fail_on,
            today: self.today,
        }
    }

    /// The verdicts for an API: those of the project, and its own.
    fn overrides_of(&self, api: &str) -> Result<Overrides, Failure> {
        let mut overrides = self.overrides.clone();
        let name = format!("specs/{api}/drift.toml");
        overrides.read(&self.project.root.join(&name), &name)?;
        Ok(overrides)
    }

    /// Notes that one API could not be compared.
    fn failed(&mut self, failure: &Failure) {
        self.progress.done();
        let code = complain(failure);
        // That the tool failed says more than that a document is bad.
        self.worst = if self.worst == FAILED { FAILED } else { code };
    }

    /// Writes the reports; the exit code.
    fn finish(
        self,
        sections: Vec<Section>,
        mut unused: Vec<Stale>,
        whole: bool,
    ) -> Result<u8, Failure> {
        self.progress.done();
        if sections.is_empty() && self.worst != FINE {
            return Ok(self.worst);
        }
        // What was not compared may be what an entry is there for.
        if whole && self.worst == FINE {
            unused.extend(self.ignores.unused());
        }
        let expired = self.ignores.expired(self.today);
        for stale in &unused {
            eprintln!("warning: {}: {}", stale.at, stale.message);
        }
        for stale in &expired {
            eprintln!("error: {}: {}", stale.at, stale.message);
        }
        let mut report = Report::new(&self.fail_on, sections, expired, unused);
        report.hide(&self.common.level, self.common.show_ignored);
        output::write(&report, &output::targets(self.common)?, self.common)?;
        Ok(match (self.worst, report.failed) {
            (FINE, true) => DRIFT,
            (worst, _) => worst,
        })
    }
}

/// A file of the project, and its name in what is said of it. One that was given must be there; the usual one need not.
fn file(given: Option<&PathBuf>, folder: &Path, usual: &str) -> Result<(PathBuf, String), Failure> {
    let Some(file) = given else {
        return Ok((folder.join(usual), usual.to_owned()));
    };
    let name = file.display().to_string();
    if file.is_file() {
        return Ok((file.clone(), name));
    }
    let found = "there is no such file".to_owned();
    Err(bad_input(&name, found, "a TOML file", "check the path").into())
}

fn report(arguments: &Drift) -> Result<u8, Failure> {
    // What cannot be written is refused before anything takes time.
    output::targets(&arguments.common)?;
    if let Some(revision) = &arguments.base {
        return against_base(arguments, revision);
    }
    if arguments.upstream {
        return against_upstream(arguments);
    }
    let [old, new] = arguments.inputs.as_slice() else {
        let problem = bad_input(
            "drift",
            format!("documents given: {}", arguments.inputs.len()),
            "two documents, OLD and NEW; or --base REF; or --upstream",
            "`cargo xtask drift --help` shows each form",
        );
        return Err(problem.into());
    };
    two(&arguments.common, old, new)
}

fn two(common: &Common, old: &str, new: &str) -> Result<u8, Failure> {
    let run = Run::new(common, Some(Path::new("")), Threshold::Breaking)?;
    let inputs = [Input::parse(old), Input::parse(new)];
    let [old, new] = match inputs {
        [Ok(Input::Stdin), Ok(Input::Stdin)] => {
            let found = "both documents are standard input".to_owned();
            let problem = bad_input("-", found, "at most one `-`", "give one of them as a file");
            return Err(problem.into());
        }
        [Ok(old), Ok(new)] => [old, new],
        [Err(problems), _] | [_, Err(problems)] => return Err(problems.into()),
    };
    let cache = run.project.root.join(upstream::CACHE);
    let mut old = old.load(&cache)?.document;
    let mut new = new.load(&cache)?.document;
    let slice = common.slice();
    select::limit(&mut old, &mut new, &slice)?;
    run.progress.step(&new.file, "compare");
    let comparison = compare(&old, &new, &options(common, None));
    let section = run
        .judge(&run.overrides, None)
        .section(&new.file, comparison);
    run.finish(vec![section], Vec::new(), slice.is_whole())
}

/// Each release against the one before, newest last.
fn past(arguments: &History) -> Result<u8, Failure> {
    let common = &arguments.common;
    output::targets(common)?;
    let run = Run::new(common, None, Threshold::None)?;
    let cache = run.project.root.join(upstream::CACHE);
    let mut releases = history::releases(&run.project, &arguments.inputs, &cache)?;
    let slice = common.slice();
    let mut sections = Vec::new();
    for index in 1..releases.len() {
        let (before, after) = releases.split_at_mut(index);
        let (Some(old), Some(new)) = (before.last_mut(), after.first_mut()) else {
            continue;
        };
        let name = format!("{} → {}", old.label, new.label);
        run.progress.step(&name, "compare");
        // What is cut off for one comparison is needed for the next one.
        let (mut one, mut other) = (old.document.clone(), new.document.clone());
        select::limit(&mut one, &mut other, &slice)?;
        let comparison = compare(&one, &other, &options(common, None));
        sections.push(run.judge(&run.overrides, None).section(&name, comparison));
    }
    run.finish(sections, Vec::new(), false)
}

fn options(common: &Common, version: Option<String>) -> Options {
    Options {
        api: !common.wire_only,
        version,
    }
}

fn against_base(arguments: &Drift, revision: &str) -> Result<u8, Failure> {
    let common = &arguments.common;
    let mut run = Run::new(common, None, Threshold::Breaking)?;
    let slice = common.slice();
    let changes = base::changes(&run.project, revision, &arguments.inputs, &slice)?;
    let mut sections = Vec::new();
    for (name, change) in changes {
        run.progress.step(&name, "compare");
        let section = change.and_then(|change| {
            Ok(match change {
                base::Change::Added => Section::alone(&name, State::Added),
                base::Change::Removed => Section::alone(&name, State::Removed),
                base::Change::Both(pair) => {
                    let overrides = run.overrides_of(&name)?;
                    let options = options(common, Some(pair.version));
                    let comparison = compare(&pair.old, &pair.new, &options);
                    let mut section = run.judge(&overrides, None).section(&name, comparison);
                    section.declared = Some(pair.declared);
                    section
                }
            })
        });
        match section {
            Ok(section) => sections.push(section),
            Err(failure) => run.failed(&failure),
        }
    }
    let whole = arguments.inputs.is_empty() && slice.is_whole();
    run.finish(sections, Vec::new(), whole)
}

fn against_upstream(arguments: &Drift) -> Result<u8, Failure> {
    let common = &arguments.common;
    let mut run = Run::new(common, None, Threshold::Breaking)?;
    let apis = run.project.apis(&arguments.inputs)?;
    let from = from(arguments.from.as_deref(), apis.len())?;
    let (mut sections, mut unused) = (Vec::new(), Vec::new());
    for api in &apis {
        run.progress
            .step(&api.name, "compare with what is published");
        match published(&run, api, from.as_ref()) {
            Ok((section, stale)) => {
                sections.push(section);
                unused.extend(stale);
            }
            Err(failure) => run.failed(&failure),
        }
    }
    run.finish(sections, unused, false)
}

/// The document to read in the place of what is published.
fn from(from: Option<&str>, apis: usize) -> Result<Option<Input>, Failure> {
    let Some(text) = from else {
        return Ok(None);
    };
    if apis != 1 {
        let found = format!("one document is given for {apis} APIs");
        let problem = bad_input(
            "--from",
            found,
            "the API that the document is of",
            "name one API",
        );
        return Err(problem.into());
    }
    let input = Input::parse(text)?;
    Ok(Some(input))
}

/// The section of an API against what its vendor publishes, and the deviations that fit nothing.
fn published(
    run: &Run<'_>,
    api: &Api,
    from: Option<&Input>,
) -> Result<(Section, Vec<Stale>), Failure> {
    let slice = run.common.slice();
    let Some(pair) = upstream::pair(&run.project, api, from, &slice)? else {
        return Ok((Section::alone(&api.name, State::Unpublished), Vec::new()));
    };
    let file = api.folder.join("deviations.toml");
    let deviations = Deviations::read(&file, &format!("specs/{}/deviations.toml", api.name))?;
    // No crate is ever generated from the vendor's document: what it would be is no news.
    let options = Options {
        api: false,
        version: None,
    };
    let mut comparison = compare(&pair.ours, &pair.theirs, &options);
    for finding in &mut comparison.findings {
        // Nobody here can change the service.
        finding.advice =
            "Follow it in our description, or say in deviations.toml why not".to_owned();
    }
    let overrides = run.overrides_of(&api.name)?;
    let mut section = run
        .judge(&overrides, Some(&deviations))
        .section(&api.name, comparison);
    if let Some(summary) = &mut section.comparison {
        summary.bump = None;
    }
    section.upstream = Some(pair.published);
    let unused = if slice.is_whole() {
        deviations.unused()
    } else {
        Vec::new()
    };
    Ok((section, unused))
}

fn synchronise(arguments: &Sync) -> Result<u8, Failure> {
    let run = Run::new(&arguments.common, None, Threshold::None)?;
    let mut apis = run.project.apis(std::slice::from_ref(&arguments.api))?;
    let Some(api) = apis.pop() else {
        return Ok(FINE);
    };
    let from = from(arguments.from.as_deref(), 1)?;
    let (section, unused) = published(&run, &api, from.as_ref())?;
    let Some(published) = section.upstream.clone() else {
        return Err(upstream::unpublished(&api));
    };
    let code = run.finish(vec![section], unused, false)?;
    let name = format!("specs/{}/api.toml", api.name);
    let release = format!(
        "version {}, sha256 {}",
        published.version.as_deref().unwrap_or("none"),
        published.sha256
    );
    if !arguments.write {
        if published.moved || published.pinned_sha256.is_none() {
            eprintln!("{name} does not name this release ({release}); --write records it");
        }
        return Ok(code);
    }
    match sync::pin(&api.folder.join("api.toml"), &published)? {
        sync::Pinned::Fresh => eprintln!("{name} names this release already ({release})"),
        sync::Pinned::Written => eprintln!("{name} names this release now ({release})"),
    }
    Ok(code)
}
