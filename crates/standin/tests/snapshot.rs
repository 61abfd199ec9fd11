//! State in a file, and going on from it.

mod support;

use reqwest::Method;
use rolecall_standin::{Api, Standin, snapshot};
use std::fs;
use support::{as_admin, basic, get, get_as_admin, oauth_client, post_form, send};

const MEMBERS: &str = "/directory/orgs/example.com/members";

async fn klustr() -> Standin {
    Standin::builder(Api::Klustr)
        .seed(11)
        .users(30)
        .start()
        .await
        .expect("a port is free")
}

#[tokio::test]
async fn a_stand_in_goes_on_where_another_stopped() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("state.snapshot");
    let first = klustr().await;
    let path = format!("{MEMBERS}/somebody-new");
    assert_eq!(send(as_admin(&first, Method::PUT, &path)).await.status, 200);
    let members = get_as_admin(&first, MEMBERS).await.json();
    let service = oauth_client(&first, "service");
    let header = basic(
        &service.client.id,
        &service.secret.clone().expect("it has one"),
    );
    let url = first.credentials().endpoints.token.clone();
    let fields = [("grant_type", "client_credentials")];
    let token = post_form(&url, &fields, &[("authorization", &header)]).await;
    let bearer = format!("Bearer {}", token.text("access_token"));
    first.save(&file).await.expect("the folder is there");

    let text = fs::read_to_string(&file).expect("it was written");
    for secret in [
        first.credentials().token.clone(),
        token.text("access_token"),
        service.secret.clone().expect("it has one"),
    ] {
        assert!(!text.contains(&secret), "a snapshot holds no secret");
    }

    // Seed and users of the snapshot count.
    let second = Standin::builder(Api::Klustr)
        .seed(99)
        .users(1)
        .snapshot(&file);
    let second = second.start().await.expect("it is a snapshot");
    assert_eq!(second.population(), first.population());
    assert_eq!(second.credentials().token, first.credentials().token);
    assert_eq!(get_as_admin(&second, MEMBERS).await.json(), members);
    assert_ne!(get(&second, MEMBERS, &bearer).await.status, 401);
    let again = folder.path().join("again.snapshot");
    second.save(&again).await.expect("the folder is there");
    let third = Standin::builder(Api::Klustr).snapshot(&again);
    let third = third.start().await.expect("it is a snapshot");
    assert_eq!(get_as_admin(&third, MEMBERS).await.json(), members);
}

#[tokio::test]
async fn one_file_holds_all_four() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("all.snapshot");
    let mut all = Vec::new();
    for api in Api::ALL {
        let standin = Standin::builder(api).users(5).start().await;
        all.push(standin.expect("a port is free"));
    }
    let saved = Standin::save_all(&all, &file).await;
    saved.expect("the folder is there");
    assert_eq!(snapshot::apis(&file).expect("it is one"), Api::ALL);
    for first in &all {
        let second = Standin::builder(first.api()).snapshot(&file).start().await;
        let second = second.expect("it is in the file");
        assert_eq!(second.credentials().token, first.credentials().token);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_and_the_file_stays() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("state.snapshot");
    let start = async |api: Api| {
        let started = Standin::builder(api).snapshot(&file).start().await;
        let problem = started.err().map(|problem| problem.to_string());
        problem
            .unwrap_or_default()
            .replace(&file.display().to_string(), "FILE")
    };
    let first = klustr().await;
    assert!(
        start(Api::Klustr)
            .await
            .contains("snapshot FILE: cannot be read: ")
    );
    first.save(&file).await.expect("the folder is there");
    let good = fs::read_to_string(&file).expect("it was written");
    let said = start(Api::Okta).await;
    assert!(said.contains("holds klustr, and nothing of okta"), "{said}");
    for (text, part) in [
        (
            good.replacen("\"version\":1", "\"version\":77", 1),
            "has version 77",
        ),
        (
            good[..good.len() / 2].to_owned(),
            "the state of klustr in line 2, column",
        ),
        ("{}".to_owned(), "line 1 is not the head of a snapshot"),
        (String::new(), "line 1 is not the head of a snapshot"),
        (
            "\u{0}\u{1}".repeat(9_000),
            "line 1 is not the head of a snapshot",
        ),
    ] {
        fs::write(&file, &text).expect("there is room");
        let said = start(Api::Klustr).await;
        assert!(said.contains(part), "{said}");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
    }
    let nowhere = folder.path().join("no/such/folder/x");
    let problem = first.save(&nowhere).await.expect_err("there is no folder");
    assert!(
        problem.to_string().contains("cannot be written"),
        "{problem}"
    );
    let left = fs::read_dir(folder.path()).expect("it is there").count();
    assert_eq!(left, 1, "nothing half-written stays");
}
