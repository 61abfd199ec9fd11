//! The published forms: what is in `docs/schemas/` is what this release writes.

use super::state::{self, tenant};
use proptest::prelude::*;
use rolecall_inventory::{Overrides, Principal, PrincipalKind, Service, Tenant, Tie, people};
use std::fs;
use std::path::Path;

/// `UPDATE_SCHEMAS=1` writes them.
#[test]
fn the_published_schemas_are_those_of_this_release() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas");
    for (name, schema) in rolecall_inventory::schemas() {
        let file = folder.join(format!("{name}.schema.json"));
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::write(&file, &text).unwrap();
        }
        let published = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            published == text,
            "{} is stale: run this test with UPDATE_SCHEMAS=1",
            file.display()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Keys name ids alone: whatever the names are, the keys stay, and no two different rows share one.
    #[test]
    fn keys_are_made_of_ids(state in state::state()) {
        for row in &state.rows {
            let mut other = row.clone();
            other.principal.name = Some("x".to_owned());
            other.role.name = None;
            other.scope.name = Some("y/z".to_owned());
            prop_assert_eq!(&other.rekey().key, &row.key);
            let mut other = row.clone();
            other.principal.id.push('/');
            prop_assert_ne!(&other.rekey().key, &row.key);
            let mut other = row.clone();
            other.role.id = format!("{}/organization", row.role.id);
            prop_assert_ne!(&other.rekey().key, &row.key);
        }
    }
}

#[test]
fn people_are_guessed_by_email_unless_a_file_knows_better() {
    let user = |id: &str, email: Option<&str>| {
        let mut user = Principal::new(PrincipalKind::User, id);
        user.email = email.map(str::to_owned);
        user
    };
    let (okta, klustr) = (tenant("one"), Tenant::new(Service::Klustr, "k"));
    let all = [
        (&okta, user("1", Some("Ada@example.com"))),
        (&klustr, user("2", Some("ada@example.com"))),
        (&okta, user("3", Some("admin@example.com"))),
        (&klustr, user("4", Some("admin@example.com"))),
        (&okta, user("5", None)),
        (&klustr, user("6", Some("grace@example.com"))),
    ];
    let all = || all.iter().map(|(tenant, user)| (*tenant, user));
    let told = |overrides: &Overrides| -> Vec<String> {
        let told = people(all(), overrides);
        let told = told.iter().map(|one| {
            let ids: Vec<_> = one
                .accounts
                .iter()
                .map(|one| one.principal.id.as_str())
                .collect();
            format!("{} {:?} {}", one.name, one.by, ids.join(","))
        });
        told.collect()
    };
    let guessed = format!("ada@example.com {:?} 2,1", Tie::GuessedByEmail);
    assert_eq!(
        told(&Overrides::default()),
        [
            guessed.as_str(),
            "admin@example.com GuessedByEmail 4,3",
            "grace@example.com Alone 6",
            "okta:one:user:5 Alone 5",
        ]
    );
    let text = r#"
        [[person]]
        name = "Grace"
        accounts = ["okta:one:5", "klustr:k:6"]
        [[apart]]
        email = "Admin@example.com"
    "#;
    let overrides = Overrides::parse("people.toml", text).unwrap();
    assert_eq!(
        told(&overrides),
        [
            "Grace Stated 6,5",
            guessed.as_str(),
            "klustr:k:user:4 Alone 4",
            "okta:one:user:3 Alone 3",
        ]
    );
    for (text, told) in [
        ("x = 1", "people.toml: line 1"),
        (
            "[[person]]\nname = \"A\"\naccounts = [\"okta:1\"]",
            "`okta:1` of `A` is no account",
        ),
        (
            "[[person]]\nname = \"A\"\naccounts = [\"okta:1:2\"]\n[[person]]\nname = \"B\"\naccounts = [\"okta:1:2\"]",
            "is given to `A` and to `B`",
        ),
    ] {
        let error = Overrides::parse("people.toml", text)
            .unwrap_err()
            .to_string();
        assert!(error.contains(told), "{error}");
    }
}
