//! `private_key_jwt`: clients that prove themselves by a signed assertion (RFC 7523, section 3).

use super::jose::Jwt;
use super::{CLIENT_EC, CLIENT_RSA, OauthError, OauthRequest};
use crate::auth::{ClientAuthentication, Known};
use chrono::{DateTime, TimeDelta};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The client that an assertion comes from.
pub(super) fn client(
    known: &mut Known,
    request: &OauthRequest<'_>,
    assertion: &str,
) -> Result<String, OauthError> {
    if request.field("client_assertion_type") != Some(TYPE) {
        return Err(OauthError::request(format!(
            "client_assertion_type has to be {TYPE}."
        )));
    }
    read(known, request, assertion).map_err(|problem| {
        OauthError::client(format!("The client_assertion is refused: {problem}."))
    })
}

fn read(known: &mut Known, request: &OauthRequest<'_>, assertion: &str) -> Result<String, String> {
    let jwt = Jwt::parse(assertion)?;
    let id = jwt.claim("sub").ok_or("it has no `sub`")?;
    if jwt.claim("iss") != Some(id) {
        return Err("`iss` and `sub` have to be the client_id".to_owned());
    }
    if request.field("client_id").is_some_and(|other| other != id) {
        return Err("`sub` is not the client_id of the request".to_owned());
    }
    let client = known.clients.get(id);
    if client.is_none_or(|client| client.authentication != ClientAuthentication::PrivateKeyJwt) {
        return Err("no client with a key has this client_id".to_owned());
    }
    let rsa = jwt.header("alg").is_some_and(|name| name.starts_with("RS"));
    let key = if rsa { &CLIENT_RSA } else { &CLIENT_EC };
    if jwt.header("kid").is_some_and(|named| named != key.id) {
        return Err(format!(
            "no key of the client has this `kid`, which is {}",
            key.id
        ));
    }
    jwt.verify(key.jwk())?;
    let audience = jwt.claims.get("aud").ok_or("it has no `aud`")?;
    let url = request.url();
    let named = audience.as_str() == Some(&url)
        || audience
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == &*url));
    if !named {
        return Err(format!("`aud` has to be {url}"));
    }
    let now = request.now;
    let ends = jwt
        .time("exp")
        .and_then(|at| DateTime::from_timestamp(at, 0));
    let ends = ends.ok_or("it has no `exp`")?;
    if ends <= now {
        return Err("it has expired".to_owned());
    }
    // fact: org-server-lifetimes
    if ends > now + TimeDelta::hours(1) + TimeDelta::minutes(5) {
        return Err("`exp` is more than an hour ahead".to_owned());
    }
    if let Some(jti) = jwt.claim("jti") {
        known
            .grants
            .use_once(&format!("assertion {id} {jti}"), ends, now)
            .map_err(|()| "its `jti` was used before")?;
    }
    Ok(id.to_owned())
}
