//! What the authorization server says of itself (RFC 8414, OpenID Connect Discovery).

use super::Profile;
use super::keys::SERVER;
use crate::{Answer, Api};
use serde_json::{Value, json};

pub(super) fn metadata(profile: &Profile, origin: &str) -> Answer {
    let url = |path: &str| format!("{origin}{path}");
    let methods: &[&str] = match profile.api {
        Api::Okta => &[
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        Api::Klustr => &[
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        Api::Foundry | Api::Zenml => &["client_secret_basic", "client_secret_post", "none"],
    };
    let mut grants = vec!["authorization_code", "client_credentials"];
    if profile.refresh_life > 0 {
        grants.push("refresh_token");
    }
    let mut body = json!({
        "issuer": url(profile.issuer),
        "authorization_endpoint": url(profile.authorize),
        "token_endpoint": url(profile.token),
        "response_types_supported": ["code"],
        "grant_types_supported": grants,
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported":
            ["RS256", "RS384", "RS512", "ES256", "ES384"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
    });
    let optional = [
        ("jwks_uri", profile.keys),
        ("revocation_endpoint", profile.revoke),
        ("introspection_endpoint", profile.introspect),
    ];
    for (name, path) in optional {
        if let Some(path) = path {
            body[name] = Value::from(url(path));
        }
    }
    if profile.dpop {
        body["dpop_signing_alg_values_supported"] =
            json!(["RS256", "RS384", "RS512", "ES256", "ES384"]);
    }
    Answer::ok(body)
}

pub(super) fn keys() -> Answer {
    Answer::ok(json!({"keys": [SERVER.jwk()]}))
}
