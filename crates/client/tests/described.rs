//! What a description says of one operation alone: how its form is written, where it goes, and which of its errors come
//! without a body.

mod support;

use rolecall_client::{
    Answer, Call, Encoding, Error, Multipart, Operation, Part, RequestBody, Server as Own, Status,
    StatusCode, Style, Transport,
};
use serde_json::{Value, json};
use support::{OPERATION, Server, answer, answer_with, call, leak, refused, sent};

const ENCODING: Encoding = Encoding {
    property: "scopes",
    media_type: None,
    style: None,
    explode: false,
    allow_reserved: false,
    required_headers: &[],
};

fn posting(media_type: &'static str, encoding: &'static [Encoding]) -> &'static Operation {
    leak(Operation {
        method: http::Method::POST,
        body: Some(RequestBody {
            required: true,
            media_type,
            encoding,
        }),
        ..OPERATION
    })
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The form that this encoding makes of `scopes`.
async fn form(encoding: Encoding, scopes: Value) -> String {
    let operation = posting(FORM, Vec::leak(vec![encoding]));
    let received = sent(operation, |call| call.form(&json!({ "scopes": scopes }))).await;
    received.unwrap().text().to_owned()
}

#[tokio::test]
async fn a_property_of_a_form_is_written_as_its_encoding_says() {
    let list = || json!(["read", "read:all", "a b"]);
    let styled = |style, explode| Encoding {
        style: Some(style),
        explode,
        ..ENCODING
    };
    assert_eq!(
        form(styled(Style::Form, false), list()).await,
        "scopes=read,read%3Aall,a+b"
    );
    assert_eq!(
        form(styled(Style::Form, true), list()).await,
        "scopes=read&scopes=read%3Aall&scopes=a+b"
    );
    assert_eq!(
        form(styled(Style::SpaceDelimited, false), json!(["a", "b"])).await,
        "scopes=a+b"
    );
    assert_eq!(
        form(styled(Style::PipeDelimited, false), json!(["a", "b"])).await,
        "scopes=a%7Cb"
    );
    let object = || json!({ "x": 1, "y": "z" });
    assert_eq!(
        form(styled(Style::DeepObject, true), object()).await,
        "scopes%5Bx%5D=1&scopes%5By%5D=z"
    );
    assert_eq!(
        form(styled(Style::Form, false), object()).await,
        "scopes=x,1,y,z"
    );
    assert_eq!(form(styled(Style::Form, true), object()).await, "x=1&y=z");
    let reserved = Encoding {
        allow_reserved: true,
        ..styled(Style::Form, false)
    };
    assert_eq!(form(reserved, json!("a:b&c")).await, "scopes=a:b%26c");
    let as_json = Encoding {
        media_type: Some("application/json; charset=utf-8"),
        ..ENCODING
    };
    assert_eq!(
        form(as_json, object()).await,
        "scopes=%7B%22x%22%3A1%2C%22y%22%3A%22z%22%7D"
    );
    for encoding in [styled(Style::Form, true), as_json] {
        assert_eq!(form(encoding, Value::Null).await, "");
    }
    // What is not said stays as it is without an encoding.
    assert_eq!(
        form(ENCODING, object()).await,
        "scopes%5Bx%5D=1&scopes%5By%5D=z"
    );
}

#[tokio::test]
async fn parts_get_the_media_type_and_need_the_headers_of_their_encoding() {
    const PARTS: &[Encoding] = &[
        Encoding {
            property: "photo",
            media_type: Some("image/png"),
            required_headers: &["X-Id"],
            ..ENCODING
        },
        Encoding {
            property: "any",
            media_type: Some("image/png, image/jpeg"),
            ..ENCODING
        },
    ];
    let operation = posting("multipart/form-data", PARTS);
    let photo = || Part::new("photo", "p");
    let body = Multipart::new()
        .part(photo().header("x-id", "7"))
        .part(photo().header("X-ID", "8").content_type("image/webp"))
        .text("any", "a");
    let received = sent(operation, |call| call.multipart(body)).await.unwrap();
    let heads: Vec<&str> = received
        .text()
        .split("Content-Disposition: ")
        .skip(1)
        .collect();
    assert!(
        heads[0].starts_with(
            "form-data; name=\"photo\"\r\nContent-Type: image/png\r\nx-id: 7\r\n\r\np"
        ),
        "{heads:?}"
    );
    assert!(
        heads[1].contains("Content-Type: image/webp\r\nx-id: 8"),
        "{heads:?}"
    );
    assert!(!heads[2].contains("Content-Type"), "{heads:?}");

    let missing = refused(operation, |call| {
        call.multipart(Multipart::new().part(photo()))
    });
    assert_eq!(missing.await, "part `photo` lacks the header `X-Id`");
    for (name, value) in [("x y", "1"), ("x-id", "1\r\nx-more: 2")] {
        let part = photo().header(name, value);
        let why = refused(operation, |call| {
            call.multipart(Multipart::new().part(part))
        })
        .await;
        assert!(
            why.contains("part `photo`") && !why.contains("x-more"),
            "{why}"
        );
    }
}

/// An operation with a server of its own, under these servers of the whole description.
fn served_at(url: &'static str, of_all: &'static [&'static str]) -> Operation {
    Operation {
        server: Some(Own {
            url,
            variables: &[],
            of_all,
        }),
        ..OPERATION
    }
}

fn leaked(text: &str) -> &'static str {
    text.to_owned().leak()
}

#[tokio::test]
async fn an_operation_goes_to_its_own_server() {
    let all = Server::answering(Vec::new()).await;
    let own = Server::answering(vec![answer("200 OK", "{}")]).await;
    let of_all: &[&str] = vec![leaked(&all.url)].leak();
    let operation = served_at(leaked(&format!("{}/v2/", own.url)), of_all);
    let call = call(
        &Transport::new(&format!("{}/v3", all.url)).unwrap(),
        operation,
    );
    call.send_empty::<Value>().await.unwrap();
    assert_eq!(own.received()[0].target(), "/v2/things");
    assert!(all.received().is_empty());
}

#[tokio::test]
async fn a_stand_in_gets_everything_unless_told_otherwise() {
    const OF_ALL: &[&str] = &["https://api.example/v3"];
    let operation = served_at("https://upload.example/", OF_ALL);
    let stand_in = Server::answering(vec![answer("200 OK", "{}")]).await;
    let sending = call(&stand_in.transport(), operation);
    sending.send_empty::<Value>().await.unwrap();
    assert_eq!(stand_in.received()[0].target(), "/things");

    let operation = served_at("https://upload.example/", OF_ALL);
    let uploads = Server::answering(vec![answer("200 OK", "{}")]).await;
    let transport = Transport::builder("https://api.example/v3")
        .operation_server("https://upload.example/", &uploads.url)
        .build()
        .unwrap();
    call(&transport, operation)
        .send_empty::<Value>()
        .await
        .unwrap();
    assert_eq!(uploads.received()[0].target(), "/things");

    let refused = Transport::builder("https://api.example/v3")
        .operation_server("https://upload.example/", "upload.example")
        .build();
    assert!(refused.is_err());
}

const NOT_FOUND: Answer = Answer {
    status: Status::Code(404),
    media_types: &[],
    error_names: &[],
};

fn failing(answers: &'static [Answer]) -> Operation {
    Operation {
        answers,
        ..OPERATION
    }
}

async fn fails(operation: Operation, answer: String) -> Error<String> {
    let server = Server::answering(vec![answer]).await;
    let call: Call = call(&server.transport(), operation);
    call.send_empty::<String>().await.unwrap_err()
}

#[tokio::test]
async fn an_error_that_is_documented_without_a_body_is_that() {
    const TEXT: &[Answer] = &[
        Answer {
            status: Status::Range(5),
            media_types: &["text/plain"],
            error_names: &[],
        },
        Answer {
            status: Status::Default,
            media_types: &["application/json"],
            error_names: &[],
        },
        NOT_FOUND,
    ];
    let error = fails(
        failing(TEXT),
        answer_with("404 Not Found", "x-id: 7\r\n", ""),
    )
    .await;
    assert_eq!(
        error.to_string(),
        "example doIt: answered 404 Not Found without a body, as documented"
    );
    assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    assert_eq!(error.headers().unwrap()["x-id"], "7");
    assert!(matches!(error, Error::NoBody { .. }) && error.api().is_none());

    // One with a body all the same is read as what it is; one that should have one has none.
    let error = fails(failing(TEXT), answer("404 Not Found", "\"gone\"")).await;
    assert_eq!(error.api().map(String::as_str), Some("gone"));
    for status in ["400 Bad Request", "503 Service Unavailable"] {
        let error = fails(failing(TEXT), answer_with(status, "", "")).await;
        assert!(matches!(error, Error::Unexpected { .. }), "{error}");
    }
    let error = fails(failing(&[]), answer_with("404 Not Found", "", "")).await;
    assert!(matches!(error, Error::Unexpected { .. }), "{error}");
}

#[tokio::test]
async fn a_byte_order_mark_before_json_is_accepted() {
    let server = Server::answering(vec![
        answer("200 OK", "\u{feff}{\"a\":1}"),
        answer("200 OK", "\u{feff}"),
        answer("400 Bad Request", "\u{feff}\"why\""),
        answer("200 OK", "\u{feff}{\"a\":x}"),
        answer("200 OK", "\u{feff}text"),
    ])
    .await;
    let call = || call(&server.transport(), OPERATION);
    let value = call().send_json::<Value, String>().await.unwrap();
    assert_eq!(value.value(), &json!({ "a": 1 }));
    let value = call().send_optional_json::<Value, String>().await.unwrap();
    assert_eq!(value.value(), &None);
    let error = call().send_json::<Value, String>().await.unwrap_err();
    assert_eq!(error.api().map(String::as_str), Some("why"));
    let error = call().send_json::<Value, String>().await.unwrap_err();
    assert!(error.to_string().contains("column"), "{error}");
    // A text keeps what it was sent with.
    let text = call().send_text::<String>().await.unwrap();
    assert_eq!(text.value(), "\u{feff}text");
}
