//! Client credentials, with every way for a client to prove itself.

use crate::server::Server;
use crate::{Checked, Table, ensure};
use rolecall::auth::oauth::{
    AssertionAudience, ClientAuthentication, ClientCredentials, OAuthClient,
};
use rolecall::auth::{DpopKey, Scheme, Scopes, SigningKey, Token, TokenRequest, TokenSource};
use std::sync::Arc;

pub async fn check(server: &Server, table: &mut Table) {
    let basic = ClientAuthentication::secret_basic(server.secret("basic"));
    let post = ClientAuthentication::secret_post(server.secret("post"));
    table
        .check("client_secret_basic", granted(server, "basic", Ok(basic)))
        .await;
    table
        .check("client_secret_post", granted(server, "post", Ok(post)))
        .await;
    let keys = [
        (
            "private_key_jwt, RS256 from PKCS#8",
            "rs256",
            server.pem("rsa_pkcs8"),
        ),
        (
            "private_key_jwt, RS256 from PKCS#1",
            "rs256",
            server.pem("rsa_pkcs1"),
        ),
        (
            "private_key_jwt, RS256 from a JWK",
            "rs256",
            server.jwk("rsa_jwk"),
        ),
        (
            "private_key_jwt, ES256 from PKCS#8",
            "es256",
            server.pem("ec_pkcs8"),
        ),
        (
            "private_key_jwt, ES256 from SEC1",
            "es256",
            server.pem("ec_sec1"),
        ),
        (
            "private_key_jwt, ES256 from a JWK",
            "es256",
            server.jwk("ec_jwk"),
        ),
    ];
    for (what, id, key) in keys {
        let method = key.map(ClientAuthentication::private_key_jwt);
        table.check(what, granted(server, id, method)).await;
    }
    let method = server
        .jwk("ec_jwk")
        .map(|key| ClientAuthentication::private_key_jwt_for(key, AssertionAudience::Issuer));
    table
        .check(
            "private_key_jwt addressed to the issuer",
            granted(server, "es256", method),
        )
        .await;

    let refusals = [
        (
            "a wrong secret is refused",
            "basic",
            ClientAuthentication::secret_basic("wrong"),
            "read",
            "invalid_client",
        ),
        (
            "a client that does not prove itself is refused",
            "basic",
            ClientAuthentication::none(),
            "read",
            "invalid_client",
        ),
        (
            "a scope that is not granted is refused",
            "post",
            ClientAuthentication::secret_post(server.secret("post")),
            "openid",
            "invalid_scope",
        ),
    ];
    for (what, id, method, scopes, code) in refusals {
        table
            .check(what, refused(server, id, method, scopes, code))
            .await;
    }
    table
        .check(
            "a thousand callers make one token request",
            one_request(server),
        )
        .await;
    table
        .check(
            "introspection tells what a token may do",
            introspected(server),
        )
        .await;
    table
        .check(
            "DPoP with a nonce, and proof of the client by key",
            bound(server),
        )
        .await;
    table
        .check(
            "a client that must use DPoP is refused without",
            unbound(server),
        )
        .await;
}

async fn ask(client: OAuthClient, scopes: &str) -> Result<Token, rolecall::auth::Error> {
    let source = ClientCredentials::new(client);
    source.token(TokenRequest::new(Scopes::parse(scopes))).await
}

async fn granted(
    server: &Server,
    id: &str,
    method: Result<ClientAuthentication, rolecall::auth::Error>,
) -> Checked {
    let token = ask(server.client(id, method?).build()?, "write read").await?;
    ensure!(token.scheme() == Scheme::Bearer, "{:?}", token.scheme());
    ensure!(token.expires_at().is_some(), "it does not say when it ends");
    let scopes = token.scopes().map(ToString::to_string).unwrap_or_default();
    ensure!(scopes == "read write", "granted `{scopes}`");
    Ok(format!("granted `{scopes}`"))
}

async fn refused(
    server: &Server,
    id: &str,
    method: ClientAuthentication,
    scopes: &str,
    code: &str,
) -> Checked {
    let asked = ask(server.client(id, method).build()?, scopes).await;
    let error = asked.err().ok_or("it was granted")?;
    ensure!(error.oauth_error() == Some(code), "{error}");
    Ok(code.to_owned())
}

async fn one_request(server: &Server) -> Checked {
    let method = ClientAuthentication::secret_post(server.secret("post"));
    let source = Arc::new(ClientCredentials::new(
        server.client("post", method).build()?,
    ));
    let before = server.token_requests().await?;
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            let source = source.clone();
            tokio::spawn(
                async move { source.token(TokenRequest::new(Scopes::parse("read"))).await },
            )
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    let requests = server.token_requests().await? - before;
    ensure!(requests == 1, "{requests} requests");
    Ok("1 request".to_owned())
}

async fn introspected(server: &Server) -> Checked {
    let method = ClientAuthentication::secret_basic(server.secret("basic"));
    let client = server.client("basic", method).build()?;
    let token = ask(client.clone(), "read").await?;
    let told = client
        .introspect(&token)
        .await?
        .ok_or("there is no introspection endpoint")?;
    ensure!(told.active, "it is not active");
    ensure!(
        told.scopes == Some(Scopes::parse("read")),
        "{:?}",
        told.scopes
    );
    let none = Token::new(Scheme::Bearer, "no such token".into());
    let told = client.introspect(&none).await?.ok_or("no answer")?;
    ensure!(!told.active, "a token that is none is active");
    Ok("active, `read`".to_owned())
}

fn key(server: &Server) -> Result<SigningKey, rolecall::auth::Error> {
    server.jwk("ec_jwk")
}

async fn bound(server: &Server) -> Checked {
    let before = server.token_requests().await?;
    let method = ClientAuthentication::private_key_jwt(key(server)?);
    let client = server
        .client("bound", method)
        .dpop(DpopKey::generate()?)
        .build()?;
    let token = ask(client, "read").await?;
    ensure!(token.scheme() == Scheme::Dpop, "{:?}", token.scheme());
    let requests = server.token_requests().await? - before;
    ensure!(requests == 2, "{requests} token requests");
    Ok("2 requests, the second with the nonce".to_owned())
}

async fn unbound(server: &Server) -> Checked {
    let method = ClientAuthentication::private_key_jwt(key(server)?);
    let asked = ask(server.client("bound", method).build()?, "read").await;
    let error = asked.err().ok_or("it was granted")?;
    Ok(error.oauth_error().unwrap_or_default().to_owned())
}
