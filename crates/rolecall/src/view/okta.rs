//! Role assignments of an Okta org.

use super::{Assignment, Assignments, How, Principal, PrincipalKind, Role, Scope, for_each};
use crate::okta::Client;
use crate::okta::types::{
    CatalogApplication, EmbeddedRoleTargets, Group, GroupProfile, RoleAssignment,
    RoleAssignmentType, RoleType,
};
use crate::{Error, Kind, PagedExt};
use futures_util::{StreamExt, TryStreamExt};

/// All admin roles in the org: those of users, their own and by their groups; those of groups; those of OAuth clients.
///
/// It costs two calls for each user who holds a role, and one for each group and each client of the org; one more where a
/// role can be limited to applications. Users come with their login, groups and clients with their names.
pub fn assignments(client: &Client) -> Assignments<RoleAssignment> {
    Box::pin(
        of_users(client)
            .chain(of_groups(client))
            .chain(of_clients(client)),
    )
}

/// As [`assignments`], and tells which roles of users come by access governance: one more call for each role that is a
/// user's own. Where that is answered with 403 or 404, [`How::Unknown`] says so: the credential may not read it, or the org
/// lacks the product, and the answer does not tell which.
pub fn assignments_with_governance(client: &Client) -> Assignments<RoleAssignment> {
    let asking = client.clone();
    let of_users = of_users(client).map(move |found| (asking.clone(), found));
    let of_users = of_users.then(|(client, found)| async move {
        let mut found = found?;
        if found.how == How::Direct
            && let Some(id) = assignment_id(&found.vendor)
        {
            found.how = how(&client, &found.principal.id, &id).await?;
        }
        Ok(found)
    });
    Box::pin(of_users.chain(of_groups(client)).chain(of_clients(client)))
}

/// How a user came to hold a role that is no group's.
async fn how(client: &Client, user: &str, assignment: &str) -> Result<How, Error> {
    let call = client.get_user_assigned_role_governance();
    let answer = call
        .user_id(user)
        .role_assignment_id(assignment)
        .send()
        .await;
    match answer.map_err(Error::from) {
        Ok(governance) => {
            let grants = governance.into_inner().grants.unwrap_or_default();
            let grant = grants.into_iter().next();
            Ok(grant.map_or(How::Direct, |grant| How::Governance(grant.grant_id)))
        }
        Err(error) if matches!(error.kind(), Kind::Forbidden | Kind::NotFound) => Ok(How::Unknown),
        Err(error) => Err(error),
    }
}

fn of_users(client: &Client) -> Assignments<RoleAssignment> {
    let users = client.list_users_with_role_assignments().items();
    let client = client.clone();
    let users = users.try_filter_map(|user| std::future::ready(Ok(user.id)));
    for_each(users, move |id| {
        let client = client.clone();
        async move {
            let call = || client.list_assigned_roles_for_user().user_id(&id);
            let mut roles = call().expand("targets/groups").send().await?.into_inner();
            if roles.iter().any(is_for_apps) {
                let more = call().expand("targets/catalog/apps").send().await?;
                embed_apps(&mut roles, more.into_inner());
            }
            // A name is worth a call, and not a failure.
            let user = client.get_user().id(&id).send().await.ok();
            let profile = user.and_then(|user| user.into_inner().profile);
            let principal = Principal {
                kind: PrincipalKind::User,
                name: profile.and_then(|profile| profile.login),
                id,
            };
            Ok(roles
                .into_iter()
                .map(|role| assignment(&principal, role))
                .collect())
        }
    })
}

fn of_groups(client: &Client) -> Assignments<RoleAssignment> {
    let groups = client.list_groups().items();
    let client = client.clone();
    for_each(groups, move |group: Group| {
        let client = client.clone();
        async move {
            let Some(id) = group.id.clone() else {
                return Ok(Vec::new());
            };
            let call = || client.list_group_assigned_roles().group_id(&id);
            let mut roles = call().expand("targets/groups").send().await?.into_inner();
            if roles.iter().any(is_for_apps) {
                let more = call().expand("targets/catalog/apps").send().await?;
                embed_apps(&mut roles, more.into_inner());
            }
            let principal = Principal {
                kind: PrincipalKind::Group,
                name: group_name(&group),
                id,
            };
            Ok(roles
                .into_iter()
                .map(|role| assignment(&principal, role))
                .collect())
        }
    })
}

fn of_clients(client: &Client) -> Assignments<RoleAssignment> {
    let clients = client.list_clients().items();
    let client = client.clone();
    let clients = clients.try_filter_map(|one| {
        std::future::ready(Ok(one.client_id.map(|id| (id, one.client_name))))
    });
    for_each(clients, move |(id, name)| {
        let client = client.clone();
        async move {
            let roles = client.list_roles_for_client().client_id(&id).send().await?;
            let principal = Principal {
                kind: PrincipalKind::Client,
                name: Some(name),
                id,
            };
            let mut found = Vec::new();
            for role in roles.into_inner() {
                let mut assignment = assignment(&principal, role);
                assignment.scope =
                    client_scope(&client, assignment.scope, &principal.id, &assignment.vendor)
                        .await?;
                found.push(assignment);
            }
            Ok(found)
        }
    })
}

/// Clients have no `expand`: their targets are lists of their own.
async fn client_scope(
    client: &Client,
    scope: Scope,
    client_id: &str,
    role: &RoleAssignment,
) -> Result<Scope, Error> {
    let RoleAssignment::StandardRole(standard) = role else {
        return Ok(scope);
    };
    let Some(id) = &standard.id else {
        return Ok(scope);
    };
    let (mut groups, mut apps) = (Vec::new(), Vec::new());
    match standard.type_ {
        RoleType::AppAdmin => {
            let call = client.list_app_target_role_to_client();
            let call = call.client_id(client_id).role_assignment_id(id);
            apps = call.items().map_ok(app_name).try_collect().await?;
        }
        RoleType::GroupMembershipAdmin | RoleType::HelpDeskAdmin | RoleType::UserAdmin => {
            let call = client.list_group_target_role_for_client();
            let call = call.client_id(client_id).role_assignment_id(id);
            let named = |group: Group| group_name(&group).or(group.id).unwrap_or_default();
            groups = call.items().map_ok(named).try_collect().await?;
        }
        _ => {}
    }
    Ok(targets(groups, apps))
}

fn assignment(principal: &Principal, vendor: RoleAssignment) -> Assignment<RoleAssignment> {
    let (role, scope, kind) = match &vendor {
        RoleAssignment::StandardRole(standard) => {
            let role = Role {
                id: standard.type_.to_string(),
                name: standard.label.clone(),
            };
            let embedded = standard
                .embedded
                .as_ref()
                .and_then(|embedded| embedded.targets.as_ref());
            let scope = embedded.map_or(Scope::Organization(None), embedded_targets);
            (role, scope, standard.assignment_type.clone())
        }
        RoleAssignment::CustomRole(custom) => {
            let role = Role {
                id: custom
                    .role
                    .clone()
                    .unwrap_or_else(|| custom.type_.to_string()),
                name: custom.label.clone(),
            };
            let scope = match &custom.resource_set {
                Some(id) => Scope::ResourceSet(id.clone()),
                None => Scope::Organization(None),
            };
            (role, scope, custom.assignment_type.clone())
        }
        // A role of a type that the description does not know still has one, and mostly a label.
        other => {
            let json = serde_json::to_value(other).unwrap_or_default();
            let text = |name: &str| {
                json.get(name)
                    .and_then(|value| value.as_str())
                    .map(str::to_owned)
            };
            let role = Role {
                id: text("type").unwrap_or_default(),
                name: text("label"),
            };
            let kind = text("assignmentType").map(RoleAssignmentType::from);
            (role, Scope::Organization(None), kind)
        }
    };
    let inherited =
        principal.kind == PrincipalKind::User && kind == Some(RoleAssignmentType::Group);
    Assignment {
        principal: principal.clone(),
        role,
        scope,
        how: if inherited {
            How::ViaGroup
        } else {
            How::Direct
        },
        vendor,
    }
}

fn assignment_id(role: &RoleAssignment) -> Option<String> {
    match role {
        RoleAssignment::StandardRole(role) => role.id.clone(),
        RoleAssignment::CustomRole(role) => role.id.clone(),
        // A role of a type that the description does not know has one, too.
        other => {
            let json = serde_json::to_value(other).ok()?;
            Some(json.get("id")?.as_str()?.to_owned())
        }
    }
}

fn is_for_apps(role: &RoleAssignment) -> bool {
    matches!(role, RoleAssignment::StandardRole(role) if role.type_ == RoleType::AppAdmin)
}

/// One call embeds one kind of targets. This puts the applications of the second beside the groups of the first.
fn embed_apps(roles: &mut [RoleAssignment], more: Vec<RoleAssignment>) {
    for with_apps in more {
        let RoleAssignment::StandardRole(with_apps) = with_apps else {
            continue;
        };
        let same = roles.iter_mut().find_map(|role| match role {
            RoleAssignment::StandardRole(role)
                if role.type_ == RoleType::AppAdmin
                    && role.id == with_apps.id
                    && role.assignment_type == with_apps.assignment_type =>
            {
                Some(role)
            }
            _ => None,
        });
        if let Some(role) = same {
            role.embedded = with_apps.embedded;
        }
    }
}

fn embedded_targets(embedded: &EmbeddedRoleTargets) -> Scope {
    let groups = embedded.groups.iter().flatten();
    let groups = groups.filter_map(|group| group_name(group).or_else(|| group.id.clone()));
    let catalog = embedded
        .catalog
        .as_ref()
        .and_then(|catalog| catalog.apps.as_ref());
    let apps = catalog.into_iter().flatten().cloned().map(app_name);
    targets(groups.collect(), apps.collect())
}

/// A role without targets is over the whole org.
fn targets(groups: Vec<String>, apps: Vec<String>) -> Scope {
    if groups.is_empty() && apps.is_empty() {
        Scope::Organization(None)
    } else {
        Scope::Targets { groups, apps }
    }
}

fn group_name(group: &Group) -> Option<String> {
    match group.profile.as_ref()? {
        GroupProfile::OktaUserGroupProfile(profile) => profile.name.clone(),
        GroupProfile::OktaActiveDirectoryGroupProfile(profile) => profile.name.clone(),
        _ => None,
    }
}

/// An instance of an application has an id; an application of the catalogue has only a name.
fn app_name(app: CatalogApplication) -> String {
    let name = app.display_name.or(app.name);
    match (name, app.id) {
        (Some(name), Some(id)) => format!("{name} ({id})"),
        (name, id) => name.or(id).unwrap_or_default(),
    }
}
