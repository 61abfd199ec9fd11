//! The stand-in for Okta, through the generated client and over plain HTTP.

#[path = "../support/session.rs"]
mod session;
#[path = "../support/mod.rs"]
mod support;

mod access;
mod custom_roles;
mod lists;
mod model;
mod role_assignments;
mod targets;
mod typed;

use rolecall_standin::{Api, Standin};
use serde_json::{Value, json};
use session::{Reply, Session};

async fn start() -> (Standin, Session) {
    let standin = Standin::builder(Api::Okta).start().await;
    let standin = standin.expect("a port is free");
    let admin = Session::of(&standin, "admin");
    (standin, admin)
}

/// The id of the one who calls with a token that is there from the beginning.
fn principal(standin: &Standin, name: &str) -> String {
    let named = standin.credentials().named(name);
    named
        .expect("it is there from the beginning")
        .principal
        .clone()
}

/// The id of an OAuth client that is there from the beginning.
fn client(standin: &Standin, name: &str) -> String {
    let client = standin.credentials().client(name);
    client.expect("it is registered").client.id.clone()
}

/// A text in a body, by JSON Pointer.
fn text<'a>(body: &'a Value, pointer: &str) -> &'a str {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {pointer} in {body}"))
}

/// Status and code of an error; the body has all that an error of Okta has.
fn error(reply: &Reply) -> (u16, &str) {
    assert!(text(&reply.body, "/errorId").starts_with("oae"));
    assert_eq!(reply.body["errorLink"], reply.body["errorCode"]);
    assert!(reply.body["errorCauses"].is_array());
    (reply.status, text(&reply.body, "/errorCode"))
}

/// Path and query of a link, which is absolute and on the origin of the stand-in.
fn path<'a>(standin: &Standin, link: &'a str) -> &'a str {
    let path = link.strip_prefix(&standin.origin());
    path.unwrap_or_else(|| panic!("{link} leads elsewhere"))
}

/// The target of a `Link` header of this relation.
fn linked(reply: &Reply, relation: &str) -> Option<String> {
    let lines = reply.headers.get_all("link").iter();
    let mut lines = lines.filter_map(|line| line.to_str().ok());
    let line = lines.find(|line| line.ends_with(&format!("; rel=\"{relation}\"")))?;
    let target = line.strip_prefix('<')?.split_once('>')?.0;
    Some(target.to_owned())
}

/// All items of a list, page by page along the `Link` headers, and how many pages there were.
async fn all(standin: &Standin, session: &Session, list: &str, items: &str) -> (Vec<Value>, usize) {
    let (mut found, mut pages, mut at) = (Vec::new(), 0, list.to_owned());
    loop {
        let reply = session.send("GET", &at).await;
        assert_eq!(reply.status, 200, "{at}: {}", reply.text);
        found.extend_from_slice(reply.items(items));
        pages += 1;
        match linked(&reply, "next") {
            Some(next) => at = path(standin, &next).to_owned(),
            None => return (found, pages),
        }
    }
}

/// A session with a token that an OAuth client got for these scopes with a signed assertion.
async fn service(standin: &Standin, name: &str, scopes: &str) -> Session {
    let client = support::oauth_client(standin, name);
    let now = standin.clock().now().timestamp();
    let url = &standin.credentials().endpoints.token;
    let id = &client.client.id;
    let claims = json!({ "iss": id, "sub": id, "aud": url, "exp": now + 300, "jti": scopes });
    let assertion = support::signed(&client.keys[0], &claims);
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", scopes),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &*assertion),
    ];
    let got = support::post_form(url, &fields, &[]).await;
    Session::with(standin, &format!("Bearer {}", got.text("access_token")))
}
