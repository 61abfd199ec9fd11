//! Getting an access token: for a key, for a client, or for a device that a person lets in.

use super::{State, errors};
use crate::auth::{AccessToken, Client, ClientAuthentication, Grant, TokenKind, digest};
use crate::oauth::{OauthError, OauthRequest};
use crate::service::Context;
use crate::{Answer, Api, Outcome, Request, RequestBody};
use chrono::TimeDelta;
use http::StatusCode;
use serde_json::{Value, json};

/// How long a token for a key is good, in seconds (fact: login-with-key).
const LIFE: i64 = 3_600;

/// The form fields tell which of the ways it is.
pub(super) fn login(state: &mut State, request: &Request, context: &Context<'_>) -> Outcome {
    let fields: &[(String, String)] = match &request.body {
        RequestBody::Form(fields) => fields,
        _ => &[],
    };
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| &**value)
    };
    // fact: login-with-key
    if let (None, Some(key)) = (field("grant_type"), field("password")) {
        return with_key(state, request, context, key);
    }
    // fact: login-client-credentials
    // fact: login-device-code
    let asked = OauthRequest {
        headers: &request.headers,
        fields,
        origin: &request.origin,
        path: "/auth/login",
        now: request.now,
    };
    let mut answer = context
        .auth
        .token_request(Api::Zenml, &asked)
        .map_err(refused)?;
    let code = field("device_code").map(digest).unwrap_or_default();
    let device = state.devices.iter().position(|(known, _)| *known == code);
    let device = device.map(|at| state.devices.swap_remove(at).1);
    if let Some(body) = answer.json_body_mut() {
        body["device_metadata"] = device.as_ref().map_or(Value::Null, |_| json!({}));
        body["device_id"] = json!(device);
    }
    Ok(answer)
}

fn with_key(state: &State, request: &Request, context: &Context<'_>, key: &str) -> Outcome {
    let known = context.auth.token(key).filter(|known| {
        matches!(known.kind, TokenKind::Pat | TokenKind::ApiKey)
            && known.expires_at.is_none_or(|end| end > request.now)
    });
    let known = known.ok_or_else(|| errors::unauthorized("the key is not valid"))?;
    let owner = state.users.get(&known.principal);
    if !owner.is_some_and(|owner| owner.is_active) {
        return Err(errors::unauthorized("the account is deactivated"));
    }
    Ok(Answer::ok(json!({
        "access_token": issue(request, context, known.principal),
        "token_type": "bearer",
        "expires_in": LIFE,
        "device_id": null,
        "device_metadata": null,
    })))
}

/// fact: api-token-bare-string
pub(super) fn api_token(_: &State, request: &Request, context: &Context<'_>) -> Outcome {
    if request.caller.kind != Some(TokenKind::Oauth2) {
        return Err(errors::illegal(
            "a key is traded for a token at /auth/login first",
        ));
    }
    let token = issue(request, context, request.caller.principal.clone());
    Ok(Answer::ok(token))
}

/// A device begins to log in. Its client id is its own, and becomes known here.
///
/// fact: device-authorization-shape
pub(super) fn start_device(state: &mut State, request: &Request, context: &Context<'_>) -> Outcome {
    let RequestBody::Form(fields) = &request.body else {
        return Err(errors::invalid(
            &["body".into()],
            "missing",
            "Field required",
        ));
    };
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.to_ascii_lowercase())
    };
    let client = field("client_id").unwrap_or_default();
    let is_known = context.auth.known().clients.contains_key(&client);
    if !is_known {
        context.auth.add_client(Client {
            id: client.clone(),
            name: format!("device-{client}"),
            principal: None,
            authentication: ClientAuthentication::None,
            grants: [Grant::DeviceCode].into(),
            scopes: [].into(),
            redirect_uris: Vec::new(),
            dpop: false,
            restricted: false,
        });
    }
    let start = context.auth.start_device(&client, None, request.now);
    let device = field("device_id").unwrap_or_else(|| state.ids.uuid());
    state
        .devices
        .push((digest(&start.device_code), device.clone()));
    Ok(Answer::ok(json!({
        "device_code": start.device_code,
        "user_code": start.user_code,
        "verification_uri": "/devices/verify",
        "verification_uri_complete": format!("/devices/verify?user_code={}", start.user_code),
        "expires_in": start.expires_in,
        "interval": start.interval,
        "device_id": device,
    })))
}

fn issue(request: &Request, context: &Context<'_>, principal: String) -> String {
    context.auth.issue(AccessToken {
        scheme: "Bearer".to_owned(),
        principal,
        kind: TokenKind::Oauth2,
        client: None,
        scopes: None,
        expires_at: Some(request.now + TimeDelta::seconds(LIFE)),
    })
}

fn refused(error: OauthError) -> Answer {
    match error.status() {
        StatusCode::UNAUTHORIZED => errors::unauthorized(&error.description),
        StatusCode::FORBIDDEN => errors::illegal(&error.description),
        _ => Answer::json(
            StatusCode::BAD_REQUEST,
            json!({ "error": error.code, "error_description": error.description }),
        ),
    }
}
