//! Authentication: which credential an operation gets, where tokens come from, how they are renewed, kept and sent.

mod api_key;
mod binding;
mod client_credentials;
mod credentials;
mod device;
mod discovery;
mod dpop;
mod keys;
mod properties;
mod renewal;
mod retry;
mod session;
mod store;
mod support;
