//! The program from end to end: what it prints, and with which code it ends.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The program, which knows nothing of this machine's configuration.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ROLECALL_")) {
        command.env_remove(name);
    }
    command
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("ROLECALL_STATE_DIR", folder.join("state"))
        .stdin(Stdio::null());
    command
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let output = program(folder).args(arguments).output();
    output.expect("the program runs").into()
}

/// A folder with a snapshot of the stand-ins, made once for all tests.
fn taken() -> &'static (tempfile::TempDir, PathBuf, i32) {
    static TAKEN: OnceLock<(tempfile::TempDir, PathBuf, i32)> = OnceLock::new();
    TAKEN.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("demo.jsonl");
        let ran = run(
            folder.path(),
            &["--demo", "snapshot", "-o", file.to_str().unwrap()],
        );
        assert!(matches!(ran.code, 0 | 3), "{}", ran.err);
        assert_eq!(ran.out, "");
        (folder, file, ran.code)
    })
}

/// Runs a command on that snapshot.
fn on_snapshot(arguments: &[&str]) -> Ran {
    let (folder, file, _) = taken();
    let mut all = arguments.to_vec();
    all.extend(["--from", file.to_str().unwrap()]);
    run(folder.path(), &all)
}

#[test]
fn list_prints_a_table_over_all_services() {
    let folder = tempfile::tempdir().unwrap();
    let live = run(folder.path(), &["--demo", "list"]);
    // A few of each service.
    let mut shown: Vec<&str> = live.out.lines().take(1).collect();
    for service in ["okta", "foundry", "zenml", "klustr"] {
        let rows: Vec<&str> = (live.out.lines())
            .filter(|line| line.starts_with(service))
            .collect();
        assert!(rows.len() > 10, "{service}");
        shown.extend(rows.iter().step_by(rows.len() / 5));
    }
    insta::assert_snapshot!("list", shown.join("\n"));
    insta::assert_snapshot!("list_stderr", live.err);
    // A snapshot tells the same, and so does its exit code.
    let from_file = on_snapshot(&["list"]);
    assert_eq!(from_file.out, live.out);
    assert_eq!((from_file.code, from_file.err), (live.code, live.err));
    assert_eq!(taken().2, live.code);
}

/// The README shows what the program prints; `…` stands for lines that are left out.
#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let mut checked = 0;
    for shown in readme.split("```text\n$ rolecall --demo ").skip(1) {
        let (shown, _) = shown.split_once("```").expect("the end of the block");
        let (command, shown) = shown.split_once('\n').expect("a command");
        let arguments: Vec<&str> = command.split(' ').collect();
        let printed = on_snapshot(&arguments).out;
        let mut printed = printed.lines();
        for line in shown.lines().filter(|line| *line != "…") {
            assert!(
                printed.any(|one| one == line),
                "{command} does not print:\n{line}"
            );
        }
        checked += 1;
    }
    assert_eq!(checked, 2);
}

#[test]
fn two_snapshots_of_the_same_state_have_the_same_bytes() {
    let (folder, file, _) = taken();
    let other = folder.path().join("again.jsonl");
    run(
        folder.path(),
        &["--demo", "snapshot", "-o", other.to_str().unwrap()],
    );
    assert!(fs::read(file).unwrap() == fs::read(&other).unwrap());
    let (file, other) = (file.to_str().unwrap(), other.to_str().unwrap());
    let ran = run(folder.path(), &["diff", file, other, "--exit-code"]);
    assert_eq!((ran.code, ran.err.lines().count()), (0, 2), "{}", ran.err);
}

#[test]
fn every_form_has_the_same_rows() {
    let json = on_snapshot(&["list", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let rows = json["assignments"].as_array().unwrap();
    assert!(!rows.is_empty() && json["ledger"].is_array());
    let lines = on_snapshot(&["list", "--output", "jsonl"]);
    let lines: Vec<serde_json::Value> = lines
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (sections, assignments): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .partition(|line| line["record"] == "section");
    assert_eq!(&assignments, rows);
    assert_eq!(sections.len(), json["ledger"].as_array().unwrap().len());
    let csv = on_snapshot(&["list", "--output", "csv", "--columns", "key,role-id"]);
    let keys: Vec<&str> = csv
        .out
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    let expected: Vec<&str> = rows
        .iter()
        .map(|row| row["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, expected);
    assert_eq!(csv.out.lines().next(), Some("key,role-id"));
}

#[test]
fn questions_are_answered_from_a_snapshot() {
    let filtered = on_snapshot(&[
        "list",
        "--service",
        "okta",
        "--kind",
        "user",
        "--role",
        "super_admin",
    ]);
    insta::assert_snapshot!("filtered", filtered.out);
    insta::assert_snapshot!("who_has", on_snapshot(&["who-has", "SUPER_ADMIN"]).out);
    let rows = on_snapshot(&[
        "list",
        "--output",
        "csv",
        "--columns",
        "principal-id,origin-kind",
    ]);
    let by_group = rows.out.lines().find(|line| line.ends_with(",group"));
    let id = by_group
        .and_then(|line| line.split(',').next())
        .expect("somebody in a group");
    insta::assert_snapshot!("show", on_snapshot(&["show", id]).out);
    insta::assert_snapshot!(
        "roles",
        on_snapshot(&["roles", "--service", "zenml,klustr"]).out
    );
    insta::assert_snapshot!(
        "principals",
        on_snapshot(&["principals", "--service", "okta"]).out
    );
    insta::assert_snapshot!("people", on_snapshot(&["principals", "--people"]).out);
    let nobody = on_snapshot(&["show", "nobody@example.com"]);
    assert_eq!(nobody.code, 1);
    assert!(
        nobody.err.contains("nobody is called `nobody@example.com`"),
        "{}",
        nobody.err
    );
}

#[test]
fn a_diff_tells_what_changed() {
    let (folder, file, _) = taken();
    // The second snapshot lacks a row: it is made as the program makes them.
    let fewer = folder.path().join("okta.jsonl");
    let ran = run(
        folder.path(),
        &[
            "--demo",
            "snapshot",
            "--only",
            "user-roles",
            "-o",
            fewer.to_str().unwrap(),
        ],
    );
    assert!(matches!(ran.code, 0 | 3), "{}", ran.err);
    let (file, fewer) = (file.to_str().unwrap(), fewer.to_str().unwrap());
    let ran = run(folder.path(), &["diff", file, fewer, "--exit-code"]);
    // Nothing of what was not read is lost.
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("0 gained, 0 lost") && ran.err.contains("was not asked for")
            || ran.err.contains("skipped"),
        "{}",
        ran.err
    );
    let live = run(
        folder.path(),
        &["--demo", "diff", file, "live", "--output", "jsonl"],
    );
    assert!(
        !live.out.contains("\"difference\":\"lost\""),
        "{}",
        live.out
    );
}

#[test]
fn access_rules_are_checked() {
    let (folder, _, _) = taken();
    let rules = folder.path().join("rules.toml");
    let write = |text: &str| fs::write(&rules, format!("version = 1\n{text}")).unwrap();
    let check = |more: &[&str]| {
        let mut arguments = vec!["check", rules.to_str().unwrap()];
        arguments.extend(more);
        on_snapshot(&arguments)
    };
    write(
        "[[rule]]\nid = \"few\"\nwhere = { service = [\"okta\"], role = [\"SUPER_ADMIN\"] }\nat-most = 0\n",
    );
    let broken = check(&[]);
    assert_eq!(broken.code, 4, "{}", broken.err);
    assert!(broken.out.starts_with("few: broken"), "{}", broken.out);
    let json: serde_json::Value = serde_json::from_str(&check(&["--format", "json"]).out).unwrap();
    assert_eq!(json["findings"][0]["rule"], "few");
    let sarif: serde_json::Value =
        serde_json::from_str(&check(&["--format", "sarif"]).out).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(check(&["--format", "junit"]).out.starts_with("<?xml"));
    write("[[rule]]\nid = \"few\"\nat-mots = 0\n");
    let wrong = check(&[]);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    assert!(
        wrong
            .err
            .contains("rules.toml:4:1: unknown field `at-mots`"),
        "{}",
        wrong.err
    );
}

#[test]
fn operations_are_described_and_called() {
    let folder = tempfile::tempdir().unwrap();
    let found = run(
        folder.path(),
        &["operations", "listgroups", "--service", "okta"],
    );
    insta::assert_snapshot!("operations", found.out);
    let called = run(
        folder.path(),
        &["--demo", "call", "okta", "listGroups", "-p", "limit=2"],
    );
    let groups: serde_json::Value = serde_json::from_str(&called.out)
        .unwrap_or_else(|_| panic!("{}{}", called.out, called.err));
    assert_eq!(groups.as_array().map(Vec::len), Some(2));
    let dry = run(
        folder.path(),
        &[
            "--demo",
            "call",
            "okta",
            "assignRoleToUser",
            "-p",
            "userId=a/b",
            "-F",
            "type=USER_ADMIN",
            "--dry-run",
        ],
    );
    let dry = dry
        .out
        .lines()
        .map(|line| match line.split_once("127.0.0.1:") {
            Some((before, after)) => format!(
                "{before}127.0.0.1:PORT{}",
                after.trim_start_matches(|c: char| c.is_ascii_digit())
            ),
            None => line.to_owned(),
        });
    insta::assert_snapshot!("dry_run", dry.collect::<Vec<_>>().join("\n"));
    for (arguments, told) in [
        (&["listGroup"][..], "has no operation `listGroup`"),
        (&["LISTGROUPS"], "it is called `listGroups`"),
        (&["getGroup"], "getGroup needs groupId"),
        (&["getGroup", "-p", "id=1"], "has no parameter `id`"),
        (&["getGroup", "-p", "groupId"], "is no NAME=VALUE"),
    ] {
        let mut all = vec!["--demo", "call", "okta"];
        all.extend(arguments);
        let ran = run(folder.path(), &all);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}

#[test]
fn what_is_given_wrong_is_said() {
    let (folder, file, _) = taken();
    let config = folder.path().join("config.toml");
    let at = config.to_str().unwrap();
    let wrong = |text: &str, arguments: &[&str], told: &str| {
        fs::write(&config, text).unwrap();
        let mut all = vec!["--config", at];
        all.extend(arguments);
        let ran = run(folder.path(), &all);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (2, ""),
            "{text}{arguments:?}: {}",
            ran.err
        );
        assert!(ran.err.contains(told), "{told}: {}", ran.err);
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    };
    let okta = "[profile.a]\nservice = \"okta\"\nserver = \"example.okta.com\"\n";
    let token = |from: &str| format!("{okta}auth = {{ method = \"token\", token = {from} }}\n");
    wrong("", &["list"], "has no profiles");
    wrong("[profile.a\n", &["list"], "config.toml:1:11");
    wrong(
        &token("\"hunter2\""),
        &["list"],
        "a secret is never in this file",
    );
    wrong(
        &token("{ env = \"NOT_SET\" }"),
        &["list"],
        "environment variable NOT_SET is not set",
    );
    wrong(&token("{ file = \"none\" }"), &["list"], "file none");
    wrong(
        &token("{ command = [\"/none\"] }"),
        &["list"],
        "cannot be started",
    );
    wrong(
        &token("{ env = \"HOME\" }"),
        &["list", "--profile", "b"],
        "there is no profile `b`",
    );
    wrong(
        &token("{ env = \"HOME\" }"),
        &["login", "a"],
        "nobody needs to sign in",
    );
    let other = token("{ env = \"HOME\" }").replace("profile.a", "profile.b");
    wrong(
        &format!("default = [\"a\"]\n{}{other}", token("{ env = \"HOME\" }")),
        &["login", "b"],
        "nobody needs to sign in",
    );
    wrong(
        "[profile.a]\nservice = \"okta\"\nauth = { method = \"token\", token = { env = \"HOME\" } }\n",
        &["list"],
        "nothing says where the service is",
    );
    wrong(
        "[profile.a]\nservice = \"klustr\"\nauth = { method = \"token\", token = { env = \"HOME\" } }\n",
        &["list"],
        "`tenant` is missing",
    );
    wrong(
        &format!("{okta}auth = {{ method = \"api-key\", key = {{ env = \"HOME\" }} }}\n"),
        &["list"],
        "okta does not take the method `api-key`",
    );
    wrong(
        &token("{ env = \"HOME\" }"),
        &[
            "list",
            "--columns",
            "colour",
            "--from",
            file.to_str().unwrap(),
        ],
        "there is no column `colour`",
    );
    wrong(
        okta,
        &["--output", "yaml", "list"],
        "possible values: table, json, jsonl, csv",
    );
    wrong(
        okta,
        &["list", "--kind", "robot"],
        "expected one of user, group",
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let secret = folder.path().join("secret");
        fs::write(&secret, "hunter2").unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
        wrong(
            &token("{ file = \"secret\" }"),
            &["list"],
            "others can read it: its mode is 644",
        );
    }
    let missing = run(folder.path(), &["list"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing.err.contains("rolecall --demo list"),
        "{}",
        missing.err
    );
    let broken = folder.path().join("broken");
    let whole = fs::read(file).unwrap();
    fs::write(&broken, &whole[..whole.len() / 2]).unwrap();
    let ran = run(folder.path(), &["list", "--from", broken.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("it is not whole"), "{}", ran.err);
}

#[test]
fn the_configuration_is_shown_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let text = "[profile.prod]\nservice = \"okta\"\nserver = \"example.okta.com\"\nauth = { method = \"token\", token = { env = \"A_TOKEN\" } }\n";
    fs::write(&config, text).unwrap();
    let mut all = String::new();
    for arguments in [
        &["config", "show", "--output", "csv"][..],
        &["status"],
        &["doctor", "--output", "csv"],
        &["doctor", "--output", "json"],
    ] {
        let mut command = program(folder.path());
        let output = command
            .env("ROLECALL_CONFIG", &config)
            .env("A_TOKEN", "hunter2")
            .args(arguments);
        let ran = Ran::from(output.output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
        all.push_str(&format!(
            "$ rolecall {}\n{}\n",
            arguments.join(" "),
            ran.out
        ));
    }
    assert!(!all.contains("hunter2"), "{all}");
    insta::assert_snapshot!(
        "configuration",
        all.replace(folder.path().to_str().unwrap(), "FOLDER")
    );
}

/// Whoever reads has seen enough: that is no failure, and nothing is said of it.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let (folder, file, _) = taken();
    for form in ["table", "jsonl", "json", "csv"] {
        let mut command = program(folder.path());
        command
            .args([
                "list",
                "--output",
                form,
                "--columns",
                "all",
                "--from",
                file.to_str().unwrap(),
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 3)), "{form}: {code:?} {err}");
        assert!(
            !err.contains("panicked") && !err.contains("error:"),
            "{form}: {err}"
        );
    }
}

#[test]
fn completions_and_help_are_there() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(folder.path(), &["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains("rolecall"), "{shell}");
    }
    let page = run(folder.path(), &["man", "who-has"]);
    assert!(
        page.code == 0 && page.out.contains(".TH rolecall"),
        "{}",
        page.out
    );
    assert_eq!(run(folder.path(), &["man", "lisst"]).code, 2);
    let help = run(folder.path(), &["--help"]);
    assert_eq!(help.code, 0);
    insta::assert_snapshot!("help", help.out);
    assert_eq!(run(folder.path(), &["--version"]).code, 0);
    assert_eq!(run(folder.path(), &[]).code, 2);
    assert_eq!(run(folder.path(), &["lisst"]).code, 2);
}

/// A command that is interrupted leaves nothing behind.
#[cfg(unix)]
#[test]
fn an_interrupted_demo_ends_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path())
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It has started when it has printed the last profile.
    let mut out = child.stdout.take().unwrap();
    let mut seen = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&seen).contains("ROLECALL_DEMO_KLUSTR=") {
        assert_eq!(out.read(&mut byte).unwrap(), 1);
        seen.push(byte[0]);
    }
    // What lets callers in is in nothing that is kept or printed.
    let seen = String::from_utf8(seen).unwrap();
    let secrets: Vec<&str> = seen
        .split("='")
        .skip(1)
        .filter_map(|rest| rest.split_once('\''))
        .map(|(one, _)| one)
        .collect();
    assert_eq!(secrets.len(), 3, "{seen}");
    let kept = fs::read_to_string(&taken().1).unwrap();
    let called = run(
        folder.path(),
        &["--demo", "call", "okta", "listRoles", "--include"],
    );
    for secret in secrets {
        assert!(secret.len() > 8 && !kept.contains(secret));
        assert!(!called.out.contains(secret) && !called.err.contains(secret));
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
