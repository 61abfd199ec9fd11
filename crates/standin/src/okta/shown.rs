//! A user as it is answered, written without a tree of values in between: lists of users are what is asked for most.

use super::links::Link;
use super::state::{State, User, UserStatus};
use super::users::{Profile, created, is_activating, updated};
use crate::Request;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// A user as it is answered.
pub(super) struct Shown<'a> {
    state: &'a State,
    origin: &'a str,
    id: &'a str,
    user: &'a User,
}

impl<'a> Shown<'a> {
    pub(super) fn new(state: &'a State, request: &'a Request, id: &'a str, user: &'a User) -> Self {
        Self {
            state,
            origin: &request.origin,
            id,
            user,
        }
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (state, user) = (self.state, self.user);
        let profile = Profile::of(state, user);
        let address = profile.address();
        let updated = updated(state, user);
        let activated = Some(&updated).filter(|_| user.status != UserStatus::Staged);
        let signed_in = activated.filter(|_| user.status != UserStatus::Provisioned);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", self.id)?;
        map.serialize_entry("status", user.status.name())?;
        map.serialize_entry("created", &created(state, user))?;
        map.serialize_entry("activated", &activated)?;
        map.serialize_entry("statusChanged", &activated)?;
        map.serialize_entry("lastLogin", &signed_in)?;
        map.serialize_entry("lastUpdated", &updated)?;
        map.serialize_entry("passwordChanged", &signed_in)?;
        map.serialize_entry("type", &Typed(&state.user_type))?;
        map.serialize_entry("profile", &Named(&profile, &address))?;
        map.serialize_entry("credentials", &Credentials)?;
        map.serialize_entry("_links", &Links(self))?;
        if is_activating(user) {
            map.serialize_entry("transitioningToStatus", "ACTIVE")?;
        }
        map.end()
    }
}

struct Typed<'a>(&'a str);

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("id", self.0)?;
        map.end()
    }
}

struct Named<'a>(&'a Profile, &'a str);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(profile, address) = self;
        let mut map = serializer.serialize_map(Some(8))?;
        map.serialize_entry("firstName", profile.first)?;
        map.serialize_entry("lastName", profile.last)?;
        map.serialize_entry("displayName", &profile.name())?;
        map.serialize_entry("mobilePhone", &())?;
        map.serialize_entry("secondEmail", &())?;
        map.serialize_entry("department", profile.department)?;
        map.serialize_entry("login", address)?;
        map.serialize_entry("email", address)?;
        map.end()
    }
}

/// All users sign in with a password that Okta keeps.
struct Credentials;

impl Serialize for Credentials {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Password {}
        #[derive(serde::Serialize)]
        struct Provider {
            r#type: &'static str,
            name: &'static str,
        }
        let provider = Provider {
            r#type: "OKTA",
            name: "OKTA",
        };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("password", &Password {})?;
        map.serialize_entry("provider", &provider)?;
        map.end()
    }
}

/// What can be done with a user in its status, and where its type and itself are.
struct Links<'a>(&'a Shown<'a>);

impl Serialize for Links<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Shown {
            state,
            origin,
            id,
            user,
        } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (relation, tail) in lifecycle(user.status) {
            let href = format_args!("{origin}/api/v1/users/{id}/{tail}");
            map.serialize_entry(relation, &Action(href))?;
        }
        let kind = &state.user_type;
        let kind = format_args!("{origin}/api/v1/meta/types/user/{kind}");
        map.serialize_entry("type", &Link(kind))?;
        map.serialize_entry("self", &Link(format_args!("{origin}/api/v1/users/{id}")))?;
        map.end()
    }
}

/// A link that is called with POST.
struct Action<'a>(fmt::Arguments<'a>);

impl Serialize for Action<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("href", &self.0)?;
        map.serialize_entry("method", "POST")?;
        map.end()
    }
}

/// What can be done with a user in a status: relations, and where they are under the user.
fn lifecycle(status: UserStatus) -> &'static [(&'static str, &'static str)] {
    const ACTIVATE: (&str, &str) = ("activate", "lifecycle/activate");
    const DEACTIVATE: (&str, &str) = ("deactivate", "lifecycle/deactivate");
    const RESET: (&str, &str) = ("resetPassword", "lifecycle/reset_password");
    match status {
        UserStatus::Active => &[
            ("suspend", "lifecycle/suspend"),
            DEACTIVATE,
            RESET,
            ("expirePassword", "lifecycle/expire_password"),
            ("resetFactors", "lifecycle/reset_factors"),
            ("forgotPassword", "credentials/forgot_password"),
            ("changePassword", "credentials/change_password"),
            (
                "changeRecoveryQuestion",
                "credentials/change_recovery_question",
            ),
        ],
        UserStatus::Staged => &[ACTIVATE, DEACTIVATE],
        UserStatus::Provisioned => &[("reactivate", "lifecycle/reactivate"), DEACTIVATE, RESET],
        UserStatus::Suspended => &[("unsuspend", "lifecycle/unsuspend"), DEACTIVATE],
        UserStatus::LockedOut => &[("unlock", "lifecycle/unlock"), DEACTIVATE, RESET],
        UserStatus::PasswordExpired | UserStatus::Recovery => &[DEACTIVATE, RESET],
        UserStatus::Deprovisioned => &[ACTIVATE],
    }
}
