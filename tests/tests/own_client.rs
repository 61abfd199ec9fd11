//! The whole facade over a client that `--spec` made, and recording and replaying it.

use futures_util::TryStreamExt;
use rolecall::testing::{FakeService, RecordHook, ReplayHook, Reply};
use rolecall::{Backoff, PagedExt};
use rolecall_client::Hook;
use serde_json::json;
use std::time::Duration;

fn client(hook: impl Hook) -> rolecall::Client<small_client::Client> {
    let client = rolecall::Client::<small_client::Client>::builder().server("calypso.example.com");
    let at_once = Backoff::default().base(Duration::ZERO);
    client.retry(at_once).network_hook(hook).build().unwrap()
}

/// The names of all who are on board.
async fn crew(client: &rolecall::Client<small_client::Client>) -> Vec<String> {
    let crew = client.list_crew().version("1").items();
    let crew: Vec<_> = crew.try_collect().await.unwrap();
    crew.iter().map(|member| format!("{member:?}")).collect()
}

#[tokio::test]
async fn a_client_of_any_description_has_the_whole_facade() {
    let sailor = |name: &str| json!({"kind": "sailor", "name": name, "rank": "mate"});
    let service = FakeService::replying([
        Reply::status(503).header("retry-after", "0"),
        Reply::json(200, &json!({"members": [sailor("Ann")], "next": "2"})),
        Reply::json(200, &json!({"members": [sailor("Bo")], "next": null})),
    ]);
    let names = crew(&client(service.clone())).await;
    assert_eq!(names.len(), 2, "{names:?}");
    // It was sent again after the 503, and the token of the second page went along.
    let requests = service.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[2].query("page").as_deref(), Some("2"));
    let url = requests[0].url.as_str();
    assert!(url.starts_with("https://calypso.example.com/v1/"), "{url}");
}

#[tokio::test]
async fn what_it_sends_is_recorded_and_replayed() {
    let sailor = |name: &str| json!({"kind": "sailor", "name": name, "rank": "mate"});
    let service = FakeService::replying([
        Reply::json(200, &json!({"members": [sailor("Ann")], "next": "2"})),
        Reply::json(200, &json!({"members": [sailor("Bo")], "next": null})),
    ]);
    let record = RecordHook::new();
    let lived = crew(&client(Over(record.clone(), service))).await;
    let replay = ReplayHook::new(record.recording());
    assert_eq!(crew(&client(replay.clone())).await, lived);
    assert_eq!(replay.unused(), Vec::<String>::new());
}

/// A recorder whose network is a fake.
struct Over(RecordHook, FakeService);

impl Hook for Over {
    fn execute<'a>(
        &'a self,
        request: rolecall_client::reqwest::Request,
        next: rolecall_client::Next<'a>,
    ) -> rolecall_client::BoxFuture<
        'a,
        Result<rolecall_client::reqwest::Response, rolecall_client::HookError>,
    > {
        self.0.execute(request, next.with_network(&self.1))
    }
}
