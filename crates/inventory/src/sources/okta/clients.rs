//! The roles of OAuth clients. They have no embedded targets: what a role is limited to is a list of its own.

use super::super::ask::{ask, items};
use super::super::pen::Go;
use super::bindings::Seen;
use super::groups::{A_PAGE, of_role, row};
use super::held::{Held, Limits, Listed, limits, unknown_scope};
use super::roles::Names;
use super::targets::{self, Owner};
use super::{CLIENT_ROLES, Run};
use crate::ledger::{Gap, GapOf};
use crate::model::{Origin, Principal, PrincipalId, PrincipalKind, Scope, TargetKind};
use futures_util::StreamExt;
use rolecall::okta::operations;
use rolecall::rolecall_client::Misfit;
use rolecall::{Error, Kind, PagedExt};
use std::sync::{Mutex, PoisonError};

pub(super) async fn read(run: &Run, names: &Names, seen: &Mutex<Seen>) {
    let mut pen = run.pen(CLIENT_ROLES);
    if !run.wants(&[CLIENT_ROLES, super::BINDINGS]) {
        return pen.close().await;
    }
    let saw = || seen.lock().unwrap_or_else(PoisonError::into_inner);
    let clients = run.client.list_clients().items().page_size(A_PAGE);
    let clients = items(&run.pace, clients);
    let each = run.pace.each_ok(clients, |client| async move {
        let held = match &client.client_id {
            Some(id) => Some(roles_of(run, names, id).await),
            None => None,
        };
        (client, held)
    });
    let mut each = std::pin::pin!(each);
    while let Some(read) = each.next().await {
        let (client, held) = match read {
            Ok(read) => read,
            Err(trouble) => {
                saw().clients_broke = true;
                pen.trouble(&operations::LIST_CLIENTS, &trouble);
                continue;
            }
        };
        pen.step().await;
        let (Some(id), Some(held)) = (client.client_id, held) else {
            saw().clients_broke = true;
            pen.unknown(GapOf::default(), "a client was listed without an id");
            continue;
        };
        let mut principal = Principal::new(PrincipalKind::Client, &id);
        principal.name = Some(client.client_name);
        let (held, misfits) = match held {
            Ok(read) => read,
            Err(error) => {
                let identity = PrincipalId {
                    kind: PrincipalKind::Client,
                    id,
                };
                saw().unread.insert(identity.clone());
                match pen.gap(GapOf::principal(identity), &error) {
                    Go::On => continue,
                    Go::Stop => {
                        saw().clients_broke = true;
                        break;
                    }
                }
            }
        };
        pen.succeeded();
        let of = GapOf::principal(principal.identity());
        pen.misfits(&of, &operations::LIST_ROLES_FOR_CLIENT, &misfits);
        for one in &held {
            saw().saw(&principal, one);
            if let Some(doubt) = &one.doubt {
                pen.unknown(of_role(&principal, one), doubt.clone());
            }
            let row = row(run, pen.id(), &principal, one, Origin::Direct);
            pen.assignment(row).await;
        }
    }
    pen.close().await;
}

/// The roles of a client. That it is not found means that it has none, or is not one that can have any: it was listed.
async fn roles_of(
    run: &Run,
    names: &Names,
    client: &str,
) -> Result<(Vec<Held>, Vec<Misfit>), Error> {
    let call = run.client.list_roles_for_client().client_id(client);
    let mut listed = match ask(&run.pace, call.send()).await {
        Ok(received) => Listed::new(received),
        Err(error) if error.kind() == Kind::NotFound && foretold(&error) => {
            return Ok((Vec::new(), Vec::new()));
        }
        Err(error) => return Err(error),
    };
    let misfits = std::mem::take(&mut listed.misfits);
    let all: Vec<Limits> = listed.roles.iter().map(limits).collect();
    let mut held = listed.held(names, run.options.vendor);
    for (one, limits) in held.iter_mut().zip(all) {
        limit(run, client, one, limits).await;
    }
    Ok((held, misfits))
}

fn foretold(error: &Error) -> bool {
    let status = error.status();
    let mut refusals = error.operation().refusals.iter();
    refusals.any(|refusal| Some(refusal.status) == status.map(|status| status.as_u16()))
}

/// Reads what a role is limited to. What is embedded is nothing, and says nothing: the lists do.
async fn limit(run: &Run, client: &str, held: &mut Held, limits: Limits) {
    if limits == Limits::Nothing {
        return;
    }
    let (mut found, mut doubt, mut is_known) = (Vec::new(), None, true);
    for (kind, wanted) in [
        (TargetKind::Group, limits.may_be_groups()),
        (TargetKind::App, limits.may_be_apps()),
    ] {
        if !wanted {
            continue;
        }
        let Some(assignment) = held.id.as_deref() else {
            doubt = Some("the role came without the id that its targets are listed by".to_owned());
            is_known = false;
            continue;
        };
        match targets::list(run, Owner::Client(client), assignment, &kind).await {
            Ok(listed) => {
                if !listed.misfits.is_empty() || listed.value.iter().any(Option::is_none) {
                    doubt = Some("a target of the role is not as described".to_owned());
                }
                found.extend(listed.value.into_iter().flatten());
            }
            // Lists of what a role cannot be limited to are refused so.
            Err(error) if limits == Limits::Unknown && error.kind() == Kind::InvalidRequest => {}
            Err(error) => {
                let reason = Gap::of_error(GapOf::default(), &error).reason;
                let reason = format!("what the role is limited to could not be read: {reason}");
                (doubt, is_known) = (Some(reason), false);
            }
        }
    }
    let form_is_known = held.role.kind.as_str() != "unknown";
    if !is_known {
        held.scope = unknown_scope();
    } else if form_is_known || !found.is_empty() {
        held.scope = Scope::targets(found);
    }
    held.doubt = doubt.or_else(|| held.doubt.take().filter(|_| !form_is_known));
}
