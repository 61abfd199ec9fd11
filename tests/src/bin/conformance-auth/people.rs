//! Authorization code with PKCE, refresh tokens that rotate, and DPoP under both.

use crate::server::Server;
use crate::{Checked, Table, browser, ensure};
use rolecall::auth::oauth::{ClientAuthentication, Redirect, UserSession};
use rolecall::auth::{
    Authorizer, Credentials, DpopKey, ErrorKind, FileStore, MemoryStore, Scheme, Token,
    TokenRequest, TokenSource, TokenStore, Verdict,
};
use rolecall_client::reqwest::{Method, Request};
use rolecall_client::{Operation, Secret, Url, find};
use serde_json::Value;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const SCOPES: [&str; 3] = ["openid", "offline_access", "read"];
/// The resource behind the server: it answers to tokens of people.
const ME: &str = "/me";

pub async fn check(server: &Server, table: &mut Table) {
    for (bound, kind) in [(false, "Bearer"), (true, "DPoP")] {
        table
            .check(
                &format!("{kind}: sign in with PKCE, and use the token"),
                sign_in_and_use(server, bound),
            )
            .await;
        table
            .check(
                &format!("{kind}: a token that ended early is replaced once"),
                ended_early(server, bound),
            )
            .await;
        table
            .check(
                &format!("{kind}: refresh tokens rotate"),
                rotation(server, bound),
            )
            .await;
        table
            .check(
                &format!("{kind}: another process goes on with the session"),
                elsewhere(server, bound),
            )
            .await;
        table
            .check(
                &format!("{kind}: a reused refresh token ends the session"),
                reuse(server, bound),
            )
            .await;
    }
    for (bound, kind) in [(false, "Bearer"), (true, "DPoP")] {
        table
            .check(
                &format!("{kind}: sign in on another device, and use the token"),
                other_device(server, bound),
            )
            .await;
    }
    table
        .check("a refusal on the other device", refused_elsewhere(server))
        .await;
    table
        .check("signing out revokes the refresh token", signed_out(server))
        .await;
    table
        .check(
            "DPoP: the token is of no use as a bearer token",
            stolen(server),
        )
        .await;
}

/// A session as a program that starts makes it, with a key of its own.
fn session(server: &Server, store: impl TokenStore, bound: bool) -> Result<UserSession, Failure> {
    let id = if bound { "bound-person" } else { "person" };
    let mut client = server.client(id, ClientAuthentication::none());
    if bound {
        client = client.dpop(DpopKey::generate()?);
    }
    Ok(UserSession::new(client.build()?, store, "somebody", SCOPES))
}

async fn sign_in(server: &Server, session: &UserSession) -> Result<Token, Failure> {
    let sign_in = session.start_sign_in(Redirect::default()).await?;
    let (http, url) = (server.http.clone(), sign_in.url().clone());
    let browser = tokio::spawn(async move { browser::open(&http, &url, &[]).await });
    let token = sign_in.finish().await?;
    let (status, page) = browser.await??;
    ensure_page(status, &page)?;
    Ok(token)
}

fn ensure_page(status: u16, page: &str) -> Result<(), Failure> {
    if status == 200 && page.contains("You are signed in") {
        return Ok(());
    }
    Err(format!("the browser ended at {status}: {page}").into())
}

fn operation() -> Result<&'static Operation, Failure> {
    find(rolecall_okta::operations::ALL, "listUsers").ok_or_else(|| "no such operation".into())
}

/// Calls the resource as the hook does: the statuses that it answered with.
async fn call(server: &Server, session: &UserSession) -> Result<Vec<u16>, Failure> {
    let authorizer = Authorizer::new(Credentials::single(server.issuer(), session.clone())?);
    let mut request = Request::new(Method::GET, Url::parse(&server.at(ME))?);
    let mut used = authorizer.authorize(operation()?, &mut request).await?;
    let mut statuses = Vec::new();
    loop {
        let copy = request.try_clone().ok_or("a body")?;
        let answer = server.http.execute(copy).await?;
        statuses.push(answer.status().as_u16());
        match authorizer.on_answer(&mut used, answer.status(), answer.headers()) {
            Verdict::Done => return Ok(statuses),
            Verdict::RetryOnce => used = authorizer.authorize_again(used, &mut request).await?,
        }
    }
}

async fn sign_in_and_use(server: &Server, bound: bool) -> Checked {
    let session = session(server, MemoryStore::new(), bound)?;
    let token = sign_in(server, &session).await?;
    let expected = if bound { Scheme::Dpop } else { Scheme::Bearer };
    ensure!(token.scheme() == expected, "{:?}", token.scheme());
    let statuses = call(server, &session).await?;
    ensure!(statuses == [200], "{statuses:?}");
    Ok(format!("the resource answered {statuses:?}"))
}

async fn ended_early(server: &Server, bound: bool) -> Checked {
    let session = session(server, MemoryStore::new(), bound)?;
    let token = sign_in(server, &session).await?;
    let end = server.at(&format!("/end/{}", token.value().expose()));
    let status = server.http.get(end).send().await?.status();
    ensure!(status == 200, "ending the token was answered with {status}");
    let before = server.token_requests().await?;
    let statuses = call(server, &session).await?;
    ensure!(statuses == [401, 200], "{statuses:?}");
    let requests = server.token_requests().await? - before;
    ensure!(requests == 1, "{requests} token requests");
    Ok(format!(
        "the resource answered {statuses:?}, 1 token request"
    ))
}

/// What the session has stored.
async fn stored(store: &impl TokenStore) -> Result<Value, Failure> {
    let text = store.load("somebody").await?.ok_or("nothing is stored")?;
    Ok(serde_json::from_str(text.expose())?)
}

async fn refresh_token(store: &impl TokenStore) -> Result<String, Failure> {
    let stored = stored(store).await?;
    let token = stored.get("refresh_token").and_then(Value::as_str);
    Ok(token.ok_or("no refresh token is stored")?.to_owned())
}

async fn renew(session: &UserSession, token: &Token) -> Result<Token, rolecall::auth::Error> {
    session
        .token(TokenRequest::default().other_than(token.id()))
        .await
}

async fn rotation(server: &Server, bound: bool) -> Checked {
    let store = MemoryStore::new();
    let session = session(server, store.clone(), bound)?;
    let mut token = sign_in(server, &session).await?;
    let mut refresh_tokens = std::collections::BTreeSet::from([refresh_token(&store).await?]);
    for _ in 0..3 {
        token = renew(&session, &token).await?;
        refresh_tokens.insert(refresh_token(&store).await?);
    }
    ensure!(
        refresh_tokens.len() == 4,
        "{} refresh tokens",
        refresh_tokens.len()
    );
    ensure!(
        call(server, &session).await? == [200],
        "the last token is refused"
    );
    Ok("4 refresh tokens, each used once".to_owned())
}

async fn elsewhere(server: &Server, bound: bool) -> Checked {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("sessions.json");
    let first = session(server, FileStore::new(&file), bound)?;
    sign_in(server, &first).await?;
    drop(first);
    let second = session(server, FileStore::new(&file), bound)?;
    let token = second.token(TokenRequest::default()).await?;
    renew(&second, &token).await?;
    let statuses = call(server, &second).await?;
    ensure!(statuses == [200], "{statuses:?}");
    Ok("renewed and used".to_owned())
}

async fn reuse(server: &Server, bound: bool) -> Checked {
    let store = MemoryStore::new();
    let session = session(server, store.clone(), bound)?;
    let token = sign_in(server, &session).await?;
    let before = store.load("somebody").await?;
    let token = renew(&session, &token).await?;
    let after = store.load("somebody").await?;
    // As if what was stored last had been lost.
    put_back(&store, before).await?;
    let restarted = self::session(server, store.clone(), bound)?;
    let stale = restarted.token(TokenRequest::default()).await?;
    let error = renew(&restarted, &stale)
        .await
        .err()
        .ok_or("it was granted")?;
    ensure!(error.kind() == ErrorKind::SignInNeeded, "{error}");
    put_back(&store, after).await?;
    let error = renew(&session, &token)
        .await
        .err()
        .ok_or("the session goes on")?;
    ensure!(error.kind() == ErrorKind::SignInNeeded, "{error}");
    Ok("signing in is needed, here and there".to_owned())
}

async fn put_back(store: &impl TokenStore, session: Option<Secret>) -> Result<(), Failure> {
    let lock = store.lock().await?;
    Ok(store.save(&lock, "somebody", session).await?)
}

/// Somebody opens the page and goes through its forms, with these fields added, while the program polls.
async fn enter(
    server: &Server,
    session: &UserSession,
    extra: &'static [(&str, &str)],
) -> Result<Result<Token, rolecall::auth::Error>, Failure> {
    let sign_in = session.start_device_sign_in().await?;
    let url = sign_in.verification_uri_complete();
    let (http, url) = (server.http.clone(), url.ok_or("no complete URI")?.clone());
    let person = tokio::spawn(async move { browser::open(&http, &url, extra).await });
    let finished = sign_in.finish().await;
    person.await??;
    Ok(finished)
}

async fn other_device(server: &Server, bound: bool) -> Checked {
    let session = session(server, MemoryStore::new(), bound)?;
    enter(server, &session, &[]).await??;
    let statuses = call(server, &session).await?;
    ensure!(statuses.last() == Some(&200), "{statuses:?}");
    Ok(format!("{statuses:?}"))
}

async fn refused_elsewhere(server: &Server) -> Checked {
    let session = session(server, MemoryStore::new(), false)?;
    let Err(error) = enter(server, &session, &[("abort", "yes")]).await? else {
        return Err("there is a token".into());
    };
    ensure!(error.kind() == ErrorKind::SignIn, "{error}");
    Ok("no token".to_owned())
}

async fn signed_out(server: &Server) -> Checked {
    let store = MemoryStore::new();
    let session = session(server, store.clone(), false)?;
    sign_in(server, &session).await?;
    let kept = store.load("somebody").await?;
    session.sign_out().await?;
    put_back(&store, kept).await?;
    // What was kept is of no use any more, once its access token is to be renewed.
    let token = session.token(TokenRequest::default()).await?;
    let error = renew(&session, &token)
        .await
        .err()
        .ok_or("the refresh token is still good")?;
    ensure!(error.kind() == ErrorKind::SignInNeeded, "{error}");
    Ok("the refresh token is refused".to_owned())
}

async fn stolen(server: &Server) -> Checked {
    let session = session(server, MemoryStore::new(), true)?;
    let token = sign_in(server, &session).await?;
    for scheme in ["Bearer", "DPoP"] {
        let header = format!("{scheme} {}", token.value().expose());
        let answer = server
            .http
            .get(server.at(ME))
            .header("authorization", header)
            .send()
            .await?;
        let status = answer.status().as_u16();
        ensure!((400..=401).contains(&status), "{scheme}: {status}");
    }
    Ok("refused without the proof".to_owned())
}
