//! Names, addresses and statuses of users; and everybody, when everybody was asked for.

use super::super::ask::{Trouble, ask, items};
use super::super::pen::{Go, Pen};
use super::granting::Granting;
use super::groups::A_PAGE;
use super::held::group_name;
use super::{PRINCIPALS, Run};
use crate::ledger::GapOf;
use crate::model::{Principal, PrincipalId, PrincipalKind, UserStatus};
use crate::sources::time;
use futures_util::StreamExt;
use rolecall::okta::operations;
use rolecall::okta::types::{User, UserStatus as OktaStatus};
use rolecall::{Error, Kind, PagedExt};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many users one request asks for by their ids: the URL stays below 3 KB.
pub(super) const AT_A_TIME: usize = 50;

pub(super) fn principal_of(id: String, user: &User) -> Principal {
    let mut principal = Principal::new(PrincipalKind::User, id);
    if let Some(profile) = &user.profile {
        principal.name.clone_from(&profile.login);
        principal.email.clone_from(&profile.email);
    }
    principal.status = user.status.as_ref().map(status);
    principal.created = time(user.created.as_ref());
    principal.last_sign_in = time(user.last_login.as_ref());
    principal
}

fn status(status: &OktaStatus) -> UserStatus {
    match status {
        OktaStatus::Active => UserStatus::Active,
        OktaStatus::Deprovisioned => UserStatus::Deprovisioned,
        OktaStatus::Suspended => UserStatus::Suspended,
        OktaStatus::Provisioned | OktaStatus::Staged => UserStatus::Invited,
        OktaStatus::LockedOut | OktaStatus::PasswordExpired | OktaStatus::Recovery => {
            UserStatus::Locked
        }
        other => UserStatus::Other(other.to_string().to_lowercase()),
    }
}

/// What is known of some users.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) known: HashMap<String, Principal>,
    /// What could not be read, and of whom.
    pub(super) troubles: Vec<(Vec<String>, DetailsTrouble)>,
}

#[derive(Debug)]
pub(super) enum DetailsTrouble {
    Failed(Box<Error>),
    Misfits(Vec<rolecall::rolecall_client::Misfit>),
    Missing,
}

/// Details of users by their ids. Those that the members of groups told already are not asked for.
pub(super) async fn details(run: &Run, granting: &Mutex<Granting>, ids: &[String]) -> Details {
    let mut details = Details::default();
    let wanted: Vec<&String> = {
        let granting = granting.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = ids.iter().filter(|id| !granting.knows(id));
        unknown.collect()
    };
    for some in wanted.chunks(AT_A_TIME) {
        batch(run, some, &mut details).await;
    }
    details
}

async fn batch(run: &Run, ids: &[&String], details: &mut Details) {
    // A list without a filter leaves out the deprovisioned; one that asks for ids does not.
    let terms = ids.iter().map(|id| format!("id eq \"{id}\""));
    let filter = terms.collect::<Vec<_>>().join(" or ");
    let call = run.client.list_users().filter(filter).limit(200);
    match ask(&run.pace, call.send()).await {
        Ok(found) => {
            if !found.misfits.is_empty() {
                let all = ids.iter().map(|&id| id.clone()).collect();
                let trouble = DetailsTrouble::Misfits(found.misfits);
                details.troubles.push((all, trouble));
            }
            for user in found.value {
                if let Some(id) = user.id.clone() {
                    let principal = principal_of(id.clone(), &user);
                    details.known.insert(id, principal);
                }
            }
        }
        // The filter may be what is refused: each is asked for by itself.
        Err(error) if error.kind() == Kind::InvalidRequest => {}
        Err(error) => {
            let all = ids.iter().map(|&id| id.clone()).collect();
            let trouble = DetailsTrouble::Failed(Box::new(error));
            return details.troubles.push((all, trouble));
        }
    }
    for id in ids {
        if !details.known.contains_key(*id) {
            single(run, id, details).await;
        }
    }
}

async fn single(run: &Run, id: &str, details: &mut Details) {
    let of = || vec![id.to_owned()];
    match ask(&run.pace, run.client.get_user().id(id).send()).await {
        Ok(found) => {
            if !found.misfits.is_empty() {
                let trouble = DetailsTrouble::Misfits(found.misfits);
                details.troubles.push((of(), trouble));
            }
            let mut principal = Principal::new(PrincipalKind::User, id);
            let user = found.value;
            if let Some(profile) = user.profile {
                (principal.name, principal.email) = (profile.login, profile.email);
            }
            principal.status = user.status.as_ref().map(status);
            principal.created = time(user.created.as_ref());
            principal.last_sign_in = time(user.last_login.as_ref());
            details.known.insert(id.to_owned(), principal);
        }
        Err(error) if error.kind() == Kind::NotFound => {
            details.troubles.push((of(), DetailsTrouble::Missing));
        }
        Err(error) => {
            let trouble = DetailsTrouble::Failed(Box::new(error));
            details.troubles.push((of(), trouble));
        }
    }
}

/// Writes down what could not be read of some users.
pub(super) fn tell(pen: &mut Pen, details: &mut Details) -> Go {
    for (ids, trouble) in details.troubles.drain(..) {
        for id in ids {
            let of = GapOf::principal(PrincipalId {
                kind: PrincipalKind::User,
                id,
            });
            let go = match &trouble {
                DetailsTrouble::Failed(error) => pen.gap(of, error),
                DetailsTrouble::Misfits(misfits) => {
                    pen.misfits(&of, &operations::LIST_USERS, misfits);
                    Go::On
                }
                DetailsTrouble::Missing => {
                    let reason = "the user was listed among those who hold roles and then not found: it was deleted meanwhile, \
                                  or the credential may not see it";
                    pen.unknown(of, reason);
                    Go::On
                }
            };
            if go == Go::Stop {
                return Go::Stop;
            }
        }
    }
    Go::On
}

/// Everybody who could hold a role.
pub(super) async fn everybody(run: &Run) {
    let mut pen = run.pen(PRINCIPALS);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let client = &run.client;
    // Deprovisioned users are in the list only when they are asked for.
    let active = client.list_users().items().page_size(A_PAGE);
    let gone = client.list_users().search("status eq \"DEPROVISIONED\"");
    let gone = gone.items().page_size(A_PAGE);
    for users in [active, gone] {
        let mut users = std::pin::pin!(items(&run.pace, users));
        while let Some(user) = users.next().await {
            let user = match user {
                Ok(user) => user,
                Err(trouble) => {
                    told(&mut pen, &operations::LIST_USERS, &trouble);
                    continue;
                }
            };
            pen.succeeded();
            match user.id.clone() {
                Some(id) => pen.principal(principal_of(id, &user)).await,
                None => pen.unknown(GapOf::default(), "a user was listed without an id"),
            }
        }
    }
    let groups = client.list_groups().items().page_size(A_PAGE);
    let mut groups = std::pin::pin!(items(&run.pace, groups));
    while let Some(group) = groups.next().await {
        match group {
            Err(trouble) => told(&mut pen, &operations::LIST_GROUPS, &trouble),
            Ok(group) => match &group.id {
                None => pen.unknown(GapOf::default(), "a group was listed without an id"),
                Some(id) => {
                    let mut principal = Principal::new(PrincipalKind::Group, id);
                    principal.name = group_name(&group);
                    principal.created = time(group.created.as_ref());
                    pen.principal(principal).await;
                }
            },
        }
    }
    let clients = client.list_clients().items().page_size(A_PAGE);
    let mut clients = std::pin::pin!(items(&run.pace, clients));
    while let Some(one) = clients.next().await {
        match one {
            Err(trouble) => told(&mut pen, &operations::LIST_CLIENTS, &trouble),
            Ok(one) => match one.client_id {
                None => pen.unknown(GapOf::default(), "a client was listed without an id"),
                Some(id) => {
                    let mut principal = Principal::new(PrincipalKind::Client, id);
                    principal.name = Some(one.client_name);
                    pen.principal(principal).await;
                }
            },
        }
    }
    pen.close().await;
}

/// One of the lists under the section was in trouble; the others go on.
fn told(
    pen: &mut Pen,
    operation: &'static rolecall::rolecall_client::Operation,
    trouble: &Trouble,
) {
    match trouble {
        Trouble::Broken(error) => {
            // Whose details are missing is not known.
            let gap = crate::ledger::Gap::of_error(GapOf::default(), error);
            pen.section().gap(gap);
        }
        other => pen.trouble(operation, other),
    }
}
