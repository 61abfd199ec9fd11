//! The example that asks all four services, from signing in to the table.

#[path = "../examples/who_has_what.rs"]
#[allow(dead_code, reason = "it prints, and this looks at what it would print")]
mod example;

#[tokio::test]
async fn finds_the_assignments_of_all_four() {
    let rows = example::all_rows().await.unwrap();
    for api in ["okta", "foundry", "zenml", "klustr"] {
        assert!(rows.iter().any(|row| row[0] == api), "none of {api}");
    }
    let has = |api: &str, column: usize, text: &str| {
        let mut of_api = rows.iter().filter(|row| row[0] == api);
        of_api.any(|row| row[column].contains(text))
    };
    // Of every kind of principal, scope and way that the stand-ins have.
    assert!(has("okta", 1, "user") && has("okta", 1, "group") && has("okta", 1, "client"));
    assert!(has("okta", 4, "resource set") && has("okta", 4, "groups ") && has("okta", 4, "apps "));
    assert!(has("okta", 5, "direct") && has("okta", 5, "via group"));
    assert!(has("foundry", 1, "user") && has("foundry", 1, "group"));
    assert!(has("foundry", 3, "Organization administrator"));
    assert!(has("zenml", 1, "user") && has("zenml", 1, "group") && has("zenml", 4, "workspace"));
    assert!(has("klustr", 1, "user"));
}
