//! What a stand-in says of itself, and what it can be told.

mod support;

use reqwest::Method;
use rolecall_standin::{Api, Fault, Standin};
use serde_json::{Value, json};
use support::{Got, client, get_as_admin, send};

const ROLES: &str = "/directory/orgs/example.com/roles";

async fn start(api: Api) -> Standin {
    Standin::builder(api)
        .seed(5)
        .users(7)
        .start()
        .await
        .expect("a port is free")
}

async fn ask(standin: &Standin, method: Method, path: &str, body: Value) -> Got {
    let url = format!("{}{path}", standin.origin());
    let mut request = client().request(method, url);
    if !body.is_null() {
        request = request
            .header("content-type", "application/json")
            .body(body.to_string());
    }
    send(request).await
}

async fn read(standin: &Standin, path: &str) -> Value {
    let got = ask(standin, Method::GET, path, Value::Null).await;
    assert_eq!(got.status, 200, "{path}: {}", got.text);
    got.json()
}

#[tokio::test]
async fn the_description_is_served_as_it_is_in_the_repository() {
    for api in Api::ALL {
        let standin = start(api).await;
        let yaml = ask(&standin, Method::GET, "/openapi.yaml", Value::Null).await;
        assert_eq!(yaml.text, api.description(), "{api}");
        let document = read(&standin, "/openapi.json").await;
        let paths = document["paths"].as_object().expect("it has paths");
        assert!(yaml.text.contains(paths.keys().next().expect("it has one")));
        let refused = ask(&standin, Method::DELETE, "/openapi.json", Value::Null).await;
        assert_eq!(refused.status, 405);
    }
    let klustr = start(Api::Klustr).await;
    assert!(read(&klustr, "/v3/api-docs").await["paths"].is_object());
}

#[tokio::test]
async fn credentials_are_hidden_until_they_are_asked_for() {
    for api in Api::ALL {
        let standin = start(api).await;
        let credentials = standin.credentials();
        let hidden = ask(&standin, Method::GET, "/_standin/credentials", Value::Null).await;
        assert_eq!(hidden.header("cache-control"), "no-store");
        let shown = read(&standin, "/_standin/credentials?reveal=true").await;
        assert_eq!(shown, credentials.reveal());
        assert_eq!(shown["token"], *credentials.token);
        for client in &credentials.clients {
            if let Some(secret) = &client.secret {
                assert!(!hidden.text.contains(secret), "{api}");
                assert!(shown.to_string().contains(secret), "{api}");
            }
        }
        for token in &credentials.tokens {
            assert!(!hidden.text.contains(&token.token), "{api}");
        }
    }
}

#[tokio::test]
async fn keys_of_clients_can_be_fetched() {
    let okta = start(Api::Okta).await;
    let key = &support::oauth_client(&okta, "service").keys[0];
    let path = format!("/_standin/keys/{}.pem", key.id);
    let got = ask(&okta, Method::GET, &path, Value::Null).await;
    assert_eq!(got.text, key.pem);
}

#[tokio::test]
async fn faults_are_planned_shown_and_cleared() {
    let klustr = start(Api::Klustr).await;
    let planned = json!({"fault": "status=502", "times": 2, "matching": "listOrganizationRoles"});
    let got = ask(&klustr, Method::POST, "/_standin/faults", planned.clone()).await;
    assert_eq!(got.json()["planned"], json!([planned]), "{}", got.text);
    assert_eq!(get_as_admin(&klustr, ROLES).await.status, 502);
    assert_eq!(
        read(&klustr, "/_standin/faults").await["planned"][0]["times"],
        1
    );
    let known = read(&klustr, "/_standin/faults").await["known"].clone();
    assert_eq!(known.as_array().map(Vec::len), Some(Fault::EACH.len()));
    let random = json!({"random": {"seed": 1, "rate": 1.0}});
    let got = ask(&klustr, Method::POST, "/_standin/faults", random).await;
    assert_eq!(got.json()["random"], 1.0);
    let cleared = ask(&klustr, Method::DELETE, "/_standin/faults", Value::Null).await;
    assert_eq!(cleared.json()["planned"], json!([]));
    assert_eq!(get_as_admin(&klustr, ROLES).await.status, 200);
    let wrong = json!({"fault": "fire"});
    let got = ask(&klustr, Method::POST, "/_standin/faults", wrong).await;
    assert_eq!(got.status, 400);
    assert!(got.text.contains("`fire` is no fault"), "{}", got.text);
}

#[tokio::test]
async fn exchanges_violations_and_time_are_told() {
    let klustr = start(Api::Klustr).await;
    get_as_admin(&klustr, ROLES).await;
    let exchanges = read(&klustr, "/_standin/exchanges").await;
    let last = &exchanges[0];
    assert_eq!(last["operation"], "listOrganizationRoles");
    assert_eq!(
        (&last["status"], &last["target"]),
        (&json!(200), &json!(ROLES))
    );
    let token = &klustr.credentials().token;
    assert!(!exchanges.to_string().contains(token.as_str()));

    let status = read(&klustr, "/_standin/status").await;
    assert_eq!(status["api"], "klustr");
    assert_eq!((&status["seed"], &status["users"]), (&json!(5), &json!(7)));
    assert_eq!(status["violations"], 0);
    let bad = format!("{ROLES}/x/assignments?limit=many");
    get_as_admin(&klustr, &bad).await;
    let violations = read(&klustr, "/_standin/violations").await;
    assert_eq!(violations[0]["side"], "request", "{violations}");
    let taken = ask(&klustr, Method::DELETE, "/_standin/violations", Value::Null).await;
    assert_eq!(taken.json(), violations);
    assert_eq!(read(&klustr, "/_standin/violations").await, json!([]));

    let freeze = json!({"freeze": "2030-01-01T00:00:00Z"});
    ask(&klustr, Method::POST, "/_standin/clock", freeze).await;
    let advance = json!({"advance": 90});
    let got = ask(&klustr, Method::POST, "/_standin/clock", advance).await;
    assert_eq!(got.json()["now"], "2030-01-01T00:01:30.000Z");
    let wrong = ask(
        &klustr,
        Method::POST,
        "/_standin/clock",
        json!({"advance": "x"}),
    )
    .await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn a_snapshot_comes_over_the_wire_and_is_saved_where_the_program_says() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("state.snapshot");
    let klustr = start(Api::Klustr).await;
    let got = ask(&klustr, Method::GET, "/_standin/snapshot", Value::Null).await;
    std::fs::write(&file, &got.text).expect("there is room");
    let second = Standin::builder(Api::Klustr).snapshot(&file).start().await;
    let second = second.expect("it is a snapshot");
    assert_eq!(second.credentials().token, klustr.credentials().token);

    let refused = ask(&klustr, Method::POST, "/_standin/snapshot", json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    klustr.on_save(|| async { Ok("the file".to_owned()) });
    let saved = ask(&klustr, Method::POST, "/_standin/snapshot", json!({})).await;
    assert_eq!(saved.json(), json!({"saved": "the file"}));
}

#[tokio::test]
async fn pages_of_others_in_a_browser_get_nowhere() {
    let klustr = start(Api::Klustr).await;
    let url = format!("{}/_standin/faults", klustr.origin());
    // What a form or a fetch without leave can send.
    let simple = client().post(&url).header("content-type", "text/plain");
    let got = send(simple.body("{\"fault\":\"status=500\"}")).await;
    assert_eq!(got.status, 415);
    assert!(klustr.faults().planned().is_empty());
    // A name of theirs that leads here.
    let url = format!("{}/_standin/credentials?reveal=true", klustr.origin());
    let got = send(client().get(&url).header("host", "rebound.example")).await;
    assert_eq!(got.status, 403);
    assert!(!got.text.contains(&klustr.credentials().token));
}

#[tokio::test]
async fn two_stand_ins_share_nothing_but_their_seed() {
    let (one, other) = tokio::join!(start(Api::Klustr), start(Api::Klustr));
    let members = "/directory/orgs/example.com/members";
    let before = get_as_admin(&other, members).await.text;
    assert_eq!(get_as_admin(&one, members).await.text, before);
    let path = format!("{members}/somebody-new");
    send(support::as_admin(&one, Method::PUT, &path)).await;
    one.faults().always(Fault::Status(500));
    one.clock().advance(chrono::TimeDelta::days(1));
    assert_eq!(get_as_admin(&other, members).await.text, before);
    one.faults().clear();
    assert_ne!(get_as_admin(&one, members).await.text, before);
    assert_eq!(other.exchanges().len(), 2);
}

#[test]
fn the_documentation_lists_every_fault_in_order() {
    let text = include_str!("../../../docs/standin.md");
    let (_, section) = text.split_once("\n## Faults").expect("it has a section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    let each = Fault::EACH.map(|fault| fault.to_string());
    assert_eq!(listed[..each.len()], each);
}
