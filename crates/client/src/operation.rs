//! What is known of an operation before it is called: plain data, written out by generated code.

use crate::{Pages, Server, Service};
use http::Method;
use std::fmt;

/// One operation of an API: how it is called, what it answers, and what is known about using it.
#[derive(Debug)]
pub struct Operation {
    /// The API's short name, which is the name of its folder under `specs/`.
    pub api: &'static str,
    /// What is known of the API as a whole.
    pub service: &'static Service,
    /// `operationId` as the API's description has it.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template under the base URL, such as `/api/v1/users/{userId}/roles`.
    pub path: &'static str,
    /// The server that it goes to in the place of the base URL, when the API's description names one for it alone.
    pub server: Option<Server>,
    /// The group that the API's description puts it in.
    pub tag: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// The page that documents it.
    pub docs: Option<&'static str>,
    /// Whether the API's description calls it deprecated.
    pub deprecated: bool,
    /// How settled it is.
    pub stage: Stage,
    /// Its parameters, the required ones included.
    pub parameters: &'static [Parameter],
    /// The request body, when it takes one.
    pub body: Option<RequestBody>,
    /// The documented answers.
    pub answers: &'static [Answer],
    /// The accepted ways to authenticate: any one of them suffices, and each is a set that is needed together.
    pub security: &'static [&'static [Requirement]],
    /// What the caller must be allowed to do, in the API's own words.
    pub permissions: &'static [&'static str],
    /// Refusals that are known beforehand, with what helps.
    pub refusals: &'static [Refusal],
    /// How its list is cut into pages.
    pub pages: Pages,
    /// Whether it can be sent again after a failure that left its outcome open.
    pub retry: Retry,
    /// What a careless call destroys or exposes.
    pub hazard: Option<&'static str>,
    /// The rate limit that it counts against.
    pub rate_limit: Option<RateLimit>,
    /// Where the statements above come from when the API's description does not make them.
    pub facts: &'static [Fact],
}

impl Operation {
    /// The distinct OAuth scopes that any accepted way to authenticate names, in the order in which they are documented.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> + use<> {
        let all = self.security;
        let each = || {
            all.iter()
                .flat_map(|set| set.iter())
                .flat_map(|need| need.scopes)
        };
        each()
            .enumerate()
            .filter(move |(at, scope)| !each().take(*at).any(|earlier| earlier == *scope))
            .map(|(_, scope)| *scope)
    }

    /// The scopes that it needs with a credential of this kind; every one that it names when the kind is not known.
    ///
    /// Of the sets that the description lists, it is the first that one credential of this kind meets by itself.
    #[must_use]
    pub fn scopes_for(&self, kind: Option<CredentialKind>) -> Vec<&'static str> {
        let Some(kind) = kind else {
            return self.scopes().collect();
        };
        let set = self.security.iter().find(|set| is_met_by(set, kind));
        let needs = set.into_iter().flat_map(|set| set.iter());
        needs.flat_map(|need| need.scopes).copied().collect()
    }

    /// Whether a credential of this kind is enough, alone, for one accepted way to authenticate.
    #[must_use]
    pub fn accepts(&self, kind: CredentialKind) -> bool {
        self.security.iter().any(|set| is_met_by(set, kind))
    }

    /// Whether the method is one that changes nothing (RFC 9110, section 9.2.1).
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.method.is_safe()
    }

    /// What is documented for a response of this status: the response of the status itself, or of its class, or for all
    /// others.
    #[must_use]
    pub fn answer(&self, status: u16) -> Option<&'static Answer> {
        let of = |wanted: Status| {
            self.answers
                .iter()
                .find(move |known| known.status == wanted)
        };
        let class = u8::try_from(status / 100).ok();
        of(Status::Code(status))
            .or_else(|| of(Status::Range(class?)))
            .or_else(|| of(Status::Default))
    }

    /// The first parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|known| known.name == name)
    }
}

/// Whether one credential of this kind has all that the set asks for.
fn is_met_by(set: &[Requirement], kind: CredentialKind) -> bool {
    !set.is_empty() && set.iter().all(|need| need.kind == kind)
}

/// The operation of this id.
#[must_use]
pub fn find(operations: &[&'static Operation], id: &str) -> Option<&'static Operation> {
    operations.iter().find(|known| known.id == id).copied()
}

/// How settled an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Generally available.
    Stable,
    /// Open to all, and may still change.
    Beta,
    /// Open to those who were let in, and may still change.
    PrivateBeta,
    /// Works, and its removal is announced.
    DeprecatedSoon,
}

/// One parameter of an operation and how it is written into the request (OpenAPI 3.1.1, section 4.8.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: &'static str,
    /// Where it goes.
    pub location: Location,
    /// Whether the operation refuses to be sent without it.
    pub required: bool,
    /// How lists and objects are written.
    pub style: Style,
    /// Whether each item of a list, and each property of an object, is written separately.
    pub explode: bool,
    /// Whether reserved characters stay as they are in a query value. `#`, `&` and `+` are encoded even so: they would
    /// end the value or change it.
    pub allow_reserved: bool,
    /// Whether the value is written as JSON text (`content: application/json`); style and explode then do not matter.
    pub json: bool,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the path template.
    Path,
    /// In the query string.
    Query,
    /// A header of its own.
    Header,
    /// In the `Cookie` header.
    Cookie,
}

/// How lists and objects are written into a parameter (OpenAPI 3.1.1, section 4.8.12.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// `a,b`; for paths and headers.
    Simple,
    /// `name=a,b` or `name=a&name=b`; for queries and cookies.
    Form,
    /// `.a.b`; for paths.
    Label,
    /// `;name=a,b`; for paths.
    Matrix,
    /// `name=a%20b`; for queries.
    SpaceDelimited,
    /// `name=a%7Cb`; for queries.
    PipeDelimited,
    /// `name[key]=value`; for queries.
    DeepObject,
}

/// The body that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestBody {
    /// Whether the operation refuses to be sent without it.
    pub required: bool,
    /// The media type that it is sent as.
    pub media_type: &'static str,
    /// How properties of a form, or parts of a multipart body, are written where the description says so.
    pub encoding: &'static [Encoding],
}

/// How one property of a form, or the parts of one name in a multipart body, are written (OpenAPI 3.1.1, section 4.8.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The name of the property.
    pub property: &'static str,
    /// The media type of the value: JSON is written as JSON text into a form, and a part without a media type of its own
    /// gets this one.
    pub media_type: Option<&'static str>,
    /// How arrays and objects are written into a form. `None` where the description says nothing: then arrays repeat the
    /// name, and properties of objects go into brackets.
    pub style: Option<Style>,
    /// Whether each item of an array, and each property of an object, is written separately.
    pub explode: bool,
    /// Whether reserved characters stay as they are, as in [`Parameter::allow_reserved`].
    pub allow_reserved: bool,
    /// The headers that each part must have, besides those that say what it is.
    pub required_headers: &'static [&'static str],
}

/// One documented answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status, or statuses, that it comes with.
    pub status: Status,
    /// The media types of its body; none when it has no body.
    pub media_types: &'static [&'static str],
    /// The names of the errors that it carries, when the API names them.
    pub error_names: &'static [&'static str],
}

/// The status of a documented answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Exactly this status.
    Code(u16),
    /// Every status of a class: 4 for `4XX`.
    Range(u8),
    /// Every status that no other answer names.
    Default,
}

/// One credential that an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The security scheme's name in the API's description.
    pub scheme: &'static str,
    /// What kind of credential satisfies it.
    pub kind: CredentialKind,
    /// The OAuth scopes that the credential must carry, all of them.
    pub scopes: &'static [&'static str],
}

/// The kinds of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialKind {
    /// An OAuth 2.0 access token.
    OAuth2,
    /// A personal access token.
    Pat,
    /// An API key.
    ApiKey,
    /// An API token that is sent with the scheme `SSWS`.
    Ssws,
    /// Anything else; the scheme's name tells.
    Other,
}

/// In a sentence, with the article: `an OAuth token`.
impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::OAuth2 => "an OAuth token",
            Self::Pat => "a personal access token",
            Self::ApiKey => "an API key",
            Self::Ssws => "an SSWS token",
            Self::Other => "another credential",
        })
    }
}

/// A refusal that is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of credential that meets it; every kind when `None`.
    pub credential: Option<CredentialKind>,
    /// The status that it comes with.
    pub status: u16,
    /// When it happens.
    pub when: &'static str,
    /// What helps.
    pub remedy: &'static str,
}

/// Whether an operation can be sent again after a failure that left its outcome open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// It changes nothing.
    Safe,
    /// Sent twice, it has the effect of once.
    Idempotent,
    /// Sent twice, it may take effect twice.
    Never,
}

/// A rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// What the operations that share it have in common.
    pub bucket: &'static str,
    /// How many requests it allows in one window.
    pub requests: Option<u32>,
    /// The window's length in seconds.
    pub per_seconds: Option<u32>,
}

/// Where a statement about an operation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// A stable name to cite it by.
    pub id: Option<&'static str>,
    /// How far it can be relied on.
    pub basis: Basis,
    /// Where it is written.
    pub source: &'static str,
    /// What it says.
    pub note: &'static str,
}

/// How far a statement can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// The vendor's documentation says so.
    Documented,
    /// The vendor's published source code does so.
    Source,
    /// Concluded from neighbouring statements.
    Inferred,
}
