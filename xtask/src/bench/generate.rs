//! `cargo xtask bench generate`.

/// Runs it; the exit code.
pub fn run(_build: bool, _json: bool) -> u8 {
    0
}
