//! No secret is in what programs, people and logs get to see. The server repeats everything that it is told.

use crate::support::{Received, Reply, Server, shown};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rolecall::auth::oauth::{
    ClientAuthentication, ClientCredentials, Endpoints, OAuthClient, Provider, Redirect,
    UserSession,
};
use rolecall::auth::{
    ApiKeyExchange, Authorizer, Credentials, DpopKey, FileStore, MemoryStore, SigningKey,
    StaticToken, TokenRequest, TokenSource, TokenStore,
};
use rolecall::preflight::Preflight;
use rolecall_client::reqwest::{Method, Request};
use rolecall_client::{Secret, Url, find, install_crypto_provider, reqwest};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::io;
use std::sync::{Arc, Mutex};

/// The fields of forms that only a client and its server may know.
const FIELDS: [&str; 7] = [
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "password",
    "refresh_token",
    "token",
];
/// Shorter texts turn up by chance.
const SHORTEST: usize = 6;

/// Everything that anybody got to see.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<String>>);

impl Seen {
    fn add(&self, text: &str) {
        writeln!(self.0.lock().unwrap(), "{text}").unwrap();
    }

    fn debug(&self, value: &dyn Debug) {
        self.add(&format!("{value:?}\n{value:#?}"));
    }
}

/// Takes what is logged.
impl io::Write for Seen {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap()
            .push_str(&String::from_utf8_lossy(text));
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn listen(seen: &Seen) -> tracing::subscriber::DefaultGuard {
    let seen = seen.clone();
    let logs = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || seen.clone())
        .finish();
    tracing::subscriber::set_default(logs)
}

/// Says everything that it was told, in the words that errors repeat.
fn repeat(request: &Received) -> Reply {
    let mut told = format!("{} ", request.body);
    for (name, value) in &request.headers {
        write!(told, "{name}: {} ", value.to_str().unwrap()).unwrap();
    }
    for (name, value) in form_urlencoded::parse(request.body.as_bytes()) {
        write!(told, "{name} {value} ").unwrap();
    }
    if let Some(pair) = request
        .header("authorization")
        .and_then(|text| text.strip_prefix("Basic "))
    {
        let pair = String::from_utf8(STANDARD.decode(pair).unwrap()).unwrap();
        let (_, secret) = pair.split_once(':').unwrap();
        let plain: String = form_urlencoded::parse(secret.as_bytes())
            .map(|(text, _)| text.into_owned())
            .collect();
        write!(told, "{pair} {plain}").unwrap();
    }
    // In pieces, for errors do not repeat texts of any length: whatever comes first must be hidden.
    Reply::new(
        400,
        json!({ "error": "invalid_request", "error_description": told }),
    )
}

/// What the server was told that nobody else may see.
fn secrets(server: &Server) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for request in server.seen() {
        all.extend(FIELDS.iter().filter_map(|field| request.form(field)));
        all.extend(request.header("dpop").map(str::to_owned));
        let authorization = request.header("authorization");
        let token = authorization.and_then(|text| text.split_once(' '));
        if let Some((scheme, token)) = token {
            all.insert(token.to_owned());
            if scheme == "Basic" {
                let pair = String::from_utf8(STANDARD.decode(token).unwrap()).unwrap();
                all.extend(pair.split_once(':').map(|(_, secret)| secret.to_owned()));
            }
        }
    }
    all.retain(|secret| secret.len() >= SHORTEST);
    all
}

/// Fails if any of the secrets was seen, or if there was none to look for.
fn search(seen: &Seen, secrets: &BTreeSet<String>, at_least: usize) {
    assert!(
        secrets.len() >= at_least,
        "only {} secrets were used",
        secrets.len()
    );
    let seen = seen.0.lock().unwrap();
    for secret in secrets {
        let found = seen.find(secret.as_str());
        let around = found.map(|at| &seen[at.saturating_sub(200)..at]);
        assert!(
            found.is_none(),
            "a secret of {} characters was seen after: {around:?}",
            secret.len()
        );
    }
}

async fn ask(seen: &Seen, source: &dyn TokenSource) {
    seen.debug(&source);
    let token = source.token(TokenRequest::default()).await;
    if let Ok(token) = &token {
        seen.debug(token);
        seen.debug(&token.claims());
        let asked = source.introspect(token.clone()).await;
        seen.debug(&asked);
    }
    if let Err(error) = token {
        seen.add(&shown(&error));
        // The failure that is waited out holds the first one.
        seen.add(&shown(
            &source.token(TokenRequest::default()).await.unwrap_err(),
        ));
    }
}

#[tokio::test]
async fn refusals_hide_what_the_client_proved_itself_with() {
    let seen = Seen::default();
    let _guard = listen(&seen);
    let server = Server::start(|request, _| repeat(request)).await;
    let key = || {
        SigningKey::from_pem(include_str!("../../../auth/tests/auth/keys/p256.pkcs8.pem")).unwrap()
    };
    let methods = [
        ClientAuthentication::secret_basic("b4sic secr3t+&%"),
        ClientAuthentication::secret_post("p0st secr3t+&%"),
        ClientAuthentication::private_key_jwt(key()),
    ];
    for method in methods {
        seen.debug(&method);
        for bound in [false, true] {
            let endpoints = Endpoints::new(server.at("/token"));
            let mut builder = OAuthClient::builder(Provider::endpoints(endpoints), "client-1")
                .authentication(method.clone());
            if bound {
                builder = builder.dpop(DpopKey::generate().unwrap());
            }
            seen.debug(&builder);
            let client = builder.build().unwrap();
            seen.debug(&client);
            ask(&seen, &ClientCredentials::new(client)).await;
        }
    }
    ask(
        &seen,
        &ApiKeyExchange::new(&server.at("/auth/login"), "ZENPROKEY_s3cr3t").unwrap(),
    )
    .await;
    seen.debug(&key());
    let mut secrets = secrets(&server);
    let plain = ["b4sic secr3t+&%", "p0st secr3t+&%", "ZENPROKEY_s3cr3t"];
    secrets.extend(plain.map(str::to_owned));
    secrets.extend(
        include_str!("../../../auth/tests/auth/keys/p256.pkcs8.pem")
            .lines()
            .map(str::to_owned)
            .filter(|line| !line.starts_with('-')),
    );
    search(&seen, &secrets, 12);
    assert!(seen.0.lock().unwrap().contains("***"), "nothing was hidden");
}

#[tokio::test]
async fn sessions_hide_their_tokens() {
    install_crypto_provider();
    let seen = Seen::default();
    let _guard = listen(&seen);
    let folder = tempfile::tempdir().unwrap();
    let file = FileStore::new(folder.path().join("sessions.json"));
    let server = Server::start(|request, before| match before {
        0..2 => Reply::new(
            200,
            json!({
                "access_token": format!("access-s3cr3t-{before}"),
                "token_type": "DPoP",
                "expires_in": 1,
                "refresh_token": format!("refresh-s3cr3t-{before}"),
            }),
        ),
        _ => repeat(request),
    })
    .await;
    let client = server
        .client()
        .dpop(DpopKey::generate().unwrap())
        .build()
        .unwrap();
    let session = UserSession::new(client, file.clone(), "me", ["read"]);
    let sign_in = session.start_sign_in(Redirect::default()).await.unwrap();
    seen.debug(&sign_in);
    let query: Vec<_> = sign_in
        .url()
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let get = |name: &str| {
        query
            .iter()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .clone()
    };
    let mut back = Url::parse(&get("redirect_uri")).unwrap();
    let parameters = [("code", "c0de-s3cr3t"), ("state", &get("state"))];
    back.query_pairs_mut().extend_pairs(parameters);
    let browser =
        tokio::spawn(async move { reqwest::get(back).await.unwrap().text().await.unwrap() });
    let token = sign_in.finish().await.unwrap();
    seen.add(&browser.await.unwrap());
    seen.debug(&token);
    let next = session
        .token(TokenRequest::default().other_than(token.id()))
        .await
        .unwrap();
    let error = session
        .token(TokenRequest::default().other_than(next.id()))
        .await
        .unwrap_err();
    seen.add(&shown(&error));
    ask(&seen, &session).await;

    let kept = file.load("me").await.unwrap().unwrap();
    seen.debug(&kept);
    // A store whose file is damaged says where, and not what.
    let text = std::fs::read_to_string(file.path()).unwrap();
    let half: String = text.chars().take(text.len() / 2).collect();
    std::fs::write(file.path(), half).unwrap();
    seen.add(&shown(&file.load("me").await.unwrap_err()));
    let memory = MemoryStore::new();
    let lock = memory.lock().await.unwrap();
    memory.save(&lock, "me", Some(kept.clone())).await.unwrap();
    seen.debug(&memory);

    let mut secrets = secrets(&server);
    let stored: serde_json::Value = serde_json::from_str(kept.expose()).unwrap();
    let fields = ["access_token", "refresh_token", "dpop_key"];
    secrets.extend(fields.map(|field| stored[field].as_str().unwrap().to_owned()));
    secrets.extend(["access-s3cr3t-0", "access-s3cr3t-1"].map(str::to_owned));
    search(&seen, &secrets, 10);
}

#[tokio::test]
async fn requests_and_credentials_hide_what_they_carry() {
    let seen = Seen::default();
    let _guard = listen(&seen);
    let server = Server::start(|request, _| repeat(request)).await;
    let operation = find(rolecall_okta::operations::ALL, "listUsers").unwrap();
    let tokens = [
        StaticToken::bearer("b3arer-s3cr3t"),
        StaticToken::ssws("ssws-s3cr3t"),
        StaticToken::bearer("l1ne-break-s3cr3t\n"),
    ];
    let mut secrets =
        BTreeSet::from(["b3arer-s3cr3t", "ssws-s3cr3t", "l1ne-break-s3cr3t"].map(str::to_owned));
    for token in tokens {
        seen.debug(&token);
        let credentials = Credentials::single(&server.url, token).unwrap();
        seen.debug(&credentials);
        let authorizer = Authorizer::new(credentials.clone());
        seen.debug(&authorizer);
        let mut request = Request::new(Method::GET, Url::parse(&server.at("/")).unwrap());
        match authorizer.authorize(operation, &mut request).await {
            Ok(used) => seen.debug(&used),
            Err(error) => seen.add(&shown(&error)),
        }
        seen.debug(&request);
        // Through a client as well: what its error says, and what it tells an observer.
        let observed = seen.clone();
        let client = rolecall::okta::Client::builder()
            .base_url(&server.url)
            .credentials(credentials.clone())
            .observer(move |summary| observed.debug(summary))
            .build()
            .unwrap();
        seen.debug(&client);
        let error = rolecall::Error::from(client.api().list_users().send().await.unwrap_err());
        seen.debug(&error);
        let told = Preflight::builder(&credentials, [operation])
            .probe(client.api().transport())
            .run()
            .await;
        seen.add(&format!(
            "{told}\n{}",
            serde_json::to_string(&told).unwrap()
        ));
    }
    secrets.extend(self::secrets(&server));
    search(&seen, &secrets, 3);
}

#[test]
fn the_search_finds_what_is_there() {
    let seen = Seen::default();
    seen.debug(&Secret::from("hidden"));
    search(&seen, &BTreeSet::from(["hidden".to_owned()]), 1);
    seen.add("it was hidden");
    let found =
        std::panic::catch_unwind(|| search(&seen, &BTreeSet::from(["hidden".to_owned()]), 1));
    assert!(found.is_err());
}
