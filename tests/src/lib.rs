//! What the tests of the whole share; the tests themselves are in `tests/`.

pub mod recorder;
