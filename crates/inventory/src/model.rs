//! One model of access over all services. Files keep these forms, so a change of one needs a new schema version.

mod assignment;
mod key;
mod origin;
mod principal;
mod role;
mod scope;
mod tenant;
mod words;

pub use assignment::{Assignment, Membership};
pub use key::Key;
pub(crate) use key::hex;
pub use origin::{Named, Origin};
pub use principal::{Principal, PrincipalId, PrincipalKind, UserStatus};
pub use role::{Role, RoleKind};
pub use scope::{Scope, ScopeKind, Target, TargetKind};
pub use tenant::{Service, Tenant};

/// A point in time, in UTC; written as RFC 3339, such as `2026-01-31T12:00:00Z`.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
