//! Everybody who was met. What the service tells of them comes with what they hold.

use super::Run;
use crate::ledger::Section;
use crate::model::{Principal, PrincipalId, PrincipalKind, UserStatus};
use crate::sources::ask::{Trouble, items};
use crate::sources::pen::Pen;
use crate::sources::time;
use futures_util::StreamExt;
use rolecall::PagedExt;
use rolecall::zenml::operations;
use rolecall::zenml::types::{InvitationRead, TeamRead, UserRead};
use std::collections::HashSet;

pub(super) struct People {
    pen: Pen,
    met: HashSet<PrincipalId>,
    everybody: bool,
}

impl People {
    pub(super) fn new(pen: Pen, everybody: bool) -> Self {
        Self {
            pen,
            met: HashSet::new(),
            everybody,
        }
    }

    /// A section has ended: whom it did not tell was not met.
    pub(super) fn learn_from(&mut self, section: &Section) {
        if section.is_incomplete() && !self.everybody {
            let id = &section.id;
            let why = format!(
                "those were met who are in the other sections, of which {id} is not complete"
            );
            self.pen.misses(&why);
        }
    }

    /// Each is written once.
    pub(super) async fn meet(&mut self, principal: &Principal) {
        if self.met.insert(principal.identity()) {
            self.pen.succeeded();
            self.pen.principal(principal.clone()).await;
        }
    }

    pub(super) async fn close(mut self, run: &Run) {
        if self.everybody {
            let users = run.client.list_users().items();
            let mut users = std::pin::pin!(items(&run.pace, users));
            while let Some(user) = users.next().await {
                match user {
                    Ok(user) => self.meet(&of_user(&user)).await,
                    Err(Trouble::Broken(error)) => {
                        let gap = crate::ledger::Gap::of_error(Default::default(), &error);
                        self.pen.section().gap(gap);
                    }
                    Err(trouble) => self.pen.trouble(&operations::LIST_USERS, &trouble),
                }
            }
        }
        self.pen.close().await;
    }
}

/// Users and service accounts are one kind of object.
pub(super) fn of_user(user: &UserRead) -> Principal {
    let kind = match user.is_service_account {
        Some(true) => PrincipalKind::Client,
        _ => PrincipalKind::User,
    };
    let mut principal = Principal::new(kind, &user.id);
    let names = [&user.username, &user.email, &user.name];
    principal.name = names.into_iter().flatten().next().cloned();
    principal.email.clone_from(&user.email);
    principal.status = user.is_active.map(|active| match active {
        true => UserStatus::Active,
        false => UserStatus::Deprovisioned,
    });
    principal
}

pub(super) fn of_team(team: &TeamRead) -> Principal {
    let mut principal = Principal::new(PrincipalKind::Group, &team.id);
    principal.name = Some(team.name.clone());
    principal.created = time(Some(&team.created));
    principal
}

pub(super) fn of_invitation(invitation: &InvitationRead) -> Principal {
    let mut principal = Principal::new(PrincipalKind::Invitation, &invitation.id);
    principal.name.clone_from(&invitation.email);
    principal.email.clone_from(&invitation.email);
    principal.status = Some(UserStatus::Invited);
    principal
}
