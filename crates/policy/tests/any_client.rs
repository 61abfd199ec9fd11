//! A client that was made with `--spec` of a description of others gets what the clients of this workspace get.

use futures_util::TryStreamExt as _;
use rolecall_auth::{Clock, StaticToken};
use rolecall_client::testing::{Failure, FakeService, Reply};
use rolecall_client::{ApiClient as _, BoxFuture};
use rolecall_policy::{
    BuildError, CallOptions, Client, ClientBuilder, Effect, Error, GaveUp, Kind, PagedExt,
    Retryable,
};
use serde_json::{Value, json};
use small_client::types::{Member, Sailor};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

type Crew = Client<small_client::Client>;

/// A clock on which nobody waits: it jumps ahead when somebody sleeps.
#[derive(Clone, Debug)]
struct TestClock(Instant, Arc<Mutex<Duration>>);

impl TestClock {
    fn slept(&self) -> Duration {
        *self.1.lock().unwrap()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.0 + self.slept()
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.slept()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        *self.1.lock().unwrap() += duration;
        Box::pin(std::future::ready(()))
    }
}

fn builder(service: &FakeService) -> (ClientBuilder<small_client::Client>, TestClock) {
    let clock = TestClock(Instant::now(), Arc::default());
    let builder = Crew::builder()
        .token(StaticToken::api_key("k3y"))
        .clock(clock.clone())
        .network_hook(service.clone());
    (builder, clock)
}

fn client(service: &FakeService) -> (Crew, TestClock) {
    let (builder, clock) = builder(service);
    (builder.build().unwrap(), clock)
}

fn sailor(name: &str) -> Value {
    json!({ "kind": "sailor", "name": name, "rank": "mate" })
}

fn page(names: &[&str], next: Option<&str>) -> Reply {
    let members: Vec<Value> = names.iter().map(|name| sailor(name)).collect();
    Reply::json(200, &json!({ "members": members, "next": next }))
}

#[tokio::test]
async fn lists_are_read_page_after_page_with_the_credential() {
    let service = FakeService::new(|request| match request.query("page").as_deref() {
        None => page(&["a", "b"], Some("2")),
        Some("2") => page(&["c"], None),
        Some(other) => panic!("page {other}"),
    });
    let (client, _) = client(&service);
    let crew: Vec<Member> = client
        .list_crew()
        .items()
        .page_size(2)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(crew.len(), 3);
    let requests = service.requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.header("authorization"), Some("Bearer k3y"));
        assert_eq!(request.query("size").as_deref(), Some("2"));
        // The server of the description, with the default of its variable.
        assert_eq!(request.url.host_str(), Some("harbour.example.com"));
        assert_eq!(request.url.path(), "/v1/crew");
    }
}

#[tokio::test]
async fn pages_in_circles_are_an_error_after_every_item() {
    let service = FakeService::new(|_| page(&["a"], Some("2")));
    let (client, _) = client(&service);
    let mut crew = client.list_crew().items();
    let mut read = 0;
    let error = loop {
        match crew.try_next().await {
            Ok(Some(_)) => read += 1,
            Ok(None) => panic!("it ended"),
            Err(error) => break error,
        }
    };
    assert_eq!(
        (error.kind(), read),
        (Kind::Pages, service.requests().len() - 1)
    );
}

#[tokio::test]
async fn what_is_safe_is_retried_and_a_write_of_unknown_outcome_is_not() {
    let service = FakeService::replying([
        Reply::status(503),
        Reply::failure(Failure::ConnectionLost),
        page(&["a"], None),
    ]);
    let (client, clock) = client(&service);
    client.list_crew().send().await.unwrap();
    assert_eq!(service.requests().len(), 3);
    assert!(clock.slept() > Duration::ZERO);

    let service = FakeService::replying([Reply::status(503)]);
    let (client, _) = self::client(&service);
    let sailor: Sailor = serde_json::from_value(sailor("a")).unwrap();
    let write = client.sign_on().body(Member::from(sailor)).send().await;
    let error = Error::from(write.unwrap_err());
    assert_eq!(service.requests().len(), 1);
    assert_eq!(error.effect(), Effect::Unknown);
    assert_eq!(error.retryable(), Retryable::AfterLooking);
    let gave_up = error.summary().and_then(|summary| summary.gave_up);
    assert_eq!(gave_up, Some(GaveUp::OutcomeUnknown));
}

#[tokio::test]
async fn calls_wait_for_the_window_of_the_rate_limit() {
    let service = FakeService::new(|_| {
        page(&["a"], None)
            .header("x-rate-limit-limit", "10")
            .header("x-rate-limit-remaining", "0")
            .header("x-rate-limit-reset", "40")
    });
    let (client, clock) = client(&service);
    client.list_crew().send().await.unwrap();
    assert_eq!(clock.slept(), Duration::ZERO);
    client.list_crew().send().await.unwrap();
    assert!(
        clock.slept() >= Duration::from_secs(40),
        "{:?}",
        clock.slept()
    );
}

#[tokio::test]
async fn hazards_are_refused_until_they_are_allowed() {
    let service = FakeService::replying([Reply::status(204)]);
    let (client, _) = client(&service);
    let ashore = client.get_member2().type_("1").send().await;
    let error = Error::from(ashore.unwrap_err());
    assert_eq!((error.kind(), service.requests().len()), (Kind::Hazard, 0));
    let client = client.with(CallOptions::new().allow_hazard("getMember"));
    client.get_member2().type_("1").send().await.unwrap();
    assert_eq!(service.requests().len(), 1);
}

#[tokio::test]
async fn errors_are_read_as_the_description_says() {
    let body = json!({ "message": "Not aboard.", "reason": { "code": "E7" }, "code": "elsewhere" });
    let refusal = Reply::json(401, &body).header("x-harbour-id", "h-1");
    let service = FakeService::replying([refusal]);
    let (client, _) = client(&service);
    let error = Error::from(client.list_crew().send().await.unwrap_err());
    assert_eq!(error.kind(), Kind::Auth);
    let vendor = error.vendor();
    assert_eq!(vendor.code.as_deref(), Some("E7"));
    assert_eq!(vendor.message.as_deref(), Some("Not aboard."));
    assert_eq!(vendor.request_id.as_deref(), Some("h-1"));
    let diagnosis = error.diagnosis().unwrap();
    assert!(diagnosis.credential.is_some() && !diagnosis.next.is_empty());
    assert!(!format!("{error:#}").contains("k3y"));
}

#[tokio::test]
async fn the_server_is_that_of_the_description() {
    let service = FakeService::replying([page(&[], None)]);
    let (builder, _) = builder(&service);
    let client = builder.server("other.example").build().unwrap();
    client.list_crew().send().await.unwrap();
    let url = service.requests().remove(0).url;
    assert!(
        url.as_str().starts_with("https://other.example/v1/crew"),
        "{url}"
    );
    assert_eq!(
        small_client::Client::SERVICE.servers[0].url,
        "https://{host}/v1"
    );
    let insecure = Crew::builder().base_url("http://other.example").build();
    assert!(matches!(insecure.unwrap_err(), BuildError::Http(_)));
}
