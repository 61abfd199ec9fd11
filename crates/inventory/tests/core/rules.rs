//! Access rules: what breaks each, what accepts that, and what is wrong with a file.

use super::state::{State, member, named, row};
use proptest::prelude::*;
use rolecall_inventory::rules::{self, Report, Rules, check};
use rolecall_inventory::{Origin, Status, Timestamp, UserStatus};

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn checked(text: &str, state: &State) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = state.save(folder.path(), "file");
    let rules = Rules::parse("rules.toml", text).unwrap_or_else(|error| panic!("{error}"));
    check(&rules, &snapshot, now()).unwrap()
}

fn inventory() -> State {
    let mut via = row("user:u2", "SUPER_ADMIN");
    via.origin = Origin::Group {
        group: Some(named("g1")),
        path: Vec::new(),
    };
    let mut gone = row("user:u3", "READ_ONLY");
    gone.principal.status = Some(UserStatus::Deprovisioned);
    let mut active = row("user:u4", "READ_ONLY");
    active.principal.status = Some(UserStatus::Active);
    let rows = vec![
        row("user:u1", "SUPER_ADMIN"),
        via.rekey(),
        row("group:g1", "SUPER_ADMIN"),
        gone,
        active,
        row("client:c1", "REPORT").expires(Some("2026-06-11T12:00:00Z".parse().unwrap())),
    ];
    State::of(rows, vec![member("g1", "user:u2"), member("g1", "user:u5")])
}

const RULES: &str = r#"
version = 1

[[rule]]
id = "super-admins"
why = "Few may do everything"
where = { service = ["okta"], role = ["SUPER_ADMIN"] }
only = ["user:u1", "group:g1"]

[[rule]]
id = "few-super-admins"
where = { role = ["SUPER_ADMIN"] }
at-most = 2

[[rule]]
id = "by-groups"
where = { role = ["SUPER_ADMIN"], kind = ["user"] }
direct = false

[[rule]]
id = "nobody-gone"
severity = "warning"
where = { role = ["READ_ONLY"] }
status-not = ["deprovisioned", "suspended"]

[[rule]]
id = "short"
where = { kind = ["client"] }
ends-within-days = 7

[[rule]]
id = "no-app-admin"
where = { role = ["APP_ADMIN"] }
nobody = true
"#;

#[test]
fn each_rule_says_what_breaks_it() {
    let report = checked(RULES, &inventory());
    insta::assert_snapshot!(rules::text(&report));
    assert!(report.is_broken() && !report.is_undecided());
}

#[test]
fn an_exception_accepts_a_finding_until_its_last_day() {
    let first = checked(RULES, &inventory());
    let of = |rule: &str| {
        let found = first.findings.iter().find(|one| one.rule == rule).unwrap();
        found.fingerprint.clone()
    };
    let exception = |fingerprint: &str, day: &str| {
        format!(
            "[[exception]]\nfingerprint = \"{fingerprint}\"\nreason = \"<migration> & more\"\nowner = \"sec\"\nexpires = {day}\n"
        )
    };
    let text = [
        RULES.to_owned(),
        exception(&of("by-groups"), "2026-06-01"),
        exception(&of("short"), "2026-05-31"),
        exception("0123456789abcdef", "2030-01-01"),
    ]
    .join("\n");
    let report = checked(&text, &inventory());
    insta::assert_snapshot!("exceptions_text", rules::text(&report));
    insta::assert_snapshot!("exceptions_junit", rules::junit(&report));
    insta::assert_snapshot!("exceptions_sarif", rules::sarif(&report));
}

#[test]
fn what_was_not_read_decides_nothing() {
    let text =
        "version = 1\n[[rule]]\nid = \"none\"\nwhere = { role = [\"APP_ADMIN\"] }\nnobody = true\n";
    let refused = State::of(Vec::new(), Vec::new()).section("user-roles", |section| {
        section.status = Status::Refused;
        section.reason = Some("the response was 403".to_owned());
    });
    let report = checked(text, &refused);
    assert!(!report.is_broken() && report.is_undecided());
    assert_eq!(
        report.rules[0].unknown,
        ["okta:one user-roles is refused: the response was 403"]
    );
    // A rule about another service is not decided by what is here, and not undecided by it either.
    let other = text.replace("role =", "service = [\"klustr\"], role =");
    let report = checked(&other, &refused);
    assert_eq!(
        report.rules[0].unknown,
        ["no tenant that it is about was read"]
    );
    let report = checked(text, &State::of(Vec::new(), Vec::new()));
    assert!(!report.is_undecided());
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let rule = |rest: &str| format!("version = 1\n[[rule]]\nid = \"a\"\n{rest}\n");
    let exception = |rest: &str| format!("version = 1\n[[exception]]\n{rest}\n");
    let cases = [
        ("no TOML", "version = \n".to_owned()),
        ("no version", "[[rule]]\n".to_owned()),
        ("a newer version", "version = 2\n".to_owned()),
        ("an unknown field", rule("nobdy = true")),
        ("no demand", rule("")),
        ("two demands", rule("nobody = true\nat-most = 1")),
        ("a demand for nothing", rule("direct = true")),
        ("a negative number", rule("at-most = -1")),
        ("an unknown status", rule("status-not = [\"gone\"]")),
        (
            "an unknown service",
            rule("nobody = true\nwhere = { service = [\"oktaa\"] }"),
        ),
        (
            "no id",
            "version = 1\n[[rule]]\nid = \"a b\"\nnobody = true\n".to_owned(),
        ),
        (
            "one id twice",
            [
                rule("nobody = true"),
                rule("nobody = true").replace("version = 1", ""),
            ]
            .join(""),
        ),
        (
            "no fingerprint",
            exception("fingerprint = \"x\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2030-01-01"),
        ),
        (
            "no reason",
            exception(
                "fingerprint = \"0123456789abcdef\"\nreason = \" \"\nowner = \"o\"\nexpires = 2030-01-01",
            ),
        ),
        (
            "a time",
            exception(
                "fingerprint = \"0123456789abcdef\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2030-01-01T00:00:00Z",
            ),
        ),
        (
            "an impossible day",
            exception(
                "fingerprint = \"0123456789abcdef\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2030-02-30",
            ),
        ),
    ];
    let told = cases.map(|(what, text)| {
        let error = Rules::parse("rules.toml", &text).expect_err(what);
        format!("{what}:\n{error}\n")
    });
    insta::assert_snapshot!(told.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// `only` with everybody who holds it never breaks; with nobody it breaks for each row; `at-most` breaks exactly when
    /// there are more holders.
    #[test]
    fn the_numbers_of_findings_are_those_of_the_rows(
        users in proptest::collection::btree_set("[a-f]", 0..6), most in 0u64..6,
    ) {
        let rows: Vec<_> = users.iter().map(|id| row(&format!("user:{id}"), "R")).collect();
        let all: Vec<_> = users.iter().map(|id| format!("\"user:{id}\"")).collect();
        let text = format!(
            "version = 1\n[[rule]]\nid = \"all\"\nonly = [{}]\n[[rule]]\nid = \"none\"\nonly = []\n[[rule]]\nid = \"most\"\nat-most = {most}\n",
            all.join(", ")
        );
        let report = checked(&text, &State::of(rows, Vec::new()));
        let count = |rule: &str| report.findings.iter().filter(|one| one.rule == rule).count();
        prop_assert_eq!(count("all"), 0);
        prop_assert_eq!(count("none"), users.len());
        prop_assert_eq!(count("most"), usize::from(users.len() as u64 > most));
        let mut prints: Vec<_> = report.findings.iter().map(|one| &one.fingerprint).collect();
        prints.sort_unstable();
        prints.dedup();
        prop_assert_eq!(prints.len(), report.findings.len());
    }
}
