//! The accounts of the organization: whose they are, and what relations they have.

use super::holders::Holders;
use super::{ACCOUNTS, MEMBERS, PRINCIPALS, Run, identity};
use crate::ledger::GapOf;
use crate::model::{Principal, PrincipalId, Role, RoleKind, UserStatus};
use crate::sources::ask::whole;
use rolecall::Error;
use rolecall::PagedExt;
use rolecall::klustr::operations;
use rolecall::klustr::types::{UserAccountStatus, UserReference};
use rolecall::rolecall_client::Misfit;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The relation of everybody who belongs to an organization.
const MEMBER: &str = "member";

/// What the accounts told.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    known: HashMap<String, Account>,
    /// How many accounts have each relation, those without an identity included.
    counts: BTreeMap<String, usize>,
    /// How many do not say whose they are.
    nameless: usize,
    misfits: Vec<Misfit>,
    failed: Option<Error>,
}

#[derive(Debug)]
struct Account {
    principal: Principal,
    relations: BTreeSet<String>,
}

impl Accounts {
    pub(super) fn principal(&self, identity: &PrincipalId) -> Principal {
        let known = self.known.get(&identity.id);
        known.map_or_else(
            || Principal::new(identity.kind.clone(), &identity.id),
            |account| account.principal.clone(),
        )
    }

    /// Those who have a relation, by id, as far as the accounts say whose they are.
    pub(super) fn holders(&self, relation: &str) -> Vec<&str> {
        let accounts = self.known.iter();
        let mut held: Vec<&str> = accounts
            .filter(|(_, account)| account.relations.contains(relation))
            .map(|(id, _)| id.as_str())
            .collect();
        held.sort_unstable();
        held
    }

    /// How many accounts have a relation. `None` when they could not be read.
    pub(super) fn count(&self, relation: &str) -> Option<usize> {
        match self.failed {
            Some(_) => None,
            None => Some(self.counts.get(relation).copied().unwrap_or_default()),
        }
    }
}

pub(super) async fn read(run: &Run) -> Accounts {
    let mut accounts = Accounts::default();
    let mut pen = run.pen(PRINCIPALS);
    let call = run.client.list_user_accounts();
    let call = call.organization_id(&run.tenant.id);
    match whole(&run.pace, call.items()).await {
        Err(error) => {
            pen.fail(&error);
            accounts.failed = Some(error);
        }
        Ok(found) => {
            for account in found.value {
                let relations: BTreeSet<String> = account.acls.iter().flatten().cloned().collect();
                for relation in &relations {
                    *accounts.counts.entry(relation.clone()).or_default() += 1;
                }
                let Some(principal) = principal(&account) else {
                    accounts.nameless += 1;
                    continue;
                };
                pen.principal(principal.clone()).await;
                let id = principal.id.clone();
                let account = Account {
                    principal,
                    relations,
                };
                accounts.known.insert(id, account);
            }
            pen.misfits(
                &GapOf::default(),
                &operations::LIST_USER_ACCOUNTS,
                &found.misfits,
            );
            accounts.misfits = found.misfits;
            if accounts.nameless > 0 {
                pen.section().reason = Some(format!(
                    "{} accounts do not say whose they are: clients that act as themselves, or subjects that nobody knows",
                    accounts.nameless
                ));
            }
        }
    }
    pen.close().await;
    accounts
}

fn principal(account: &UserReference) -> Option<Principal> {
    let found = account.identity.as_ref()?;
    let identity = identity(found.id.as_deref()?);
    let mut principal = Principal::new(identity.kind, identity.id);
    if let Some(traits) = &found.traits {
        let email = traits.get("email");
        principal.email = email.and_then(|email| Some(email.as_str()?.to_owned()));
        principal.name.clone_from(&principal.email);
    }
    principal.status = account.status.as_ref().map(|status| match status {
        UserAccountStatus::Active => UserStatus::Active,
        UserAccountStatus::Disabled => UserStatus::Suspended,
        UserAccountStatus::Pending => UserStatus::Invited,
        UserAccountStatus::Deleted | UserAccountStatus::Expired => UserStatus::Deprovisioned,
        other => UserStatus::Other(other.to_string()),
    });
    let created = account.creation_date.as_deref();
    let created = created.and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
    principal.created = created.map(|time| time.to_utc());
    Some(principal)
}

/// Who belongs to the organization.
pub(super) async fn members(run: &Run, accounts: &Accounts) {
    let mut pen = run.pen(MEMBERS);
    if !pen.is_loud() {
        return pen.close().await;
    }
    let call = run.client.list_organization_members();
    let call = call.organization_id(&run.tenant.id);
    let found = whole(&run.pace, call.items()).await;
    let Some(found) = pen.received(&operations::LIST_ORGANIZATION_MEMBERS, found) else {
        return pen.close().await;
    };
    let role = Role::new(RoleKind::Membership, MEMBER).named(Some(MEMBER.to_owned()));
    let members: BTreeSet<String> = found.into_iter().collect();
    for member in &members {
        let principal = accounts.principal(&identity(member));
        let row = run.row(pen.id(), principal, role.clone());
        pen.assignment(row).await;
    }
    for user in accounts.holders(MEMBER) {
        if !members.contains(user) {
            let of = GapOf {
                role: Some(MEMBER.to_owned()),
                ..GapOf::principal(identity(user))
            };
            let reason = "the account has the relation of a member, and is not among the members";
            pen.differ(of, reason);
            let principal = accounts.principal(&identity(user));
            let row = run.row(pen.id(), principal, role.clone());
            pen.assignment(row).await;
        }
    }
    pen.close().await;
}

/// Holds the relations of every account against the holders of each role.
pub(super) async fn compare(run: &Run, accounts: Accounts, holders: &Holders) {
    let mut pen = run.pen(ACCOUNTS);
    if !pen.is_loud() {
        return pen.close().await;
    }
    if let Some(error) = &accounts.failed {
        pen.fail(error);
        return pen.close().await;
    }
    let operation = &operations::LIST_USER_ACCOUNTS;
    pen.misfits(&GapOf::default(), operation, &accounts.misfits);
    let mut all: Vec<(&String, &Account)> = accounts.known.iter().collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    for (id, account) in all {
        for relation in account.relations.iter().filter(|one| *one != MEMBER) {
            if holders.has(relation, id) {
                continue;
            }
            let of = GapOf {
                role: Some(relation.clone()),
                ..GapOf::principal(identity(id))
            };
            let role = match holders.roles.get(relation) {
                Some(role) => {
                    if holders.were_read(relation) {
                        let reason = "the account has the role, and is not among its holders";
                        pen.differ(of, reason);
                    }
                    role.clone()
                }
                None => {
                    if !holders.roles_broke {
                        let reason = "the account has a relation that no role is defined for: one that was deleted, or one that \
                                      the service keeps under another name";
                        pen.differ(of, reason);
                    }
                    Role::new(RoleKind::Custom, relation)
                }
            };
            let row = run.row(pen.id(), account.principal.clone(), role);
            pen.assignment(row).await;
        }
    }
    for (role, held) in &holders.held {
        for user in held {
            let account = accounts.known.get(user);
            if account.is_some_and(|account| !account.relations.contains(role)) {
                let of = GapOf {
                    role: Some(role.clone()),
                    ..GapOf::principal(identity(user))
                };
                let reason = "is among the holders of the role, and its account does not have it";
                pen.differ(of, reason);
            }
        }
    }
    pen.close().await;
}
