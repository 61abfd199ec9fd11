//! The accounts that have a relation to an organization, and the identities behind them.

use super::State;
use super::roles::without_empty;
use crate::service::Context;
use crate::{Answer, Outcome, Person, Request, millis};
use serde_json::{Value, json};

/// The domain of everybody's email.
pub(super) const DOMAIN: &str = "example.com";

/// fact: accounts-from-relations
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let organization = state.organization(request)?;
    let org = request.path("organizationId");
    let subjects = organization.relations.rights().into_iter();
    let accounts = subjects.map(|(subject, relations)| {
        let acls: Vec<&str> = relations
            .into_iter()
            .map(|name| state.relations.text(name))
            .collect();
        let made = millis(state.population.made("account", u64::from(subject)));
        without_empty(json!({
            "identity": state.identity(subject),
            "org_id": org,
            "acls": acls,
            "status": "active",
            "creation_date": made,
            "effective_date": made,
        }))
    });
    Ok(Answer::ok(accounts.collect::<Vec<_>>()))
}

impl State {
    /// The person behind a subject; there is none behind clients, and none behind ids that nobody made.
    fn person(&self, subject: u32) -> Option<Person> {
        (subject < self.people).then(|| self.population.person(subject))
    }

    fn identity(&self, subject: u32) -> Option<Value> {
        let person = self.person(subject)?;
        Some(json!({
            "id": self.subjects.text(subject),
            "traits": {
                "email": format!("{}@{DOMAIN}", person.login),
                "name": { "first": person.given, "last": person.family },
            },
        }))
    }

    /// The verified email of a subject.
    pub(super) fn email(&self, subject: &str) -> Option<String> {
        let person = self.person(self.subjects.find(subject)?)?;
        Some(format!("{}@{DOMAIN}", person.login))
    }
}
