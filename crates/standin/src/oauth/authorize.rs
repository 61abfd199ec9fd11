//! The authorize endpoint (RFC 6749, section 4.1; PKCE of RFC 7636).

use super::grants::{Code, Given};
use super::{Lenience, OauthError, OauthRequest, Profile};
use crate::auth::{Auth, Client, ClientAuthentication, Grant, Known, digest};
use crate::{Answer, Api};
use chrono::TimeDelta;
use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;

/// Sends the browser back with a code, or with what is wrong.
pub(super) fn authorize(
    auth: &Auth,
    profile: &'static Profile,
    request: &OauthRequest<'_>,
) -> Result<Answer, OauthError> {
    let mut known = auth.known();
    let known = &mut *known;
    let (client, target) = match client(known, request) {
        Ok(found) => found,
        // Where to send the person to is what is not known.
        Err(error) => return Ok(page(&error)),
    };
    let state = request.field("state");
    match code(known, profile, &client, request) {
        Ok(code) => Ok(redirect(
            &target,
            &[("code", Some(&code)), ("state", state)],
        )),
        // Foundry sends people back with a refused consent only.
        Err(error) if profile.api == Api::Foundry && error.code != "access_denied" => {
            Ok(page(&error))
        }
        Err(error) => Ok(redirect(
            &target,
            &[
                ("error", Some(error.code)),
                ("error_description", Some(&error.description)),
                ("state", state),
            ],
        )),
    }
}

/// The client, and where to send the person to afterwards.
fn client(known: &Known, request: &OauthRequest<'_>) -> Result<(Client, String), OauthError> {
    let id = request
        .field("client_id")
        .ok_or_else(|| OauthError::request("The request has no client_id."))?;
    let client = known.clients.get(id);
    let client = client.ok_or_else(|| OauthError::client("No client has this client_id."))?;
    let target = match request.field("redirect_uri") {
        Some(uri) if client.redirect_uris.iter().any(|one| same_target(one, uri)) => uri,
        Some(_) => {
            let problem = "redirect_uri is not registered for the client.";
            return Err(OauthError::request(problem));
        }
        None => client
            .redirect_uris
            .first()
            .ok_or_else(|| OauthError::request("The client has no redirect_uri."))?,
    };
    Ok((client.clone(), target.to_owned()))
}

/// Whether a registered URI is the one that was asked for. The port of a loopback address is chosen when the client runs
/// (RFC 8252, section 7.3).
fn same_target(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let parse = |text: &str| text.parse::<http::Uri>().ok();
    match (parse(registered), parse(asked)) {
        (Some(registered), Some(asked)) => {
            let loopback = matches!(registered.host(), Some("127.0.0.1" | "[::1]" | "localhost"));
            loopback
                && registered.scheme() == asked.scheme()
                && registered.host() == asked.host()
                && registered.path_and_query() == asked.path_and_query()
        }
        _ => false,
    }
}

fn code(
    known: &mut Known,
    profile: &Profile,
    client: &Client,
    request: &OauthRequest<'_>,
) -> Result<String, OauthError> {
    if request.field("response_type") != Some("code") {
        let problem = "response_type has to be `code`.";
        return Err(OauthError::new("unsupported_response_type", problem));
    }
    if !client.grants.contains(&Grant::AuthorizationCode) {
        let problem = "The client is not registered for authorization codes.";
        return Err(OauthError::new("unauthorized_client", problem));
    }
    if profile.api == Api::Okta && request.field("state").is_none() {
        return Err(OauthError::request("The request has no state."));
    }
    let challenge = request.field("code_challenge");
    let public = client.authentication == ClientAuthentication::None;
    if challenge.is_none() && (public || profile.pkce_always) {
        return Err(OauthError::request(
            "PKCE is needed: the request has no code_challenge.",
        ));
    }
    if challenge.is_some() && request.field("code_challenge_method") != Some("S256") {
        return Err(OauthError::request("code_challenge_method has to be S256."));
    }
    let mut scopes = Known::scopes(profile, client, request.field("scope"))?;
    if scopes.is_none() && profile.lenience == Lenience::Narrowing {
        scopes = Some(BTreeSet::new());
    }
    let offline = client.grants.contains(&Grant::RefreshToken)
        && scopes
            .as_ref()
            .is_some_and(|scopes| scopes.contains(profile.offline_scope));
    let principal = match request.field("login_hint") {
        None => known.users.first(),
        Some(hint) => known.users.iter().find(|(login, _)| login == hint),
    };
    let principal = principal
        .map(|(_, principal)| principal.clone())
        .ok_or_else(|| {
            let problem = "Nobody with this login_hint can sign in.";
            OauthError::new("access_denied", problem)
        })?;
    let code = known.new_secret("code", "");
    let number = known.grants.number();
    known.grants.codes.insert(
        digest(&code),
        Code {
            given: Given {
                number,
                client: client.id.clone(),
                principal,
                scopes,
                offline,
            },
            redirect_uri: request.field("redirect_uri").map(str::to_owned),
            challenge: challenge.map(str::to_owned),
            ends: request.now + TimeDelta::seconds(profile.code_life),
            used: false,
        },
    );
    Ok(code)
}

fn redirect(target: &str, parameters: &[(&str, Option<&str>)]) -> Answer {
    let mut location = target.to_owned();
    for (name, value) in parameters {
        if let Some(value) = value {
            location.push(if location.contains('?') { '&' } else { '?' });
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            location.push_str(&format!("{name}={value}"));
        }
    }
    Answer::empty(StatusCode::FOUND).header("location", location)
}

/// A page for the person, who cannot be sent back.
fn page(error: &OauthError) -> Answer {
    let body = format!(
        "<!doctype html><html lang=\"en\"><title>{code}</title><h1>{code}</h1><p>{text}</p></html>\n",
        code = error.code,
        text = error.description.replace('&', "&amp;").replace('<', "&lt;"),
    );
    Answer::bytes(StatusCode::BAD_REQUEST, "text/html; charset=utf-8", body)
}
