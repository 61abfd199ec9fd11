//! Apps and OAuth clients: reading them.

use super::filter::Expression;
use super::page::{self, Page};
use super::state::{App, ClientKind, State};
use super::{errors, links};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use serde_json::{Value, json};

/// Apps a page when no limit is given. The default is declared as -1 and means no size.
// fact: list-apps-limit-default
const PAGE: usize = 20;

type Row<'a> = (&'a str, &'a App);

/// `GET /api/v1/apps`
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let start = page::start(request)?;
    let limit = page::limit(request, PAGE, 200);
    let expression = match request.query("filter") {
        Some(text) => Some(Expression::read(text, filterable)?),
        None => None,
    };
    let expand = expanded(state, request)?;
    let q = request.query("q").map(str::to_lowercase);
    // An app is shown when it is active, unless the call asks for others.
    let all = request.flag("includeNonDeleted") == Some(true) || expression.is_some();
    let fits = |(id, app): Row<'_>| {
        let named = q.as_ref().is_none_or(|q| {
            app.name.to_lowercase().starts_with(q) || app.label.to_lowercase().starts_with(q)
        });
        let expression = expression.as_ref();
        let found =
            expression.is_none_or(|expression| expression.holds(&|name| value(id, app, name)));
        (all || app.active) && named && found
    };
    let rows = state.apps.from(start);
    let rows = rows.map(|(position, id, app)| (position, (id, app)));
    let found = Page::take(rows.filter(|(_, row)| fits(*row)), limit);
    let brief = request.flag("useOptimization") == Some(true);
    let page = found.map(|(id, app)| {
        let mut body = view(state, request, id, app);
        embed(&mut body, expand);
        if let (true, Some(body)) = (brief, body.as_object_mut()) {
            body.retain(|name, _| {
                matches!(
                    &**name,
                    "id" | "name" | "label" | "status" | "signOnMode" | "_links"
                )
            });
        }
        body
    });
    Ok(page::array(request, page))
}

/// `GET /api/v1/apps/{appId}`
pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("appId");
    let app = find(state, id)?;
    let mut body = view(state, request, id, app);
    embed(&mut body, expanded(state, request)?);
    Ok(Answer::ok(body))
}

/// `GET /oauth2/v1/clients`
pub(super) fn list_clients(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let start = page::start(request)?;
    let limit = page::limit(request, 20, 200);
    let q = request.query("q").map(str::to_lowercase);
    let rows = state.apps.from(start).filter_map(|(position, id, app)| {
        let named = |q: &String| app.label.to_lowercase().starts_with(q);
        let kind = app.client.filter(|_| q.as_ref().is_none_or(named))?;
        Some((position, (id, app, kind)))
    });
    let found = Page::take(rows, limit);
    let page = found.map(|(id, app, kind)| client_view(state, id, app, kind));
    Ok(page::array(request, page))
}

/// `GET /oauth2/v1/clients/{clientId}`
pub(super) fn get_client(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let id = request.path("clientId");
    let app = state.apps.get(id);
    let client = app.and_then(|app| Some((app, app.client?)));
    let (app, kind) = client.ok_or_else(|| errors::not_found(id, "PublicClientApp"))?;
    Ok(Answer::ok(client_view(state, id, app, kind)))
}

/// The app of an id.
///
/// # Errors
///
/// E0000007 when there is none.
pub(super) fn find<'a>(state: &'a State, id: &str) -> Result<&'a App, Answer> {
    let app = state.apps.get(id);
    app.ok_or_else(|| errors::not_found(id, "AppInstance"))
}

fn filterable(attribute: &str) -> bool {
    matches!(attribute, "id" | "status" | "name" | "label")
}

fn value(id: &str, app: &App, attribute: &str) -> Option<String> {
    Some(match attribute {
        "id" => id.to_owned(),
        "status" => app.status().to_owned(),
        "name" => app.name.to_string(),
        "label" => app.label.to_string(),
        _ => return None,
    })
}

impl App {
    fn status(&self) -> &'static str {
        if self.active { "ACTIVE" } else { "INACTIVE" }
    }
}

/// The user that `expand=user/{userId}` names.
fn expanded<'a>(state: &State, request: &'a Request) -> Result<Option<&'a str>, Answer> {
    let Some(expand) = request.query("expand") else {
        return Ok(None);
    };
    let user = expand.strip_prefix("user/");
    let user = user.ok_or_else(|| errors::invalid("expand", "takes user/{userId}"))?;
    match state.users.contains(user) {
        true => Ok(Some(user)),
        false => Err(errors::not_found(user, "User")),
    }
}

fn embed(body: &mut Value, user: Option<&str>) {
    if let Some(user) = user {
        body["_embedded"] = json!({ "user": { "id": user, "scope": "USER" } });
    }
}

fn view(state: &State, request: &Request, id: &str, app: &App) -> Value {
    let path = format!("/api/v1/apps/{id}");
    let created = millis(state.population().made("app", u64::from(app.index)));
    let logo = format!("https://static.example.com/logos/{}.png", app.name);
    let mut body = json!({
        "id": id,
        "orn": state.app_orn(&format!("{}/{id}", app.name)),
        "name": &*app.name,
        "label": &*app.label,
        "status": app.status(),
        "created": created,
        "lastUpdated": created,
        "signOnMode": app.sign_on_mode(),
        "features": app.features(),
        "accessibility": { "selfService": false },
        "visibility": { "autoSubmitToolbar": false, "hide": { "iOS": false, "web": false } },
        "_links": {
            "self": links::link(request, &path),
            "users": links::link(request, &format!("{path}/users")),
            "groups": links::link(request, &format!("{path}/groups")),
            "logo": [{ "name": "medium", "href": logo, "type": "image/png" }],
        },
    });
    match app.client {
        Some(kind) => {
            let method = kind.authentication();
            body["credentials"] = json!({
                "oauthClient": { "client_id": id, "token_endpoint_auth_method": method },
            });
            body["settings"] = json!({ "oauthClient": kind.settings() });
        }
        None => {
            body["settings"] = match app.sign_on_mode() {
                "BOOKMARK" => {
                    let url = "https://www.example.com";
                    json!({ "app": { "requestIntegration": false, "url": url } })
                }
                _ => json!({ "app": {} }),
            };
        }
    }
    body
}

fn client_view(state: &State, id: &str, app: &App, kind: ClientKind) -> Value {
    let issued = state.population().made("app", u64::from(app.index));
    let mut body = json!({
        "client_id": id,
        "client_name": &*app.label,
        "client_id_issued_at": issued.timestamp(),
        "client_secret_expires_at": 0,
        "token_endpoint_auth_method": kind.authentication(),
    });
    if let (Some(body), Value::Object(settings)) = (body.as_object_mut(), kind.settings()) {
        body.extend(settings);
    }
    body
}

impl ClientKind {
    /// How such a client proves itself at the token endpoint.
    fn authentication(self) -> &'static str {
        match self {
            Self::Service => "private_key_jwt",
            Self::Web => "client_secret_basic",
            Self::Browser | Self::Native => "none",
        }
    }

    /// What an app and its client both tell of the client.
    fn settings(self) -> Value {
        let (grants, responses) = match self {
            Self::Service => (json!(["client_credentials"]), json!(["token"])),
            Self::Web | Self::Native => {
                let grants = json!(["authorization_code", "refresh_token"]);
                (grants, json!(["code"]))
            }
            Self::Browser => (json!(["authorization_code"]), json!(["code"])),
        };
        let redirects = match self {
            Self::Service => json!([]),
            Self::Native => json!(["http://127.0.0.1/callback"]),
            Self::Web | Self::Browser => json!(["https://portal.example.com/callback"]),
        };
        let mut settings = json!({
            "application_type": self.name(),
            "grant_types": grants,
            "response_types": responses,
            "redirect_uris": redirects,
        });
        if self == Self::Web {
            settings["post_logout_redirect_uris"] = json!(["https://portal.example.com/bye"]);
            settings["initiate_login_uri"] = json!("https://portal.example.com/login");
            settings["logo_uri"] = json!(null);
        }
        settings
    }
}
