//! Organizations, as they are stored and sent. Properties that are not known are lost on the way in, and properties that are
//! null do not go out (fact: bodies-read-and-written-loosely).

use super::role::Role;
use crate::pairs::Pairs;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An organization with everything in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Organization {
    pub(super) details: Org,
    pub(super) roles: Vec<Role>,
    /// Relations and their subjects, by number.
    pub(super) relations: Pairs,
    /// Who belongs to which of its units, by the number of the subject.
    pub(super) units: BTreeMap<u32, Vec<OrgAssignment>>,
    /// Oldest first.
    pub(super) invitations: Vec<Invitation>,
}

/// What the directory says of an organization.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Org {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subdomain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) logo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<OrgOwner>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) creation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) modified_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<OrgContact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) children: Option<Vec<OrgUnit>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) external_sales_force_id: Option<String>,
}

/// Whose an organization is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OrgOwner {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
}

/// How to reach an organization.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OrgContact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
}

/// Where an organization is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address_line_1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address_line_2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) city_ward: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) floor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) building_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state_prefecture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) country_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Map<String, Value>>,
}

/// A unit of an organization.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OrgUnit {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) children: Option<Vec<OrgUnit>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) creation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) modified_date: Option<String>,
}

/// That a subject belongs to a unit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OrgAssignment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) org_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) org_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) assigned_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) assignee_type: Option<String>,
}

/// An invitation. Only what the request says of it is known; the rest of its form is ours
/// (fact: invitation-shape-not-established).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Invitation {
    pub(super) id: String,
    pub(super) org_id: String,
    pub(super) email: String,
    pub(super) roles: Vec<String>,
    pub(super) secure: bool,
    pub(super) expires_at: chrono::DateTime<chrono::Utc>,
}
