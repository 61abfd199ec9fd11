//! Signing in through the facade: whole calls, vendors' authorization servers, preflight, and what is never shown.

mod calls;
mod preflight;
mod secrets;
#[allow(dead_code, reason = "the tests of rolecall-auth use all of it")]
#[path = "../../../auth/tests/auth/support/mod.rs"]
mod support;
mod vendors;
