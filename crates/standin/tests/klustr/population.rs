//! What a new directory holds.

use crate::session::Session;
use crate::{HOME, start};
use rolecall_standin::{Api, Standin};

#[tokio::test]
async fn every_list_has_something_to_show() {
    let (_standin, admin) = start().await;
    for path in [
        "/roles",
        "/roles/permissions",
        "/permissions",
        "/members",
        "/accounts/users",
    ] {
        let list = admin.send("GET", &format!("{HOME}{path}")).await;
        assert!(list.items("").len() > 20, "{path}: {}", list.text);
    }
    let details = admin.send("GET", HOME).await;
    let units = details.items("/children");
    assert!(!units.is_empty());
    let accounts = admin.send("GET", &format!("{HOME}/accounts/users")).await;
    let mut assigned = 0;
    for account in accounts.items("").iter().take(20) {
        let id = account["identity"]["id"].as_str().unwrap();
        let units = admin.send("GET", &format!("{HOME}/users/{id}/ous")).await;
        assigned += units.items("").len();
    }
    assert!(assigned > 0);
}

#[tokio::test]
async fn a_seed_decides_the_directory() {
    let mut seen = Vec::new();
    for seed in [4, 4, 5] {
        let standin = Standin::builder(Api::Klustr)
            .seed(seed)
            .users(30)
            .start()
            .await
            .unwrap();
        let admin = Session::of(&standin, "admin");
        seen.push(
            admin
                .send("GET", &format!("{HOME}/accounts/users"))
                .await
                .body,
        );
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
}

#[tokio::test]
async fn one_person_is_a_directory_and_many_holders_are_cut_at_a_page() {
    let standin = Standin::builder(Api::Klustr)
        .users(1)
        .start()
        .await
        .unwrap();
    let admin = Session::of(&standin, "admin");
    assert_eq!(
        admin
            .send("GET", &format!("{HOME}/members"))
            .await
            .items("")
            .len(),
        4
    );

    let standin = Standin::builder(Api::Klustr)
        .users(1_500)
        .start()
        .await
        .unwrap();
    let admin = Session::of(&standin, "admin");
    let members = admin.send("GET", &format!("{HOME}/members")).await;
    assert!(members.items("").len() > 1_400);
    let holders = admin
        .send("GET", &format!("{HOME}/roles/member/assignments"))
        .await;
    assert_eq!(holders.body["count"], 1_024);
    assert_eq!(holders.items("/docs").len(), 1_024);
}
