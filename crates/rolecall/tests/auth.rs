//! Signing in: which credential an operation gets, where tokens come from, how they are renewed, kept and sent.

mod auth {
    mod api_key;
    mod binding;
    mod calls;
    mod client_credentials;
    mod credentials;
    mod device;
    mod discovery;
    mod dpop;
    mod keys;
    mod preflight;
    mod properties;
    mod renewal;
    mod retry;
    mod secrets;
    mod session;
    mod store;
    mod support;
    mod vendors;
}
