//! What a command prints depends on what it is given, and on nothing of the machine.

use std::path::Path;

use crate::program::{KEPT, program};
use crate::workspace::{SETTINGS, add, commit};
use crate::{NEW, OLD, Outcome, command, drift_with, home, read};

/// A workspace whose `lantern` has changed since `main`, and the vendor's document beside it.
fn changed(root: &Path) {
    std::fs::create_dir_all(root).unwrap();
    let settings = format!(
        "{SETTINGS}\n[upstream]\nurl = \"https://lantern.example/a.yaml\"\nversion = \"1\"\n"
    );
    add(root, "lantern", &read(&home().join(OLD)), &settings);
    std::fs::copy(home().join(OLD), root.join("old.yaml")).unwrap();
    std::fs::copy(home().join(NEW), root.join("new.yaml")).unwrap();
    commit(root);
    add(root, "lantern", &read(&home().join(NEW)), &settings);
}

/// Runs a command there, with variables set and without.
fn run(
    root: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (Option<i32>, String, String) {
    let mut command = command(root);
    command
        .args(arguments)
        .args(["--root", ".", "--today", "2030-01-31"])
        .envs(variables.iter().copied());
    let Outcome {
        code,
        stdout,
        stderr,
    } = drift_with(&mut command, "");
    (code, stdout, stderr)
}

#[test]
fn nothing_of_the_environment_is_handed_on() {
    let printed = program("env").output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    for line in printed.lines() {
        let (name, _) = line.split_once('=').unwrap_or((line, ""));
        assert!(
            KEPT.contains(&name) || name.starts_with("GIT_CONFIG_"),
            "{line}"
        );
    }
}

#[test]
fn reports_depend_on_no_path_and_no_environment() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("a");
    let there = folder
        .path()
        .join("a folder with a name of some length")
        .join("and one below it".repeat(4));
    changed(&here);
    changed(&there);
    let elsewhere = there.display().to_string();
    let odd = [
        ("CARGO_MANIFEST_DIR", elsewhere.as_str()),
        ("CARGO_TERM_COLOR", "always"),
        ("CLICOLOR_FORCE", "1"),
        ("HOME", &elsewhere),
        ("LANG", "de_DE.UTF-8"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("RUST_BACKTRACE", "full"),
        ("RUST_LOG", "trace"),
        ("TERM", "xterm-256color"),
        ("TMPDIR", &elsewhere),
        ("TZ", "Pacific/Kiritimati"),
        ("XDG_CONFIG_HOME", &elsewhere),
    ];
    let sides: [&[&str]; 5] = [
        &["old.yaml", "new.yaml"],
        &["main:specs/lantern/openapi.yaml", "new.yaml"],
        &["--base", "main"],
        &["--upstream", "lantern", "--from", "old.yaml"],
        &["old.yaml", "missing.yaml"],
    ];
    for side in sides {
        for (format, _) in rolecall_drift::report::format::FORMATS {
            let arguments = [side, &["--wire-only", "--format", format]].concat();
            let plain = run(&here, &arguments, &[]);
            assert_eq!(run(&there, &arguments, &odd), plain, "{arguments:?}");
        }
    }
}

#[test]
fn a_width_wraps_the_text_for_people_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    changed(folder.path());
    // Lines break between words, and within one behind its hyphens.
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    for (format, _) in rolecall_drift::report::format::FORMATS {
        let arguments = ["old.yaml", "new.yaml", "--wire-only", "--format", format];
        let wide = run(folder.path(), &arguments, &[("COLUMNS", "300")]);
        let narrow = run(folder.path(), &arguments, &[("COLUMNS", "60")]);
        assert_eq!(wide.0, narrow.0);
        if format == "terminal" {
            assert_ne!(wide.1, narrow.1);
            assert_eq!(letters(&wide.1), letters(&narrow.1));
        } else {
            assert_eq!(wide.1, narrow.1, "{format}");
        }
    }
}
