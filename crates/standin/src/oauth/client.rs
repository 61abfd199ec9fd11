//! Who asks for a token (RFC 6749, section 2.3).

use super::{OauthError, OauthRequest, assertion};
use crate::auth::{Client, ClientAuthentication, Known, derive, digest};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

/// The client that a request comes from, when it has proved to be it.
pub(super) fn authenticate(
    known: &mut Known,
    request: &OauthRequest<'_>,
) -> Result<Client, OauthError> {
    let basic = request
        .header("authorization")
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let posted = request.field("client_secret");
    let assertion = request.field("client_assertion");
    let ways = [basic.is_some(), posted.is_some(), assertion.is_some()];
    if ways.into_iter().filter(|used| *used).count() > 1 {
        let problem = "The client proves itself in more than one way.";
        return Err(OauthError::request(problem));
    }
    use ClientAuthentication as By;
    let (id, by) = if let Some(assertion) = assertion {
        let id = assertion::client(known, request, assertion)?;
        (id, vec![By::PrivateKeyJwt])
    } else if let Some((_, encoded)) = basic {
        let (id, secret) = credentials(encoded)
            .ok_or_else(|| OauthError::client("The Authorization header cannot be read."))?;
        check_secret(known, &id, &secret)?;
        (id, vec![By::ClientSecretBasic, By::ClientSecret])
    } else {
        let id = request
            .field("client_id")
            .ok_or_else(|| OauthError::client("The request names no client."))?;
        match posted {
            Some(secret) => {
                check_secret(known, id, secret)?;
                (id.to_owned(), vec![By::ClientSecretPost, By::ClientSecret])
            }
            None => (id.to_owned(), vec![By::None]),
        }
    };
    match known.clients.get(&id) {
        Some(client) if by.contains(&client.authentication) => Ok(client.clone()),
        Some(_) => Err(OauthError::client(
            "The client is not registered for this way to prove itself.",
        )),
        None => Err(OauthError::client("No client has this client_id.")),
    }
}

/// Identifier and secret of HTTP Basic, which are form-encoded below the base64 (RFC 6749, section 2.3.1).
fn credentials(encoded: &str) -> Option<(String, String)> {
    let bytes = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    Some((decode(id), decode(secret)))
}

fn check_secret(known: &Known, id: &str, secret: &str) -> Result<(), OauthError> {
    let right = derive(known.seed, "client", id, "", 40);
    // Digests are compared, so that the time that it takes says nothing of the secret.
    if known.clients.contains_key(id) && digest(&right) == digest(secret) {
        Ok(())
    } else {
        Err(OauthError::client("The client or its secret is wrong."))
    }
}
