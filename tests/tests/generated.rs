//! What the generator makes of a small description that has one of each thing, and when it writes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rolecall_codegen::lint::Audience;
use rolecall_codegen::render::{Home, Identity};
use rolecall_codegen::slice::Slice;
use tempfile::TempDir;
use xtask::generate::{Failure, Job, Outcome, Style, prepare};
use xtask::progress::Progress;
use xtask::{cli, write};

const SMALL: &str = "fixtures/small/openapi.yaml";

/// A folder with the description and a place for what is made of it.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(SMALL, folder.path().join("openapi.yaml")).unwrap();
        Self { folder }
    }

    fn spec(&self) -> PathBuf {
        self.folder.path().join("openapi.yaml")
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("crew")
    }

    fn job(&self) -> Job {
        Job {
            spec: self.spec(),
            spec_name: "openapi.yaml".to_owned(),
            audience: Audience::Foreign,
            examples: None,
            identity: Identity {
                api: "crew".to_owned(),
                package: "crew".to_owned(),
                version: "0.1.0".to_owned(),
                description: "Client for the crew".to_owned(),
                keywords: Vec::new(),
                categories: Vec::new(),
                documentation: None,
                source: "openapi.yaml".to_owned(),
                command: "cargo xtask generate".to_owned(),
                home: Home::Elsewhere {
                    support: PathBuf::from("../client"),
                    member: true,
                },
                example: None,
            },
            out: self.out(),
            slice: Slice::default(),
            strict: false,
            style: Style::Rolecall,
            api: None,
        }
    }

    fn prepare(&self) -> Result<Outcome, Failure> {
        prepare(&self.job(), &Progress::new(false))
    }

    /// Generates, and says which files that changed.
    fn generate(&self) -> Vec<String> {
        let outcome = self
            .prepare()
            .unwrap_or_else(|failure| panic!("{failure:?}"));
        write::apply(&outcome.changes).unwrap();
        let changed = outcome.changes.iter().map(|change| change.path.as_path());
        changed.map(|path| self.relative(path)).collect()
    }

    fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(self.out()).unwrap();
        path.to_str().unwrap().replace('\\', "/")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.out().join(name)).unwrap()
    }

    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.spec()).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        fs::write(self.spec(), text.replace(from, to)).unwrap();
    }

    /// Every file that was made, with its bytes.
    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut tree = BTreeMap::new();
        let mut folders = vec![self.out()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    tree.insert(self.relative(&path), fs::read(&path).unwrap());
                }
            }
        }
        tree
    }

    /// Runs `cargo xtask generate` as the command line does.
    fn command_line(&self, more: &[&str]) -> ExitCode {
        let mut arguments: Vec<OsString> =
            ["xtask", "generate", "--quiet", "--crate", "crew", "--spec"]
                .map(OsString::from)
                .to_vec();
        arguments.extend([self.spec().into(), "--out".into(), self.out().into()]);
        arguments.extend(more.iter().map(OsString::from));
        cli::run(arguments)
    }
}

#[test]
fn the_code_of_a_small_description() {
    let workshop = Workshop::new();
    assert_eq!(
        workshop.generate(),
        [
            "Cargo.toml",
            "README.md",
            "src/catalog.rs",
            "src/crew.rs",
            "src/lib.rs",
            "src/operations.rs",
            "src/papers.rs",
            "src/types.rs",
            "src/u6e2f.rs",
        ]
    );
    for file in ["types", "crew", "papers", "operations", "catalog"] {
        let code = workshop.read(&format!("src/{file}.rs"));
        insta::assert_snapshot!(file, code);
    }
}

#[test]
fn what_is_up_to_date_is_left_alone() {
    let workshop = Workshop::new();
    assert!(!workshop.generate().is_empty());
    let outcome = workshop.prepare().unwrap();
    assert!(outcome.changes.is_empty(), "{:?}", outcome.changed);
    assert_eq!(write::diff(&outcome.changes, &workshop.out()), "");
}

#[test]
fn one_edit_of_the_description_is_one_edit_of_the_code() {
    let workshop = Workshop::new();
    workshop.generate();
    workshop.edit("As it is called.", "As the captain calls it.");
    let outcome = workshop.prepare().unwrap();
    let diff = write::diff(&outcome.changes, &workshop.out());
    insta::assert_snapshot!("edit", diff);
}

#[test]
fn two_runs_make_the_same_bytes() {
    let (one, other) = (Workshop::new(), Workshop::new());
    one.generate();
    other.generate();
    assert_eq!(one.tree(), other.tree());
}

#[test]
fn a_bad_description_changes_nothing() {
    let workshop = Workshop::new();
    workshop.generate();
    let before = workshop.tree();
    workshop.edit(
        "'#/components/schemas/CrewPage'",
        "'#/components/schemas/Nobody'",
    );
    let strict = Job {
        strict: true,
        ..workshop.job()
    };
    let Err(Failure::Input(problems)) = prepare(&strict, &Progress::new(false)) else {
        panic!("a dangling reference went through");
    };
    let message = problems.render(false);
    insta::assert_snapshot!("bad", message);
    assert_eq!(
        workshop.command_line(&["--strict"]),
        ExitCode::from(cli::BAD_INPUT)
    );
    assert_eq!(workshop.tree(), before);
}

#[test]
fn a_generated_file_that_is_no_longer_called_for_goes_and_a_hand_written_one_stays() {
    let workshop = Workshop::new();
    workshop.generate();
    let ours = "//! Written by hand; it only speaks of what is generated.\n";
    fs::write(workshop.out().join("src/by_hand.rs"), ours).unwrap();
    // The tag, and with it the module, is called something else now.
    let text = fs::read_to_string(workshop.spec()).unwrap();
    fs::write(workshop.spec(), text.replace("Papers", "Forms")).unwrap();
    let changed = workshop.generate();
    assert!(changed.contains(&"src/papers.rs".to_owned()), "{changed:?}");
    let tree = workshop.tree();
    assert!(tree.contains_key("src/forms.rs"));
    assert!(!tree.contains_key("src/papers.rs"));
    assert_eq!(tree["src/by_hand.rs"], ours.as_bytes());
}

#[test]
fn what_another_generator_made_stays() {
    let workshop = Workshop::new();
    workshop.generate();
    // Its mark is another, although it has the same word in it.
    let theirs = "// @generated by protoc. Do not edit.\n";
    fs::write(workshop.out().join("src/theirs.rs"), theirs).unwrap();
    assert_eq!(workshop.generate(), Vec::<String>::new());
    assert_eq!(workshop.read("src/theirs.rs"), theirs);
    // In the place of a file of ours, it stops everything.
    fs::write(workshop.out().join("src/types.rs"), theirs).unwrap();
    let before = workshop.tree();
    let Err(Failure::Input(problems)) = workshop.prepare() else {
        panic!("a file of another generator was taken for ours");
    };
    assert_eq!(problems.0[0].rule, "not-generated");
    assert_eq!(workshop.command_line(&[]), ExitCode::from(cli::BAD_INPUT));
    assert_eq!(workshop.tree(), before);
}

#[cfg(unix)]
#[test]
fn a_link_leads_nothing_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let elsewhere = tempfile::tempdir().unwrap();
    let refused = |workshop: &Workshop, before: &dyn Fn() -> Vec<u8>| {
        let was = before();
        assert!(matches!(workshop.prepare(), Err(Failure::Input(_))));
        assert_eq!(workshop.command_line(&[]), ExitCode::from(cli::BAD_INPUT));
        assert_eq!(before(), was);
    };
    // A folder that is a link to generated files, one of which is not called for here.
    let other = Workshop::new();
    other.generate();
    let stale = other.out().join("src/stale.rs");
    fs::copy(other.out().join("src/types.rs"), &stale).unwrap();
    let workshop = Workshop::new();
    fs::create_dir_all(workshop.out()).unwrap();
    symlink(other.out().join("src"), workshop.out().join("src")).unwrap();
    refused(&workshop, &|| fs::read(&stale).unwrap());
    // A file that is a link to a generated one, and one that leads nowhere yet.
    for target in [stale.clone(), elsewhere.path().join("new.rs")] {
        let workshop = Workshop::new();
        fs::create_dir_all(workshop.out().join("src")).unwrap();
        symlink(&target, workshop.out().join("src/types.rs")).unwrap();
        refused(&workshop, &|| fs::read(&target).unwrap_or_default());
    }
    // A link that nothing is written to is left alone.
    let workshop = Workshop::new();
    workshop.generate();
    symlink(&stale, workshop.out().join("src/stale.rs")).unwrap();
    assert_eq!(workshop.generate(), Vec::<String>::new());
    assert!(stale.exists() && workshop.out().join("src/stale.rs").exists());
    // The folder that was asked for may be one.
    let linked = Workshop::new();
    fs::create_dir(elsewhere.path().join("crew")).unwrap();
    symlink(elsewhere.path().join("crew"), linked.out()).unwrap();
    assert!(!linked.generate().is_empty());
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_is_data() {
    let workshop = Workshop::new();
    let name = "x -->\n#![feature(x)]\r```\n\"'''\u{202e}*.yaml";
    fs::rename(workshop.spec(), workshop.folder.path().join(name)).unwrap();
    let run = |package: &str| {
        let mut arguments: Vec<OsString> = ["xtask", "generate", "--quiet", "--spec"]
            .map(OsString::from)
            .to_vec();
        arguments.extend([workshop.folder.path().join(name).into(), "--out".into()]);
        arguments.extend([workshop.out().into(), "--crate".into(), package.into()]);
        cli::run(arguments)
    };
    assert_eq!(run("crew"), ExitCode::from(cli::FINE));
    let shown = "x --\\u{3e}\\n#![feature(x)]\\r```\\n\"'''\\u{202e}*.yaml";
    for (file, second) in [
        ("src/lib.rs", "#![doc = include_str!(\"../README.md\")]"),
        ("README.md", "# crew"),
        ("Cargo.toml", ""),
    ] {
        let text = workshop.read(file);
        let mut lines = text.lines();
        let first = lines.next().unwrap();
        assert!(
            first.contains(&format!("from {shown}. Do not edit")),
            "{first}"
        );
        assert_eq!(lines.next(), Some(second));
    }
    let manifest: toml::Table = toml::from_str(&workshop.read("Cargo.toml")).unwrap();
    assert_eq!(
        manifest["package"]["description"].as_str(),
        Some(format!("API client generated from {name}").as_str())
    );
    assert_eq!(manifest["lib"]["doctest"].as_bool(), Some(false));
    // The mark is known again.
    let before = workshop.tree();
    assert_eq!(run("crew"), ExitCode::from(cli::FINE));
    assert_eq!(workshop.tree(), before);
    // Names that are none, and names that mean something else.
    for package in [
        "a\nb", "../crew", "crew\"", "", "fn", "std", "CON", "a b", "1a",
    ] {
        assert_eq!(run(package), ExitCode::from(cli::BAD_INPUT), "{package:?}");
    }
    assert_eq!(workshop.tree(), before);
}

#[test]
fn the_command_line_checks_without_writing() {
    let workshop = Workshop::new();
    let check = || workshop.command_line(&["--check"]);
    // Nothing is there yet, and a check does not change that.
    assert_eq!(check(), ExitCode::from(cli::STALE));
    assert!(!workshop.out().exists());
    assert_eq!(workshop.command_line(&[]), ExitCode::from(cli::FINE));
    assert_eq!(check(), ExitCode::from(cli::FINE));
    let before = workshop.tree();
    workshop.edit("Someone on board.", "Anyone on board.");
    assert_eq!(check(), ExitCode::from(cli::STALE));
    assert_eq!(workshop.tree(), before);
    // A file that someone edited by hand is stale too.
    workshop.edit("Anyone on board.", "Someone on board.");
    let types = workshop.out().join("src/types.rs");
    fs::write(&types, workshop.read("src/types.rs") + "// mine\n").unwrap();
    assert_eq!(check(), ExitCode::from(cli::STALE));
    assert_eq!(workshop.command_line(&[]), ExitCode::from(cli::FINE));
    assert_eq!(workshop.tree(), before);
}

#[test]
fn the_crates_of_this_workspace_are_up_to_date() {
    let arguments = ["xtask", "generate", "--check", "--quiet"].map(OsString::from);
    assert_eq!(cli::run(arguments), ExitCode::from(cli::FINE));
}
