//! The operations of both documents, and which of one is which of the other.

use std::collections::{HashMap, VecDeque};

use rolecall_openapi::json::METHODS;

use super::document::{Doc, Node};
use super::finding::OperationRef;

/// An operation of one document.
#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    pub path: &'a str,
    pub method: &'static str,
    pub id: Option<&'a str>,
    pub node: Node<'a>,
    /// The path item that it stands in, with its reference followed.
    pub item: Node<'a>,
    /// Its servers: its own, those of its path, or those of the document.
    pub servers: Vec<Node<'a>>,
}

impl<'a> Operation<'a> {
    /// The path without the names of its parameters, which are never sent, and without a fragment.
    pub fn route(&self) -> String {
        route(self.path)
    }

    /// The path of its first server and its own, as [`Operation::route`].
    fn address(&self) -> String {
        let url = self.servers.first().and_then(|server| server.text("url"));
        let url = url.unwrap_or_default().trim_end_matches('/');
        let base = match url.split_once("://") {
            Some((_, rest)) => rest
                .find('/')
                .and_then(|at| rest.get(at..))
                .unwrap_or_default(),
            None => url,
        };
        route(&format!("{base}{}", self.path))
    }

    /// The names of the parameters in the path, in order.
    pub fn path_names(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        let mut rest = self.path;
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            names.push(name);
            rest = after;
        }
        names
    }
}

/// `/users/{id}/roles` → `/users/{}/roles`.
pub(super) fn route(path: &str) -> String {
    let path = path.split('#').next().unwrap_or(path);
    let mut route = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        route.push_str(before);
        match after.split_once('}') {
            Some((_, after)) => {
                route.push_str("{}");
                rest = after;
            }
            None => {
                route.push('{');
                rest = after;
            }
        }
    }
    route.push_str(rest);
    route
}

/// The operations of a document, in its order.
pub(super) fn list<'a>(doc: &Doc<'a>) -> Vec<Operation<'a>> {
    let mut operations = Vec::new();
    for (path, item) in doc.members_of(doc.root(), "paths") {
        if !path.starts_with('/') {
            continue;
        }
        let Some(item) = doc.resolve(item) else {
            continue;
        };
        for method in METHODS {
            let Some(node) = doc.get(item, method).filter(|node| node.value.is_object()) else {
                continue;
            };
            let servers = [node, item, doc.root()]
                .into_iter()
                .map(|at| doc.items_of(at, "servers"));
            operations.push(Operation {
                path,
                method,
                id: node.text("operationId").filter(|id| !id.trim().is_empty()),
                node,
                item,
                servers: servers
                    .into_iter()
                    .find(|all| !all.is_empty())
                    .unwrap_or_default(),
            });
        }
    }
    operations
}

/// An operation of both documents, or of one.
#[derive(Clone, Debug)]
pub(super) enum Pair<'a> {
    Both(Operation<'a>, Operation<'a>),
    /// The same `operationId`, at another path or with another method.
    Moved(Operation<'a>, Operation<'a>),
    Removed(Operation<'a>),
    Added(Operation<'a>),
}

impl Pair<'_> {
    /// How reports name it.
    pub fn name(&self) -> OperationRef {
        let (shown, id) = match self {
            Pair::Both(old, new) | Pair::Moved(old, new) => (new, new.id.or(old.id)),
            Pair::Removed(one) | Pair::Added(one) => (one, one.id),
        };
        let method = shown.method.to_uppercase();
        OperationRef {
            id: id.map_or_else(|| format!("{method} {}", shown.path), str::to_owned),
            method,
            path: shown.path.to_owned(),
        }
    }
}

/// Finds the partners: by the same path, then by a path whose parts are called otherwise, then by the address that path
/// and server make together, then by `operationId`.
pub(super) fn pair<'a>(old: Vec<Operation<'a>>, new: Vec<Operation<'a>>) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    let (found, old, new) = by(old, new, |one| Some((one.method, one.path.to_owned())));
    pairs.extend(found.into_iter().map(|(old, new)| Pair::Both(old, new)));
    let (found, old, new) = by(old, new, |one| Some((one.method, one.route())));
    pairs.extend(found.into_iter().map(|(old, new)| Pair::Both(old, new)));
    let (found, old, new) = by(old, new, |one| Some((one.method, one.address())));
    pairs.extend(found.into_iter().map(|(old, new)| Pair::Both(old, new)));
    let (found, old, new) = by(old, new, |one| one.id.map(|id| ("", id.to_owned())));
    pairs.extend(found.into_iter().map(|(old, new)| Pair::Moved(old, new)));
    pairs.extend(old.into_iter().map(Pair::Removed));
    pairs.extend(new.into_iter().map(Pair::Added));
    pairs
}

type Found<'a> = (
    Vec<(Operation<'a>, Operation<'a>)>,
    Vec<Operation<'a>>,
    Vec<Operation<'a>>,
);

/// The operations that have a key in common, first come first served, and those that are left.
fn by<'a>(
    old: Vec<Operation<'a>>,
    new: Vec<Operation<'a>>,
    key: impl Fn(&Operation<'a>) -> Option<(&'static str, String)>,
) -> Found<'a> {
    let mut known: HashMap<_, VecDeque<usize>> = HashMap::new();
    for (index, operation) in new.iter().enumerate() {
        if let Some(key) = key(operation) {
            known.entry(key).or_default().push_back(index);
        }
    }
    let mut new: Vec<Option<Operation<'a>>> = new.into_iter().map(Some).collect();
    let mut pairs = Vec::new();
    let mut left = Vec::new();
    for operation in old {
        let index = key(&operation)
            .and_then(|key| known.get_mut(&key))
            .and_then(VecDeque::pop_front);
        match index.and_then(|index| new.get_mut(index)?.take()) {
            Some(partner) => pairs.push((operation, partner)),
            None => left.push(operation),
        }
    }
    (pairs, left, new.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn a_route_has_no_names() {
        assert_eq!(route("/users/{id}/roles/{role-id}"), "/users/{}/roles/{}");
        assert_eq!(route("/users/{id}.json#other"), "/users/{}.json");
        assert_eq!(route("/odd/{open"), "/odd/{open");
    }
}
