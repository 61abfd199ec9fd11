//! Whatever the headers of responses say, calls and lists end, without a panic and within their deadline.

use super::Renewing;
use super::support::TestClock;
use futures_util::StreamExt;
use proptest::collection::vec;
use proptest::prelude::*;
use reqwest::ResponseBuilderExt;
use rolecall::okta::types::AssignRoleRequest;
use rolecall::rolecall_client::{
    BoxFuture, HeaderName, HeaderValue, Hook, HookError, Next, WholeBody, install_crypto_provider,
    reqwest,
};
use rolecall::{ApiClient, Client, Error, PagedExt, foundry, okta, zenml};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Every header of a response that something here reads.
const NAMES: [&str; 16] = [
    "content-length",
    "content-type",
    "date",
    "dpop-nonce",
    "link",
    "location",
    "qos-retry-hint",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "transfer-encoding",
    "www-authenticate",
    "x-okta-request-id",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
];

#[derive(Clone, Debug)]
struct Response {
    status: u16,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: String,
}

/// Gives these responses in order, and then from the first again.
struct Responses(Vec<Response>, AtomicUsize);

impl Hook for Responses {
    fn execute<'a>(
        &'a self,
        request: reqwest::Request,
        _: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        let number = self.1.fetch_add(1, Ordering::SeqCst);
        let told = &self.0[number % self.0.len()];
        let url = request.url().clone();
        let response = http::Response::builder().status(told.status).url(url);
        let mut response = reqwest::Response::from(response.body("").unwrap());
        for (name, value) in &told.headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                response
                    .headers_mut()
                    .append(HeaderName::from_static(name), value);
            }
        }
        let body = WholeBody(told.body.clone().into());
        response.extensions_mut().insert(body);
        Box::pin(std::future::ready(Ok(response)))
    }
}

/// Numbers at and beyond their bounds, dates of any year, links and challenges of any shape, and bytes.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![
        any::<u64>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        (0_u64..200).prop_map(|number| number.to_string()),
        "[0-9]{18,40}",
        "-?[0-9]{0,3}[.,e]?[0-9]{0,3}",
        Just("18446744073709551615".to_owned()),
        Just("784111777".to_owned()),
    ];
    let date = prop_oneof![
        Just("Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
        Just("Sunday, 06-Nov-94 08:49:37 GMT".to_owned()),
        Just("Sun Nov  6 08:49:37 1994".to_owned()),
        "(Mon|Sun), [0-3][0-9] (Jan|Feb|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
    ];
    let link = r#"(, ?)?<(/api/v1/users|https?://[a-z:/@\[]{0,8})?(\?after=[a-z0-9%]{0,4})?>?;? ?(rel=("?next"?|prev)?)?[;,"\\]{0,3}"#;
    let challenge = r#"(Bearer|DPoP|Basic)? ?(error="?(use_dpop_nonce|insufficient_scope|[a-z]{0,5})"?)?,? ?(scope="?[a-z. ]{0,9})?"?"#;
    let other = prop_oneof![
        Just("do-not-retry".to_owned()),
        Just("application/json".to_owned()),
        Just("text/html".to_owned()),
        Just("/api/v1/users/00u1".to_owned()),
        "[ -~]{0,24}",
    ];
    prop_oneof![
        number.prop_map(String::into_bytes),
        date.prop_map(String::into_bytes),
        link.prop_map(String::into_bytes),
        challenge.prop_map(String::into_bytes),
        other.prop_map(String::into_bytes),
        vec(any::<u8>(), 0..24),
    ]
}

fn response() -> impl Strategy<Value = Response> {
    let status = prop_oneof![
        Just(200_u16),
        Just(401),
        Just(429),
        Just(503),
        Just(302),
        100_u16..600
    ];
    let body = prop_oneof![
        Just(r#"[{"id":"1"},{"id":"2"}]"#.to_owned()),
        Just(r#"{"id":"1"}"#.to_owned()),
        Just("{}".to_owned()),
        Just(String::new()),
    ];
    let header = (prop::sample::select(&NAMES[..]), value());
    (status, vec(header, 0..8), body).prop_map(|(status, headers, body)| Response {
        status,
        headers,
        body,
    })
}

/// Setting up TLS is dear, and nothing here is about that.
static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    install_crypto_provider();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    http.build().unwrap()
});

fn client<A: ApiClient>(responses: &[Response], clock: &TestClock) -> Client<A> {
    let hook = Responses(responses.to_vec(), AtomicUsize::new(0));
    Client::builder()
        .server("service.example")
        .http(HTTP.clone())
        .clock(clock.clone())
        .token(Renewing::default())
        .network_hook(hook)
        .build()
        .unwrap()
}

fn told(result: Result<(), Error>) {
    if let Err(error) = result {
        let _ = (
            format!("{error} {error:#}"),
            error.effect(),
            error.retryable(),
        );
    }
}

async fn survives(responses: &[Response]) {
    let clock = TestClock::new();
    let client: okta::Client = client(responses, &clock);
    told(
        client
            .get_user()
            .id("00u1")
            .send()
            .await
            .map(drop)
            .map_err(Error::from),
    );
    let role: AssignRoleRequest = serde_json::from_str(r#"{"type":"ORG_ADMIN"}"#).unwrap();
    let call = client.assign_role_to_user().user_id("00u1").body(role);
    told(call.send().await.map(drop).map_err(Error::from));
    let mut users = client.list_users().items().max_pages(5);
    while let Some(user) = users.next().await {
        told(user.map(drop));
    }
    // A call has 5 minutes, and there are 7 at most, waits in the limiter among them.
    assert!(
        clock.slept() <= Duration::from_secs(7 * 300),
        "{:?}",
        clock.sleeps()
    );
    let clock = TestClock::new();
    let stack: foundry::Client = self::client(responses, &clock);
    told(
        stack
            .list_users()
            .send()
            .await
            .map(drop)
            .map_err(Error::from),
    );
    let plane: zenml::Client = self::client(responses, &clock);
    told(
        plane
            .list_organizations()
            .send()
            .await
            .map(drop)
            .map_err(Error::from),
    );
    assert!(
        clock.slept() <= Duration::from_secs(2 * 300),
        "{:?}",
        clock.sleeps()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_header_is_survived(responses in vec(response(), 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(survives(&responses));
    }
}
