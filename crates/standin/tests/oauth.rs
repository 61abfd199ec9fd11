//! The embedded authorization server, over real sockets.

mod support;

use chrono::TimeDelta;
use rolecall_standin::{Api, Standin};
use serde_json::json;
use support::{
    Got, ProofKey, basic, claims, client, form, get, oauth_client, post_form, send, sha256, signed,
};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A path of each API that a token opens, whoever is behind it.
fn probe(api: Api) -> &'static str {
    match api {
        Api::Okta => "/api/v1/iam/roles",
        Api::Foundry => "/v2/admin/users/getCurrent",
        Api::Zenml => "/users/me",
        Api::Klustr => "/directory/orgs/any/roles",
    }
}

async fn start(api: Api) -> Standin {
    Standin::builder(api)
        .users(5)
        .start()
        .await
        .expect("a port is free")
}

/// Whether a request with this header gets past the question who sends it.
async fn is_let_in(standin: &Standin, authorization: &str) -> bool {
    let got = get(standin, probe(standin.api()), authorization).await;
    let _ = standin.take_violations();
    got.status != 401
}

fn now(standin: &Standin) -> i64 {
    standin.clock().now().timestamp()
}

/// A client assertion; `jti` makes it unlike any other.
fn assertion(standin: &Standin, name: &str, algorithm: &str, jti: &str) -> String {
    let client = oauth_client(standin, name);
    let key = client.keys.iter().find(|key| key.algorithm == algorithm);
    let id = &client.client.id;
    let claims = json!({
        "iss": id, "sub": id, "aud": standin.credentials().endpoints.token,
        "iat": now(standin), "exp": now(standin) + 300, "jti": jti,
    });
    signed(key.expect("it has such a key"), &claims)
}

async fn with_assertion(standin: &Standin, assertion: &str, scope: &str) -> Got {
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", scope),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", assertion),
    ];
    post_form(&standin.credentials().endpoints.token, &fields, &[]).await
}

#[tokio::test]
async fn a_signed_assertion_gets_a_token_once() {
    let okta = start(Api::Okta).await;
    for algorithm in ["RS256", "ES256"] {
        let assertion = assertion(&okta, "service-bearer", algorithm, algorithm);
        let got = with_assertion(&okta, &assertion, "okta.roles.read okta.users.read").await;
        assert_eq!(got.status, 200, "{}", got.text);
        let body = got.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 3600);
        assert_eq!(body["scope"], "okta.roles.read okta.users.read");
        assert_eq!(got.header("cache-control"), "no-store");
        let token = got.text("access_token");
        assert_eq!(claims(&token)["scp"][0], "okta.roles.read");
        assert!(is_let_in(&okta, &format!("Bearer {token}")).await);
        let again = with_assertion(&okta, &assertion, "okta.roles.read").await;
        assert_eq!(again.error(), (401, "invalid_client".to_owned()));
    }
}

#[tokio::test]
async fn assertions_that_do_not_hold_are_refused() {
    let okta = start(Api::Okta).await;
    let client = oauth_client(&okta, "service-bearer");
    let (id, key) = (&client.client.id, &client.keys[0]);
    let aud = &okta.credentials().endpoints.token;
    let (now, end) = (now(&okta), now(&okta) + 60);
    let wrong = [
        json!({"iss": id, "sub": id, "aud": aud, "exp": now - 1}),
        json!({"iss": id, "sub": id, "aud": aud}),
        json!({"iss": id, "sub": id, "aud": aud, "exp": now + 7200}),
        json!({"iss": id, "sub": id, "aud": okta.origin(), "exp": end}),
        json!({"iss": "x", "sub": id, "aud": aud, "exp": end}),
        json!({"iss": "x", "sub": "x", "aud": aud, "exp": end}),
    ];
    for claims in wrong {
        let got = with_assertion(&okta, &signed(key, &claims), "okta.roles.read").await;
        assert_eq!(got.error(), (401, "invalid_client".to_owned()), "{claims}");
    }
    let good = json!({"iss": id, "sub": id, "aud": aud, "exp": end});
    let mut forged = signed(key, &good);
    forged.replace_range(forged.len() - 8..forged.len() - 4, "AAAA");
    for text in [&*forged, "nonsense", "a.b.c", ".."] {
        let got = with_assertion(&okta, text, "okta.roles.read").await;
        assert_eq!(got.error(), (401, "invalid_client".to_owned()), "{text}");
    }
    for (scope, error) in [("okta.none", "invalid_scope"), ("", "invalid_scope")] {
        let got = with_assertion(&okta, &signed(key, &good), scope).await;
        assert_eq!(got.error(), (400, error.to_owned()));
    }
}

#[tokio::test]
async fn a_bound_token_needs_a_nonce_to_get_and_a_proof_to_use() {
    let okta = start(Api::Okta).await;
    let url = okta.credentials().endpoints.token.clone();
    let key = ProofKey::new();
    let ask = async |jti: &str, proof: Option<String>| {
        let assertion = assertion(&okta, "service", "RS256", jti);
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", "okta.roles.read"),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", &assertion),
        ];
        let headers: Vec<(&str, &str)> = proof.iter().map(|proof| ("DPoP", &**proof)).collect();
        post_form(&url, &fields, &headers).await
    };
    let got = ask("1", None).await;
    assert_eq!(got.error(), (400, "invalid_dpop_proof".to_owned()));
    let base = json!({"htm": "POST", "htu": url, "iat": now(&okta)});
    let got = ask("2", Some(key.proof(&base))).await;
    assert_eq!(got.error(), (400, "use_dpop_nonce".to_owned()));
    let nonce = got.header("dpop-nonce").to_owned();
    let mut with_nonce = base.clone();
    with_nonce["nonce"] = nonce.into();
    with_nonce["jti"] = "p1".into();
    let proof = key.proof(&with_nonce);
    let got = ask("3", Some(proof.clone())).await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(got.json()["token_type"], "DPoP");
    let token = got.text("access_token");
    assert!(claims(&token)["cnf"]["jkt"].is_string());
    let replayed = ask("4", Some(proof)).await;
    assert_eq!(replayed.error(), (400, "invalid_dpop_proof".to_owned()));

    let target = format!("{}{}", okta.base_url(), probe(Api::Okta));
    let call = async |scheme: &str, proof: Option<String>| {
        let mut request = client()
            .get(format!("{target}?after=x"))
            .header("authorization", format!("{scheme} {token}"));
        if let Some(proof) = proof {
            request = request.header("DPoP", proof);
        }
        let got = send(request).await;
        let _ = okta.take_violations();
        if got.status == 401 && scheme == "DPoP" {
            let challenge = got.header("www-authenticate");
            let expected = "DPoP error=\"invalid_dpop_proof\"";
            assert!(challenge.starts_with(expected), "{challenge}");
            assert_eq!(got.text("errorCode"), "E0000011");
        }
        got.status != 401
    };
    let good = json!({
        "htm": "GET", "htu": target, "iat": now(&okta), "jti": "r1", "ath": sha256(&token),
    });
    let proof = key.proof(&good);
    assert!(call("DPoP", Some(proof.clone())).await);
    assert!(!call("DPoP", Some(proof)).await, "a proof serves once");
    assert!(!call("DPoP", None).await, "a proof is needed");
    let other = |name: &str, value: &str| {
        let mut changed = good.clone();
        changed["jti"] = format!("{name} {value}").into();
        changed[name] = value.into();
        changed
    };
    for changed in [
        other("htm", "POST"),
        other("htu", &okta.origin()),
        other("ath", "AAAA"),
    ] {
        assert!(!call("DPoP", Some(key.proof(&changed))).await, "{changed}");
    }
    let fresh = other("jti", "r2");
    assert!(
        !call("Bearer", Some(key.proof(&fresh))).await,
        "the scheme is DPoP"
    );
    let stranger = ProofKey::new().proof(&fresh);
    assert!(!call("DPoP", Some(stranger)).await, "the key is another");
    let mut late = other("jti", "r3");
    late["iat"] = (now(&okta) - 3600).into();
    assert!(!call("DPoP", Some(key.proof(&late))).await, "it is old");
    assert!(call("DPoP", Some(key.proof(&fresh))).await);
}

#[tokio::test]
async fn tokens_end_with_the_clock() {
    let klustr = start(Api::Klustr).await;
    let service = oauth_client(&klustr, "service");
    let secret = service.secret.clone().expect("it has one");
    let url = klustr.credentials().endpoints.token.clone();
    let fields = [("grant_type", "client_credentials")];
    let header = basic(&service.client.id, &secret);
    let got = post_form(&url, &fields, &[("authorization", &header)]).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let life = got.json()["expires_in"].as_i64().expect("it says so");
    let bearer = format!("Bearer {}", got.text("access_token"));
    assert!(is_let_in(&klustr, &bearer).await);
    klustr.clock().advance(TimeDelta::seconds(life + 1));
    assert!(!is_let_in(&klustr, &bearer).await);
}

#[tokio::test]
async fn a_client_proves_itself_as_it_is_registered_and_no_other_way() {
    let klustr = start(Api::Klustr).await;
    let url = klustr.credentials().endpoints.token.clone();
    let ask = async |name: &str, posted: bool, secret: &str| {
        let id = oauth_client(&klustr, name).client.id.clone();
        let mut fields = vec![("grant_type", "client_credentials")];
        if posted {
            fields.extend([("client_id", &*id), ("client_secret", secret)]);
            post_form(&url, &fields, &[]).await
        } else {
            let header = basic(&id, secret);
            post_form(&url, &fields, &[("authorization", &header)]).await
        }
    };
    for (name, posted) in [("service", false), ("service-post", true)] {
        let secret = oauth_client(&klustr, name).secret.clone();
        let secret = secret.expect("it has one");
        assert_eq!(ask(name, posted, &secret).await.status, 200, "{name}");
        for refused in [
            ask(name, !posted, &secret).await,
            ask(name, posted, "no").await,
        ] {
            assert_eq!(
                refused.error(),
                (401, "invalid_client".to_owned()),
                "{name}"
            );
            // Hydra's shape.
            assert_eq!(refused.json()["status_code"], 401);
            assert!(refused.json()["error_hint"].is_string());
        }
    }
    let assertion = assertion(&klustr, "service-key", "RS256", "1");
    assert_eq!(with_assertion(&klustr, &assertion, "").await.status, 200);
}

#[tokio::test]
async fn what_a_client_may_not_do_and_what_nobody_knows_are_told_apart() {
    let klustr = start(Api::Klustr).await;
    let url = klustr.credentials().endpoints.token.clone();
    let service = oauth_client(&klustr, "service");
    let header = basic(
        &service.client.id,
        &service.secret.clone().expect("it has one"),
    );
    let ask = async |fields: &[(&str, &str)]| {
        let got = post_form(&url, fields, &[("authorization", &header)]).await;
        got.error()
    };
    assert_eq!(ask(&[]).await, (400, "invalid_request".to_owned()));
    let unknown = [("grant_type", "password")];
    assert_eq!(
        ask(&unknown).await,
        (400, "unsupported_grant_type".to_owned())
    );
    let other = [("grant_type", "authorization_code"), ("code", "x")];
    assert_eq!(ask(&other).await, (400, "unauthorized_client".to_owned()));
    let got = send(client().get(&url)).await;
    assert_eq!((got.status.as_u16(), got.header("allow")), (405, "POST"));
}

/// A code for the native client, and the verifier that belongs to it.
async fn code(standin: &Standin, name: &str, scope: &str, more: &[(&str, &str)]) -> Got {
    let challenge = sha256("a verifier that is long enough to be one, so it is");
    let id = &oauth_client(standin, name).client.id;
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", "http://127.0.0.1:54321/callback"),
        ("scope", scope),
        ("state", "s t&te"),
        ("code_challenge", &*challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    let url = format!(
        "{}?{}",
        standin.credentials().endpoints.authorize,
        form(&fields)
    );
    send(client().get(url)).await
}

/// A query parameter of the address that an answer redirects to.
fn sent_back(got: &Got, name: &str) -> Option<String> {
    assert_eq!(got.status, 302, "{}", got.text);
    let (_, query) = got.header("location").split_once('?')?;
    let prefix = format!("{name}=");
    let found = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(&prefix))?;
    Some(
        percent_encoding::percent_decode_str(found)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

async fn trade(standin: &Standin, name: &str, code: &str, verifier: &str) -> Got {
    let id = &oauth_client(standin, name).client.id;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", id),
        ("code", code),
        ("redirect_uri", "http://127.0.0.1:54321/callback"),
        ("code_verifier", verifier),
    ];
    post_form(&standin.credentials().endpoints.token, &fields, &[]).await
}

const VERIFIER: &str = "a verifier that is long enough to be one, so it is";

#[tokio::test]
async fn a_person_signs_in_with_a_code_that_serves_once() {
    for api in Api::ALL {
        let standin = start(api).await;
        let scope = match api {
            Api::Okta => "okta.roles.read",
            Api::Foundry => "api:admin-read",
            Api::Zenml | Api::Klustr => "openid",
        };
        let got = code(&standin, "native", scope, &[]).await;
        assert_eq!(sent_back(&got, "state").as_deref(), Some("s t&te"), "{api}");
        let code = sent_back(&got, "code").expect("there is one");
        let refused = trade(&standin, "native", &code, "another verifier").await;
        assert_eq!(refused.error(), (400, "invalid_grant".to_owned()), "{api}");
        let got = trade(&standin, "native", &code, VERIFIER).await;
        assert_eq!(got.status, 200, "{api}: {}", got.text);
        let bearer = format!("Bearer {}", got.text("access_token"));
        assert!(is_let_in(&standin, &bearer).await, "{api}");
        let again = trade(&standin, "native", &code, VERIFIER).await;
        assert_eq!(again.error(), (400, "invalid_grant".to_owned()), "{api}");
        assert!(
            !is_let_in(&standin, &bearer).await,
            "{api}: the code leaked"
        );
    }
}

#[tokio::test]
async fn codes_expire_and_pkce_cannot_be_left_out() {
    let okta = start(Api::Okta).await;
    let got = code(&okta, "native", "okta.roles.read", &[]).await;
    let late = sent_back(&got, "code").expect("there is one");
    okta.clock().advance(TimeDelta::seconds(301));
    let got = trade(&okta, "native", &late, VERIFIER).await;
    assert_eq!(got.error(), (400, "invalid_grant".to_owned()));
    for more in [
        [("code_challenge", "")],
        [("code_challenge_method", "plain")],
    ] {
        let got = code(&okta, "native", "okta.roles.read", &more).await;
        assert_eq!(sent_back(&got, "error").as_deref(), Some("invalid_request"));
        assert_eq!(sent_back(&got, "code"), None);
    }
    let got = code(&okta, "native", "okta.none", &[]).await;
    assert_eq!(sent_back(&got, "error").as_deref(), Some("invalid_scope"));
    let nobody = [("login_hint", "stranger")];
    let got = code(&okta, "native", "okta.roles.read", &nobody).await;
    assert_eq!(sent_back(&got, "error").as_deref(), Some("access_denied"));
    for more in [
        [("redirect_uri", "https://elsewhere.example/callback")],
        [("client_id", "<b>nobody")],
    ] {
        let got = code(&okta, "native", "okta.roles.read", &more).await;
        assert_eq!(
            got.status, 400,
            "nobody is sent to an address that is not known"
        );
        assert!(!got.text.contains("<b>"));
    }
}

#[tokio::test]
async fn refresh_tokens_rotate_and_a_late_reuse_ends_the_grant() {
    let foundry = start(Api::Foundry).await;
    let scope = "api:admin-read offline_access";
    let got = code(&foundry, "native", scope, &[]).await;
    let code = sent_back(&got, "code").expect("there is one");
    let got = trade(&foundry, "native", &code, VERIFIER).await;
    let first = got.text("refresh_token");
    let id = oauth_client(&foundry, "native").client.id.clone();
    let refresh = async |token: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", &*id),
            ("refresh_token", token),
        ];
        post_form(&foundry.credentials().endpoints.token, &fields, &[]).await
    };
    let second = refresh(&first).await;
    assert_eq!(second.status, 200, "{}", second.text);
    assert_ne!(second.text("refresh_token"), first);
    // The old one works for one more minute.
    foundry.clock().advance(TimeDelta::seconds(59));
    let third = refresh(&first).await;
    assert_eq!(third.status, 200, "{}", third.text);
    let bearer = format!("Bearer {}", third.text("access_token"));
    assert!(is_let_in(&foundry, &bearer).await);
    foundry.clock().advance(TimeDelta::seconds(2));
    assert_eq!(
        refresh(&first).await.error(),
        (400, "invalid_grant".to_owned())
    );
    assert!(!is_let_in(&foundry, &bearer).await);
    let latest = third.text("refresh_token");
    assert_eq!(
        refresh(&latest).await.error(),
        (400, "invalid_grant".to_owned())
    );
}

#[tokio::test]
async fn revoked_tokens_are_let_in_no_more_and_introspection_says_so() {
    let klustr = start(Api::Klustr).await;
    let service = oauth_client(&klustr, "service");
    let header = basic(
        &service.client.id,
        &service.secret.clone().expect("it has one"),
    );
    let endpoints = klustr.credentials().endpoints.clone();
    let post = async |url: &str, fields: &[(&str, &str)]| {
        post_form(url, fields, &[("authorization", &header)]).await
    };
    let got = post(&endpoints.token, &[("grant_type", "client_credentials")]).await;
    let token = got.text("access_token");
    let introspect = endpoints.introspect.expect("Hydra has it");
    let got = post(&introspect, &[("token", &token)]).await;
    assert_eq!(got.json()["active"], true);
    assert_eq!(got.json()["client_id"], *service.client.id);
    let revoke = endpoints.revoke.expect("Hydra has it");
    assert_eq!(post(&revoke, &[("token", &token)]).await.status, 200);
    assert!(!is_let_in(&klustr, &format!("Bearer {token}")).await);
    let got = post(&introspect, &[("token", &token)]).await;
    assert_eq!(got.json(), json!({"active": false}));
    let unknown = post(&revoke, &[("token", "never was")]).await;
    assert_eq!(unknown.status, 200, "RFC 7009, section 2.2");
}

#[tokio::test]
async fn metadata_names_what_is_there() {
    for api in Api::ALL {
        let standin = start(api).await;
        let endpoints = standin.credentials().endpoints.clone();
        let Some(metadata) = endpoints.metadata else {
            assert_eq!(api, Api::Foundry, "Multipass publishes none");
            continue;
        };
        let got = send(client().get(metadata)).await;
        let body = got.json();
        assert_eq!(body["issuer"], *endpoints.issuer, "{api}");
        assert_eq!(body["token_endpoint"], *endpoints.token, "{api}");
        let keys = send(client().get(got.text("jwks_uri"))).await;
        assert_eq!(keys.json()["keys"][0]["kty"], "RSA", "{api}");
        assert!(keys.json()["keys"][0].get("d").is_none(), "{api}");
    }
}

#[tokio::test]
async fn secrets_follow_from_the_seed_and_show_nowhere() {
    let one = start(Api::Klustr).await;
    let same = start(Api::Klustr).await;
    let other = Standin::builder(Api::Klustr).seed(2).users(5).start().await;
    let other = other.expect("a port is free");
    assert_eq!(one.credentials().token, same.credentials().token);
    assert_ne!(one.credentials().token, other.credentials().token);
    let secret = oauth_client(&one, "service").secret.clone();
    let secret = secret.expect("it has one");
    let shown = format!("{:?} {one:?}", one.credentials());
    assert!(!shown.contains(&secret) && !shown.contains(&one.credentials().token));
    assert!(!shown.contains("PRIVATE KEY"));
}
