//! The same users as other types: those that a program would derive with the fields of the generated ones, and those that
//! progenitor 0.15 makes of the same schemas. Frozen, to be compared with.

use rolecall::rolecall_client::private::chrono::{DateTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A time as progenitor has it.
#[expect(dead_code, reason = "decoding is the work, not reading")]
pub struct Time(DateTime<Utc>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let time = DateTime::parse_from_rfc3339(&text).map_err(D::Error::custom)?;
        Ok(Self(time.to_utc()))
    }
}

/// With text for times and enums.
pub type Derived = User<String, String, String>;

/// With times and closed enums.
pub type Progenitor = User<Time, Status, NextStatus>;

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Active,
    Deprovisioned,
    LockedOut,
    PasswordExpired,
    Provisioned,
    Recovery,
    Staged,
    Suspended,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NextStatus {
    Active,
    Deprovisioned,
    Provisioned,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
pub struct User<T, S, N> {
    id: Option<String>,
    status: Option<S>,
    transitioning_to_status: Option<N>,
    created: Option<T>,
    activated: Option<T>,
    status_changed: Option<T>,
    last_login: Option<T>,
    last_updated: Option<T>,
    password_changed: Option<T>,
    realm_id: Option<String>,
    #[serde(rename = "type")]
    type_: Option<UserType>,
    profile: Option<Profile>,
    credentials: Option<Credentials>,
    #[serde(rename = "_embedded")]
    embedded: Option<Map<String, Value>>,
    #[serde(rename = "_links")]
    links: Option<Links>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
struct UserType {
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
struct Credentials {
    password: Option<Map<String, Value>>,
    provider: Option<Map<String, Value>>,
    #[serde(rename = "recovery_question")]
    recovery_question: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
struct Profile {
    login: Option<String>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    city: Option<String>,
    cost_center: Option<String>,
    country_code: Option<String>,
    department: Option<String>,
    display_name: Option<String>,
    division: Option<String>,
    employee_number: Option<String>,
    honorific_prefix: Option<String>,
    honorific_suffix: Option<String>,
    locale: Option<String>,
    manager: Option<String>,
    manager_id: Option<String>,
    middle_name: Option<String>,
    mobile_phone: Option<String>,
    nick_name: Option<String>,
    organization: Option<String>,
    postal_address: Option<String>,
    preferred_language: Option<String>,
    primary_phone: Option<String>,
    profile_url: Option<String>,
    second_email: Option<String>,
    state: Option<String>,
    street_address: Option<String>,
    timezone: Option<String>,
    title: Option<String>,
    user_type: Option<String>,
    zip_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
struct Links {
    #[serde(rename = "self")]
    self_: Option<Link>,
    activate: Option<Link>,
    change_password: Option<Link>,
    change_recovery_question: Option<Link>,
    deactivate: Option<Link>,
    expire_password: Option<Link>,
    forgot_password: Option<Link>,
    reactivate: Option<Link>,
    reset_factors: Option<Link>,
    reset_password: Option<Link>,
    schema: Option<Link>,
    suspend: Option<Link>,
    #[serde(rename = "type")]
    type_: Option<Link>,
    unlock: Option<Link>,
    unsuspend: Option<Link>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
struct Link {
    href: String,
    name: Option<String>,
    #[serde(rename = "type")]
    type_: Option<String>,
    templated: Option<bool>,
    hints: Option<Hints>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoding is the work, not reading")]
struct Hints {
    allow: Option<Vec<String>>,
}
