//! The two names of a resource: its REST URL and its ORN.

use super::state::State;
use super::{applications, catalog, errors, groups};
use crate::Answer;
use crate::request::pairs;

/// The ORN of a resource that is named by ORN or URL. Of a URL only path and query count, as an org has several domains.
///
/// # Errors
///
/// E0000001 when the text names nothing that this org has.
pub(super) fn orn(state: &State, name: &str) -> Result<String, Answer> {
    let found = match name.strip_prefix("orn:") {
        Some(rest) => from_orn(state, rest).map(|()| name.to_owned()),
        None => from_url(state, name),
    };
    found.ok_or_else(|| {
        let cause = format!("not a resource of this org: {name}");
        errors::invalid("resources", cause)
    })
}

fn from_orn(state: &State, rest: &str) -> Option<()> {
    let mut parts = rest.split(':');
    // fact: orn-form
    let realm = matches!(parts.next()?, "okta" | "oktapreview");
    let service = matches!(
        parts.next()?,
        "directory" | "idp" | "workflow" | "governance"
    );
    let org = parts.next()? == &*state.org;
    let (kind, id, inner) = (parts.next()?, parts.next(), parts.next());
    let there = match (kind, id, inner) {
        (_, None, _) => true,
        ("groups", Some(id), _) => groups::find(state, id).is_ok(),
        ("users", Some(id), _) => state.users.contains(id),
        ("apps", Some(name), None) => catalog::find(name).is_some(),
        ("apps", Some(name), Some(id)) => state.apps.get(id).is_some_and(|app| &*app.name == name),
        _ => true,
    };
    (realm && service && org && there && !kind.is_empty()).then_some(())
}

fn from_url(state: &State, url: &str) -> Option<String> {
    let path = match url.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => url,
    };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.strip_prefix("/api/v1/")?.split('/').collect();
    let directory = format!("orn:okta:directory:{}", state.org);
    let idp = format!("orn:okta:idp:{}", state.org);
    Some(match parts[..] {
        ["users"] => format!("{directory}:users"),
        ["users", id] if state.users.contains(id) => format!("{directory}:users:{id}"),
        ["groups"] => format!("{directory}:groups"),
        ["groups", id] if groups::find(state, id).is_ok() => state.group_orn(id),
        ["groups", id, "users"] if groups::find(state, id).is_ok() => {
            format!("{}:contained_resources", state.group_orn(id))
        }
        ["apps"] if query.is_empty() => format!("{idp}:apps"),
        ["apps"] => {
            let filter = pairs(query)
                .into_iter()
                .find(|(name, _)| name == "filter")?
                .1;
            let name = filter.strip_prefix("name eq \"")?.strip_suffix('"')?;
            catalog::find(name)?;
            state.app_orn(name)
        }
        ["apps", id] => {
            let app = applications::find(state, id).ok()?;
            state.app_orn(&format!("{}/{id}", app.name))
        }
        ["authorizationServers"] => format!("{idp}:authorization_servers"),
        ["devices"] => format!("{directory}:devices"),
        ["realms"] => format!("{directory}:realms"),
        _ => return None,
    })
}

/// Where a resource is found.
pub(super) struct Paths {
    pub(super) target: String,
    /// The members, of a group.
    pub(super) users: Option<String>,
}

/// Where the resource of an ORN is found; `None` for what has no REST URL.
pub(super) fn paths(orn: &str) -> Option<Paths> {
    let parts: Vec<&str> = orn.split(':').collect();
    let (target, users) = match parts.get(4..)? {
        ["users"] => ("/api/v1/users".to_owned(), None),
        ["users", id] => (format!("/api/v1/users/{id}"), None),
        ["groups"] => ("/api/v1/groups".to_owned(), None),
        ["groups", id] => {
            let group = format!("/api/v1/groups/{id}");
            let users = format!("{group}/users");
            (group, Some(users))
        }
        ["groups", id, "contained_resources"] => (format!("/api/v1/groups/{id}/users"), None),
        ["apps"] => ("/api/v1/apps".to_owned(), None),
        ["apps", name] => (format!("/api/v1/apps?filter=name+eq+%22{name}%22"), None),
        ["apps", _, id] => (format!("/api/v1/apps/{id}"), None),
        _ => return None,
    };
    Some(Paths { target, users })
}
