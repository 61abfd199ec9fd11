//! What is not as described is told, and fails the test that caused it.

mod support;

use rolecall_standin::{Api, Standin};
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::get_as_admin;

const BAD: &str = "/directory/orgs/example.com/roles/admin/assignments?limit=many";

async fn klustr(checked: bool) -> Standin {
    let klustr = Standin::builder(Api::Klustr).users(5).checked(checked);
    klustr.start().await.expect("a port is free")
}

#[tokio::test]
async fn a_stand_in_that_saw_a_bad_request_fails_when_it_is_dropped() {
    let klustr = klustr(true).await;
    assert_eq!(get_as_admin(&klustr, BAD).await.status, 400);
    let failed = catch_unwind(AssertUnwindSafe(|| drop(klustr)));
    let message = failed.expect_err("it fails the test");
    let message = message.downcast_ref::<String>().expect("it is a text");
    assert!(
        message.contains("getOrgRoleAssignments at query/limit"),
        "{message}"
    );
}

#[tokio::test]
async fn violations_that_are_taken_or_not_looked_for_fail_nothing() {
    let klustr_checked = klustr(true).await;
    get_as_admin(&klustr_checked, BAD).await;
    let taken = klustr_checked.take_violations();
    assert_eq!(taken.len(), 1);
    assert!(!taken[0].is_answer());
    drop(klustr_checked);
    let unchecked = klustr(false).await;
    get_as_admin(&unchecked, BAD).await;
    drop(unchecked);
}
