//! What the stand-in says of itself, as JSON.

use crate::credentials::{Credentials, OauthClient};
use crate::faults::{Fault, Faults};
use crate::host::Dispatch;
use crate::millis;
use crate::oauth::{CLIENT_EC, CLIENT_RSA};
use serde_json::{Value, json};

/// What stands in the place of a secret.
const MASK: &str = "••••••••";

pub(super) fn status(host: &dyn Dispatch) -> Value {
    let shared = host.shared();
    let info = &host.contract().document["info"];
    json!({
        "api": host.contract().api.name(),
        "title": info["title"],
        "version": info["version"],
        "operations": host.contract().operations.len(),
        "base_path": host.contract().api.base_path(),
        "seed": shared.population.seed,
        "users": shared.population.users,
        "checked": shared.checked,
        "now": millis(shared.clock.now()),
        "answers": shared.exchanges.statuses(),
        "violations": shared.violations().len(),
        "saves": shared.on_save.get().is_some(),
    })
}

pub(super) fn faults(faults: &Faults) -> Value {
    json!({
        "planned": faults.planned(),
        "random": faults.rate(),
        "known": Fault::EACH,
    })
}

/// A private key for tests, by the path of its file.
pub(super) fn key(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix("/keys/")?.strip_suffix(".pem")?;
    let mut all = [&CLIENT_RSA, &CLIENT_EC].into_iter();
    all.find(|key| key.id == name).map(|key| key.pem)
}

/// All credentials; secrets only when `reveal` is set.
pub(crate) fn credentials(credentials: &Credentials, reveal: bool) -> Value {
    let secret = |text: &str| {
        if reveal {
            text.to_owned()
        } else {
            MASK.to_owned()
        }
    };
    let tokens = credentials.tokens.iter().map(|token| {
        json!({
            "name": token.name,
            "scheme": token.scheme,
            "token": secret(&token.token),
            "principal": token.principal,
        })
    });
    let client = |known: &OauthClient| {
        let keys = known.keys.iter().map(|key| {
            json!({
                "id": key.id,
                "algorithm": key.algorithm,
                "pem": format!("/_standin/keys/{}.pem", key.id),
            })
        });
        json!({
            "id": known.client.id,
            "name": known.client.name,
            "authentication": known.client.authentication,
            "secret": known.secret.as_deref().map(secret),
            "keys": keys.collect::<Vec<_>>(),
            "grants": known.client.grants,
            "scopes": known.client.scopes,
            "redirect_uris": known.client.redirect_uris,
            "dpop": known.client.dpop,
            "restricted": known.client.restricted,
            "principal": known.client.principal,
        })
    };
    let endpoints = &credentials.endpoints;
    json!({
        "scheme": credentials.scheme,
        "token": secret(&credentials.token),
        "tokens": tokens.collect::<Vec<_>>(),
        "clients": credentials.clients.iter().map(client).collect::<Vec<_>>(),
        "endpoints": {
            "issuer": endpoints.issuer,
            "authorize": endpoints.authorize,
            "token": endpoints.token,
            "revoke": endpoints.revoke,
            "introspect": endpoints.introspect,
            "keys": endpoints.keys,
            "metadata": endpoints.metadata,
        },
    })
}
