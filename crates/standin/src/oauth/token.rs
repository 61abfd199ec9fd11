//! The token endpoint.

use super::grants::{Given, Refresh, nonces};
use super::jose::sign;
use super::keys::SERVER;
use super::proof::{self, Expected};
use super::{OauthError, OauthRequest, Profile, client, device};
use crate::Answer;
use crate::auth::{AccessToken, Auth, Client, Grant, Issued, Known, TokenKind, digest};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// A token for who asks for one.
pub(super) fn token(
    auth: &Auth,
    profile: &'static Profile,
    request: &OauthRequest<'_>,
) -> Result<Answer, OauthError> {
    let name = request
        .field("grant_type")
        .ok_or_else(|| OauthError::request("The request has no grant_type."))?;
    let grant = Grant::ALL.into_iter().find(|grant| grant.name() == name);
    let grant = grant.ok_or_else(|| {
        let problem = format!("The grant type `{name}` is not known.");
        OauthError::new("unsupported_grant_type", problem)
    })?;
    let mut known = auth.known();
    let known = &mut *known;
    let client = client::authenticate(known, request)?;
    if !client.grants.contains(&grant) {
        let problem = format!("The client is not registered for the grant `{name}`.");
        return Err(OauthError::new("unauthorized_client", problem));
    }
    let key = bound_key(known, profile, &client, request)?;
    let (given, life) = match grant {
        Grant::ClientCredentials => (
            client_credentials(known, profile, &client, request)?,
            profile.access_life(),
        ),
        Grant::AuthorizationCode => (code(known, &client, request)?, profile.access_life()),
        Grant::RefreshToken => (
            refresh(known, profile, &client, key.as_deref(), request)?,
            profile.access_life(),
        ),
        Grant::DeviceCode => (device::poll(known, &client, request)?, device::TOKEN_LIFE),
    };
    give(known, profile, &client, request, given, key, life)
}

/// The thumbprint of the key that the token gets bound to.
// fact: dpop-in-two-steps
fn bound_key(
    known: &mut Known,
    profile: &Profile,
    client: &Client,
    request: &OauthRequest<'_>,
) -> Result<Option<String>, OauthError> {
    let offered = request.headers.contains_key("dpop");
    if !profile.dpop || !(client.dpop || offered) {
        return Ok(None);
    }
    let good: Vec<String> = nonces(known.seed, request.now).collect();
    let url = request.url();
    let expected = Expected {
        method: "POST",
        url: &url,
        token: None,
        nonce: Some(&good),
    };
    let refused = |problem: String| OauthError::new("invalid_dpop_proof", format!("{problem}."));
    let proof = proof::read(request.headers, &expected, request.now).map_err(refused)?;
    if !proof.fresh {
        let error = OauthError::new("use_dpop_nonce", "The proof has to hold a current nonce.");
        return Err(error.header("dpop-nonce", good.into_iter().next().unwrap_or_default()));
    }
    let once = format!("proof {} {}", proof.key, proof.jti);
    known
        .grants
        .use_once(&once, proof.ends, request.now)
        .map_err(|()| refused("the proof was used before".to_owned()))?;
    Ok(Some(proof.key))
}

fn client_credentials(
    known: &mut Known,
    profile: &Profile,
    client: &Client,
    request: &OauthRequest<'_>,
) -> Result<Given, OauthError> {
    let principal = client.principal.clone().ok_or_else(|| {
        OauthError::new(
            "unauthorized_client",
            "The client acts for nobody of its own.",
        )
    })?;
    let mut scopes = Known::scopes(profile, client, request.field("scope"))?;
    // There is no refresh token for a client that can always ask again (RFC 6749, section 4.4.3).
    if let Some(scopes) = &mut scopes {
        scopes.remove(profile.offline_scope);
    }
    Ok(Given {
        number: known.grants.number(),
        client: client.id.clone(),
        principal,
        scopes,
        offline: false,
    })
}

fn code(
    known: &mut Known,
    client: &Client,
    request: &OauthRequest<'_>,
) -> Result<Given, OauthError> {
    let code = request
        .field("code")
        .ok_or_else(|| OauthError::request("The request has no code."))?;
    let found = known.grants.codes.get_mut(&digest(code));
    let found = found
        .filter(|found| found.given.client == client.id)
        .ok_or_else(|| OauthError::grant("The code is not known."))?;
    if found.used {
        // Somebody else has it: what it gave is not to be trusted (RFC 6749, section 4.1.2).
        let number = found.given.number;
        known.end_grant(number);
        return Err(OauthError::grant("The code was used before."));
    }
    if found.ends <= request.now {
        return Err(OauthError::grant("The code has expired."));
    }
    if let Some(uri) = &found.redirect_uri
        && request.field("redirect_uri") != Some(uri)
    {
        let problem = "redirect_uri is not the one that the code was asked for with.";
        return Err(OauthError::grant(problem));
    }
    match (&found.challenge, request.field("code_verifier")) {
        (None, None) => {}
        (Some(challenge), Some(verifier)) if digest(verifier) == *challenge => {}
        (Some(_), None) => return Err(OauthError::grant("The request has no code_verifier.")),
        _ => {
            let problem = "code_verifier does not belong to the code_challenge.";
            return Err(OauthError::grant(problem));
        }
    }
    found.used = true;
    Ok(found.given.clone())
}

/// The grant behind a refresh token, which is used up. A second use ends the grant, but for a while after the first.
// fact: refresh-tokens-rotate
fn refresh(
    known: &mut Known,
    profile: &Profile,
    client: &Client,
    key: Option<&str>,
    request: &OauthRequest<'_>,
) -> Result<Given, OauthError> {
    let token = request
        .field("refresh_token")
        .ok_or_else(|| OauthError::request("The request has no refresh_token."))?;
    let found = known.grants.refresh.get_mut(&digest(token));
    let found = found
        .filter(|found| found.given.client == client.id)
        .ok_or_else(|| OauthError::grant("The refresh token is not known."))?;
    if found.ends <= request.now {
        return Err(OauthError::grant("The refresh token has expired."));
    }
    let grace = TimeDelta::seconds(profile.refresh_grace);
    if found.used.is_some_and(|used| request.now > used + grace) {
        let number = found.given.number;
        known.end_grant(number);
        let problem = "The refresh token was used before; all tokens of its grant have ended.";
        return Err(OauthError::grant(problem));
    }
    if found.key.is_some() && found.key.as_deref() != key {
        let problem = "The refresh token is bound to another key than the proof's.";
        return Err(OauthError::new("invalid_dpop_proof", problem));
    }
    let mut given = found.given.clone();
    if let Some(asked) = request.field("scope") {
        let asked = Known::scopes(profile, client, Some(asked))?.unwrap_or_default();
        let had = given.scopes.get_or_insert_default();
        if asked.iter().any(|scope| !had.contains(scope)) {
            let problem = "A refresh cannot add scopes.";
            return Err(OauthError::new("invalid_scope", problem));
        }
        *had = asked;
    }
    found.used.get_or_insert(request.now);
    Ok(given)
}

fn give(
    known: &mut Known,
    profile: &Profile,
    client: &Client,
    request: &OauthRequest<'_>,
    given: Given,
    key: Option<String>,
    life: TimeDelta,
) -> Result<Answer, OauthError> {
    let scope = given.scopes.as_ref().map(|scopes| {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        scopes.join(" ")
    });
    let text = if profile.jwt {
        jwt(known, profile, request, &given, key.as_deref(), life)?
    } else {
        known.new_secret("access", "")
    };
    let scheme = if key.is_some() { "DPoP" } else { "Bearer" };
    let mut body = json!({
        "token_type": if key.is_some() { "DPoP" } else { profile.token_type },
        "expires_in": life.num_seconds(),
        "access_token": text,
    });
    // fact: expires-in-string-or-number
    if scope.is_some() || profile.api == crate::Api::Foundry {
        body["scope"] = scope.into();
    }
    if given.offline {
        let refresh = known.new_secret("refresh", "");
        let bound = client.authentication == crate::auth::ClientAuthentication::None;
        known.grants.refresh.insert(
            digest(&refresh),
            Refresh {
                given: given.clone(),
                ends: request.now + TimeDelta::seconds(profile.refresh_life),
                used: None,
                key: key.clone().filter(|_| bound),
            },
        );
        body["refresh_token"] = refresh.into();
    }
    known.tokens.insert(
        digest(&text),
        Issued {
            token: AccessToken {
                scheme: scheme.to_owned(),
                principal: given.principal,
                kind: TokenKind::Oauth2,
                client: Some(given.client),
                scopes: given.scopes,
                expires_at: Some(request.now + life),
            },
            grant: Some(given.number),
            key,
            restricted: client.restricted,
            permissions: None,
        },
    );
    Ok(Answer::ok(body))
}

fn jwt(
    known: &mut Known,
    profile: &Profile,
    request: &OauthRequest<'_>,
    given: &Given,
    key: Option<&str>,
    life: TimeDelta,
) -> Result<String, OauthError> {
    let now = request.now.timestamp();
    let mut claims = json!({
        "ver": 1,
        "jti": known.new_secret("jti", "AT."),
        "iss": format!("{}{}", request.origin, profile.issuer),
        "aud": request.origin,
        "sub": given.principal,
        "iat": now,
        "exp": now + life.num_seconds(),
        "cid": given.client,
        "scp": given.scopes,
    });
    if let Some(key) = key {
        claims["cnf"] = json!({"jkt": key});
    }
    let header: Value = json!({"kid": SERVER.id, "alg": SERVER.algorithm});
    sign(SERVER.pair(), &header, &claims)
        .map_err(|problem| OauthError::new("server_error", problem))
}
