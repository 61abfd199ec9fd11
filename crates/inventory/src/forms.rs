//! The published forms of files and reports, as JSON Schemas.

use crate::diff::Difference;
use crate::rules::Report;
use crate::snapshot::{Header, Record};
use schemars::{JsonSchema, Schema, schema_for};

/// A line of a snapshot: the header, or a record.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code)] // Only its schema is used.
enum Line {
    Header(Box<Header>),
    Record(Record),
}

/// Each form by its name, such as `inventory-snapshot`: the schema of a line of a snapshot, of a line of a diff, and of a
/// report on access rules.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("inventory-snapshot", schema_for!(Line)),
        ("inventory-diff", schema_for!(Difference)),
        ("inventory-check", schema_for!(Report)),
    ]
}
