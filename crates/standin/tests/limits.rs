//! Rate limits, over real sockets and by the stand-in's own clock.

mod support;

use chrono::{DateTime, TimeDelta};
use rolecall_standin::{Api, Limits, Standin, StandinBuilder};
use std::time::Duration;
use support::{get, get_as_admin};

const ROLES: &str = "/api/v1/iam/roles";

/// A stand-in for Okta whose clock stands still, half a second behind a whole one.
fn okta() -> StandinBuilder {
    let noon = DateTime::from_timestamp_millis(1_800_000_000_500).expect("it is in range");
    Standin::builder(Api::Okta).users(5).at(noon)
}

async fn start(builder: StandinBuilder) -> Standin {
    builder.start().await.expect("a port is free")
}

#[tokio::test]
async fn a_window_counts_down_refuses_and_begins_again() {
    let okta = start(okta().rate_limit(3, Duration::from_secs(60))).await;
    for remaining in ["2", "1", "0"] {
        let got = get_as_admin(&okta, ROLES).await;
        assert_ne!(got.status, 429);
        assert_eq!(got.header("x-rate-limit-limit"), "3");
        assert_eq!(got.header("x-rate-limit-remaining"), remaining);
        assert_eq!(got.header("x-rate-limit-reset"), "1800000061");
    }
    let got = get_as_admin(&okta, ROLES).await;
    assert_eq!(got.status, 429);
    assert_eq!(got.header("x-rate-limit-remaining"), "0");
    assert_eq!(got.header("x-rate-limit-reset"), "1800000061");
    okta.clock().advance(TimeDelta::milliseconds(60_500));
    let got = get_as_admin(&okta, ROLES).await;
    assert_eq!(got.header("x-rate-limit-remaining"), "2");
}

#[tokio::test]
async fn callers_and_buckets_are_counted_apart() {
    let okta = start(okta().rate_limit(1, Duration::from_secs(60))).await;
    assert_ne!(get_as_admin(&okta, ROLES).await.status, 429);
    assert_eq!(get_as_admin(&okta, ROLES).await.status, 429);
    // `/oauth2/v1/clients` has a bucket of its own.
    let other_bucket = get_as_admin(&okta, "/oauth2/v1/clients").await;
    assert_ne!(other_bucket.status, 429);
    let reader = okta.credentials().named("reader").expect("there is one");
    let other_caller = get(&okta, ROLES, &format!("SSWS {}", reader.token)).await;
    assert_ne!(other_caller.status, 429);
}

#[tokio::test]
async fn published_limits_are_those_of_the_description() {
    let okta = start(okta().limits(Limits::Published)).await;
    let got = get_as_admin(&okta, ROLES).await;
    assert_eq!(got.header("x-rate-limit-limit"), "1200");
    let got = get_as_admin(&okta, "/oauth2/v1/clients").await;
    assert_eq!(got.header("x-rate-limit-limit"), "100");
}

#[tokio::test]
async fn who_is_not_known_is_not_counted() {
    let okta = start(okta().rate_limit(1, Duration::from_secs(60))).await;
    for _ in 0..3 {
        assert_eq!(get(&okta, ROLES, "SSWS wrong").await.status, 401);
    }
    assert_ne!(get_as_admin(&okta, ROLES).await.status, 429);
}

#[tokio::test]
async fn too_many_at_once_are_refused_with_a_limit_of_nothing() {
    let okta = start(okta().at_once(0)).await;
    let got = get_as_admin(&okta, ROLES).await;
    assert_eq!(got.status, 429);
    assert_eq!(got.header("x-rate-limit-limit"), "0");
    assert_eq!(got.header("x-rate-limit-remaining"), "0");
}
