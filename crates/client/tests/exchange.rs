//! Bodies, answers, errors, hooks and redirects, over real sockets.

mod support;

use rolecall_client::{
    ArrayStyle, BoxFuture, BuildError, Bytes, Call, DecodeProblem, Decoded, Decoding, Error,
    FromJson, Hook, HookError, HookNote, Multipart, Next, Operation, Parameter, Part, RequestBody,
    StatusCode, Transport, decode,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use support::{
    OPERATION, PARAMETER, Server, answer, answer_with, call, leak, refused, sent, with_parameters,
};

const POST: Operation = Operation {
    method: http::Method::POST,
    ..OPERATION
};

fn post(required: bool, media_type: &'static str) -> &'static Operation {
    leak(Operation {
        body: Some(RequestBody {
            required,
            media_type,
            encoding: &[],
        }),
        ..POST
    })
}

async fn get<T>(answer: String) -> Result<rolecall_client::Response<T>, Error<Problem>>
where
    T: FromJson,
{
    let server = Server::answering(vec![answer]).await;
    call(&server.transport(), OPERATION).send_json().await
}

#[derive(Clone, Debug, PartialEq)]
struct Problem {
    code: String,
    extra: rolecall_client::Extra,
}

rolecall_client::object! { Problem, extra { required code: String = "code" } }

#[tokio::test]
async fn bodies_arrive_as_what_they_are() {
    let value = json!({ "a": ["x y", 2], "b": { "c": "&" }, "d": null });
    let received = sent(post(true, "application/json"), |call| call.json(&value))
        .await
        .unwrap();
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.text(), value.to_string());
    let received = sent(post(true, "application/merge-patch+json"), |call| {
        call.json(&value)
    })
    .await;
    assert_eq!(
        received.unwrap().header("content-type"),
        Some("application/merge-patch+json")
    );

    let form = "application/x-www-form-urlencoded";
    let received = sent(post(true, form), |call| call.form(&value))
        .await
        .unwrap();
    assert_eq!(received.header("content-type"), Some(form));
    assert_eq!(received.text(), "a=x+y&a=2&b%5Bc%5D=%26");
    let received = sent(post(true, form), |call| {
        call.form_with(&value, ArrayStyle::Indexed)
    })
    .await;
    assert_eq!(
        received.unwrap().text(),
        "a%5B0%5D=x+y&a%5B1%5D=2&b%5Bc%5D=%26"
    );

    let received = sent(post(true, "text/csv"), |call| call.text("a,b"))
        .await
        .unwrap();
    assert_eq!(
        (received.header("content-type"), received.text()),
        (Some("text/csv"), "a,b")
    );
    let received = sent(post(true, "*/*"), |call| {
        call.bytes(Bytes::from_static(b"\0"))
    })
    .await;
    assert_eq!(
        received.unwrap().header("content-type"),
        Some("application/octet-stream")
    );
    let received = sent(post(true, "application/json"), |call| {
        call.bytes(Bytes::from_static(b"x"));
        call.content_type("application/x-pem-file");
    });
    assert_eq!(
        received.await.unwrap().header("content-type"),
        Some("application/x-pem-file")
    );
}

#[tokio::test]
async fn multipart_bodies_have_their_boundary() {
    let file = Part::new("file", &b"\0\r\n--"[..])
        .file_name("a\"b\r.png")
        .content_type("image/png");
    let body = Multipart::new().text("name", "x").part(file);
    assert!(!format!("{body:?}").contains('\0'));
    let received = sent(post(true, "multipart/form-data"), |call| {
        call.multipart(body)
    })
    .await
    .unwrap();
    let media_type = received.header("content-type").unwrap();
    let boundary = media_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let expected = "--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx\r\n\
        --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D.png\"\r\n\
        Content-Type: image/png\r\n\r\n\0\r\n--\r\n--B--\r\n";
    assert_eq!(
        received.text(),
        expected.replace("--B", &format!("--{boundary}"))
    );
}

#[tokio::test]
async fn a_body_that_is_missing() {
    assert_eq!(
        refused(post(true, "application/json"), |_| ()).await,
        "the required body is not set"
    );
    let received = sent(post(false, "application/json"), |_| ()).await.unwrap();
    assert_eq!(received.header("content-length"), Some("0"));
    assert_eq!(received.header("content-type"), None);
    let received = sent(leak(OPERATION), |_| ()).await.unwrap();
    assert_eq!(received.header("content-length"), None);
    let problem = refused(post(true, "text/plain"), |call| call.form(&1)).await;
    assert_eq!(problem, "the form body is not an object");
}

#[tokio::test]
async fn headers_of_the_callers_own() {
    let received = sent(leak(OPERATION), |call| {
        call.header("x-extra", "1");
        call.header("accept", "text/html");
    });
    let received = received.await.unwrap();
    assert_eq!(received.header("x-extra"), Some("1"));
    assert_eq!(received.header("accept"), Some("text/html"));
    assert!(
        received
            .header("user-agent")
            .unwrap()
            .starts_with("rolecall/")
    );
    let problem = refused(leak(OPERATION), |call| call.header("x", "secret\n")).await;
    assert_eq!(problem, "header `x` cannot have this value");
}

#[tokio::test]
async fn the_prefix_of_the_base_url_stays() {
    for base in ["/prefix", "/prefix/"] {
        let server = Server::answering(vec![answer("200 OK", "1")]).await;
        let transport = Transport::new(&format!("{}{base}", server.url)).unwrap();
        call(&transport, OPERATION)
            .send_empty::<Value>()
            .await
            .unwrap();
        assert_eq!(server.received()[0].target(), "/prefix/things");
    }
}

#[test]
fn base_urls_that_cannot_be_used() {
    for url in [
        "",
        "/x",
        "ftp://h/",
        "http://u:p@h/",
        "http://h/?q",
        "http://h/#f",
    ] {
        let error = Transport::new(url).unwrap_err();
        assert!(matches!(error, BuildError::InvalidBaseUrl(_)), "{url}");
        assert!(!error.to_string().contains("u:p"), "{error}");
    }
}

#[tokio::test]
async fn any_2xx_is_the_success_shape() {
    for status in ["200 OK", "201 Created", "206 Partial Content"] {
        let response = get::<Vec<u8>>(answer(status, "[1]")).await.unwrap();
        assert_eq!(
            (response.len(), response.status().as_str()),
            (1, &status[..3])
        );
    }
    let server = Server::answering(vec![
        answer_with("204 No Content", "", ""),
        answer("200 OK", "null"),
        answer("200 OK", "[7]"),
        answer("200 OK", "secret"),
        answer("202 Accepted", "text"),
        answer_with("200 OK", "", "\u{0}b"),
    ])
    .await;
    let new = || call(&server.transport(), OPERATION);
    assert_eq!(
        new()
            .send_optional_json::<Vec<u8>, Value>()
            .await
            .unwrap()
            .into_inner(),
        None
    );
    assert_eq!(
        new()
            .send_optional_json::<Vec<u8>, Value>()
            .await
            .unwrap()
            .into_inner(),
        None
    );
    let some = new().send_optional_json::<Vec<u8>, Value>().await.unwrap();
    assert_eq!(some.into_inner(), Some(vec![7]));
    new().send_empty::<Value>().await.unwrap();
    assert_eq!(*new().send_text::<Value>().await.unwrap(), "text");
    assert_eq!(&new().send_bytes::<Value>().await.unwrap()[..], b"\0b");
}

#[tokio::test]
async fn by_status() {
    struct Either(u16, Value);
    impl rolecall_client::ByStatus for Either {
        fn decode_with(
            status: u16,
            body: &[u8],
            decoding: Decoding,
        ) -> Result<Decoded<Self>, DecodeProblem> {
            decode(body, decoding).map(|body| body.map(|body| Self(status, body)))
        }
    }
    let server = Server::answering(vec![answer("202 Accepted", "1"), answer("200 OK", "{")]).await;
    let new = || call(&server.transport(), OPERATION);
    let either = new().send_by_status::<Either, Value>().await.unwrap();
    assert_eq!((either.0, &either.1), (202, &json!(1)));
    assert!(matches!(
        new().send_by_status::<Either, Value>().await,
        Err(Error::Decode { .. })
    ));
}

#[tokio::test]
async fn a_documented_error() {
    let error = get::<Value>(answer("403 Forbidden", r#"{"code":"E1","new":1}"#))
        .await
        .unwrap_err();
    assert_eq!(error.api().unwrap().code, "E1");
    assert_eq!(error.status(), Some(StatusCode::FORBIDDEN));
    assert_eq!(error.headers().unwrap()["content-type"], "application/json");
    assert_eq!(error.to_string(), "example doIt: answered 403 Forbidden");
    assert_eq!(error.erase().api(), Some(&json!({"code": "E1", "new": 1})));
}

#[tokio::test]
async fn an_undocumented_error_keeps_everything() {
    let html = format!("<html>\n  <b>bad\u{7} gateway</b>{}", "x".repeat(500));
    let answer_ = answer_with(
        "502 Bad Gateway",
        "content-type: text/html\r\nx-id: 7\r\n",
        &html,
    );
    let error = get::<Value>(answer_).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("example doIt: answered 502 Bad Gateway with undocumented text/html: <html> <b>bad gateway</b>xxx"),
        "{text}"
    );
    assert!(text.ends_with("xxx...") && text.len() < 220, "{text}");
    assert!(!format!("{error:?}").contains("gateway"));
    assert_eq!(error.headers().unwrap()["x-id"], "7");
    let Error::Unexpected { body, problem, .. } = error else {
        panic!()
    };
    assert_eq!((body, problem), (Bytes::from(html), None));

    let error = get::<Value>(answer("500 X", r#"{"code":3}"#))
        .await
        .unwrap_err();
    let Error::Unexpected {
        problem: Some(problem),
        ..
    } = error
    else {
        panic!()
    };
    assert_eq!(problem.path, "/code");

    let error = get::<Value>(answer_with("401 Unauthorized", "", ""))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "example doIt: answered 401 Unauthorized without a body"
    );
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_located_and_not_shown() {
    #[derive(Debug)]
    struct Role {
        label: u8,
        extra: rolecall_client::Extra,
    }
    rolecall_client::object! { Role, extra { required label: u8 = "label" } }
    let body = "[{\"label\": 1},\n {\"label\": \"sec\\\"ret, expected s3cret\"}]";
    let error = get::<Vec<Role>>(answer("200 OK", body)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example doIt: answered 200 OK with a body that does not fit: \
         at /1/label: invalid type: string, expected an integer of 8 bits without a sign (line 2 column 12)"
    );
    assert_eq!(chain(&error).len(), 1, "nothing is said twice");
    let debug = format!("{error:?}");
    assert!(!debug.contains("ret"), "{debug}");
    let Error::Decode { body: kept, .. } = error else {
        panic!()
    };
    assert_eq!(kept, Bytes::from(body));

    let html = answer_with(
        "200 OK",
        "content-type: Text/HTML; charset=utf-8\r\n",
        "<html>",
    );
    let error = get::<Role>(html).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example doIt: answered 200 OK with text/html where application/json is expected: \
         at the top: expected value (line 1 column 1)"
    );

    let error = get::<Role>(answer_with("200 OK", "", ""))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("does not fit: at the top: there is no body"),
        "{error}"
    );

    let server = Server::answering(vec![answer("200 OK", "x")]).await;
    let mut raw = call(&server.transport(), OPERATION)
        .send_text::<Value>()
        .await
        .unwrap();
    assert_eq!(raw.value(), "x");
    raw = raw.map(|text| text + "y");
    assert_eq!(raw.into_inner(), "xy");
}

#[tokio::test]
async fn text_that_is_not_utf8() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        // The request fits one segment; left unread, it would make the connection be reset.
        stream
            .read_buf(&mut Vec::with_capacity(4096))
            .await
            .unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\na\xffb";
        stream.write_all(answer).await.unwrap();
    });
    let transport = Transport::new(&url).unwrap();
    let error = call(&transport, OPERATION)
        .send_text::<Value>()
        .await
        .unwrap_err();
    let Error::Decode { problem, .. } = error else {
        panic!()
    };
    assert_eq!(problem.message, "not UTF-8 from byte 1 on");
}

#[tokio::test]
async fn a_body_that_ends_early_or_is_too_large() {
    let truncated =
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\n[1".to_owned();
    let error = get::<Value>(truncated).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error}");
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");

    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n\
        3\r\n[1,\r\n3\r\n2,3\r\n1\r\n]\r\n0\r\n\r\n";
    let fits = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\n[12]".to_owned();
    let server = Server::answering(vec![answer("200 OK", "[1,2]"), chunked.to_owned(), fits]).await;
    let transport = Transport::builder(&server.url)
        .max_body_bytes(4)
        .build()
        .unwrap();
    for _ in 0..2 {
        let error = call(&transport, OPERATION)
            .send_json::<Value, Value>()
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::BodyTooLarge { limit: 4, .. }),
            "{error}"
        );
    }
    call(&transport, OPERATION)
        .send_json::<Value, Value>()
        .await
        .unwrap();
}

#[tokio::test]
async fn nobody_answers() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    rolecall_client::install_crypto_provider();
    let waits = |builder: reqwest::ClientBuilder| {
        let http = builder
            .timeout(std::time::Duration::from_millis(50))
            .build()
            .unwrap();
        Transport::builder(&url).http(http).build().unwrap()
    };
    // Accepted by the kernel, and never answered.
    let transport = waits(reqwest::Client::builder());
    let error = call(&transport, OPERATION)
        .send_empty::<Value>()
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.to_string(), "example doIt: timed out");
    drop(listener);
    let transport = Transport::new(&url).unwrap();
    let error = call(&transport, OPERATION)
        .send_empty::<Value>()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "example doIt: no connection to {} could be made: connection refused",
            url.strip_prefix("http://").unwrap()
        )
    );
    assert!(chain(&error).last().unwrap().contains("os error"));
}

/// What an error and its sources say, one after the other.
fn chain(error: &(dyn std::error::Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect()
}

struct NoNames;

impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("no such name".into()) })
    }
}

#[tokio::test]
async fn a_failed_exchange_says_where_and_why_and_shows_no_url() {
    let parameters = [Parameter {
        name: "key",
        ..PARAMETER
    }];
    let operation = with_parameters("/secret", parameters.to_vec());
    let failure = async |transport: &Transport| {
        let mut call = Call::new(transport, operation);
        call.set("key", "secret");
        call.send_empty::<Value>().await.unwrap_err()
    };
    rolecall_client::install_crypto_provider();
    let http = reqwest::Client::builder().dns_resolver(Arc::new(NoNames));
    let transport = Transport::builder("http://h.example/secret").http(http.build().unwrap());
    let error = failure(&transport.build().unwrap()).await;
    let said = chain(&error);
    assert_eq!(
        said[0],
        "example doIt: no connection to h.example:80 could be made: \
         the name of the host could not be resolved"
    );
    assert!(said[1].contains("http://h.example/"), "{said:?}");
    assert_eq!(said.last().unwrap(), "no such name");
    assert!(!format!("{said:?}").contains("secret"), "{said:?}");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");

    // An answer that is no TLS.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let error = failure(&Transport::new(&format!("https://{address}")).unwrap()).await;
    if cfg!(feature = "rustls") {
        assert_eq!(
            error.to_string(),
            format!("example doIt: no connection to {address} could be made: TLS failed")
        );
    }
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

/// Fails as a hook does that fetches a token and passes the error on, in one of three ways.
struct Fetches(&'static str);

#[derive(Debug)]
struct NoToken;

impl std::fmt::Display for NoToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no token")
    }
}

impl std::error::Error for NoToken {}

impl Hook for Fetches {
    fn execute<'a>(
        &'a self,
        _: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async move {
            assert_eq!(format!("{next:?}"), "Next { operation: \"doIt\", .. }");
            if self.0 == "own" {
                return Err(HookError::refused(NoToken));
            }
            let url = "http://user:secret@127.0.0.1:9/secret?secret#secret";
            let error = next.http().get(url).send().await.unwrap_err();
            Err(match self.0 {
                "refused" => HookError::refused(error),
                "transport" => HookError::Transport(error),
                _ => {
                    let error = HookError::from(error);
                    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
                    error
                }
            })
        })
    }
}

#[tokio::test]
async fn what_a_hook_meets_is_in_the_chain_and_shows_no_url() {
    let failure = async |way| {
        let transport = Transport::builder("http://127.0.0.1:9").hook(Arc::new(Fetches(way)));
        let call = call(&transport.build().unwrap(), OPERATION);
        call.send_empty::<Value>().await.unwrap_err()
    };
    let text = "no connection to 127.0.0.1:9 could be made: connection refused";
    for (way, expected) in [
        (
            "refused",
            format!("example doIt: a request of the hook's own failed: {text}"),
        ),
        ("transport", format!("example doIt: {text}")),
        ("from", format!("example doIt: {text}")),
    ] {
        let error = failure(way).await;
        assert_eq!(error.to_string(), expected);
        let shown = format!("{error:?} {:?}", chain(&error));
        assert!(!shown.contains("secret"), "{shown}");
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.is::<reqwest::Error>());
    }
    let error = failure("own").await;
    assert_eq!(
        chain(&error),
        ["example doIt: refused by the hook", "no token"]
    );
    assert!(std::error::Error::source(&error).unwrap().is::<NoToken>());
}

#[test]
fn a_credential_that_no_header_can_have() {
    let error = HookError::invalid_header(http::header::AUTHORIZATION);
    assert_eq!(
        chain(&error)[1],
        "header `authorization` has a character that no header can have"
    );
}

/// Sends everything twice, with a credential, unless the operation is one that it refuses.
struct Twice(Mutex<Vec<&'static str>>);

impl Hook for Twice {
    fn execute<'a>(
        &'a self,
        mut request: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async move {
            let operation = next.operation();
            self.0.lock().unwrap().push(operation.id);
            if operation.hazard.is_some() {
                return Err(HookError::refused("too dangerous"));
            }
            let token = "Bearer x".parse().unwrap();
            request.headers_mut().insert("authorization", token);
            next.send(request.try_clone().unwrap()).await?;
            next.send(request).await
        })
    }
}

#[tokio::test]
async fn a_hook_stands_between() {
    let server = Server::answering(vec![answer("500 X", "1"), answer("200 OK", "2")]).await;
    let hook = Arc::new(Twice(Mutex::default()));
    let transport = Transport::builder(&server.url)
        .hook(hook.clone())
        .build()
        .unwrap();
    let mut twice = Call::new(&transport, leak(POST));
    twice.json(&json!({"a": 1}));
    assert_eq!(*twice.send_json::<u8, Value>().await.unwrap(), 2);
    for received in server.received() {
        assert_eq!(received.header("authorization"), Some("Bearer x"));
        assert_eq!(received.text(), r#"{"a":1}"#);
    }
    let hazard = Operation {
        hazard: Some("x"),
        id: "wipe",
        ..OPERATION
    };
    let error = call(&transport, hazard)
        .send_empty::<Value>()
        .await
        .unwrap_err();
    assert_eq!(
        chain(&error),
        ["example wipe: refused by the hook", "too dangerous"]
    );
    assert!(matches!(error, Error::Hook { .. }));
    assert_eq!(*hook.0.lock().unwrap(), ["doIt", "wipe"]);
}

#[test]
fn futures_can_move_between_threads() {
    fn moves(_: impl Send + 'static) {}
    let transport = Transport::new("http://127.0.0.1:9").unwrap();
    moves(call(&transport, OPERATION).send_json::<Value, Value>());
    moves(call(&transport, OPERATION).send_empty::<Value>());
}

/// Reads whole answers, sends again when one breaks off, and notes how often it sent.
struct Patient;

impl Hook for Patient {
    fn execute<'a>(
        &'a self,
        request: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async move {
            let mut sent = 0_usize;
            loop {
                sent += 1;
                match next.send_whole(request.try_clone().unwrap()).await {
                    Ok(mut response) => {
                        response.extensions_mut().insert(HookNote::new(sent));
                        return Ok(response);
                    }
                    Err(HookError::Transport(_)) if sent < 3 => {}
                    Err(error) => return Err(error.noted(HookNote::new(sent))),
                }
            }
        })
    }
}

#[tokio::test]
async fn a_hook_reads_whole_answers_and_leaves_a_note() {
    let broken = || answer("200 OK", "[1]").replace("[1]", "[");
    let refusal = answer("403 X", "{}");
    let patient = |server: &Server| server.transport().with_hook(Arc::new(Patient));
    let server = Server::answering(vec![broken(), answer("200 OK", "[1]"), refusal]).await;
    let answered = call(&patient(&server), OPERATION)
        .send_json::<Vec<u8>, Value>()
        .await
        .unwrap();
    assert_eq!(*answered, [1]);
    assert_eq!(answered.note().unwrap().get(), Some(&2_usize));
    assert_eq!(answered.note().unwrap().get::<u8>(), None);
    let new = |server: &Server| call(&patient(server), OPERATION).send_empty::<Value>();
    let error = new(&server).await.unwrap_err();
    assert_eq!(error.note().unwrap().get(), Some(&1_usize));
    let server = Server::answering(vec![broken(), broken(), broken()]).await;
    let error = new(&server).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error}");
    assert_eq!(error.note().unwrap().get(), Some(&3_usize));
    let server = Server::answering(vec![answer("200 OK", "12345")]).await;
    let small = Transport::builder(&server.url)
        .max_body_bytes(4)
        .hook(Arc::new(Patient))
        .build()
        .unwrap();
    let error = call(&small, OPERATION)
        .send_empty::<Value>()
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::BodyTooLarge { limit: 4, .. }),
        "{error}"
    );
    assert_eq!(error.note().unwrap().get(), Some(&1_usize));
}
