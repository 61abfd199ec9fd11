//! Who holds which role, in four services at once: `cargo run -p rolecall --example who_has_what`.
//!
//! It starts a stand-in for each of the four APIs, so it needs no account. It signs in to each in another way, and prints
//! every role assignment in one table.

use futures_util::TryStreamExt;
use rolecall::auth::oauth::ClientCredentials;
use rolecall::auth::{Credentials, Match, SigningKey, StaticToken, vendors};
use rolecall::view::{self, Assignments};
use rolecall::{PagedExt, foundry, klustr, okta, zenml};
use rolecall_standin::{Api, OauthClient, Standin};
use serde::Serialize;
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    print(&all_rows().await?);
    Ok(())
}

/// The lines of the table.
pub async fn all_rows() -> Result<Vec<Row>, Box<dyn Error>> {
    // Few people, so that the table stays readable.
    let users = 8;
    let mut rows = Vec::new();
    let standin = Standin::builder(Api::Okta).users(users).start().await?;
    rows.extend(okta_rows(&standin).await?);
    let standin = Standin::builder(Api::Foundry).users(users).start().await?;
    rows.extend(foundry_rows(&standin).await?);
    let standin = Standin::builder(Api::Zenml).users(users).start().await?;
    rows.extend(zenml_rows(&standin).await?);
    let standin = Standin::builder(Api::Klustr).users(users).start().await?;
    rows.extend(klustr_rows(&standin).await?);
    Ok(rows)
}

/// A service app: a signed assertion (`private_key_jwt`), and tokens that are bound to a key (DPoP).
async fn okta_rows(standin: &Standin) -> Result<Vec<Row>, Box<dyn Error>> {
    let known = standin.credentials();
    let app = known
        .clients
        .iter()
        .find(|one| one.client.dpop)
        .ok_or("no app with DPoP")?;
    let key = app.keys.first().ok_or("the app has no key")?;
    let key = SigningKey::from_pem(key.pem)?.with_id(key.id);
    let id = app.client.id.clone();
    let app = vendors::okta::service_app(&standin.origin(), id, key).build()?;
    let client = okta::Client::builder()
        .base_url(standin.base_url())
        .token(ClientCredentials::new(app))
        .build()?;
    rows("okta", view::okta::assignments(&client)).await
}

/// An OAuth application that is "Restricted", which may not read role assignments of an organization, and a personal access
/// token for just those.
async fn foundry_rows(standin: &Standin) -> Result<Vec<Row>, Box<dyn Error>> {
    let known = standin.credentials();
    let app = known
        .client("restricted-service")
        .ok_or("no such application")?;
    let (id, secret) = id_and_secret(app)?;
    let app = vendors::foundry::confidential_application(&standin.origin(), id, secret).build()?;
    let credentials = Credentials::builder(standin.base_url())
        .source("application", ClientCredentials::new(app))
        .source(
            "token",
            StaticToken::personal_access_token(known.token.clone()),
        )
        .rule(Match::operation("*OrganizationRoleAssignments"), "token")
        .rule(Match::operation("getCurrentUser"), "token")
        .build()?;
    let client = foundry::Client::builder()
        .base_url(standin.base_url())
        .credentials(credentials)
        .build()?;
    let me = client
        .get_current_user()
        .send()
        .await
        .map_err(rolecall::Error::from)?;
    let organization = me
        .into_inner()
        .organization
        .ok_or("the user has no organization")?;
    rows(
        "foundry",
        view::foundry::organization(&client, &organization),
    )
    .await
}

/// The key of a service account, which is exchanged for short-lived tokens.
async fn zenml_rows(standin: &Standin) -> Result<Vec<Row>, Box<dyn Error>> {
    let key = standin.credentials().named("admin").ok_or("no such key")?;
    let client = zenml::Client::builder()
        .base_url(standin.base_url())
        .token(vendors::zenml::api_key(&standin.base_url(), key.token.clone()).build()?)
        .build()?;
    let mut found = Vec::new();
    let mut organizations = client.list_organizations().items();
    while let Some(organization) = organizations.try_next().await? {
        found.extend(rows("zenml", view::zenml::assignments(&client, &organization.id)).await?);
    }
    Ok(found)
}

/// A token that somebody got by signing in elsewhere.
async fn klustr_rows(standin: &Standin) -> Result<Vec<Row>, Box<dyn Error>> {
    let client = klustr::Client::builder()
        .base_url(standin.base_url())
        .token(StaticToken::bearer(standin.credentials().token.clone()))
        .build()?;
    rows("klustr", view::klustr::assignments(&client, "example.com")).await
}

fn id_and_secret(client: &OauthClient) -> Result<(String, String), Box<dyn Error>> {
    let secret = client
        .secret
        .clone()
        .ok_or("the application has no secret")?;
    Ok((client.client.id.clone(), secret))
}

/// API, kind of principal, principal, role, scope, and how it came to be.
pub type Row = [String; 6];

async fn rows<V: Serialize>(
    api: &str,
    assignments: Assignments<V>,
) -> Result<Vec<Row>, Box<dyn Error>> {
    let row = |one: view::Assignment<V>| {
        [
            api.to_owned(),
            one.principal.kind.to_string(),
            one.principal.to_string(),
            one.role.to_string(),
            one.scope.to_string(),
            one.how.to_string(),
        ]
    };
    Ok(assignments.map_ok(row).try_collect().await?)
}

fn print(rows: &[Row]) {
    let head = ["API", "KIND", "WHO", "ROLE", "OVER", "HOW"].map(str::to_owned);
    let all = || std::iter::once(&head).chain(rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3, 4, 5].map(|column| width(column).unwrap_or_default());
    for row in all() {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    println!("{} role assignments", rows.len());
}
