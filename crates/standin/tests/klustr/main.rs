//! The stand-in for Klustr, through the generated client and over plain HTTP.

#[path = "../support/session.rs"]
mod session;

mod access;
mod grants;
mod members;
mod organizations;
mod population;
mod roles;

use rolecall_klustr::Client;
use rolecall_standin::{Api, Standin};
use session::Session;

/// The organization that everybody belongs to.
const HOME: &str = "/directory/orgs/example.com";

async fn start() -> (Standin, Session) {
    let standin = Standin::builder(Api::Klustr).start().await;
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
