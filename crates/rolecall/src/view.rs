//! Who holds which role, in the same words for every API.
//!
//! Each API's module lists all role assignments of an organization as a stream of [`Assignment`]s. What an API says beyond
//! these words is in [`Assignment::vendor`], which is its own object.

#[cfg(feature = "foundry")]
pub mod foundry;
#[cfg(feature = "klustr")]
pub mod klustr;
#[cfg(feature = "okta")]
pub mod okta;
#[cfg(feature = "zenml")]
pub mod zenml;

use crate::Error;
use futures_core::Stream;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::pin::Pin;

/// All role assignments of an organization. Nothing is sent before the first is asked for.
///
/// Where roles are read for one principal or one role after another, a failure is an error in its place, and the stream goes
/// on with the next: a program that wants all or nothing stops at the first error (`try_next`, `try_collect`). That somebody
/// is not found who was listed before is such a failure.
pub type Assignments<V> = Pin<Box<dyn Stream<Item = Result<Assignment<V>, Error>> + Send>>;

/// How many calls are made at once to read the roles of several principals, or the holders of several roles.
#[cfg(any(feature = "klustr", feature = "okta", feature = "zenml"))]
const AT_ONCE: usize = 4;

/// Somebody holds a role over something.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Assignment<V> {
    /// Who holds it.
    pub principal: Principal,
    /// The role.
    pub role: Role,
    /// What it is over.
    pub scope: Scope,
    /// How the principal came to hold it.
    pub how: How,
    /// The API's own object.
    pub vendor: V,
}

impl<V: Serialize> Assignment<V> {
    /// The same with the API's own object as JSON, so that assignments of several APIs have one type. An object that cannot
    /// be serialized becomes `null`; no generated type is such.
    #[must_use]
    pub fn erase(self) -> Assignment<Value> {
        Assignment {
            vendor: serde_json::to_value(&self.vendor).unwrap_or_default(),
            principal: self.principal,
            role: self.role,
            scope: self.scope,
            how: self.how,
        }
    }
}

#[cfg(feature = "testing")]
impl<V> Assignment<V> {
    /// A direct assignment over the whole organization, for tests. Its fields can be changed.
    #[must_use]
    pub fn new(principal: Principal, role: Role, vendor: V) -> Self {
        Self {
            principal,
            role,
            scope: Scope::Organization(None),
            how: How::Direct,
            vendor,
        }
    }
}

#[cfg(feature = "testing")]
impl Principal {
    /// A principal without a name, for tests. Its fields can be changed.
    #[must_use]
    pub fn new(kind: PrincipalKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            name: None,
        }
    }
}

#[cfg(feature = "testing")]
impl Role {
    /// A role without a name, for tests. Its fields can be changed.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: None,
        }
    }
}

/// Somebody who can hold a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its id, as the API has it.
    pub id: String,
    /// Its name to show: a login, an e-mail address, the name of a group. `None` where the API does not tell it, or the
    /// credential may not read it.
    pub name: Option<String>,
}

/// What somebody who can hold a role is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A group of users; ZenML calls it a team.
    Group,
    /// A program: an OAuth client, a service account.
    Client,
    /// A person who is invited.
    Invitation,
    /// Anything else, in the API's own word.
    Other(String),
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Role {
    /// What identifies it: the id of a custom role, the type of a standard one (Okta), an id (the others).
    pub id: String,
    /// Its name to show. `None` where the API does not tell it.
    pub name: Option<String>,
}

/// What a role is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The whole organization.
    Organization(Option<String>),
    /// The enrollment (Foundry).
    Enrollment(String),
    /// A workspace (ZenML).
    Workspace(String),
    /// A project (ZenML).
    Project(String),
    /// A resource set (Okta).
    ResourceSet(String),
    /// These groups and applications (Okta), by their names, or by their ids where they have none.
    Targets {
        /// The groups.
        groups: Vec<String>,
        /// The applications.
        apps: Vec<String>,
    },
    /// A marking (Foundry).
    Marking(String),
}

/// How a principal came to hold a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum How {
    /// It was assigned.
    Direct,
    /// By being in a group. Okta does not tell which.
    ViaGroup,
    /// By a grant of access governance, with its id.
    Governance(String),
    /// It was assigned, or comes by a grant of access governance: the service refused to say which.
    Unknown,
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.as_ref().unwrap_or(&self.id))
    }
}

impl fmt::Display for PrincipalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Client => "client",
            Self::Invitation => "invitation",
            Self::Other(word) => word,
        })
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.as_ref().unwrap_or(&self.id))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(None) => f.write_str("organization"),
            Self::Organization(Some(id)) => write!(f, "organization {id}"),
            Self::Enrollment(id) => write!(f, "enrollment {id}"),
            Self::Workspace(id) => write!(f, "workspace {id}"),
            Self::Project(id) => write!(f, "project {id}"),
            Self::ResourceSet(id) => write!(f, "resource set {id}"),
            Self::Marking(id) => write!(f, "marking {id}"),
            Self::Targets { groups, apps } => {
                // Some roles have hundreds of targets; the names are all in the value.
                let part = |word, names: &[String]| match names {
                    [] => None,
                    [one] => Some(format!("{word} {one}")),
                    [one, two] => Some(format!("{word} {one}, {two}")),
                    [one, two, more @ ..] => {
                        Some(format!("{word} {one}, {two} and {} more", more.len()))
                    }
                };
                let parts = [part("groups", groups), part("apps", apps)];
                f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
            }
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct => f.write_str("direct"),
            Self::ViaGroup => f.write_str("via group"),
            Self::Governance(grant) => write!(f, "governance {grant}"),
            Self::Unknown => f.write_str("direct or by governance, not known"),
        }
    }
}

/// Reads some assignments for each of many things, a few at once, in their order.
#[cfg(any(feature = "klustr", feature = "okta", feature = "zenml"))]
fn for_each<T, V, F>(
    things: impl Stream<Item = Result<T, Error>> + Send + 'static,
    read: impl Fn(T) -> F + Send + 'static,
) -> Assignments<V>
where
    T: Send + 'static,
    V: Send + 'static,
    F: Future<Output = Result<Vec<Assignment<V>>, Error>> + Send + 'static,
{
    use futures_util::future::Either;
    use futures_util::{StreamExt, stream};

    let read = move |thing: Result<T, Error>| match thing {
        Ok(thing) => Either::Left(unless_gone(read(thing))),
        Err(error) => Either::Right(std::future::ready(Err(error))),
    };
    let each = things.map(read).buffered(AT_ONCE);
    Box::pin(each.flat_map(|read| match read {
        Ok(found) => Either::Left(stream::iter(found.into_iter().map(Ok))),
        Err(error) => Either::Right(stream::iter([Err(error)])),
    }))
}

/// A 404 for somebody who was listed is an error like any other, for it may mean many things, unless the API's description
/// foretells it and so says what it means: Okta answers it for clients that hold no roles. 410 says by itself that somebody
/// has gone, and holds nothing.
#[cfg(any(feature = "klustr", feature = "okta", feature = "zenml"))]
async fn unless_gone<V>(
    read: impl Future<Output = Result<Vec<Assignment<V>>, Error>>,
) -> Result<Vec<Assignment<V>>, Error> {
    use rolecall_client::StatusCode;

    let holds_nothing = |error: &Error| match error.status() {
        Some(StatusCode::GONE) => true,
        Some(StatusCode::NOT_FOUND) => {
            let mut foretold = error.operation().refusals.iter();
            foretold.any(|refusal| refusal.status == StatusCode::NOT_FOUND)
        }
        _ => false,
    };
    match read.await {
        Err(error) if holds_nothing(&error) => Ok(Vec::new()),
        read => read,
    }
}
