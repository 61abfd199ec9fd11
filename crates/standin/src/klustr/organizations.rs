//! Organizations themselves.

use super::organization::{Org, OrgOwner, Organization};
use super::role::Role;
use super::roles::without_empty;
use super::{MEMBER, State, body, errors};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use http::StatusCode;
use serde_json::{Value, json};

/// fact: default-roles-of-a-new-org
pub(super) fn create(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let mut details: Org = body(request)?;
    // fact: org-id-is-the-domain
    let id = [&details.id, &details.domain]
        .into_iter()
        .flatten()
        .find(|id| !id.trim().is_empty());
    let id = id
        .ok_or_else(|| errors::bad_request("there is neither an id nor a domain"))?
        .clone();
    let is_taken =
        |known: &Organization| details.domain.is_some() && known.details.domain == details.domain;
    if state.organizations.contains(&id) || state.organizations.rows().any(is_taken) {
        return Err(errors::conflict("the id or the domain is taken"));
    }
    let caller = &request.caller.principal;
    details.id = Some(id.clone());
    details.owner.get_or_insert_with(|| OrgOwner {
        id: Some(caller.clone()),
    });
    details.status.get_or_insert_with(|| "active".to_owned());
    details.creation_date = Some(millis(request.now));
    details.modified_date = details.creation_date.clone();
    let answer = json!(details);
    let mut organization = Organization {
        details,
        roles: Role::defaults(),
        ..Organization::default()
    };
    let subject = state.subjects.number(caller);
    for relation in [MEMBER, "admin"] {
        organization
            .relations
            .put(state.relations.number(relation), subject);
    }
    state.organizations.insert(id, organization);
    Ok(Answer::ok(answer))
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    Ok(Answer::ok(json!(state.organization(request)?.details)))
}

/// What is stored under the id in the body is replaced, and made when there is none.
///
/// fact: update-writes-under-body-id
pub(super) fn update(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let mut details: Org = body(request)?;
    let id = details.id.clone().filter(|id| !id.trim().is_empty());
    let id = id.ok_or_else(|| errors::bad_request("the organization has no id"))?;
    let former = state.organizations.get(&id);
    let created = former.and_then(|former| former.details.creation_date.clone());
    details.creation_date = Some(created.unwrap_or_else(|| millis(request.now)));
    details.modified_date = Some(millis(request.now));
    let answer = json!(details);
    match state.organizations.get_mut(&id) {
        Some(former) => former.details = details,
        None => {
            let organization = Organization {
                details,
                ..Organization::default()
            };
            state.organizations.insert(id, organization);
        }
    }
    Ok(Answer::ok(answer))
}

/// fact: missing-org-is-400
pub(super) fn delete(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let removed = state.organizations.remove(request.path("organizationId"));
    let missing = || errors::bad_request("there is no such organization");
    removed
        .map(|_| Answer::empty(StatusCode::OK))
        .ok_or_else(missing)
}

pub(super) fn domain(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let same = |asked: Option<&str>, known: &Option<String>| {
        asked.is_some_and(|asked| known.as_deref() == Some(asked))
    };
    let mut known = state.organizations.rows().map(|known| &known.details);
    let is_taken = known.any(|known| {
        same(request.query("domain"), &known.domain)
            || same(request.query("subdomain"), &known.subdomain)
    });
    Ok(Answer::ok(json!({ "available": !is_taken })))
}

/// Those with the domain of the caller's email that the caller does not belong to.
pub(super) fn suggest(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let caller = &request.caller.principal;
    let email = state.email(caller).unwrap_or_default();
    let domain = email.rsplit_once('@').map(|(_, domain)| domain);
    let suggested = state.organizations.rows().filter(|known| {
        domain.is_some()
            && known.details.domain.as_deref() == domain
            && state
                .related(known, caller)
                .all(|relation| relation != MEMBER)
    });
    let suggested: Vec<&Org> = suggested.map(|known| &known.details).collect();
    Ok(Answer::ok(json!(suggested)))
}

/// Whether the vendor's server minds the paging is not known; this one does (fact: org-paging-not-established).
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let limit = request.number("limit").unwrap_or(1024);
    let start = request.number("start").unwrap_or(0);
    let counts = usize::try_from(limit).ok().zip(usize::try_from(start).ok());
    let (take, skip) =
        counts.ok_or_else(|| errors::bad_request("limit and start are not negative"))?;
    let page = state.organizations.rows().skip(skip).take(take);
    let docs: Vec<Value> = page.map(|known| json!(known.details)).collect();
    Ok(Answer::ok(without_empty(json!({
        "count": docs.len(),
        "limit": limit,
        "skip": start,
        "docs": docs,
    }))))
}
