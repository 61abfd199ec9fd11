//! `cargo xtask update`: drift, version, changelog and generated code in one step.

use std::path::PathBuf;

use rolecall_drift::finding::{Finding, WireVerdict};
use rolecall_drift::policy::Threshold;
use rolecall_drift::report::Section;
use rolecall_drift::{compare, select};
use rolecall_openapi::load;
use xtask::cli::generate::ours;
use xtask::generate::{Failure, prepare_all};
use xtask::project::Api;
use xtask::write::{self, Change};

use super::arguments::Update;
use super::{Run, options, output};
use crate::drift::settings;
use crate::drift::source::{Input, git};
use crate::drift::upstream;

/// How many findings an entry of the changelog names.
const NAMED: usize = 8;

/// Runs the command; the exit code.
pub fn run(arguments: &Update) -> Result<u8, Failure> {
    let common = &arguments.common;
    output::targets(common)?;
    let run = Run::new(common, None, Threshold::None)?;
    let api = run.project.api(&arguments.api)?;
    let path = format!("specs/{}/openapi.yaml", api.name);
    let before = git::show(&run.project.root, &arguments.base, &format!("./{path}"))?;
    let old = load::parse(&format!("{}:{path}", arguments.base), &before)?;
    let text = match &arguments.from {
        None => load::read_text(&api.spec())?.1,
        Some(from) => {
            Input::parse(from)?
                .load(&run.project.root.join(upstream::CACHE))?
                .text
        }
    };
    let new = load::parse(&path, &text)?;
    let (mut one, mut other) = (old, new);
    let slice = match common.slice() {
        slice if slice.is_whole() => api.settings.slice.clone(),
        slice => slice,
    };
    select::limit(&mut one, &mut other, &slice)?;
    run.progress.step(&api.name, "compare");
    let version = version_at(&run, &arguments.base, &api);
    let comparison = compare(&one, &other, &options(common, Some(version)));
    let overrides = run.overrides_of(&api.name)?;
    let mut section = run.judge(&overrides, None).section(&api.name, comparison);
    section.declared = Some(api.settings.package.version.clone());
    let plan = Plan::of(&run, &api, &section, text)?;
    let dry = arguments.dry_run;
    let code = run.finish(vec![section], Vec::new(), false)?;
    if dry {
        plan.say("would change");
        return Ok(code);
    }
    plan.write(&api)?;
    Ok(code)
}

/// The version of the crate that callers have.
fn version_at(run: &Run<'_>, revision: &str, api: &Api) -> String {
    let path = format!("./specs/{}/api.toml", api.name);
    let read = || {
        let text = git::show(&run.project.root, revision, &path).ok()?;
        let settings: toml::Table = toml::from_str(&text).ok()?;
        Some(settings.get("crate")?.get("version")?.as_str()?.to_owned())
    };
    // An API that is new has no other.
    read().unwrap_or_else(|| api.settings.package.version.clone())
}

/// What is to be written.
struct Plan {
    root: PathBuf,
    changes: Vec<Change>,
}

impl Plan {
    fn of(
        run: &Run<'_>,
        api: &Api,
        section: &Section,
        description: String,
    ) -> Result<Self, Failure> {
        let root = run.project.root.clone();
        let mut plan = Self {
            root,
            changes: Vec::new(),
        };
        plan.add(api.spec(), description)?;
        let advised = section
            .comparison
            .as_ref()
            .and_then(|summary| summary.bump.as_ref()?.to.clone());
        let Some(version) = advised else {
            return Ok(plan);
        };
        let file = api.folder.join("api.toml");
        let (name, text) = load::read_text(&file)?;
        let failed = |why| Failure::Tool(format!("{name}: {why}"));
        if rolecall_drift::report::lacks_bump(section) {
            plan.add(
                file,
                settings::set(&text, "crate", "version", &version).map_err(failed)?,
            )?;
        }
        let log = run.project.root.join("CHANGELOG.md");
        if log.is_file() {
            let (_, text) = load::read_text(&log)?;
            let entry = entry(&api.settings.package.name, &version, section);
            plan.add(log, noted(&text, &entry))?;
        }
        Ok(plan)
    }

    fn add(&mut self, path: PathBuf, new: String) -> Result<(), Failure> {
        let old = match path.exists() {
            true => Some(load::read_text(&path)?.1),
            false => None,
        };
        if old.as_ref() != Some(&new) {
            self.changes.push(Change {
                path,
                new: Some(new),
                old,
            });
        }
        Ok(())
    }

    fn say(&self, verb: &str) {
        for change in &self.changes {
            let path = change.path.strip_prefix(&self.root).unwrap_or(&change.path);
            eprintln!("{verb} {}", path.display());
        }
    }

    /// Writes the files and generates the crate. When it cannot be generated, everything is as it was.
    fn write(&self, api: &Api) -> Result<(), Failure> {
        write::apply(&self.changes).map_err(Failure::Tool)?;
        let generated = self.generate(&api.name);
        if generated.is_err() {
            let back: Vec<Change> = self
                .changes
                .iter()
                .map(|change| Change {
                    path: change.path.clone(),
                    new: change.old.clone(),
                    old: change.new.clone(),
                })
                .collect();
            write::apply(&back).map_err(Failure::Tool)?;
        }
        let code = generated?;
        self.say("changed");
        let name = &api.name;
        eprintln!("generated crates/{name}: {code} files changed");
        eprintln!("read: git diff specs/{name} crates/{name} CHANGELOG.md");
        Ok(())
    }

    fn generate(&self, name: &str) -> Result<usize, Failure> {
        let project = xtask::project::Project {
            root: self.root.clone(),
        };
        // Its settings have changed.
        let api = project.api(name)?;
        let progress = xtask::progress::Progress::new(true);
        let results = prepare_all(&[ours(&api, &project)], &progress);
        progress.done();
        let mut files = 0;
        for result in results {
            let outcome = result?;
            files += outcome.changes.len();
            write::apply(&outcome.changes).map_err(Failure::Tool)?;
        }
        Ok(files)
    }
}

/// The entry for the changelog: the worst findings by their messages.
fn entry(name: &str, version: &str, section: &Section) -> String {
    let mut text = format!("- `{name}` {version}");
    let release = section
        .comparison
        .as_ref()
        .and_then(|summary| summary.new.version.clone());
    if let Some(release) = release {
        text.push_str(&format!(" follows release {release} of the description"));
    }
    for (wire, word) in [
        (WireVerdict::Breaking, "Breaking on the wire"),
        (WireVerdict::Dangerous, "To be looked at"),
    ] {
        let findings = section.findings.iter().map(|judged| &judged.finding);
        let messages: Vec<&str> = findings
            .filter(|finding: &&Finding| finding.wire == wire)
            .map(|finding| finding.message.as_str())
            .collect();
        if messages.is_empty() {
            continue;
        }
        let named = messages
            .iter()
            .take(NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join("; ");
        text.push_str(&format!(". {word}: {named}"));
        if messages.len() > NAMED {
            text.push_str(&format!("; and {} more", messages.len() - NAMED));
        }
    }
    text.push('.');
    let options = textwrap::Options::new(120)
        .subsequent_indent("  ")
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace);
    textwrap::fill(&rolecall_openapi::problem::visible(&text), options)
}

/// The changelog with an entry under `Changed` of what is not released.
fn noted(log: &str, entry: &str) -> String {
    const UNRELEASED: &str = "## [Unreleased]";
    const CHANGED: &str = "### Changed";
    if log.contains(entry) {
        return log.to_owned();
    }
    let Some(start) = log.find(UNRELEASED).map(|at| at + UNRELEASED.len()) else {
        return format!(
            "{}\n\n{UNRELEASED}\n\n{CHANGED}\n\n{entry}\n",
            log.trim_end()
        );
    };
    let (head, rest) = log.split_at(start);
    let end = rest.find("\n## ").unwrap_or(rest.len());
    let (open, released) = rest.split_at(end);
    let open = match open.find(CHANGED) {
        Some(at) => {
            let (before, list) = open.split_at(at + CHANGED.len());
            format!("{before}\n\n{entry}\n{}", list.trim_start_matches('\n'))
        }
        None => format!("{}\n\n{CHANGED}\n\n{entry}\n", open.trim_end()),
    };
    format!("{head}{open}{released}")
}

#[cfg(test)]
mod tests {
    use super::noted;

    #[test]
    fn an_entry_goes_to_what_changed_and_is_not_released() {
        let log = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n## [1.0.0]\n\n- B.\n";
        let once = noted(log, "- C.");
        assert_eq!(
            once,
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n### Changed\n\n- C.\n\n## [1.0.0]\n\n- B.\n"
        );
        assert_eq!(noted(&once, "- C."), once);
        let twice = noted(&once, "- D.");
        assert!(twice.contains("### Changed\n\n- D.\n- C.\n"), "{twice}");
        assert!(noted("# Log\n", "- E.").ends_with("## [Unreleased]\n\n### Changed\n\n- E.\n"));
    }
}
