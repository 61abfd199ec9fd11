//! Role assignments in Foundry: on an organization, on the enrollment, on markings.

use super::{Assignment, Assignments, How, Principal, PrincipalKind, Role, Scope};
use crate::foundry::Client;
use crate::foundry::types::{
    EnrollmentRoleAssignment, GetGroupsBatchRequestElement, GetUsersBatchRequestElement,
    MarkingRoleAssignment, OrganizationRoleAssignment, PrincipalType,
};
use crate::{Error, PagedExt};
use futures_core::Stream;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;

/// How many ids a batch call takes (Palantir API reference, "Get users batch").
const A_BATCH: usize = 500;

/// All roles on an organization, given its RID. Roles, users and groups come with their names where the credential may read
/// them: one call for the list, one for the roles' names, and one for 500 names of users or groups.
///
/// An OAuth application under "OAuth & restrictions" is refused here where a personal access token works; the error says so.
pub fn organization(client: &Client, rid: &str) -> Assignments<OrganizationRoleAssignment> {
    let (client, rid) = (client.clone(), rid.to_owned());
    all(async move {
        let call = client.list_organization_role_assignments();
        let found = call.organization_rid(&rid).send().await?.into_inner();
        let found = found.data.unwrap_or_default();
        let parts = |one: &OrganizationRoleAssignment| {
            Parts::of(&one.principal_type, &one.principal_id, &one.role_id)
        };
        let parts = found.iter().map(parts).collect();
        let names = Names {
            roles: roles(&client, &rid).await,
            ..Names::default()
        };
        let scope = Scope::Organization(Some(rid));
        Ok(named(&client, names, parts, found, &scope).await)
    })
}

/// All roles on the enrollment, given its RID. Users and groups come with their names, as for [`organization`]; the names of
/// roles can be read in private beta only, and are left out.
pub fn enrollment(client: &Client, rid: &str) -> Assignments<EnrollmentRoleAssignment> {
    let (client, rid) = (client.clone(), rid.to_owned());
    all(async move {
        let call = client.list_enrollment_role_assignments();
        let found = call.enrollment_rid(&rid).send().await?.into_inner();
        let found = found.data.unwrap_or_default();
        let parts = |one: &EnrollmentRoleAssignment| {
            Parts::of(&one.principal_type, &one.principal_id, &one.role_id)
        };
        let parts = found.iter().map(parts).collect();
        Ok(named(
            &client,
            Names::default(),
            parts,
            found,
            &Scope::Enrollment(rid),
        )
        .await)
    })
}

/// All roles on all markings that the caller sees, marking after marking.
pub fn markings(client: &Client) -> Assignments<MarkingRoleAssignment> {
    let client = client.clone();
    let markings = client.list_markings().items();
    Box::pin(
        markings
            .map_ok(move |marking| marking_roles(&client, marking.id))
            .try_flatten(),
    )
}

fn marking_roles(client: &Client, id: String) -> Assignments<MarkingRoleAssignment> {
    let call = client.list_marking_role_assignments().marking_id(&id);
    let client = client.clone();
    let found = in_batches(call.items());
    Box::pin(
        found
            .and_then(move |found| {
                let (client, scope) = (client.clone(), Scope::Marking(id.clone()));
                async move {
                    let parts = |one: &MarkingRoleAssignment| {
                        Parts::of(&one.principal_type, &one.principal_id, one.role.as_ref())
                    };
                    let parts = found.iter().map(parts).collect();
                    Ok(stream::iter(
                        named(&client, Names::default(), parts, found, &scope)
                            .await
                            .into_iter()
                            .map(Ok),
                    ))
                }
            })
            .try_flatten(),
    )
}

/// So many at once as their names can be read with one call. What came before an error is a batch too.
fn in_batches<T>(
    found: impl Stream<Item = Result<T, Error>>,
) -> impl Stream<Item = Result<Vec<T>, Error>> {
    found.chunks(A_BATCH).flat_map(|found| {
        let (mut batches, mut batch) = (Vec::new(), Vec::new());
        for one in found {
            match one {
                Ok(one) => batch.push(one),
                Err(error) => batches.extend([Ok(std::mem::take(&mut batch)), Err(error)]),
            }
        }
        batches.push(Ok(batch));
        stream::iter(batches)
    })
}

fn all<V: Send + 'static>(
    read: impl Future<Output = Result<Vec<Assignment<V>>, Error>> + Send + 'static,
) -> Assignments<V> {
    Box::pin(
        stream::once(read)
            .map_ok(|found| stream::iter(found).map(Ok))
            .try_flatten(),
    )
}

/// The names of the roles that can be held on an organization.
async fn roles(client: &Client, rid: &str) -> HashMap<String, String> {
    let call = client.list_available_roles_organization();
    let answer = call.organization_rid(rid).send().await;
    let roles = answer.map(|answer| answer.into_inner().data.unwrap_or_default());
    let roles = roles.unwrap_or_default().into_iter();
    roles
        .filter_map(|role| Some((role.id, role.name?)))
        .collect()
}

/// What the kinds of assignment have in common.
struct Parts {
    kind: PrincipalKind,
    id: String,
    role: String,
}

impl Parts {
    fn of(kind: &PrincipalType, id: &str, role: &str) -> Self {
        Self {
            kind: match kind {
                PrincipalType::User => PrincipalKind::User,
                PrincipalType::Group => PrincipalKind::Group,
                other => PrincipalKind::Other(other.to_string().to_lowercase()),
            },
            id: id.to_owned(),
            role: role.to_owned(),
        }
    }
}

async fn named<V>(
    client: &Client,
    mut names: Names,
    parts: Vec<Parts>,
    found: Vec<V>,
    scope: &Scope,
) -> Vec<Assignment<V>> {
    names.read(client, &parts).await;
    let both = parts.into_iter().zip(found);
    let assignment = |(parts, vendor): (Parts, V)| Assignment {
        role: Role {
            name: names.roles.get(&parts.role).cloned(),
            id: parts.role,
        },
        principal: Principal {
            name: names.principals.get(&parts.id).cloned(),
            kind: parts.kind,
            id: parts.id,
        },
        scope: scope.clone(),
        how: How::Direct,
        vendor,
    };
    both.map(assignment).collect()
}

/// Names by id. A name that cannot be read is not worth a failure.
#[derive(Default)]
struct Names {
    principals: HashMap<String, String>,
    roles: HashMap<String, String>,
}

impl Names {
    async fn read(&mut self, client: &Client, parts: &[Parts]) {
        for ids in ids(
            parts.iter().filter(|one| one.kind == PrincipalKind::User),
            |one| &one.id,
        ) {
            let body: Vec<_> = ids
                .into_iter()
                .map(GetUsersBatchRequestElement::new)
                .collect();
            if let Ok(answer) = client.get_users_batch().body(body).send().await {
                let users = answer.into_inner().data.unwrap_or_default();
                let users = users.into_iter().map(|(id, user)| (id, user.username));
                self.principals.extend(users);
            }
        }
        for ids in ids(
            parts.iter().filter(|one| one.kind == PrincipalKind::Group),
            |one| &one.id,
        ) {
            let body: Vec<_> = ids
                .into_iter()
                .map(GetGroupsBatchRequestElement::new)
                .collect();
            if let Ok(answer) = client.get_groups_batch().body(body).send().await {
                let groups = answer.into_inner().data.unwrap_or_default();
                let groups = groups.into_iter().map(|(id, group)| (id, group.name));
                self.principals.extend(groups);
            }
        }
    }
}

/// Each id once, in batches.
fn ids<'a>(
    parts: impl Iterator<Item = &'a Parts>,
    id: impl Fn(&'a Parts) -> &'a String,
) -> Vec<Vec<String>> {
    let mut ids: Vec<String> = parts.map(id).cloned().collect();
    ids.sort_unstable();
    ids.dedup();
    ids.chunks(A_BATCH).map(<[String]>::to_vec).collect()
}
