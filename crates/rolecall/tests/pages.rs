//! Lists as streams: nothing twice, nothing lost, and an end.

mod support;

use futures_util::{StreamExt, TryStreamExt};
use rolecall::{
    ApiClient, CallOptions, Client, Cursor, Error, Kind, PagedExt, foundry, klustr, okta,
};
use serde_json::{Value, json};
use std::sync::Arc;
use support::{Received, Reply, Server, TestClock};

fn client<A: ApiClient>(server: &Server) -> Client<A> {
    let builder = Client::builder().base_url(&server.url);
    builder.clock(TestClock::new()).build().unwrap()
}

fn user(id: usize) -> Value {
    json!({"id": format!("00u{id}")})
}

/// The value of a parameter in the query.
fn parameter(request: &Received, name: &str) -> Option<usize> {
    let (_, query) = request.target.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name)?.1.parse().ok()
}

/// Users in pages by `Link` header, with the number of the page as cursor.
async fn users(pages: usize, a_page: usize) -> Server {
    Server::new(move |_, request| {
        let page = parameter(request, "after").unwrap_or(0);
        let users: Vec<_> = (0..a_page).map(|at| user(page * a_page + at)).collect();
        let reply = Reply::json(Value::from(users).to_string());
        if page + 1 == pages {
            return reply;
        }
        let limit = parameter(request, "limit").unwrap_or(0);
        let next = format!(
            "</api/v1/users?after={}&limit={limit}>; rel=\"next\"",
            page + 1
        );
        reply.with("link", next)
    })
    .await
}

fn ids(users: &[okta::types::User]) -> Vec<usize> {
    let number = |user: &okta::types::User| user.id.as_ref()?[3..].parse().ok();
    users.iter().filter_map(number).collect()
}

#[tokio::test]
async fn yields_everything_once_and_nothing_before_it_is_asked() {
    let server = users(5, 3).await;
    let client: okta::Client = client(&server);
    let mut stream = client.list_users().items().page_size(200);
    assert_eq!(server.count(), 0);
    let first = stream.try_next().await.unwrap().unwrap();
    assert_eq!((ids(&[first]), server.count()), (vec![0], 1));
    assert_eq!(stream.cursor(), None);
    let rest: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(ids(&rest), (1..15).collect::<Vec<_>>());
    assert_eq!(server.count(), 5);
    assert_eq!(server.received()[0].target, "/api/v1/users?limit=200");
    assert_eq!(
        server.received()[4].target,
        "/api/v1/users?after=4&limit=200"
    );
}

#[tokio::test]
async fn goes_on_from_a_saved_cursor() {
    let server = users(5, 3).await;
    let client: okta::Client = client(&server);
    let mut pages = client.list_users().by_page();
    pages.try_next().await.unwrap().unwrap();
    let page = pages.try_next().await.unwrap().unwrap();
    assert_eq!(ids(&page.items), [3, 4, 5]);
    assert!(page.headers.contains_key("link"));
    let saved = page.next.unwrap().to_string();
    let cursor: Cursor = saved.parse().unwrap();
    let mut stream = client.list_users().items().from_cursor(cursor.clone());
    assert_eq!(stream.cursor(), Some(&cursor));
    assert_eq!(ids(&[stream.next().await.unwrap().unwrap()]), [6]);
    assert_eq!(stream.cursor(), Some(&cursor));
    let rest: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(ids(&rest), (7..15).collect::<Vec<_>>());
}

#[tokio::test]
async fn fetches_one_page_ahead() {
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::new(move |number, _| {
        arrived.send(number).unwrap();
        let users = json!([user(number * 2), user(number * 2 + 1)]);
        let reply = Reply::json(users.to_string());
        match number {
            2 => reply,
            _ => reply.with(
                "link",
                format!("</api/v1/users?after={}>; rel=next", number + 1),
            ),
        }
    })
    .await;
    let client: okta::Client = client(&server);
    let mut stream = client.list_users().items().prefetch();
    stream.next().await.unwrap().unwrap();
    // The second page is asked for although the first is not used up, and the third is not.
    assert_eq!(arrivals.recv().await, Some(0));
    assert_eq!(arrivals.recv().await, Some(1));
    assert_eq!(server.count(), 2);
    let rest: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(ids(&rest), [1, 2, 3, 4, 5]);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_failed_page_comes_after_all_items_before_it() {
    for prefetch in [false, true] {
        let server = Server::new(|number, _| match number {
            0 => Reply::json(json!([user(0), user(1)]).to_string())
                .with("link", "</api/v1/users?after=1>; rel=next"),
            _ => Reply::status("403 Forbidden", r#"{"errorCode":"E0000006"}"#),
        })
        .await;
        let client: okta::Client = client(&server);
        let mut stream = client.list_users().items();
        if prefetch {
            stream = stream.prefetch();
        }
        let (items, error) = all(stream).await;
        assert_eq!((ids(&items), server.count()), (vec![0, 1], 2));
        assert_eq!(error.unwrap().kind(), Kind::Forbidden);
    }
}

/// Everything that a stream yields, and that it ends after an error.
async fn all<T>(
    mut stream: impl futures_core::Stream<Item = Result<T, Error>> + Unpin,
) -> (Vec<T>, Option<Error>) {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(item) => items.push(item),
            Err(error) => {
                assert!(stream.next().await.is_none(), "goes on after {error}");
                return (items, Some(error));
            }
        }
    }
    (items, None)
}

#[tokio::test]
async fn a_circle_of_cursors_ends_after_every_page_once() {
    for circle in [1, 2, 7] {
        let server = Server::new(move |number, request| {
            let page = parameter(request, "after").unwrap_or(0);
            let next = if number < 3 {
                page + 1
            } else {
                4 + (page + 1) % circle
            };
            Reply::json(json!([user(page)]).to_string())
                .with("link", format!("</api/v1/users?after={next}>; rel=next"))
        })
        .await;
        let client: okta::Client = client(&server);
        let (items, error) = all(client.list_users().items()).await;
        let error = error.unwrap();
        assert_eq!(error.kind(), Kind::Pages, "{error}");
        let mut once = ids(&items);
        assert_eq!(once.len(), server.count());
        once.dedup();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), items.len(), "{circle}");
        assert!(error.to_string().contains("circle"), "{error}");
    }
}

#[tokio::test]
async fn a_link_back_to_the_first_page_yields_nothing_twice() {
    // The first page has no cursor that could come a second time.
    let server = Server::new(|_, request| {
        let page = parameter(request, "after").unwrap_or(0) % 3;
        Reply::json(json!([user(page)]).to_string()).with(
            "link",
            format!("</api/v1/users?after={}>; rel=next", page + 1),
        )
    })
    .await;
    let client: okta::Client = client(&server);
    let (items, error) = all(client.list_users().items()).await;
    assert_eq!(ids(&items), [0, 1, 2]);
    assert_eq!(error.unwrap().kind(), Kind::Pages);
}

#[tokio::test]
async fn links_lead_nowhere_else() {
    let elsewhere = users(1, 1).await;
    let server = users(2, 1).await;
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let others = [
        format!("{}/api/v1/users?after=1", elsewhere.url),
        format!("http://localhost:{port}/api/v1/users?after=1"),
        format!("https://127.0.0.1:{port}/api/v1/users?after=1"),
        format!("http://user:pass@127.0.0.1:{port}/api/v1/users?after=1"),
        "/api/v1/apps?after=1".to_owned(),
        "//example.com/api/v1/users".to_owned(),
    ];
    for target in others {
        let link = format!("<{target}>; rel=next");
        let server = Server::new(move |number, _| match number {
            0 => Reply::json(json!([user(0)]).to_string()).with("link", &link),
            _ => Reply::json(json!([user(1)]).to_string()),
        })
        .await;
        let client: okta::Client = client(&server);
        let target = target.replace(&port, server.url.rsplit(':').next().unwrap());
        let (items, error) = all(client.list_users().items()).await;
        let error = error.unwrap_or_else(|| panic!("{target} was followed"));
        assert_eq!(
            (error.kind(), ids(&items)),
            (Kind::Pages, vec![0]),
            "{error}"
        );
        assert_eq!(server.count(), 1, "{target}");
        assert!(!error.to_string().contains("pass@"), "{error}");
    }
    assert_eq!(elsewhere.count(), 0);
    let foreign: Cursor = format!("link:{}/api/v1/users?after=1", elsewhere.url)
        .parse()
        .unwrap();
    let client: okta::Client = client(&server);
    let (items, error) = all(client.list_users().items().from_cursor(foreign)).await;
    assert_eq!((items.len(), error.unwrap().kind()), (0, Kind::Pages));
    assert_eq!((server.count(), elsewhere.count()), (0, 0));
}

#[tokio::test]
async fn a_page_that_never_shrinks_is_yielded_once() {
    // As Klustr does: all assignments again, whatever `start` says. One server echoes the offset, which must not help it.
    for echo in [false, true] {
        let server = Server::new(move |_, request| {
            let skip = parameter(request, "start").filter(|_| echo).unwrap_or(0);
            let docs: Vec<_> = (0..100)
                .map(|at| json!({"assigned_to": at.to_string()}))
                .collect();
            let body = json!({"count": 100, "limit": 1024, "skip": skip, "docs": docs});
            Reply::json(body.to_string())
        })
        .await;
        let client: klustr::Client = client(&server);
        let call = client
            .get_org_role_assignments()
            .organization_id("o")
            .role_id("r");
        let (items, error) = all(call.items()).await;
        let error = error.unwrap();
        assert_eq!((items.len(), server.count()), (100, 2));
        assert_eq!(error.kind(), Kind::Pages);
        assert!(error.to_string().contains("does not move on"), "{error}");
    }
}

#[tokio::test]
async fn offsets_step_by_what_came() {
    let server = Server::new(|_, request| {
        let start = parameter(request, "start").unwrap_or(0);
        let docs: Vec<_> = (start..250.min(start + 100))
            .map(|at| json!({"assigned_to": at.to_string()}))
            .collect();
        Reply::json(json!({"docs": docs}).to_string())
    })
    .await;
    let client: klustr::Client = client(&server);
    let call = client
        .get_org_role_assignments()
        .organization_id("o")
        .role_id("r");
    let (items, error) = all(call.items()).await;
    assert!(error.is_none(), "{error:?}");
    let numbers = items.iter().map(|item| item.assigned_to.clone().unwrap());
    assert_eq!(
        numbers.collect::<Vec<_>>(),
        (0..250).map(|at| at.to_string()).collect::<Vec<_>>()
    );
    assert_eq!(server.count(), 3);
}

/// The service grants a hundred at most, and no description says so.
#[tokio::test]
async fn offsets_do_not_end_at_a_page_that_is_shorter_than_asked_for() {
    let server = Server::new(|_, request| {
        let start = parameter(request, "offset").unwrap_or(0);
        let users: Vec<_> = (start..250.min(start + 100))
            .map(|at| json!({"id": format!("u{at}")}))
            .collect();
        Reply::json(Value::from(users).to_string())
    })
    .await;
    let client: rolecall::zenml::Client = client(&server);
    let (items, error) = all(client.list_users().items().page_size(250)).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((items.len(), server.count()), (250, 4));
}

#[tokio::test]
async fn a_link_that_leaves_out_expand_does_not_lose_it() {
    let server = users(3, 2).await;
    let client: okta::Client = client(&server);
    let call = client.list_users().search("status eq \"ACTIVE\"");
    let (items, error) = all(call.items().page_size(2)).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(items.len(), 6);
    for request in server.received() {
        let target = &request.target;
        assert_eq!(target.matches("search=").count(), 1, "{target}");
        assert_eq!(target.matches("limit=2").count(), 1, "{target}");
    }
}

#[tokio::test]
async fn tokens_lead_on_past_empty_pages() {
    let server = Server::new(|number, request| {
        let page = parameter(request, "pageToken").unwrap_or(0);
        assert_eq!(page, number);
        let data = if page == 1 || page == 2 {
            json!([])
        } else {
            json!([foundry_user(page)])
        };
        let next = (page < 4).then(|| (page + 1).to_string());
        Reply::json(json!({"data": data, "nextPageToken": next}).to_string())
    })
    .await;
    let client: foundry::Client = client(&server);
    let (items, error) = all(client.list_users().items().page_size(7)).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((items.len(), server.count()), (3, 5));
    assert!(
        server
            .received()
            .iter()
            .all(|one| one.target.contains("pageSize=7"))
    );
}

fn foundry_user(id: usize) -> Value {
    json!({"id": id.to_string(), "username": "x", "realm": "r", "status": "ACTIVE", "attributes": {}})
}

#[tokio::test]
async fn no_more_pages_than_were_to_be_read() {
    let server = users(5, 3).await;
    let client: okta::Client = client(&server);
    let (items, error) = all(client.list_users().items().max_pages(2)).await;
    let error = error.unwrap();
    assert_eq!(
        (items.len(), server.count(), error.kind()),
        (6, 2, Kind::Pages)
    );
    assert!(error.to_string().contains("more than 2 pages"), "{error}");
    let (items, error) = all(client.list_users().items().max_pages(5)).await;
    assert_eq!((items.len(), error.is_none()), (15, true));
}

#[tokio::test]
async fn page_sizes_are_checked() {
    let server = users(1, 1).await;
    let client: okta::Client = client(&server);
    let problem = |error: Option<Error>| {
        let error = error.unwrap();
        assert_eq!(error.kind(), Kind::InvalidRequest);
        error.to_string()
    };
    let targets = || {
        client
            .list_group_targets_for_role()
            .user_id("u")
            .role_assignment_id("r")
    };
    let (_, error) = all(targets().items().page_size(201)).await;
    let text = problem(error);
    assert!(
        text.contains("201 items are more than the 200 that are granted"),
        "{text}"
    );
    let (_, error) = all(targets().items().page_size(0)).await;
    assert!(problem(error).contains("one item at least"));
    let (_, error) = all(client.list_roles().items().page_size(5)).await;
    assert!(problem(error).contains("no option"));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn pages_have_the_policy_of_their_client() {
    let server = Server::new(|number, _| match number {
        1 => Reply::status("503 X", "{}"),
        0 => Reply::json(json!([user(0)]).to_string())
            .with("link", "</api/v1/users?after=1>; rel=next"),
        _ => Reply::json(json!([user(1)]).to_string()),
    })
    .await;
    let client: okta::Client = client(&server);
    let patient = all(client.list_users().items()).await;
    assert_eq!(
        (ids(&patient.0), patient.1.is_none(), server.count()),
        (vec![0, 1], true, 3)
    );
    let server = Server::replying(vec![Reply::status("503 X", "{}")]).await;
    let client: okta::Client = self::client(&server);
    let hasty = client.with(CallOptions::new().no_retry());
    let (_, error) = all(hasty.list_users().items()).await;
    assert_eq!((error.unwrap().attempts(), server.count()), (1, 1));
}

#[tokio::test]
async fn streams_move_between_threads() {
    fn moves<T: Send + Unpin + 'static>(stream: T) -> T {
        stream
    }
    let server = users(2, 1).await;
    let client: Arc<okta::Client> = Arc::new(client(&server));
    let stream = moves(client.list_users().items().prefetch());
    let items = tokio::spawn(async move { all(stream).await.0.len() })
        .await
        .unwrap();
    assert_eq!(items, 2);
}
