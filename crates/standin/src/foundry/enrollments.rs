//! The enrollment, and its host names.

use super::errors;
use super::paging::{Page, UNPUBLISHED};
use super::permissions::on_enrollment;
use super::state::State;
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use serde_json::{Value, json};

/// The RID of the enrollment of the path: there is one.
pub(super) fn visible<'a>(state: &State, request: &'a Request) -> Result<&'a str, Answer> {
    let rid = request.path("enrollmentRid");
    match *state.enrollment.rid == *rid {
        true => Ok(rid),
        false => Err(errors::not_found(
            "EnrollmentNotFound",
            json!({"enrollmentRid": rid}),
        )),
    }
}

fn show(state: &State) -> Value {
    json!({
        "rid": state.enrollment.rid,
        "name": state.enrollment.name,
        "createdTime": millis(state.enrollment.created),
    })
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    visible(state, request)?;
    Ok(Answer::ok(show(state)))
}

/// The enrollment of the caller's primary organization; service users have none.
pub(super) fn get_current(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let caller = state.caller(request)?;
    let user = state.user_at(caller);
    let home = user.and_then(|(_, row)| row.organization);
    if home.is_none() {
        let parameters = json!({"enrollmentRid": state.enrollment.rid});
        return Err(errors::not_found("EnrollmentNotFound", parameters));
    }
    Ok(Answer::ok(show(state)))
}

pub(super) fn list_hosts(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let acting = state.acting(request)?;
    let rid = visible(state, request)?;
    if !state.may_on_enrollment(&acting, on_enrollment::VIEW) {
        return Err(errors::denied(
            "ListHostsPermissionDenied",
            json!({"enrollmentRid": rid}),
        ));
    }
    let page = Page::read(request, UNPUBLISHED)?;
    let start = page.after_number().map_or(0, |at| at as usize + 1);
    let hosts = state.enrollment.hosts.iter().enumerate().skip(start);
    Ok(page.answer(hosts, |host| json!({"hostName": host})))
}
