//! The roles that every org has.

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

/// A role that every org has. USER_ADMIN is what people know as Group Administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(clippy::enum_variant_names, reason = "the names are the vendor's")]
pub(super) enum RoleType {
    AccessCertificationsAdmin,
    AccessRequestsAdmin,
    ApiAccessManagementAdmin,
    AppAdmin,
    GroupMembershipAdmin,
    HelpDeskAdmin,
    OrgAdmin,
    ReadOnlyAdmin,
    ReportAdmin,
    SuperAdmin,
    UserAdmin,
    WorkflowsAdmin,
}

/// What a role can be narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Narrowing {
    Groups,
    Apps,
    Nothing,
}

impl RoleType {
    pub(super) const ALL: [Self; 12] = [
        Self::HelpDeskAdmin,
        Self::AppAdmin,
        Self::UserAdmin,
        Self::ReportAdmin,
        Self::WorkflowsAdmin,
        Self::GroupMembershipAdmin,
        Self::OrgAdmin,
        Self::ApiAccessManagementAdmin,
        Self::AccessCertificationsAdmin,
        Self::ReadOnlyAdmin,
        Self::AccessRequestsAdmin,
        Self::SuperAdmin,
    ];

    /// The role of a name on the wire; `CUSTOM` is none.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The name on the wire.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AccessCertificationsAdmin => "ACCESS_CERTIFICATIONS_ADMIN",
            Self::AccessRequestsAdmin => "ACCESS_REQUESTS_ADMIN",
            Self::ApiAccessManagementAdmin => "API_ACCESS_MANAGEMENT_ADMIN",
            Self::AppAdmin => "APP_ADMIN",
            Self::GroupMembershipAdmin => "GROUP_MEMBERSHIP_ADMIN",
            Self::HelpDeskAdmin => "HELP_DESK_ADMIN",
            Self::OrgAdmin => "ORG_ADMIN",
            Self::ReadOnlyAdmin => "READ_ONLY_ADMIN",
            Self::ReportAdmin => "REPORT_ADMIN",
            Self::SuperAdmin => "SUPER_ADMIN",
            Self::UserAdmin => "USER_ADMIN",
            Self::WorkflowsAdmin => "WORKFLOWS_ADMIN",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::AccessCertificationsAdmin => "Access Certifications Administrator",
            Self::AccessRequestsAdmin => "Access Requests Administrator",
            Self::ApiAccessManagementAdmin => "API Access Management Administrator",
            Self::AppAdmin => "Application Administrator",
            Self::GroupMembershipAdmin => "Group Membership Administrator",
            Self::HelpDeskAdmin => "Help Desk Administrator",
            Self::OrgAdmin => "Organization Administrator",
            Self::ReadOnlyAdmin => "Read-only Administrator",
            Self::ReportAdmin => "Report Administrator",
            Self::SuperAdmin => "Super Administrator",
            // fact: role-type-no-group-admin
            Self::UserAdmin => "Group Administrator",
            Self::WorkflowsAdmin => "Workflows Administrator",
        }
    }

    /// The fixed resource set of an IAM-based role, which is assigned like a standard role and answered like a custom one.
    pub(super) fn iam_policy(self) -> Option<&'static str> {
        // fact: iam-role-fixed-resource-sets
        match self {
            Self::AccessCertificationsAdmin => Some("ACCESS_CERTIFICATIONS_IAM_POLICY"),
            Self::AccessRequestsAdmin => Some("ACCESS_REQUESTS_IAM_POLICY"),
            Self::WorkflowsAdmin => Some("WORKFLOWS_IAM_POLICY"),
            _ => None,
        }
    }

    pub(super) fn narrowing(self) -> Narrowing {
        match self {
            Self::UserAdmin | Self::HelpDeskAdmin | Self::GroupMembershipAdmin => Narrowing::Groups,
            Self::AppAdmin => Narrowing::Apps,
            _ => Narrowing::Nothing,
        }
    }

    /// The name in Base32, which serves as an id: `JBCUYUC7IRCVGS27IFCE2SKO` is HELP_DESK_ADMIN.
    pub(super) fn encoded(self) -> String {
        BASE32_NOPAD.encode(self.name().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::RoleType;

    #[test]
    fn encoded_names_are_those_of_the_samples() {
        assert_eq!(
            RoleType::HelpDeskAdmin.encoded(),
            "JBCUYUC7IRCVGS27IFCE2SKO"
        );
        assert_eq!(RoleType::AppAdmin.encoded(), "IFIFAX2BIRGUSTQ");
        assert_eq!(RoleType::UserAdmin.encoded(), "KVJUKUS7IFCE2SKO");
    }

    #[test]
    fn names_are_read_back_and_are_those_of_snapshots() {
        for role in RoleType::ALL {
            assert_eq!(RoleType::of(role.name()), Some(role));
            assert_eq!(serde_json::json!(role), role.name());
        }
        assert_eq!(RoleType::of("CUSTOM"), None);
    }
}
