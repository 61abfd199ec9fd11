//! Who is in which group, and what somebody holds by that.

use crate::model::{
    Assignment, Membership, Named, Origin, Principal, PrincipalId, PrincipalKind, Tenant, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The memberships of all tenants. Groups can be in groups, and in circles.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// The groups that a principal is directly in.
    of_member: BTreeMap<(Tenant, PrincipalId), BTreeMap<String, Edge>>,
    /// The direct members of a group.
    of_group: BTreeMap<(Tenant, String), BTreeSet<PrincipalId>>,
}

#[derive(Clone, Debug)]
struct Edge {
    group: Named,
    expires: Option<Timestamp>,
}

/// A group that somebody is in, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The group.
    pub group: Named,
    /// The groups between: the one that the principal is itself in first. Empty when that is the group.
    pub path: Vec<Named>,
    /// When the first of the memberships on the way ends by itself.
    pub expires: Option<Timestamp>,
}

impl Way {
    /// Straight into a group.
    fn into(group: &Principal) -> Self {
        Self {
            group: Named {
                id: group.id.clone(),
                name: group.name.clone(),
            },
            path: Vec::new(),
            expires: None,
        }
    }
}

impl Groups {
    /// Adds a membership.
    pub fn insert(&mut self, row: &Membership) {
        let group = (row.tenant.clone(), row.group.id.clone());
        self.of_group
            .entry(group)
            .or_default()
            .insert(row.member.clone());
        let member = (row.tenant.clone(), row.member.clone());
        let edge = Edge {
            group: row.group.clone(),
            expires: row.expires,
        };
        let edges = self.of_member.entry(member).or_default();
        edges.insert(row.group.id.clone(), edge);
    }

    /// Every group that a principal is in, itself or by other groups, each once, by the shortest way; of several shortest
    /// the one whose ids sort first.
    #[must_use]
    pub fn of(&self, tenant: &Tenant, principal: &PrincipalId) -> Vec<Way> {
        let mut ways: Vec<Way> = Vec::new();
        let mut seen = BTreeSet::new();
        let start = Way {
            group: Named {
                id: String::new(),
                name: None,
            },
            path: Vec::new(),
            expires: None,
        };
        let mut queue = VecDeque::from([(principal.clone(), None::<Way>)]);
        if principal.kind == PrincipalKind::Group {
            seen.insert(principal.id.clone());
        }
        while let Some((member, by)) = queue.pop_front() {
            let Some(edges) = self.of_member.get(&(tenant.clone(), member)) else {
                continue;
            };
            for edge in edges.values() {
                if !seen.insert(edge.group.id.clone()) {
                    continue;
                }
                let before = by.as_ref().unwrap_or(&start);
                let mut path = before.path.clone();
                path.extend(by.as_ref().map(|way| way.group.clone()));
                let way = Way {
                    group: edge.group.clone(),
                    path,
                    expires: [before.expires, edge.expires].into_iter().flatten().min(),
                };
                let group = PrincipalId {
                    kind: PrincipalKind::Group,
                    id: edge.group.id.clone(),
                };
                queue.push_back((group, Some(way.clone())));
                ways.push(way);
            }
        }
        ways
    }

    /// Everybody in a group who is not a group, by however many groups, each once.
    #[must_use]
    pub fn members(&self, tenant: &Tenant, group: &str) -> BTreeSet<PrincipalId> {
        let (mut seen, mut found) = (BTreeSet::from([group.to_owned()]), BTreeSet::new());
        let mut queue = vec![group.to_owned()];
        while let Some(group) = queue.pop() {
            let members = self.of_group.get(&(tenant.clone(), group));
            for member in members.into_iter().flatten() {
                if member.kind != PrincipalKind::Group {
                    found.insert(member.clone());
                } else if seen.insert(member.id.clone()) {
                    queue.push(member.id.clone());
                }
            }
        }
        found
    }
}

/// Everything that a principal holds: its own rows, and those of the groups that it is in, each with the way to it.
///
/// Where a service tells of a group's role at the member too, that is one assignment and comes out once. Sorted by key.
#[must_use]
pub fn effective<'a>(
    principal: &Principal,
    tenant: &Tenant,
    rows: impl IntoIterator<Item = &'a Assignment>,
    groups: &Groups,
) -> Vec<Assignment> {
    let identity = principal.identity();
    let ways = groups.of(tenant, &identity);
    let ways: BTreeMap<&str, &Way> = ways
        .iter()
        .map(|way| (way.group.id.as_str(), way))
        .collect();
    let mut found = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.tenant == *tenant) {
        if row.principal.kind == identity.kind && row.principal.id == identity.id {
            found.insert(row.key.clone(), row.clone());
            continue;
        }
        let everyone;
        let way = match row.principal.kind {
            PrincipalKind::Group => ways.get(row.principal.id.as_str()).copied(),
            // Every user is among everybody.
            PrincipalKind::Everyone if identity.kind == PrincipalKind::User => {
                everyone = Way::into(&row.principal);
                Some(&everyone)
            }
            _ => None,
        };
        let Some(way) = way else {
            continue;
        };
        let derived = derive(principal, row, way);
        // What the service itself tells of the member comes before what is derived, but it knows no way.
        match found.get_mut(&derived.key) {
            Some(known) => known.origin = derived.origin,
            None => {
                found.insert(derived.key.clone(), derived);
            }
        }
    }
    // Okta says of some roles that they come by a group, and not by which; the derived row is the same one.
    let same = |a: &Assignment, b: &Assignment| a.role.id == b.role.id && a.scope == b.scope;
    let known: Vec<Assignment> = found.values().cloned().collect();
    found.retain(|_, row| {
        !matches!(row.origin, Origin::Group { group: None, .. })
            || !known.iter().any(|other| {
                matches!(other.origin, Origin::Group { group: Some(_), .. }) && same(row, other)
            })
    });
    found.into_values().collect()
}

/// A group's row, as its member holds it.
fn derive(principal: &Principal, row: &Assignment, way: &Way) -> Assignment {
    let group = Named {
        id: row.principal.id.clone(),
        name: row
            .principal
            .name
            .clone()
            .or_else(|| way.group.name.clone()),
    };
    let mut derived = row.clone();
    derived.principal = principal.clone();
    derived.origin = Origin::Group {
        group: Some(group),
        path: way.path.clone(),
    };
    derived.expires = [row.expires, way.expires].into_iter().flatten().min();
    derived.rekey()
}

/// Everybody who holds one of these rows: the holders themselves, and who is in a group that does. Sorted by key.
///
/// `known` gives the names of members, as far as they were read.
#[must_use]
pub fn holders<'a>(
    rows: impl IntoIterator<Item = &'a Assignment>,
    groups: &Groups,
    known: &BTreeMap<(Tenant, PrincipalId), Principal>,
) -> Vec<Assignment> {
    let mut found = BTreeMap::new();
    for row in rows {
        found.entry(row.key.clone()).or_insert_with(|| row.clone());
        if row.principal.kind != PrincipalKind::Group {
            continue;
        }
        for member in groups.members(&row.tenant, &row.principal.id) {
            let ways = groups.of(&row.tenant, &member);
            let Some(way) = ways.iter().find(|way| way.group.id == row.principal.id) else {
                continue;
            };
            let principal = known.get(&(row.tenant.clone(), member.clone()));
            let principal = principal
                .cloned()
                .unwrap_or_else(|| Principal::new(member.kind.clone(), member.id.clone()));
            let derived = derive(&principal, row, way);
            match found.get_mut(&derived.key) {
                Some(same) => same.origin = derived.origin,
                None => {
                    found.insert(derived.key.clone(), derived);
                }
            }
        }
    }
    found.into_values().collect()
}
