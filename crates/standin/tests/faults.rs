//! Faults on demand, as a client sees them over real sockets.

mod support;

use reqwest::Method;
use rolecall_standin::{Api, Fault, Standin};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use support::{Got, as_admin, get_as_admin, post_form, send};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ROLES: &str = "/directory/orgs/example.com/roles";
const MEMBERS: &str = "/directory/orgs/example.com/members";

async fn klustr() -> Standin {
    start(Api::Klustr).await
}

async fn start(api: Api) -> Standin {
    Standin::builder(api)
        .users(40)
        .start()
        .await
        .expect("a port is free")
}

/// What comes over the wire until the connection ends, and how it ends.
async fn raw(standin: &Standin, fault: &str) -> (String, std::io::Result<usize>) {
    let credentials = standin.credentials();
    let port = standin.origin();
    let port = port.rsplit(':').next().and_then(|port| port.parse().ok());
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.expect("there is a port")));
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!(
        "GET {ROLES} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         authorization: {} {}\r\nx-standin-fault: {fault}\r\n\r\n",
        credentials.scheme, credentials.token
    );
    let sent = stream.write_all(request.as_bytes()).await;
    sent.expect("it reads requests");
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

#[tokio::test]
async fn connections_end_where_they_are_told_to() {
    let klustr = klustr().await;
    let whole = get_as_admin(&klustr, ROLES).await.text;
    assert!(whole.len() > 40, "{whole}");

    let (text, end) = raw(&klustr, "reset-before-headers").await;
    assert_eq!(text, "");
    let end = end.expect_err("it ends with a reset");
    assert_eq!(end.kind(), ErrorKind::ConnectionReset);

    let (text, end) = raw(&klustr, "reset-mid-body").await;
    let body = text.split_once("\r\n\r\n").expect("there is a head").1;
    assert!(whole.starts_with(body) && body.len() < whole.len());
    let end = end.expect_err("it ends with a reset");
    assert_eq!(end.kind(), ErrorKind::ConnectionReset);

    let (text, end) = raw(&klustr, "truncated-body").await;
    let (head, body) = text.split_once("\r\n\r\n").expect("there is a head");
    assert!(
        head.contains(&format!("content-length: {}", whole.len())),
        "{head}"
    );
    assert_eq!(body, &whole[..whole.len() / 2]);
    assert!(end.is_ok(), "it ends in order: {end:?}");

    let (text, end) = raw(&klustr, "slow-drip=1, latency=1").await;
    assert!(text.ends_with(&whole) && end.is_ok(), "nothing is lost");
}

#[tokio::test]
async fn a_dropped_answer_leaves_the_write_done_and_an_early_reset_does_not() {
    let klustr = klustr().await;
    let count = async || {
        let members = get_as_admin(&klustr, MEMBERS).await.json();
        members.as_array().map_or(0, Vec::len)
    };
    let before = count().await;
    for (fault, subject, more) in [
        (Fault::ResetBeforeHeaders, "first", 0),
        (Fault::DropAfterEffect, "second", 1),
    ] {
        klustr.faults().matching("addOrganizationMember", 1, fault);
        let path = format!("{MEMBERS}/{subject}");
        let sent = as_admin(&klustr, Method::PUT, &path).send().await;
        assert!(sent.is_err(), "{fault}: there is no answer");
        assert_eq!(count().await, before + more, "{fault}");
    }
}

#[tokio::test]
async fn storms_end_and_only_meet_whom_they_are_meant_for() {
    let klustr = klustr().await;
    let faults = klustr.faults();
    faults.matching("listOrganizationRoles", 2, Fault::TooManyRequests);
    faults.matching("/hydra/oauth2/token", 1, Fault::Status(503));
    assert_eq!(get_as_admin(&klustr, MEMBERS).await.status, 200);
    for status in [429, 429, 200] {
        assert_eq!(get_as_admin(&klustr, ROLES).await.status, status);
    }
    let token = klustr.credentials().endpoints.token.clone();
    assert_eq!(post_form(&token, &[], &[]).await.status, 503);
    assert_ne!(post_form(&token, &[], &[]).await.status, 503);
    assert_eq!(faults.planned(), []);
    faults.always(Fault::Status(500));
    assert_eq!(get_as_admin(&klustr, ROLES).await.status, 500);
    assert_eq!(get_as_admin(&klustr, MEMBERS).await.status, 500);
    faults.clear();
    assert_eq!(get_as_admin(&klustr, ROLES).await.status, 200);
    let met: Vec<_> = klustr
        .exchanges()
        .into_iter()
        .filter(|one| !one.faults.is_empty())
        .collect();
    assert_eq!(met.len(), 5);
}

#[tokio::test]
async fn random_faults_are_the_same_for_the_same_seed() {
    let statuses = async |seed| {
        let klustr = Standin::builder(Api::Klustr).random_faults(seed, 0.5);
        let klustr = klustr.users(5).start().await.expect("a port is free");
        let mut all = Vec::new();
        for _ in 0..40 {
            let sent = as_admin(&klustr, Method::GET, ROLES).send().await;
            all.push(sent.map(|answer| answer.status().as_u16()).ok());
        }
        all
    };
    let all = statuses(3).await;
    assert_eq!(all, statuses(3).await);
    assert_ne!(all, statuses(4).await);
    let fine = all.iter().filter(|status| **status == Some(200)).count();
    assert!((5..40).contains(&fine), "{all:?}");
}

async fn with_fault(standin: &Standin, path: &str, fault: &str) -> Got {
    let request = as_admin(standin, Method::GET, path);
    send(request.header("x-standin-fault", fault)).await
}

#[tokio::test]
async fn the_clock_of_one_answer_can_be_off() {
    let klustr = klustr().await;
    let got = with_fault(&klustr, ROLES, "clock-offset=-600").await;
    let date = httpdate::parse_http_date(got.header("date")).expect("it is a date");
    let now = std::time::SystemTime::from(klustr.clock().now());
    let behind = now.duration_since(date).expect("it lies behind").as_secs();
    assert!((595..=660).contains(&behind), "{behind}");
}

#[tokio::test]
async fn bodies_can_be_malformed_or_hold_what_nobody_knows() {
    let klustr = klustr().await;
    let whole = get_as_admin(&klustr, ROLES).await.json();
    let got = with_fault(&klustr, ROLES, "malformed-json").await;
    assert_eq!(got.status, 200);
    assert!(serde_json::from_str::<Value>(&got.text).is_err());
    let got = with_fault(&klustr, ROLES, "extra-properties").await.json();
    let extra = json!({"nested": [1, null, "text"]});
    for (item, plain) in got
        .as_array()
        .into_iter()
        .flatten()
        .zip(whole.as_array().into_iter().flatten())
    {
        assert_eq!(item["standinExtra"], extra);
        let mut item = item.clone();
        item.as_object_mut()
            .expect("it is one")
            .remove("standinExtra");
        assert_eq!(item["id"], plain["id"]);
    }
    let _ = klustr.take_violations();
}

#[tokio::test]
async fn a_redirect_names_another_host() {
    let klustr = klustr().await;
    let got = with_fault(&klustr, ROLES, "cross-origin-redirect").await;
    assert_eq!(got.status, 307);
    let target = got.header("location");
    assert!(target.starts_with("http://localhost:"), "{target}");
    assert!(target.ends_with(ROLES), "{target}");
}

#[tokio::test]
async fn a_fault_that_is_none_is_told() {
    let klustr = klustr().await;
    let got = with_fault(&klustr, ROLES, "fire").await;
    assert_eq!(got.status, 400);
    assert!(got.text.contains("reset-mid-body"), "{}", got.text);
    let got = with_fault(&klustr, MEMBERS, "status=999").await;
    assert_eq!(got.status, 400);
}

const USERS: &str = "/api/v1/users?limit=10";

#[tokio::test]
async fn pages_can_go_in_circles_or_elsewhere() {
    let okta = start(Api::Okta).await;
    let next = |got: &Got| {
        let links = got.headers.get_all("link").iter();
        let links = links.filter_map(|link| link.to_str().ok());
        let mut next = links.filter(|link| link.contains("rel=\"next\""));
        let link = next.next().expect("there are more than ten users");
        link.trim_start_matches('<')
            .split('>')
            .next()
            .map(str::to_owned)
    };
    let first = get_as_admin(&okta, USERS).await;
    let target = next(&first).expect("it is a target");
    let path = target.strip_prefix(&okta.origin()).expect("it is here");
    let second = get_as_admin(&okta, path).await;
    assert_ne!(second.json()[0]["id"], first.json()[0]["id"]);
    let looped = with_fault(&okta, path, "cursor-loop").await;
    assert_eq!(looped.json()[0]["id"], first.json()[0]["id"]);
    assert_eq!(next(&looped), Some(target));

    let elsewhere = with_fault(&okta, USERS, "cross-origin-next").await;
    let target = next(&elsewhere).expect("it is a target");
    assert!(target.starts_with("http://localhost:"), "{target}");

    let got = with_fault(&okta, USERS, "unknown-enum-value").await;
    assert!(got.text.contains("STANDIN_UNKNOWN_VALUE"));
}
