//! What a comparison says: one finding a difference, with what it does on the wire and to the generated crate.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a difference does to clients that are in use already, when they meet a service that follows the new description.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum WireVerdict {
    /// Whatever was sent and read before can be sent and read now.
    Compatible,
    /// Some clients break, or a call does something else than before: worth a look.
    Dangerous,
    /// A client that keeps to the old description sends what is refused, or gets what it cannot read.
    Breaking,
}

impl WireVerdict {
    /// The word that is printed and serialized.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            WireVerdict::Compatible => "compatible",
            WireVerdict::Dangerous => "dangerous",
            WireVerdict::Breaking => "breaking",
        }
    }
}

impl fmt::Display for WireVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What generating again does to the Rust API of the crate, in the words of Semantic Versioning 2.0.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApiVerdict {
    /// The generated code stays as it is.
    None,
    /// Documentation, metadata or behaviour changes; no signature does.
    Patch,
    /// Something is added; code that compiled goes on compiling.
    Minor,
    /// Code that compiled may stop compiling.
    Major,
}

impl ApiVerdict {
    /// The word that is printed and serialized.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ApiVerdict::None => "none",
            ApiVerdict::Patch => "patch",
            ApiVerdict::Minor => "minor",
            ApiVerdict::Major => "major",
        }
    }
}

impl fmt::Display for ApiVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which way the thing travels that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From client to service.
    Request,
    /// From service to client.
    Response,
    /// Both ways: the operation as a whole.
    Both,
    /// Neither: it is said of the operation, and no part of a message.
    None,
}

impl Direction {
    /// The word that is printed and serialized.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Response => "response",
            Direction::Both => "both",
            Direction::None => "none",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An operation that a finding reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct OperationRef {
    /// `operationId` in the new description, else in the old one; `GET /path` where it has none.
    pub id: String,
    /// HTTP method, upper case.
    pub method: String,
    /// Path template, from the new description where it is there.
    pub path: String,
}

/// A place in one of the two documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Spot {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// JSON Pointer (RFC 6901) to the place.
    pub pointer: String,
}

/// One difference.
///
/// A difference in a component is one finding for each direction in which it travels, with every operation that it
/// reaches, and not one for each operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule that found it: kebab-case, stable. `cargo xtask drift rules` lists them.
    pub rule: &'static str,
    /// Sixteen hexadecimal digits that name this difference. They stay the same when the documents are reordered and
    /// when something else in them changes, so that a decision about the finding can be recorded by them.
    pub fingerprint: String,
    /// What it does to clients in use.
    pub wire: WireVerdict,
    /// What it does to the generated crate.
    pub api: ApiVerdict,
    /// The item of the crate that it changes most: `types::User::email`.
    pub rust_item: Option<String>,
    /// Which way it travels.
    pub direction: Direction,
    /// Every operation that it reaches, sorted. Empty when no operation uses what differs.
    pub operations: Vec<OperationRef>,
    /// Where the old description says it. Where it says nothing, the nearest place that would.
    pub old: Option<Spot>,
    /// Where the new description says it. Where it says nothing, the nearest place that would.
    pub new: Option<Spot>,
    /// What it looks renamed to, or from, when one thing is gone and another like it is new.
    pub renamed: Option<Renamed>,
    /// What changed, with values: one sentence without a full stop.
    pub message: String,
    /// What that does to clients on the wire: one sentence without a full stop.
    pub why: String,
    /// What to do about it: one sentence without a full stop. Empty when there is nothing to do.
    pub advice: String,
}

/// What something that is gone, or new, looks like on the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Renamed {
    /// The name there.
    pub other: String,
    /// How much alike both are, in percent.
    pub likeness: u8,
}

/// One of the two documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Source {
    /// The file, as the caller named it.
    pub file: String,
    /// `info.title`, where there is one.
    pub title: Option<String>,
    /// `info.version`, where there is one.
    pub version: Option<String>,
    /// The value of `openapi`.
    pub openapi: String,
}

/// How many operations there were to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Operations {
    /// In both documents.
    pub compared: usize,
    /// Only in the new one.
    pub added: usize,
    /// Only in the old one.
    pub removed: usize,
}

/// How many findings there are of each wire verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WireSummary {
    /// Breaking ones.
    pub breaking: usize,
    /// Dangerous ones.
    pub dangerous: usize,
    /// Compatible ones.
    pub compatible: usize,
}

/// What the API verdicts rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum RustApi {
    /// Both crates were derived and compared item by item.
    Compared,
    /// Not asked for: the verdicts are the rules' own estimates.
    Skipped,
    /// No crate can be made of one of the documents: the verdicts are the rules' own estimates, and the advice is the
    /// most careful one.
    Refused {
        /// What the generator said.
        reason: String,
    },
}

/// The version that the generated crate should get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bump {
    /// The largest API verdict, that of documentation included.
    pub api: ApiVerdict,
    /// The version of the crate before, where it was given.
    pub from: Option<String>,
    /// The version to give it, where `from` was given. Below 1.0.0 Cargo takes the first number that is not zero for
    /// the major one: `0.1.0` becomes `0.2.0`.
    pub to: Option<String>,
    /// All of it in one line for people.
    pub advice: String,
}

/// What two descriptions differ in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The description that clients in use follow.
    pub old: Source,
    /// The description that the service follows now.
    pub new: Source,
    /// How many operations there were.
    pub operations: Operations,
    /// The findings by wire verdict.
    pub wire: WireSummary,
    /// What the API verdicts rest on.
    pub rust_api: RustApi,
    /// The version to give the crate.
    pub bump: Bump,
    /// The differences: breaking ones first, then by place in the old document, then in the new one.
    pub findings: Vec<Finding>,
}
