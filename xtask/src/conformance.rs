//! Our code against programs that others wrote.

pub mod auth;
