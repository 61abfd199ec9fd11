//! The stand-in for Foundry, over real sockets.

#[path = "../support/session.rs"]
mod session;

mod access;
mod client;
mod every_operation;
mod files;
mod groups;
mod markings;
mod model;
mod pages;
mod projects;
mod role_assignments;
mod users;

use rolecall_standin::{Api, Standin};
use serde_json::Value;
use session::{Reply, Session};

/// A stand-in of 50 people, and its administrator.
async fn start() -> (Standin, Session) {
    let standin = Standin::builder(Api::Foundry).start().await;
    let standin = standin.expect("it finds a port");
    let admin = Session::of(&standin, "admin");
    (standin, admin)
}

/// `errorCode` and `errorName` of an answer, with its status.
fn error(reply: &Reply) -> (u16, &str, &str) {
    let text = |key: &str| reply.body[key].as_str().unwrap_or_default();
    (reply.status, text("errorCode"), text("errorName"))
}

/// The members of a list of objects under a key.
fn column(list: &Value, key: &str) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    let texts = items.filter_map(|item| item[key].as_str());
    texts.map(str::to_owned).collect()
}

/// Reads a member that has to be a text.
fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("no {pointer} in {value}"))
        .to_owned()
}

/// The RID of the organization that the administrator belongs to.
async fn organization(admin: &Session) -> String {
    let me = admin.send("GET", "/v2/admin/users/getCurrent").await;
    text(&me.body, "/organization")
}

/// The id of the user whose token has this name.
fn user(standin: &Standin, name: &str) -> String {
    let named = standin.credentials().named(name);
    named
        .expect("it is there from the beginning")
        .principal
        .clone()
}

/// The RID of the first space, and those of its first two projects.
async fn space(admin: &Session) -> (String, Vec<String>) {
    let spaces = admin.send("GET", "/v2/filesystem/spaces").await;
    let space = text(&spaces.body, "/data/0/rid");
    let path = format!("/v2/filesystem/folders/{space}/children");
    let projects = admin.send("GET", &path).await;
    (space, column(&projects.body["data"], "rid"))
}

/// Every item of a paged list.
async fn all(session: &Session, path: &str, size: usize) -> Vec<Value> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let mut items = Vec::new();
    let mut token = None::<String>;
    loop {
        let token_part = token
            .map(|token| format!("&pageToken={token}"))
            .unwrap_or_default();
        let path = format!("{path}{mark}pageSize={size}{token_part}");
        let reply = session.send("GET", &path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        let page = reply.body["data"].as_array().cloned().unwrap_or_default();
        assert!(page.len() <= size.max(25), "{path}");
        items.extend(page);
        token = reply.body["nextPageToken"].as_str().map(str::to_owned);
        if token.is_none() {
            return items;
        }
    }
}
