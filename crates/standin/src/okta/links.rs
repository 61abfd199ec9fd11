//! Absolute links on the origin of the request, and Okta resource names.

use super::state::{Principal, PrincipalKind, State};
use crate::Request;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};
use std::fmt;

/// What stays as it is in a path segment (RFC 3986, section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A link to a path of this org.
pub(super) fn link(request: &Request, path: &str) -> Value {
    json!({ "href": href(request, path) })
}

/// A link that is written when it is sent.
pub(super) struct Link<'a>(pub(super) fmt::Arguments<'a>);

impl Serialize for Link<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("href", &self.0)?;
        map.end()
    }
}

pub(super) fn href(request: &Request, path: &str) -> String {
    format!("{}{path}", request.origin)
}

/// A path segment with what must be escaped escaped.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The path of a principal.
pub(super) fn principal(principal: &Principal) -> String {
    let collection = match principal.kind {
        PrincipalKind::User => "/api/v1/users",
        PrincipalKind::Group => "/api/v1/groups",
        PrincipalKind::Client => "/oauth2/v1/clients",
    };
    format!("{collection}/{}", principal.id)
}

/// The path of a custom role.
pub(super) fn role(id: &str) -> String {
    format!("/api/v1/iam/roles/{}", segment(id))
}

/// The path of a resource set.
pub(super) fn resource_set(id: &str) -> String {
    format!("/api/v1/iam/resource-sets/{}", segment(id))
}

/// The path of a binding.
pub(super) fn binding(set: &str, role: &str) -> String {
    format!("{}/bindings/{}", resource_set(set), segment(role))
}

impl State {
    /// The ORN of a group.
    // fact: orn-form
    pub(super) fn group_orn(&self, id: &str) -> String {
        format!("orn:okta:directory:{}:groups:{id}", self.org)
    }

    /// The ORN of an app (`google`) or an instance of it (`google/0oa…`).
    pub(super) fn app_orn(&self, target: &str) -> String {
        let target = target.replace('/', ":");
        format!("orn:okta:idp:{}:apps:{target}", self.org)
    }

    /// The ORN of a user in the list of users with roles.
    pub(super) fn assignee_orn(&self, id: &str) -> String {
        // fact: assigned-user-orn-without-service
        format!("orn:okta:{}:users:{id}", self.org)
    }
}
