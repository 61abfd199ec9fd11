//! The stand-in for ZenML Pro, through the generated client and over plain HTTP.

#[path = "../support/session.rs"]
mod session;

mod access;
mod assignments;
mod checks;
mod login;
mod organizations;
mod population;
mod teams;
mod users;
mod workspaces;

use rolecall_standin::{Api, Standin};
use rolecall_zenml::Client;
use serde_json::Value;
use session::{Reply, Session};

async fn start() -> (Standin, Session) {
    let standin = Standin::builder(Api::Zenml).start().await;
    let standin = standin.expect("a port is free");
    let admin = Session::of(&standin, "admin");
    (standin, admin)
}

fn client(session: &Session) -> Client {
    Client::with_transport(session.transport())
}

fn principal(standin: &Standin, name: &str) -> String {
    let named = standin.credentials().named(name);
    named
        .expect("it is there from the beginning")
        .principal
        .clone()
}

/// What a list answers.
async fn list(session: &Session, path: &str) -> Vec<Value> {
    let reply = session.send("GET", path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.items("").to_vec()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().expect("it has an id")
}

/// The id of the organization of this name.
async fn organization(session: &Session, name: &str) -> String {
    let found = list(
        session,
        &format!("/organizations?name={}", name.replace(' ', "%20")),
    )
    .await;
    id(&found[0]).to_owned()
}

/// The id of a role of an organization.
async fn role(session: &Session, organization: &str, name: &str) -> String {
    let name = name.replace(' ', "%20");
    let found = list(
        session,
        &format!("/organizations/{organization}/roles?name={name}"),
    )
    .await;
    id(&found[0]).to_owned()
}

/// The name of the exception in an error.
fn exception(reply: &Reply) -> (u16, &str) {
    (
        reply.status,
        reply.body["detail"][0].as_str().unwrap_or_default(),
    )
}
