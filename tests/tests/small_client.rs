//! What a generated client sends and reads where the four APIs have no example of it: forms, several parts, text,
//! styles, names that collide, several successes and several errors. The client is that of `fixtures/small`, generated
//! as a user would.

use std::path::Path;

use rolecall_client::{Error, ErrorBody as _, Multipart, Paged as _, Part};
use rolecall_tests::recorder::{Answer, Recorder};
use small_client::types::{
    ErrorObjectOrStatus422, Member, Note, PapersSendOrderBody, PapersSendOrderBodyMeta, Parrot,
    Rank, Sailor, SignOnAnswer, TextOrErrorObject, TokenBody,
};
use small_client::{Client, Transport, operations};

const SAILOR: &str = r#"{"kind":"sailor","name":"Ann","rank":"mate"}"#;

async fn served(answers: impl IntoIterator<Item = Answer>) -> (Recorder, Client) {
    let recorder = Recorder::start(answers).await;
    let client = Client::new(recorder.url()).unwrap();
    (recorder, client)
}

#[test]
fn the_client_is_fresh() {
    let code = xtask::cli::run(
        [
            "cargo xtask",
            "generate",
            "--quiet",
            "--check",
            "--spec",
            "fixtures/small/openapi.yaml",
            "--crate",
            "small-client",
            "--out",
            "small-client",
        ]
        .map(Into::into),
    );
    let command = "cd tests && cargo xtask generate --spec fixtures/small/openapi.yaml --crate small-client --out small-client";
    assert!(Path::new("small-client").is_dir());
    assert_eq!(
        format!("{code:?}"),
        format!("{:?}", std::process::ExitCode::SUCCESS),
        "{command}"
    );
}

#[tokio::test]
async fn a_query_and_a_header_of_one_name_are_both_sent() {
    let (recorder, client) = served([Answer::json(200, r#"{"members":[],"next":null}"#)]).await;
    let call = client
        .list_crew()
        .version("a b")
        .version2(7)
        .rank([Rank::Mate, Rank::V2ndMate]);
    let answer = call.page("x&y").send().await.unwrap();
    assert!(answer.members.is_empty());
    let received = recorder.only();
    // `explode: false` joins with a comma, and what the value holds itself is encoded.
    assert_eq!(
        received.target,
        "/crew?page=x%26y&rank=mate,2nd%20mate&version=a%20b"
    );
    assert_eq!(received.header("version"), ["7"]);
}

#[tokio::test]
async fn pages_go_on_from_the_token() {
    let first = format!(r#"{{"members":[{SAILOR}],"next":"n 2"}}"#);
    let (recorder, client) = served([
        Answer::json(200, first),
        Answer::json(200, r#"{"members":[]}"#),
    ])
    .await;
    let page = client.list_crew().size(1).send_page().await.unwrap();
    assert_eq!(page.items.len(), 1);
    let call = client
        .list_crew()
        .size(1)
        .resume(&page.next.unwrap())
        .unwrap();
    assert!(call.send_page().await.unwrap().next.is_none());
    assert_eq!(recorder.received()[1].target, "/crew?page=n%202&size=1");
}

#[tokio::test]
async fn a_success_is_read_by_its_status() {
    let (recorder, client) = served([
        Answer::json(200, SAILOR),
        Answer::json(201, "42"),
        Answer::empty(204),
        Answer::json(202, SAILOR),
    ])
    .await;
    let sign_on = || {
        client
            .sign_on()
            .body(Sailor::new("Ann", "sailor", "mate"))
            .send()
    };
    assert!(
        matches!(sign_on().await.unwrap().into_inner(), SignOnAnswer::Member(Member::Sailor(ann)) if ann.name == "Ann")
    );
    assert!(matches!(
        sign_on().await.unwrap().into_inner(),
        SignOnAnswer::Note(Note::Integer(42))
    ));
    assert!(matches!(
        sign_on().await.unwrap().into_inner(),
        SignOnAnswer::Empty(())
    ));
    // A status that is not documented is read as what it looks like.
    assert!(matches!(
        sign_on().await.unwrap().into_inner(),
        SignOnAnswer::Member(Member::Sailor(_))
    ));
    assert_eq!(
        recorder.received()[0].text(),
        r#"{"name":"Ann","kind":"sailor","rank":"mate"}"#
    );
}

#[tokio::test]
async fn an_error_is_read_by_its_status() {
    let (_recorder, client) = served([
        Answer::json(401, r#"{"message":"no"}"#),
        Answer::json(422, r#"[{"where":"rank","value":[1]}]"#),
        Answer::json(418, r#"{"message":"tea"}"#),
        Answer::body(502, "text/html", "<p>gone"),
    ])
    .await;
    let error = client.list_crew().send().await.unwrap_err();
    assert!(
        matches!(error.api().unwrap(), ErrorObjectOrStatus422::ErrorObject(e) if e.message == "no")
    );
    let error = client.list_crew().send().await.unwrap_err();
    assert!(
        matches!(error.api().unwrap(), ErrorObjectOrStatus422::Status422(list) if list.len() == 1)
    );
    let error = client.list_crew().send().await.unwrap_err();
    assert!(matches!(
        error.api().unwrap(),
        ErrorObjectOrStatus422::ErrorObject(_)
    ));
    let error = client.list_crew().send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Unexpected { status, .. } if status.as_u16() == 502),
        "{error}"
    );
    assert!(ErrorObjectOrStatus422::decode(401, b"null").is_err());
}

#[tokio::test]
async fn parameters_named_like_keywords_and_methods_are_sent_under_their_own_names() {
    let (recorder, client) = served([Answer::json(200, SAILOR)]).await;
    let filter = [("ship name".to_owned(), "Ä".to_owned())].into();
    #[allow(deprecated)]
    let call = client
        .get_member()
        .type_("a/b")
        .send2(true)
        .self_("me")
        .filter(&filter);
    call.send().await.unwrap();
    let target = recorder.only().target;
    assert_eq!(
        target,
        "/crew/a%2Fb?send=true&self=me&filter%5Bship%20name%5D=%C3%84"
    );
}

#[tokio::test]
async fn names_that_are_no_identifiers_are_sent_as_they_are() {
    let (recorder, client) = served([Answer::json(
        200,
        r#"{"berth":3,"depth":18446744073709551615}"#,
    )])
    .await;
    let answer = client
        .入港()
        .港("東")
        .quo_te("\"")
        .style("s")
        .send()
        .await
        .unwrap();
    assert_eq!(
        answer.depth.as_ref().map(ToString::to_string).as_deref(),
        Some("18446744073709551615")
    );
    let target = recorder.only().target;
    assert_eq!(target, "/harbour/%E6%9D%B1?quo%22te=%22&Style=s");
}

#[tokio::test]
async fn what_is_required_and_missing_is_named_and_nothing_is_sent() {
    let (recorder, client) = served([]).await;
    let error = client.get_member2().send().await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidRequest { problem, .. } if problem.contains("type")),
        "{error}"
    );
    let error = client.sign_on().send().await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidRequest { .. }) && error.to_string().contains("body"),
        "{error}"
    );
    assert!(recorder.received().is_empty());
}

#[tokio::test]
async fn forms_parts_and_text() {
    let (recorder, client) = served([
        Answer::json(200, r#"{"token":"t0p"}"#),
        Answer::body(200, "text/plain", "No. 7 ü"),
    ])
    .await;
    let body = TokenBody::new("password")
        .with_secret("s3&cret")
        .with_scopes(["a".to_owned(), "b c".to_owned()]);
    let answer = client.token().body(body.clone()).send().await.unwrap();
    assert_eq!(answer.token.expose(), "t0p");
    assert!(
        !format!(
            "{answer:?} {body:?} {:?}",
            client.token().body(body.clone())
        )
        .contains("s3&cret")
    );
    assert!(!format!("{answer:?}").contains("t0p"));
    let receipt = client
        .put_papers()
        .body(
            Multipart::new()
                .part(Part::new("name", "Ann"))
                .part(Part::new("file", &b"\0\r\n"[..])),
        )
        .send();
    assert_eq!(receipt.await.unwrap().value(), "No. 7 ü");

    let received = recorder.received();
    assert_eq!(
        received[0].header("content-type"),
        ["application/x-www-form-urlencoded"]
    );
    assert_eq!(
        received[0].text(),
        "grant_type=password&secret=s3%26cret&scopes=a&scopes=b+c"
    );
    assert!(received[1].header("content-type")[0].starts_with("multipart/form-data; boundary="));
    assert!(received[1].text().contains("name=\"file\""));
}

#[tokio::test]
async fn a_form_is_written_as_its_encoding_says() {
    let named = r#"{"name":"A"}"#;
    let (recorder, client) = served([
        Answer::body(200, "application/json; charset=utf-8", named),
        Answer::body(201, "application/json", format!("\u{feff}{named}")),
    ])
    .await;
    let order = PapersSendOrderBody::new("client-credentials")
        .with_level(2)
        .with_scopes(["read".into(), "read:all".into()])
        .with_meta(PapersSendOrderBodyMeta::new().with_a("b c"))
        .with_where([("x".to_owned(), "1".to_owned())]);
    for _ in 0..2 {
        let answer = client.papers_send_order().body(order.clone()).send().await;
        assert_eq!(answer.unwrap().name, "A");
    }
    let received = &recorder.received()[0];
    assert_eq!(
        received.text(),
        "grant=client-credentials&level=2&scopes=read,read%3Aall&meta=%7B%22a%22%3A%22b+c%22%7D&where%5Bx%5D=1"
    );
    assert_eq!(
        received.header("accept"),
        ["application/json; charset=utf-8, application/json; harbour-version=1.0.0"]
    );
}

#[tokio::test]
async fn an_error_that_is_documented_without_a_body_has_none() {
    let (_recorder, client) = served([
        Answer::empty(404),
        Answer::body(503, "text/plain", "closed"),
        Answer::json(400, r#"{"message":"no"}"#),
    ])
    .await;
    let order = || {
        client
            .papers_send_order()
            .body(PapersSendOrderBody::new("x"))
            .send()
    };
    let error = order().await.unwrap_err();
    assert!(matches!(error, Error::NoBody { .. }), "{error:?}");
    let error = order().await.unwrap_err();
    assert!(matches!(error.api(), Some(TextOrErrorObject::Text(text)) if text == "closed"));
    let error = order().await.unwrap_err();
    assert!(matches!(
        error.api(),
        Some(TextOrErrorObject::ErrorObject(_))
    ));
}

#[tokio::test]
async fn an_operation_of_another_server_goes_there_and_elsewhere_when_told() {
    let cargo = operations::find("putCargo").unwrap();
    let server = cargo.server.unwrap();
    assert_eq!(server.url, "https://cargo.{host}/v2");
    assert_eq!(server.variables, [("host", "harbour.example.com")]);
    assert_eq!(
        server.of_all,
        ["https://{host}/v1", "https://harbour.example.com/v1"]
    );
    // One of the description's servers is no server of its own.
    assert_eq!(operations::find("weighCargo").unwrap().server, None);

    let photo = || Multipart::new().part(Part::new("photo", "p").header("x-crate", "7"));
    let (recorder, client) = served([Answer::empty(204)]).await;
    client.put_cargo().body(photo()).send().await.unwrap();
    let received = recorder.only();
    assert_eq!(received.target, "/cargo");
    assert!(
        received
            .text()
            .contains("Content-Type: image/png\r\nx-crate: 7\r\n")
    );
    let error = client
        .put_cargo()
        .body(Multipart::new().text("photo", "p"))
        .send()
        .await;
    assert!(error.unwrap_err().to_string().contains("X-Crate"));

    let recorder = Recorder::start([Answer::empty(204)]).await;
    let transport = Transport::builder("https://harbour.example.com/v1")
        .operation_server(server.url, &format!("{}/v2", recorder.url()))
        .build();
    let client = Client::with_transport(transport.unwrap());
    client.put_cargo().body(photo()).send().await.unwrap();
    assert_eq!(recorder.only().target, "/v2/cargo");
}

#[tokio::test]
async fn an_optional_body_that_is_not_set_is_not_sent() {
    let (recorder, client) = served([Answer::body(200, "text/plain", "")]).await;
    client.put_papers().send().await.unwrap();
    let received = recorder.only();
    assert_eq!(received.text(), "");
    assert_eq!(received.header("content-length"), ["0"]);
    assert!(received.header("content-type").is_empty());
}

#[test]
fn types_keep_what_they_do_not_know() {
    for text in [
        r#"{"kind":"parrot","words":[],"shoulder":{"name":"A","kind":"sailor","rank":"admiral","first-name":"x","first_name":"y"}}"#,
        r#"{"kind":"sailor","name":"A","rank":"Captain","joined":"yesterday","type":null,"extra":true,"hat":{"brim":1}}"#,
        r#"{"kind":"kraken","arms":8}"#,
        r#"{"arms":8}"#,
    ] {
        let member: Member = serde_json::from_str(text).unwrap();
        let again: serde_json::Value = serde_json::to_value(&member).unwrap();
        assert_eq!(
            again,
            serde_json::from_str::<serde_json::Value>(text).unwrap()
        );
    }
    let parrot = Parrot::new("parrot").with_shoulder(Sailor::new("A", "sailor", Rank::Captain));
    assert_eq!(
        Member::from(parrot.clone()),
        Member::Parrot(Box::new(parrot))
    );
}

#[test]
fn what_is_known_of_an_operation_is_found_by_its_id() {
    let token = operations::find("token").unwrap();
    assert!(token.security.is_empty() && token.retry == rolecall_client::Retry::Safe);
    assert_eq!(
        operations::find("getMember").unwrap().hazard,
        Some("Puts the member's parrot ashore too.")
    );
    assert_eq!(operations::ALL.len(), 10);
    assert!(operations::find("nope").is_none());
}
