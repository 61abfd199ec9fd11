//! The same work three times: over the facade, and by hand into the generated types and into own ones.

use futures_util::TryStreamExt;
use rolecall::auth::StaticToken;
use rolecall::okta::types::User;
use rolecall::rolecall_client::reqwest::header::{ACCEPT, AUTHORIZATION, LINK};
use rolecall::rolecall_client::reqwest::{self, Response};
use rolecall::rolecall_client::{self, Decoding};
use rolecall::{PagedExt, okta};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::hint::black_box;
use std::marker::PhantomData;

/// Over the facade, with its defaults.
pub struct Facade(okta::Client);

impl Facade {
    pub fn new(url: &str) -> Self {
        let builder = okta::Client::builder().base_url(url);
        let client = builder.token(StaticToken::ssws("token")).build();
        Self(client.expect("the settings are good"))
    }

    pub async fn calls(&self, number: usize) {
        for _ in 0..number {
            let user = self.0.get_user().id("00u1").send().await;
            black_box(user.expect("the server answers"));
        }
    }

    /// The size of a page is how the server knows how many there are to be.
    pub async fn list(&self, pages: u64) {
        let mut users = self.0.list_users().items().page_size(pages);
        let mut items = 0;
        while let Some(user) = users.try_next().await.expect("the server answers") {
            items += 1;
            black_box(user);
        }
        assert_eq!(items, pages * 200);
    }

    /// A list of small pages; tells when a page has come, and in the end how many items there were.
    pub async fn long_list(&self, pages: u64, mut came: impl FnMut(u64)) -> u64 {
        let list = self.0.list_users().q("1");
        let mut stream = list.by_page().page_size(pages);
        let (mut read, mut items) = (0, 0);
        while let Some(page) = stream.try_next().await.expect("the server answers") {
            read += 1;
            items += page.items.len() as u64;
            came(read);
        }
        assert_eq!(read, pages);
        items
    }
}

/// The generated client as it is, without the facade.
pub struct Generated(okta::Generated);

impl Generated {
    pub fn new(url: &str) -> Self {
        Self(okta::Generated::new(url).expect("the settings are good"))
    }

    pub async fn calls(&self, number: usize) {
        for _ in 0..number {
            let user = self.0.get_user().id("00u1").send().await;
            black_box(user.expect("the server answers"));
        }
    }
}

/// By hand, into the generated types.
pub type ByHand = Plain<User>;

/// By hand, into types that a program would write for itself.
pub type OwnTypes = Plain<Own>;

/// reqwest and serde, and what a program needs of a list: to follow the links.
pub struct Plain<T> {
    http: reqwest::Client,
    url: String,
    user: PhantomData<fn() -> T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
pub struct Own {
    id: String,
    status: String,
    created: Option<String>,
    last_login: Option<String>,
    profile: Profile,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
struct Profile {
    login: String,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    department: Option<String>,
}

impl<T: DeserializeOwned> Plain<T> {
    pub fn new(url: &str) -> Self {
        rolecall::rolecall_client::install_crypto_provider();
        let http = reqwest::Client::builder().timeout(std::time::Duration::from_secs(30));
        Self {
            http: http.build().expect("the settings are good"),
            url: url.to_owned(),
            user: PhantomData,
        }
    }

    async fn get(&self, target: &str) -> Response {
        let request = self.http.get(format!("{}{target}", self.url));
        let request = request
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, "SSWS token");
        let response = request.send().await.expect("the server answers");
        response.error_for_status().expect("the server is content")
    }

    pub async fn calls(&self, number: usize) {
        for _ in 0..number {
            let body = self
                .get("/api/v1/users/00u1")
                .await
                .bytes()
                .await
                .expect("a body");
            black_box(serde_json::from_slice::<T>(&body).expect("a user"));
        }
    }

    pub async fn list(&self, pages: u64) {
        let mut next = Some(format!("/api/v1/users?limit={pages}"));
        let mut items = 0;
        while let Some(target) = next {
            let response = self.get(&target).await;
            next = response.headers().get(LINK).and_then(|link| {
                let (target, _) = link.to_str().ok()?.strip_prefix('<')?.split_once('>')?;
                Some(target.to_owned())
            });
            let body = response.bytes().await.expect("a body");
            for user in serde_json::from_slice::<Vec<T>>(&body).expect("users") {
                items += 1;
                black_box(user);
            }
        }
        assert_eq!(items, pages * 200);
    }
}

/// Decodes a page into the generated types, so many times.
pub async fn decode_generated(page: &[u8], times: usize) {
    for _ in 0..times {
        let users = rolecall_client::decode::<Vec<User>>(page, Decoding::Lenient);
        black_box(users.expect("users"));
    }
}

/// Decodes a page into types that `serde` derives, so many times.
pub async fn decode_plain<T: DeserializeOwned>(page: &[u8], times: usize) {
    for _ in 0..times {
        black_box(serde_json::from_slice::<Vec<T>>(page).expect("users"));
    }
}
