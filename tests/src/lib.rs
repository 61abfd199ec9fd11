//! Holds nothing: the tests of the whole are in `tests/`.
