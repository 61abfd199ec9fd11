//! Lists in pages, in every style.

mod support;

use proptest::prelude::*;
use rolecall_client::{
    Call, Cursor, Error, Operation, PageLimit, PageLocation, PageParameter, Paged, Pages,
    Parameter, Transport, Url,
};
use serde_json::{Value, json};
use support::{OPERATION, PARAMETER, Server, answer, answer_with, leak};

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "after",
        ..PARAMETER
    },
    Parameter {
        name: "limit",
        ..PARAMETER
    },
    Parameter {
        name: "q",
        ..PARAMETER
    },
];

const AFTER: PageParameter = PageParameter {
    location: PageLocation::Query,
    name: "after",
};

const LIMIT: PageLimit = PageLimit {
    parameter: PageParameter {
        location: PageLocation::Query,
        name: "limit",
    },
    default: Some(2),
    maximum: Some(3),
};

#[derive(Clone)]
struct List(Call);

impl Paged for List {
    type Body = Value;
    type Item = Value;
    type Error = Value;

    fn call(&self) -> &Call {
        &self.0
    }

    fn call_mut(&mut self) -> &mut Call {
        &mut self.0
    }

    fn into_call(self) -> Call {
        self.0
    }

    fn split(body: Value) -> (Vec<Value>, Option<String>) {
        let items = body
            .get("items")
            .unwrap_or(&body)
            .as_array()
            .cloned()
            .unwrap_or_default();
        (
            items,
            body.get("next").and_then(Value::as_str).map(str::to_owned),
        )
    }
}

fn list(transport: &Transport, pages: Pages) -> List {
    let operation = Operation {
        pages,
        parameters: PARAMETERS,
        ..OPERATION
    };
    List(Call::new(transport, leak(operation)))
}

async fn next(pages: Pages, answer: String) -> (Server, Option<Cursor>) {
    let server = Server::answering(vec![answer]).await;
    let next = list(&server.transport(), pages)
        .send_page()
        .await
        .unwrap()
        .next;
    (server, next)
}

fn link(server: &Server, target: &str) -> Option<Cursor> {
    Some(Cursor::Link(
        Url::parse(&server.url).unwrap().join(target).unwrap(),
    ))
}

#[tokio::test]
async fn by_link_header() {
    let pages = Pages::LinkHeader {
        items: "",
        next: None,
        cursor: Some(AFTER),
        limit: None,
    };
    let first = answer_with(
        "200 OK",
        "link: <{server}/things?q=x>; rel=\"self\"\r\nlink: <{server}/things?after=a%20b&q=x>; rel=\"next\"\r\n",
        "[1,2]",
    );
    let server =
        Server::answering(vec![first, answer("200 OK", "[3]"), answer("200 OK", "[]")]).await;
    let mut start = list(&server.transport(), pages);
    start.call_mut().set("q", "x");
    let page = start.clone().send_page().await.unwrap();
    assert_eq!(page.items, [json!(1), json!(2)]);
    let next = page.next.unwrap();
    let saved: Cursor = next.to_string().parse().unwrap();
    let page = start
        .clone()
        .resume(&saved)
        .unwrap()
        .send_page()
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.next), (1, None));
    let by_token = start.resume(&Cursor::Token("a b".to_owned())).unwrap();
    by_token.send_page().await.unwrap();
    let targets: Vec<_> = server
        .received()
        .iter()
        .map(|one| one.target().to_owned())
        .collect();
    assert_eq!(
        targets,
        [
            "/things?q=x",
            "/things?after=a%20b&q=x",
            "/things?after=a%20b&q=x"
        ]
    );
}

#[tokio::test]
async fn by_link_in_the_body() {
    let pages = |link_header| Pages::BodyLink {
        items: "/items",
        next: "/next",
        link_header,
        cursor: None,
        limit: None,
    };
    let body = r#"{"items":[1],"next":"/things?after=2"}"#;
    let (server, found) = next(pages(false), answer("200 OK", body)).await;
    assert_eq!(found, link(&server, "/things?after=2"));
    let header = answer_with(
        "200 OK",
        "link: <things?after=3>; rel=next\r\n",
        r#"{"items":[1]}"#,
    );
    let (server, found) = next(pages(true), header.clone()).await;
    assert_eq!(found, link(&server, "/things?after=3"));
    assert_eq!(next(pages(false), header).await.1, None);

    let server = Server::answering(vec![answer(
        "200 OK",
        r#"{"items":[1],"next":"http://[::"}"#,
    )])
    .await;
    let error = list(&server.transport(), pages(false))
        .send_page()
        .await
        .unwrap_err();
    let Error::Decode { problem, .. } = error else {
        panic!()
    };
    assert_eq!(problem.path, "/next");
}

#[tokio::test]
async fn by_token_in_the_query_and_in_the_body() {
    let token = |location, name| Pages::BodyToken {
        items: "/items",
        next: "/next",
        cursor: PageParameter { location, name },
        limit: None,
    };
    let server = Server::answering(vec![
        answer("200 OK", r#"{"items":[1],"next":"t/1"}"#),
        answer("200 OK", r#"{"items":[2],"next":""}"#),
        answer("200 OK", "{}"),
        answer("200 OK", "{}"),
    ])
    .await;
    let start = list(&server.transport(), token(PageLocation::Query, "after"));
    let cursor = start.clone().send_page().await.unwrap().next.unwrap();
    assert_eq!(cursor, Cursor::Token("t/1".to_owned()));
    assert_eq!(
        start
            .resume(&cursor)
            .unwrap()
            .send_page()
            .await
            .unwrap()
            .next,
        None
    );

    let mut start = list(
        &server.transport(),
        token(PageLocation::Body, "/page/token"),
    );
    start
        .clone()
        .resume(&cursor)
        .unwrap()
        .send_page()
        .await
        .unwrap();
    start
        .call_mut()
        .json(&json!({ "where": 1, "page": { "token": "old", "size": 5 } }));
    start.resume(&cursor).unwrap().send_page().await.unwrap();
    let received = server.received();
    assert_eq!(received[1].target(), "/things?after=t%2F1");
    assert_eq!(received[2].text(), r#"{"page":{"token":"t/1"}}"#);
    assert_eq!(
        received[3].text(),
        r#"{"where":1,"page":{"token":"t/1","size":5}}"#
    );
}

#[tokio::test]
async fn by_offset() {
    let pages = Pages::Offset {
        items: "",
        offset: AFTER,
        limit: LIMIT,
    };
    // What is asked for and set, what comes, and where that leads.
    for (limit, offset, body, expected) in [
        (None, None, "[1,2]", Some(2)),
        (None, None, "[1]", None),
        (None, None, "[]", None),
        (Some(1), Some(5), "[1]", Some(6)),
        (Some(100), Some(5), "[1,2,3]", Some(8)),
        (Some(100), None, "[1,2]", None),
    ] {
        let server = Server::answering(vec![answer("200 OK", body)]).await;
        let mut start = list(&server.transport(), pages);
        if let Some(limit) = limit {
            start.call_mut().set("limit", limit);
        }
        if let Some(offset) = offset {
            start = start.resume(&Cursor::Offset(offset)).unwrap();
        }
        let page = start.send_page().await.unwrap();
        assert_eq!(
            page.next,
            expected.map(Cursor::Offset),
            "{limit:?} {offset:?} {body}"
        );
    }
}

/// The service may grant less than was asked for: only an empty page is the end.
#[tokio::test]
async fn by_offset_without_a_documented_maximum() {
    let pages = Pages::Offset {
        items: "",
        offset: AFTER,
        limit: PageLimit {
            maximum: None,
            ..LIMIT
        },
    };
    for (limit, body, expected) in [
        (None, "[1]", Some(1)),
        (Some(250), "[1,2]", Some(2)),
        (Some(250), "[]", None),
        (None, "[]", None),
    ] {
        let server = Server::answering(vec![answer("200 OK", body)]).await;
        let mut start = list(&server.transport(), pages);
        if let Some(limit) = limit {
            start.call_mut().set("limit", limit);
        }
        let page = start.send_page().await.unwrap();
        assert_eq!(page.next, expected.map(Cursor::Offset), "{limit:?} {body}");
    }
}

/// Some services leave out of the link what does not choose the page.
#[tokio::test]
async fn a_link_keeps_what_the_caller_set() {
    let pages = Pages::LinkHeader {
        items: "",
        next: None,
        cursor: Some(AFTER),
        limit: Some(LIMIT),
    };
    for (link, target) in [
        ("/things?after=2", "/things?after=2&limit=7"),
        ("/things?limit=5&after=2", "/things?limit=5&after=2"),
        ("/things", "/things?limit=7"),
        ("/things?page=2&limit=", "/things?page=2&limit="),
    ] {
        let header = format!("content-type: application/json\r\nlink: <{link}>; rel=next\r\n");
        let first = answer_with("200 OK", &header, "[1]");
        let server = Server::answering(vec![first, answer("200 OK", "[]")]).await;
        let mut start = list(&server.transport(), pages);
        start.call_mut().set("limit", 7);
        start.call_mut().set("after", "the caller's own");
        let page = start.clone().send_page().await.unwrap();
        let next = start.resume(&page.next.unwrap()).unwrap();
        next.send_page().await.unwrap();
        assert_eq!(server.received()[1].target(), target);
    }
}

#[tokio::test]
async fn whole_lists_have_no_next_page() {
    let linked = answer_with("200 OK", "link: </x>; rel=next\r\n", "[1]");
    assert_eq!(next(Pages::Whole { items: "" }, linked).await.1, None);
}

#[test]
fn cursors_that_do_not_belong_here_are_refused() {
    let transport = Transport::new("https://h.example/base").unwrap();
    let pages = Pages::LinkHeader {
        items: "",
        next: None,
        cursor: None,
        limit: None,
    };
    for (text, expected) in [
        ("link:https://h.example/base/things?x", None),
        ("link:https://h.example:443/base/things", None),
        (
            "link:http://h.example/base/things",
            Some("another scheme, host or port"),
        ),
        (
            "link:https://h.example:8443/base/things",
            Some("another scheme, host or port"),
        ),
        (
            "link:https://evil.example/base/things",
            Some("another scheme, host or port"),
        ),
        (
            "link:https://u:p@h.example/base/things",
            Some("holds credentials"),
        ),
        ("link:https://h.example/base/others", Some("another path")),
        ("link:https://h.example/base/things/1", Some("another path")),
        ("link:https://h.example/things", Some("another path")),
        ("token:x", Some("not of the kind")),
        ("offset:1", Some("not of the kind")),
    ] {
        let problem = list(&transport, pages).resume(&text.parse().unwrap()).err();
        let problem = problem.map(|error| error.to_string());
        match (&problem, expected) {
            (None, None) => {}
            (Some(problem), Some(expected)) if problem.contains(expected) => {}
            _ => panic!("{text}: {problem:?}"),
        }
    }
    let problem = list(&transport, Pages::NotAList)
        .resume(&Cursor::Offset(1))
        .err()
        .unwrap();
    assert!(problem.to_string().contains("no pages"));
    for text in ["", "x", "link:x", "offset:-1", "offset:", "Token:x"] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
}

#[test]
fn debug_shows_only_the_kind_of_a_cursor() {
    for (text, expected) in [
        ("link:https://h.example/x?secret", "Link(***)"),
        ("token:secret", "Token(***)"),
        ("offset:7", "Offset(***)"),
    ] {
        assert_eq!(format!("{:?}", text.parse::<Cursor>().unwrap()), expected);
    }
}

proptest! {
    #[test]
    fn cursors_can_be_saved(token in "\\PC*", offset: u64, query in "\\PC*") {
        let mut url = Url::parse("https://h.example/x").unwrap();
        url.set_query(Some(&query));
        for cursor in [Cursor::Token(token), Cursor::Offset(offset), Cursor::Link(url)] {
            prop_assert_eq!(&cursor.to_string().parse::<Cursor>().unwrap(), &cursor);
            let json = serde_json::to_string(&cursor).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Cursor>(&json).unwrap(), &cursor);
        }
    }

    #[test]
    fn no_text_breaks_the_cursor(text in "\\PC*") {
        let _ = text.parse::<Cursor>();
    }
}
