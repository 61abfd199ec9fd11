//! Who is the same person in several services: a guess by e-mail address, corrected by a file.

use crate::model::{Principal, PrincipalId, PrincipalKind, Service, Tenant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An account: a principal of a tenant.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Account {
    /// Where it is.
    pub tenant: Tenant,
    /// What it is known by there.
    pub principal: PrincipalId,
}

/// Accounts that belong to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// The e-mail address, or the name that the file of overrides gives.
    pub name: String,
    /// How the accounts came together.
    pub by: Tie,
    /// The accounts, sorted.
    pub accounts: Vec<Account>,
}

/// How accounts came together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tie {
    /// They have the same e-mail address, in any case. That is a guess: a service may not have verified it.
    GuessedByEmail,
    /// The file of overrides says so.
    Stated,
    /// Nothing ties it to another account.
    Alone,
}

/// Who is whom, where the e-mail address does not tell.
///
/// ```toml
/// [[person]]
/// name = "Ada Lovelace"
/// accounts = ["okta:example.okta.com:00u1", "klustr:example.com:42"]
///
/// # These share an address, and are not one person.
/// [[apart]]
/// email = "admin@example.com"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    #[serde(default)]
    person: Vec<Stated>,
    #[serde(default)]
    apart: Vec<Apart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    name: String,
    accounts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Apart {
    email: String,
}

/// What is wrong with a file of overrides.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}\n  help: {help}")]
pub struct OverridesError {
    file: String,
    reason: String,
    help: &'static str,
}

impl Overrides {
    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// When it is no TOML of this form, an account is not `service:tenant:id`, or one is given to two people.
    pub fn parse(file: &str, text: &str) -> Result<Self, OverridesError> {
        let wrong = |reason: String, help| OverridesError {
            file: file.to_owned(),
            reason,
            help,
        };
        let read: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            let reason = format!("line {line}: {}", error.message());
            wrong(reason, "write [[person]] tables with `name` and `accounts`, and [[apart]] tables with `email`")
        })?;
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for person in &read.person {
            for account in &person.accounts {
                if split(account).is_none() {
                    let reason = format!("`{account}` of `{}` is no account", person.name);
                    return Err(wrong(reason, "write it as service:tenant:id"));
                }
                if let Some(other) = seen.insert(account, &person.name) {
                    let reason =
                        format!("`{account}` is given to `{other}` and to `{}`", person.name);
                    return Err(wrong(reason, "remove it from one"));
                }
            }
        }
        Ok(read)
    }
}

/// The id of a principal may hold colons, a tenant may not be without a service.
fn split(account: &str) -> Option<(Service, &str, &str)> {
    let (service, rest) = account.split_once(':')?;
    let (tenant, id) = rest.split_once(':')?;
    let known = Service::WORDS.contains(&service);
    (known && !tenant.is_empty() && !id.is_empty()).then(|| (service.into(), tenant, id))
}

/// Puts the accounts of each person together. Groups, programs and the like are nobody's accounts. Sorted by name.
#[must_use]
pub fn people<'a>(
    principals: impl IntoIterator<Item = (&'a Tenant, &'a Principal)>,
    overrides: &Overrides,
) -> Vec<Person> {
    let mut by: BTreeMap<(u8, String), Vec<Account>> = BTreeMap::new();
    for (tenant, principal) in principals {
        if !matches!(
            principal.kind,
            PrincipalKind::User | PrincipalKind::Invitation
        ) {
            continue;
        }
        let account = Account {
            tenant: tenant.clone(),
            principal: principal.identity(),
        };
        let is = |text: &String| {
            split(text)
                == Some((
                    tenant.service.clone(),
                    tenant.id.as_str(),
                    principal.id.as_str(),
                ))
        };
        let stated = overrides
            .person
            .iter()
            .find(|one| one.accounts.iter().any(is));
        let email = principal
            .email
            .as_ref()
            .map(|email| email.trim().to_lowercase());
        let email = email.filter(|email| {
            let apart = overrides.apart.iter();
            !email.is_empty()
                && !apart
                    .into_iter()
                    .any(|one| one.email.to_lowercase() == *email)
        });
        let key = match (stated, email) {
            (Some(person), _) => (0, person.name.clone()),
            (None, Some(email)) => (1, email),
            (None, None) => (2, format!("{tenant}:{}:{}", principal.kind, principal.id)),
        };
        by.entry(key).or_default().push(account);
    }
    let mut people: Vec<Person> = by
        .into_iter()
        .map(|((way, name), mut accounts)| {
            accounts.sort_unstable();
            accounts.dedup();
            let by = match way {
                0 => Tie::Stated,
                1 if accounts.len() > 1 => Tie::GuessedByEmail,
                _ => Tie::Alone,
            };
            Person { name, by, accounts }
        })
        .collect();
    people.sort_by(|a, b| (&a.name, &a.accounts).cmp(&(&b.name, &b.accounts)));
    people
}
