//! Revocation (RFC 7009) and introspection (RFC 7662).

use super::{OauthError, OauthRequest, Profile, client};
use crate::Answer;
use crate::auth::{Auth, digest};
use http::StatusCode;
use serde_json::json;

/// Ends a token of the client. A token that is not known is as good as ended.
pub(super) fn revoke(
    auth: &Auth,
    _: &'static Profile,
    request: &OauthRequest<'_>,
) -> Result<Answer, OauthError> {
    let mut known = auth.known();
    let client = client::authenticate(&mut known, request)?;
    let token = request
        .field("token")
        .ok_or_else(|| OauthError::request("The request has no token."))?;
    let token = digest(token);
    let owned = |id: Option<&str>| id == Some(&*client.id);
    if let Some(found) = known.grants.refresh.get(&token) {
        if owned(Some(&found.given.client)) {
            let number = found.given.number;
            known.end_grant(number);
        }
    } else if let Some(found) = known.tokens.get(&token)
        && owned(found.token.client.as_deref())
    {
        known.tokens.remove(&token);
    }
    Ok(Answer::empty(StatusCode::OK))
}

/// What a token stands for.
pub(super) fn introspect(
    auth: &Auth,
    profile: &'static Profile,
    request: &OauthRequest<'_>,
) -> Result<Answer, OauthError> {
    let mut known = auth.known();
    client::authenticate(&mut known, request)?;
    let token = request
        .field("token")
        .ok_or_else(|| OauthError::request("The request has no token."))?;
    let issued = known.tokens.get(&digest(token));
    let issued = issued.filter(|issued| {
        let ends = issued.token.expires_at;
        ends.is_none_or(|ends| ends > request.now)
    });
    let Some(issued) = issued else {
        return Ok(Answer::ok(json!({"active": false})));
    };
    let scopes = issued.token.scopes.iter().flatten().map(String::as_str);
    let mut body = json!({
        "active": true,
        "scope": scopes.collect::<Vec<_>>().join(" "),
        "sub": issued.token.principal,
        "token_type": issued.token.scheme,
        "iss": format!("{}{}", request.origin, profile.issuer),
    });
    if let Some(client) = &issued.token.client {
        body["client_id"] = client.as_str().into();
    }
    if let Some(ends) = issued.token.expires_at {
        body["exp"] = ends.timestamp().into();
    }
    if let Some(key) = &issued.key {
        body["cnf"] = json!({"jkt": key});
    }
    Ok(Answer::ok(body))
}
