//! Users: reading them, alone and in lists.

use super::errors;
use super::filter::Expression;
use super::page::{self, Page};
use super::shown::Shown;
use super::state::{State, User, UserStatus};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

/// The domain of all logins.
pub(super) const DOMAIN: &str = "example.com";

/// The most users in one page; none is documented.
const LARGEST_PAGE: usize = 1_000;

/// `GET /api/v1/users`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    if let Some(q) = request.query("q") {
        // fact: q-cannot-be-paged
        let limit = page::limit(request, 10, LARGEST_PAGE);
        let q = q.to_lowercase();
        let rows = listed(state, 0).filter(|(_, (_, user))| {
            let profile = Profile::of(state, user);
            let mut names = [profile.first, profile.last].into_iter();
            names.any(|name| name.to_lowercase().starts_with(&q)) || profile.login.starts_with(&q)
        });
        let mut found = Page::take(rows, limit);
        found.next = None;
        return Ok(render(state, request, found));
    }
    let limit = page::limit(request, 200, LARGEST_PAGE);
    let start = page::start(request)?;
    let expression = match (request.query("search"), request.query("filter")) {
        (Some(text), _) => Some(Expression::read(text, searchable)?),
        (None, Some(text)) => Some(Expression::read(text, filterable)?),
        (None, None) => None,
    };
    let Some(expression) = expression else {
        let found = Page::take(listed(state, start), limit);
        return Ok(render(state, request, found));
    };
    if let (Some(attribute), true) = (request.query("sortBy"), request.query("search").is_some()) {
        if !searchable(attribute) {
            let problem = format!("{attribute} cannot be sorted by");
            return Err(errors::bad_search(&problem));
        }
        let found = sorted(state, request, &expression, attribute, start, limit);
        return Ok(render(state, request, found));
    }
    // A search for one user need not look at the others.
    let pinned = ["id", "profile.login", "profile.email"].into_iter();
    let pinned = pinned.filter_map(|name| expression.pinned(name)).next();
    if let Some(pinned) = pinned {
        let found = find(state, pinned).filter(|row| fits(state, &expression, row));
        let rows = found.into_iter().map(|row| (u64::from(row.1.index), row));
        let found = Page::take(rows.filter(|(at, _)| *at >= start), limit);
        return Ok(render(state, request, found));
    }
    let rows = rows(state, start).filter(|(_, row)| fits(state, &expression, row));
    Ok(render(state, request, Page::take(rows, limit)))
}

/// `GET /api/v1/users/{id}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let name = match request.path("id") {
        "me" => &request.caller.principal,
        name => name,
    };
    let (id, user) = find(state, name).ok_or_else(|| errors::not_found(name, "User"))?;
    let mut body = view(state, request, id, user);
    match request.query("expand") {
        Some("blocks") => {
            let blocks = match user.status {
                UserStatus::LockedOut => {
                    json!([{ "type": "DEVICE_BASED", "appliesTo": "ANY_DEVICES" }])
                }
                _ => json!([]),
            };
            body["_embedded"] = json!({ "blocks": blocks });
        }
        None | Some("classification") => {}
        Some(other) => return Err(errors::invalid("expand", format!("unknown value: {other}"))),
    }
    shorten(request, &mut body);
    let version = format!("W/\"{}\"", updated(state, user));
    Ok(Answer::ok(body).header("etag", version))
}

type Row<'a> = (&'a str, &'a User);

fn rows(state: &State, start: u64) -> impl Iterator<Item = (u64, Row<'_>)> {
    let rows = state.users.from(start);
    rows.map(|(position, id, user)| (position, (id, user)))
}

/// Those whom a list without search shows.
fn listed(state: &State, start: u64) -> impl Iterator<Item = (u64, Row<'_>)> {
    // fact: list-users-leaves-out-deprovisioned
    rows(state, start).filter(|(_, (_, user))| user.status != UserStatus::Deprovisioned)
}

/// The user of an id, a login or a login without its domain.
pub(super) fn find<'a>(state: &'a State, name: &str) -> Option<(&'a str, &'a User)> {
    if let Some(user) = state.users.get(name) {
        return state.user_at(user.index);
    }
    let short = match name.split_once('@') {
        Some((short, domain)) => Some(short).filter(|_| domain.eq_ignore_ascii_case(DOMAIN))?,
        None => name,
    };
    // The number at the end of a login is the position.
    let digits = short.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (id, user) = state.user_at(digits.parse().ok()?)?;
    let login = state.population().person(user.index).login;
    login.eq_ignore_ascii_case(short).then_some((id, user))
}

fn sorted<'a>(
    state: &'a State,
    request: &Request,
    expression: &Expression,
    attribute: &str,
    start: u64,
    limit: usize,
) -> Page<Row<'a>> {
    let rows = rows(state, 0).filter(|(_, row)| fits(state, expression, row));
    let mut rows: Vec<_> = rows
        .map(|(_, row)| (value(state, row, attribute), row))
        .collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    if request.query("sortOrder") == Some("desc") {
        rows.reverse();
    }
    let rows = rows.into_iter().map(|(_, row)| row);
    Page::take((0..).zip(rows).skip(start as usize), limit)
}

fn fits(state: &State, expression: &Expression, row: &Row<'_>) -> bool {
    expression.holds(&|attribute| value(state, *row, attribute))
}

fn filterable(attribute: &str) -> bool {
    matches!(
        attribute,
        "id" | "status"
            | "lastUpdated"
            | "profile.login"
            | "profile.email"
            | "profile.firstName"
            | "profile.lastName"
    )
}

fn searchable(attribute: &str) -> bool {
    let others = ["created", "activated", "statusChanged", "type.id"];
    filterable(attribute) || others.contains(&attribute) || attribute.starts_with("profile.")
}

fn value(state: &State, (id, user): Row<'_>, attribute: &str) -> Option<String> {
    match attribute {
        "id" => Some(id.to_owned()),
        "status" => Some(user.status.name().to_owned()),
        "created" => Some(created(state, user)),
        "activated" | "statusChanged" if user.status == UserStatus::Staged => None,
        "activated" | "statusChanged" | "lastUpdated" => Some(updated(state, user)),
        "type.id" => Some(state.user_type.to_string()),
        _ => {
            let profile = Profile::of(state, user);
            match attribute {
                "profile.login" | "profile.email" => Some(profile.address()),
                "profile.firstName" => Some(profile.first.to_owned()),
                "profile.lastName" => Some(profile.last.to_owned()),
                "profile.department" => Some(profile.department.to_owned()),
                "profile.displayName" => Some(profile.name()),
                _ => None,
            }
        }
    }
}

pub(super) fn created(state: &State, user: &User) -> String {
    millis(state.population().made("user", u64::from(user.index)))
}

pub(super) fn updated(state: &State, user: &User) -> String {
    let made = state.population().made("user", u64::from(user.index));
    millis(made + chrono::TimeDelta::hours(i64::from(user.index % 500)))
}

pub(super) struct Profile {
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    login: String,
    pub(super) department: &'static str,
}

impl Profile {
    pub(super) fn of(state: &State, user: &User) -> Self {
        let person = state.population().person(user.index);
        Self {
            first: person.given,
            last: person.family,
            login: person.login,
            department: person.department,
        }
    }

    pub(super) fn address(&self) -> String {
        format!("{}@{DOMAIN}", self.login)
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

/// Whether the user is on the way to ACTIVE: provisioned, but not through yet.
pub(super) fn is_activating(user: &User) -> bool {
    user.status == UserStatus::Provisioned && (user.index / 49) % 2 == 1
}

/// A user as it is answered.
pub(super) fn view(state: &State, request: &Request, id: &str, user: &User) -> Value {
    // It has text keys only, so that it always serializes.
    serde_json::to_value(Shown::new(state, request, id, user)).unwrap_or_default()
}

fn render(state: &State, request: &Request, found: Page<Row<'_>>) -> Answer {
    let fields = request.query("fields").map(Fields::read);
    if fields.is_none() && wanted_shorter(request).is_empty() {
        let page = found.map(|(id, user)| Shown::new(state, request, id, user));
        return page::array(request, page);
    }
    let page = found.map(|(id, user)| {
        let mut body = view(state, request, id, user);
        shorten(request, &mut body);
        if let Some(fields) = &fields {
            fields.keep(&mut body);
        }
        body
    });
    page::array(request, page)
}

/// What `okta-response` in the media type of the request says.
fn wanted_shorter(request: &Request) -> &str {
    // fact: content-type-as-parameter
    let media_type = request.headers.get(CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let wanted = media_type.and_then(|text| text.split_once("okta-response="));
    wanted.map_or("", |(_, wanted)| wanted.trim_matches('"'))
}

/// Leaves out what `okta-response` in the media type of the request says.
fn shorten(request: &Request, body: &mut Value) {
    let wanted = wanted_shorter(request);
    let body = body.as_object_mut();
    let Some(body) = body.filter(|_| !wanted.is_empty()) else {
        return;
    };
    for part in wanted.split(',').map(str::trim) {
        match part {
            "omitCredentials" => {
                body.shift_remove("credentials");
            }
            "omitTransitioningToStatus" => {
                body.shift_remove("transitioningToStatus");
            }
            "omitCredentialsLinks" => {
                if let Some(links) = body.get_mut("_links").and_then(Value::as_object_mut) {
                    links.retain(|relation, _| {
                        !matches!(
                            &**relation,
                            "changePassword"
                                | "changeRecoveryQuestion"
                                | "forgotPassword"
                                | "resetPassword"
                                | "expirePassword"
                        )
                    });
                }
            }
            _ => {}
        }
    }
}

/// `fields`: `id,status,profile:(login,email)`.
struct Fields {
    own: Vec<String>,
    profile: Option<Vec<String>>,
}

impl Fields {
    fn read(text: &str) -> Self {
        let names = |text: &str| {
            let names = text.split(',').map(str::trim);
            let names = names.filter(|name| !name.is_empty());
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        match text.split_once("profile:(") {
            Some((before, rest)) => {
                let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
                Self {
                    own: names(&format!("{before},{after}")),
                    profile: Some(names(inside)),
                }
            }
            None => Self {
                own: names(text),
                profile: None,
            },
        }
    }

    fn keep(&self, body: &mut Value) {
        let Some(body) = body.as_object_mut() else {
            return;
        };
        let whole = self.own.iter().any(|name| name == "profile");
        if let (Some(wanted), Some(Value::Object(profile))) =
            (&self.profile, body.get_mut("profile"))
        {
            profile.retain(|name, _| wanted.contains(name));
        }
        body.retain(|name, _| match &**name {
            "id" => true,
            "profile" => whole || self.profile.is_some(),
            name => self.own.iter().any(|known| known == name),
        });
    }
}
