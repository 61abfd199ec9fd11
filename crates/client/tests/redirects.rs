//! Which redirects are followed, over real sockets.

mod support;

use rolecall_client::{
    Answer, BoxFuture, Error, Hook, HookError, HttpSettings, Next, Operation, RedirectRefusal,
    Retry, Status, StatusCode, Transport, install_crypto_provider, reqwest,
};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use support::{OPERATION, Server, answer, answer_with, call};

fn redirect(status: &str, location: &str) -> String {
    answer_with(status, &format!("location: {location}\r\n"), "")
}

const WRITE: Operation = Operation {
    method: http::Method::POST,
    retry: Retry::Never,
    ..OPERATION
};

async fn refusal(transport: &Transport, operation: Operation) -> (RedirectRefusal, String) {
    let error = call(transport, operation).send_empty::<Value>().await;
    let error = error.unwrap_err();
    let Error::Redirect { redirect, .. } = &error else {
        panic!("{error:?}");
    };
    (redirect.refusal, error.to_string())
}

#[tokio::test]
async fn reads_follow_within_the_origin() {
    for status in ["301 X", "302 X", "303 X", "307 X", "308 X"] {
        let server = Server::answering(vec![redirect(status, "/moved?x=1"), answer("200 OK", "1")]);
        let server = server.await;
        let done = call(&server.transport(), OPERATION)
            .send_json::<Value, Value>()
            .await;
        assert_eq!(done.unwrap().into_inner(), 1);
        assert_eq!(server.received()[1].target(), "/moved?x=1");
    }
}

#[tokio::test]
async fn reads_stay_within_the_origin() {
    let elsewhere = Server::answering(vec![answer("200 OK", "1")]).await;
    for (location, refusal) in [
        (format!("{}/", elsewhere.url), RedirectRefusal::OtherOrigin),
        (
            "https://127.0.0.1/".to_owned(),
            RedirectRefusal::OtherOrigin,
        ),
        ("http://".to_owned(), RedirectRefusal::NoLocation),
    ] {
        let server = Server::answering(vec![redirect("302 Found", &location)]).await;
        assert_eq!(
            self::refusal(&server.transport(), OPERATION).await.0,
            refusal
        );
    }
    assert_eq!(elsewhere.received().len(), 0);
    let server = Server::answering(vec![answer("302 Found", "")]).await;
    let (refusal, _) = self::refusal(&server.transport(), OPERATION).await;
    assert_eq!(refusal, RedirectRefusal::NoLocation);
    let server = Server::answering(vec![redirect("302 Found", "/things"); 9]).await;
    let (refusal, _) = self::refusal(&server.transport(), OPERATION).await;
    assert_eq!(
        (refusal, server.received().len()),
        (RedirectRefusal::TooMany, 6)
    );
}

#[tokio::test]
async fn a_write_is_never_redirected() {
    let of = |method, retry| Operation {
        method,
        retry,
        ..OPERATION
    };
    // Some APIs have a GET that revokes.
    for (method, retry) in [
        (http::Method::POST, Retry::Never),
        (http::Method::DELETE, Retry::Idempotent),
        (http::Method::GET, Retry::Idempotent),
    ] {
        for status in ["301 X", "302 X", "303 X", "307 X", "308 X"] {
            let location = "http://login.example/in?token=secret";
            let server = Server::answering(vec![redirect(status, location), answer("200 OK", "1")]);
            let server = server.await;
            let operation = of(method.clone(), retry);
            let (refusal, said) = self::refusal(&server.transport(), operation).await;
            assert_eq!(refusal, RedirectRefusal::MayHaveEffect);
            assert_eq!(server.received().len(), 1);
            assert!(
                said.contains("http://login.example") && !said.contains("secret"),
                "{said}"
            );
        }
    }
}

#[tokio::test]
async fn a_documented_redirect_is_the_success() {
    let operation = || Operation {
        answers: &[Answer {
            status: Status::Code(302),
            media_types: &[],
            error_names: &[],
        }],
        ..WRITE
    };
    let replies = vec![
        redirect("302 Found", "/result"),
        redirect("303 See Other", "/result"),
    ];
    let server = Server::answering(replies).await;
    let done = call(&server.transport(), operation())
        .send_empty::<Value>()
        .await
        .unwrap();
    assert_eq!(done.status(), StatusCode::FOUND);
    assert_eq!(done.headers()["location"], "/result");
    refusal(&server.transport(), operation()).await;
}

/// Signs the URL of each request.
#[derive(Default)]
struct Signs(Mutex<Vec<String>>);

impl Hook for Signs {
    fn execute<'a>(
        &'a self,
        mut request: reqwest::Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<reqwest::Response, HookError>> {
        Box::pin(async move {
            assert!(!request.headers().contains_key("proof"));
            let proof = request.url().path().parse().unwrap();
            request.headers_mut().insert("proof", proof);
            self.0.lock().unwrap().push(request.url().path().to_owned());
            next.send(request).await
        })
    }
}

#[tokio::test]
async fn the_hook_sees_every_request() {
    let replies = vec![
        redirect("302 X", "one/"),
        redirect("302 X", "two"),
        answer("200 OK", "1"),
    ];
    let server = Server::answering(replies).await;
    let hook = Arc::new(Signs::default());
    let transport = server.transport().with_hook(hook.clone());
    call(&transport, OPERATION)
        .send_empty::<Value>()
        .await
        .unwrap();
    let signed = ["/things", "/one/", "/one/two"];
    assert_eq!(*hook.0.lock().unwrap(), signed);
    let proofs = server.received();
    let proofs: Vec<_> = proofs
        .iter()
        .map(|one| one.header("proof").unwrap())
        .collect();
    assert_eq!(proofs, signed);
}

/// A client that somebody else made follows by itself.
#[tokio::test]
async fn a_given_client_that_follows_is_found_out() {
    install_crypto_provider();
    let follows = || HttpSettings::from(reqwest::Client::new());
    let elsewhere = Server::answering(vec![answer("200 OK", "1"), answer("200 OK", "1")]).await;
    for (operation, location, is_refused) in [
        (WRITE, "/login".to_owned(), true),
        (OPERATION, elsewhere.url.clone(), true),
        (OPERATION, "/moved".to_owned(), false),
    ] {
        let server = Server::answering(vec![redirect("302 X", &location), answer("200 OK", "1")]);
        let server = server.await;
        let transport = Transport::builder(&server.url)
            .http(follows())
            .build()
            .unwrap();
        if !is_refused {
            call(&transport, operation)
                .send_empty::<Value>()
                .await
                .unwrap();
            continue;
        }
        let (refusal, said) = self::refusal(&transport, operation).await;
        assert_eq!(refusal, RedirectRefusal::FollowedByClient);
        assert!(said.contains("Policy::none()"), "{said}");
    }
}

/// The portal of a network, or a login page that needs no redirect.
#[tokio::test]
async fn a_web_page_is_no_success() {
    let page = answer_with(
        "200 OK",
        "content-type: text/html; charset=utf-8\r\n",
        "<html>Sign in</html>",
    );
    let delete = || Operation {
        method: http::Method::DELETE,
        answers: &[Answer {
            status: Status::Code(204),
            media_types: &[],
            error_names: &[],
        }],
        ..OPERATION
    };
    let server = Server::answering(vec![page.clone(), page.clone(), page]).await;
    let error = call(&server.transport(), delete())
        .send_empty::<Value>()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert!(error.to_string().contains("web page"), "{error}");
    let error = call(&server.transport(), delete())
        .send_text::<Value>()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    let documents_it = Operation {
        answers: &[Answer {
            status: Status::Code(200),
            media_types: &["text/html"],
            error_names: &[],
        }],
        ..OPERATION
    };
    call(&server.transport(), documents_it)
        .send_text::<Value>()
        .await
        .unwrap();
}
