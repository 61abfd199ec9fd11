//! Groups and their members: reading them.

use super::filter::Expression;
use super::page::{self, Page};
use super::state::{Group, GroupKind, State};
use super::{errors, links, users};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Groups a page when no limit is given; none is documented.
const PAGE: usize = 200;

type Row<'a> = (&'a str, &'a Group);

/// `GET /api/v1/groups`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let expand = Expand::read(request)?;
    let view = |(id, group): Row<'_>| expand.view(state, request, id, group);
    if let Some(q) = request.query("q") {
        // fact: q-cannot-be-paged
        let limit = page::limit(request, 300, 10_000);
        let q = q.to_lowercase();
        let fits = |row: &(u64, Row<'_>)| row.1.1.name.to_lowercase().starts_with(&q);
        let mut found = Page::take(rows(state, 0).filter(fits), limit);
        found.next = None;
        return Ok(page::array(request, found.map(view)));
    }
    let limit = page::limit(request, PAGE, 10_000);
    let start = page::start(request)?;
    let text = request.query("search").or(request.query("filter"));
    let expression = match text {
        Some(text) => Some(Expression::read(text, searchable)?),
        None => None,
    };
    let fits = |row: &Row<'_>| {
        let expression = expression.as_ref();
        expression.is_none_or(|expression| expression.holds(&|name| value(state, *row, name)))
    };
    let sort = request
        .query("sortBy")
        .filter(|_| request.query("search").is_some());
    if let Some(attribute) = sort {
        if !searchable(attribute) {
            let problem = format!("{attribute} cannot be sorted by");
            return Err(errors::bad_search(&problem));
        }
        let found = rows(state, 0).map(|(_, row)| row).filter(fits);
        let mut found: Vec<Row<'_>> = found.collect();
        found.sort_by_cached_key(|row| value(state, *row, attribute));
        if request.query("sortOrder") == Some("desc") {
            found.reverse();
        }
        let found = Page::take((0..).zip(found).skip(start as usize), limit);
        return Ok(page::array(request, found.map(view)));
    }
    let found = rows(state, start).filter(|(_, row)| fits(row));
    Ok(page::array(request, Page::take(found, limit).map(view)))
}

/// `GET /api/v1/groups/{groupId}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("groupId");
    let group = find(state, id)?;
    Ok(Answer::ok(view(state, request, id, group)))
}

/// `GET /api/v1/groups/{groupId}/users`
pub(super) fn list_users(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let group = find(state, request.path("groupId"))?;
    let limit = page::limit(request, 1_000, 1_000);
    let start = page::start(request)?;
    let first = group
        .members
        .partition_point(|member| u64::from(*member) < start);
    let members = group.members.get(first..).unwrap_or_default().iter();
    let members = members.filter_map(|member| {
        let (id, user) = state.user_at(*member)?;
        Some((u64::from(*member), users::view(state, request, id, user)))
    });
    Ok(page::array(request, Page::take(members, limit)))
}

/// The group of an id.
///
/// # Errors
///
/// E0000007 when there is none.
pub(super) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Group, Answer> {
    let group = state.groups.get(id);
    group.ok_or_else(|| errors::not_found(id, "UserGroup"))
}

fn rows(state: &State, start: u64) -> impl Iterator<Item = (u64, Row<'_>)> {
    let rows = state.groups.from(start);
    rows.map(|(position, id, group)| (position, (id, group)))
}

fn searchable(attribute: &str) -> bool {
    matches!(
        attribute,
        "id" | "type"
            | "created"
            | "lastUpdated"
            | "lastMembershipUpdated"
            | "objectClass"
            | "profile.name"
            | "profile.description"
            | "profile.samAccountName"
    )
}

fn value(state: &State, (id, group): Row<'_>, attribute: &str) -> Option<String> {
    Some(match attribute {
        "id" => id.to_owned(),
        "type" => group.kind.name().to_owned(),
        "created" => group.created(state),
        "lastUpdated" | "lastMembershipUpdated" => group.created(state),
        "objectClass" => group.kind.object_class().to_owned(),
        "profile.name" => group.name.to_string(),
        "profile.description" => group.description()?,
        "profile.samAccountName" if group.kind == GroupKind::Directory => group.account(),
        _ => return None,
    })
}

impl GroupKind {
    fn name(self) -> &'static str {
        match self {
            Self::Everyone => "BUILT_IN",
            Self::Okta => "OKTA_GROUP",
            Self::Directory => "APP_GROUP",
        }
    }

    fn object_class(self) -> &'static str {
        match self {
            Self::Everyone | Self::Okta => "okta:user_group",
            Self::Directory => "okta:windows_security_principal",
        }
    }
}

impl Group {
    fn created(&self, state: &State) -> String {
        millis(state.population().made("group", u64::from(self.index)))
    }

    /// Some groups of the org were never described.
    fn description(&self) -> Option<String> {
        match self.kind {
            GroupKind::Everyone => Some("All users in your organization".to_owned()),
            GroupKind::Okta if self.index % 4 == 3 => None,
            GroupKind::Okta => Some(format!("People of {}", self.name)),
            GroupKind::Directory => Some(format!("corp.example.com/Groups/{}", self.name)),
        }
    }

    fn account(&self) -> String {
        self.name.replace(' ', "")
    }

    fn profile(&self) -> Value {
        // fact: group-description-may-be-null
        let mut profile = json!({ "name": &*self.name, "description": self.description() });
        if self.kind == GroupKind::Directory {
            // fact: ad-group-profile-told-by-sam-account-name
            let account = self.account();
            profile["dn"] = json!(format!(
                "CN={},OU=Groups,DC=corp,DC=example,DC=com",
                self.name
            ));
            profile["windowsDomainQualifiedName"] = json!(format!("CORP\\{account}"));
            profile["externalId"] =
                json!(STANDARD.encode((u128::from(self.index) << 64 | 0x0c0a).to_be_bytes()));
            profile["samAccountName"] = json!(account);
        }
        profile
    }
}

/// A group as it is answered.
pub(super) fn view(state: &State, request: &Request, id: &str, group: &Group) -> Value {
    let path = format!("/api/v1/groups/{id}");
    let logo = |size: &str| {
        let href = format!("https://static.example.com/img/group-{size}.png");
        json!({ "name": size, "href": href, "type": "image/png" })
    };
    let mut body = json!({
        "id": id,
        "created": group.created(state),
        "lastUpdated": group.created(state),
        "lastMembershipUpdated": group.created(state),
        "objectClass": [group.kind.object_class()],
        "type": group.kind.name(),
        "profile": group.profile(),
        "_links": {
            "self": links::link(request, &path),
            "logo": [logo("medium"), logo("large")],
            "users": links::link(request, &format!("{path}/users")),
            "apps": links::link(request, &format!("{path}/apps")),
        },
    });
    if let (GroupKind::Directory, Some((app, _))) = (group.kind, directory(state)) {
        body["_links"]["source"] = links::link(request, &format!("/api/v1/apps/{app}"));
    }
    body
}

/// The app that groups from Active Directory come from: the first one.
fn directory(state: &State) -> Option<(&str, &super::state::App)> {
    state.apps.iter().next()
}

/// `expand` of the list.
#[derive(Clone, Copy, PartialEq)]
enum Expand {
    Nothing,
    Stats,
    App,
}

impl Expand {
    fn read(request: &Request) -> Result<Self, Answer> {
        match request.query("expand") {
            None => Ok(Self::Nothing),
            Some("stats") => Ok(Self::Stats),
            Some("app") => Ok(Self::App),
            Some(other) => Err(errors::invalid("expand", format!("unknown value: {other}"))),
        }
    }

    fn view(self, state: &State, request: &Request, id: &str, group: &Group) -> Value {
        let mut body = view(state, request, id, group);
        match self {
            Self::Nothing => {}
            Self::Stats => {
                let holds = state.group_holders.contains(&group.index);
                // fact: group-admin-flag-spelling
                body["_embedded"] = json!({ "stats": {
                    "usersCount": group.members.len(),
                    "appsCount": 0,
                    "groupPushMappingsCount": 0,
                    "hasAdminPrivlege": holds,
                    "hasAdminPrivilege": holds,
                }});
            }
            Self::App => {
                if let (GroupKind::Directory, Some((id, app))) = (group.kind, directory(state)) {
                    body["_embedded"] = json!({ "app": {
                        "id": id,
                        "name": &*app.name,
                        "label": &*app.label,
                        "signOnMode": app.sign_on_mode(),
                    }});
                }
            }
        }
        body
    }
}
