//! Who holds which role: one facade over the clients of several vendors.

#![forbid(unsafe_code)]

pub mod auth;
