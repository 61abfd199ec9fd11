//! The lists of what roles are limited to. Roles of clients have nothing else; those of users and groups have them embedded,
//! and the lists tell whether that is all.

use super::super::ask::{Received, whole};
use super::Run;
use super::held::{Held, app_target, group_target};
use crate::ledger::{Gap, GapOf};
use crate::model::{Scope, Target, TargetKind};
use rolecall::Error;
use rolecall::PagedExt;

/// Who holds a role that is limited.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    User(&'a str),
    Group(&'a str),
    Client(&'a str),
}

/// From so many embedded targets on the list is read, too: pages of it have 20 items, and the embedded ones might be a page.
const A_PAGE: usize = 20;

/// The groups, or the applications, that a role is limited to. `None` stands for one without an id.
pub(super) async fn list(
    run: &Run,
    owner: Owner<'_>,
    assignment: &str,
    kind: &TargetKind,
) -> Result<Received<Vec<Option<Target>>>, Error> {
    let client = &run.client;
    macro_rules! read {
        ($call:expr, $target:expr) => {{
            let received = whole(&run.pace, $call.items().page_size(200)).await?;
            Received {
                value: received.value.iter().map($target).collect(),
                misfits: received.misfits,
                headers: received.headers,
                credential: received.credential,
            }
        }};
    }
    Ok(match (owner, kind) {
        (Owner::User(id), TargetKind::Group) => {
            let call = client.list_group_targets_for_role().user_id(id);
            read!(call.role_assignment_id(assignment), group_target)
        }
        (Owner::Group(id), TargetKind::Group) => {
            let call = client.list_group_targets_for_group_role().group_id(id);
            read!(call.role_assignment_id(assignment), group_target)
        }
        (Owner::Client(id), TargetKind::Group) => {
            let call = client.list_group_target_role_for_client().client_id(id);
            read!(call.role_assignment_id(assignment), group_target)
        }
        (Owner::User(id), _) => {
            let call =
                client.list_application_targets_for_application_administrator_role_for_user();
            read!(call.user_id(id).role_assignment_id(assignment), app_target)
        }
        (Owner::Group(id), _) => {
            let call =
                client.list_application_targets_for_application_administrator_role_for_group();
            read!(call.group_id(id).role_assignment_id(assignment), app_target)
        }
        (Owner::Client(id), _) => {
            let call = client.list_app_target_role_to_client().client_id(id);
            read!(call.role_assignment_id(assignment), app_target)
        }
    })
}

/// Reads the list of the targets of a role that has as many embedded as might be a page of more.
pub(super) async fn check(run: &Run, owner: Owner<'_>, held: &mut Held) {
    let embedded = &held.scope.targets;
    let (Some(first), Some(assignment)) = (embedded.first(), &held.id) else {
        return;
    };
    if embedded.len() < A_PAGE || held.by_group {
        return;
    }
    let listed = match list(run, owner, assignment, &first.kind).await {
        Ok(listed) => listed,
        Err(error) => {
            held.doubt = Some(format!(
                "the service embeds {} targets, which may not be all, and their list could not be read: {}",
                embedded.len(),
                Gap::of_error(GapOf::default(), &error).reason
            ));
            return;
        }
    };
    let all: Vec<Target> = listed.value.into_iter().flatten().collect();
    let is_listed = |target: &Target| all.iter().any(|one| one.id == target.id);
    let only_embedded = embedded.iter().filter(|target| !is_listed(target)).count();
    if only_embedded > 0 || !listed.misfits.is_empty() {
        held.doubt = Some(format!(
            "the service embeds {} targets and lists {}, of which {only_embedded} differ",
            embedded.len(),
            all.len()
        ));
    }
    held.scope = Scope::targets(embedded.iter().cloned().chain(all).collect());
}
