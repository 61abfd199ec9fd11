//! The grammar of OpenAPI 3.0, 3.1 and 3.2 as a table: which object has which fields, and what each field holds.
//!
//! The walk over a document follows this table, so that a rule about schemas meets every schema and nothing else: not a
//! property that happens to be called `$ref`, and not what an example happens to look like.

mod fields;

/// What a node of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Root,
    Info,
    Contact,
    License,
    ExternalDocs,
    Server,
    ServerVariable,
    Tag,
    Paths,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    Responses,
    Response,
    MediaType,
    Encoding,
    Example,
    Link,
    Callback,
    Components,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    Flows,
    Flow,
    Requirement,
    /// The array or the map of names that holds nodes of another kind.
    Group,
}

/// Every kind that has fields.
pub(super) const KINDS: [Kind; 25] = [
    Kind::Root,
    Kind::Info,
    Kind::Contact,
    Kind::License,
    Kind::ExternalDocs,
    Kind::Server,
    Kind::ServerVariable,
    Kind::Tag,
    Kind::PathItem,
    Kind::Operation,
    Kind::Parameter,
    Kind::Header,
    Kind::RequestBody,
    Kind::Response,
    Kind::MediaType,
    Kind::Encoding,
    Kind::Example,
    Kind::Link,
    Kind::Components,
    Kind::Schema,
    Kind::Discriminator,
    Kind::Xml,
    Kind::SecurityScheme,
    Kind::Flows,
    Kind::Flow,
];

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    One(Kind),
    List(Kind),
    Map(Kind),
    Text,
    Flag,
    Number,
    Count,
    Texts,
    /// A map of texts to texts.
    TextMap,
    /// In 3.1, and in 3.0 for `additionalProperties`, `true` and `false` are schemas, too.
    SchemaOrFlag,
    /// In 3.0 a flag, in 3.1 a number.
    Bound,
    /// Anything; the rules on schemas look at it more closely where that is worth it.
    Any,
}

/// Which versions of OpenAPI have a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    Both,
    Only30,
    From31,
    From32,
}

/// A field of an object.
pub(crate) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) since: Since,
}

impl Kind {
    /// What a person calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Root => "an OpenAPI document",
            Kind::Info => "an info object",
            Kind::Contact => "a contact",
            Kind::License => "a license",
            Kind::ExternalDocs => "an externalDocs object",
            Kind::Server => "a server",
            Kind::ServerVariable => "a server variable",
            Kind::Tag => "a tag",
            Kind::Paths => "the paths object",
            Kind::PathItem => "a path item",
            Kind::Operation => "an operation",
            Kind::Parameter => "a parameter",
            Kind::Header => "a header",
            Kind::RequestBody => "a request body",
            Kind::Responses => "a responses object",
            Kind::Response => "a response",
            Kind::MediaType => "a media type",
            Kind::Encoding => "an encoding",
            Kind::Example => "an example",
            Kind::Link => "a link",
            Kind::Callback => "a callback",
            Kind::Components => "the components object",
            Kind::Schema => "a schema",
            Kind::Discriminator => "a discriminator",
            Kind::Xml => "an xml object",
            Kind::SecurityScheme => "a security scheme",
            Kind::Flows => "the flows of a scheme",
            Kind::Flow => "an OAuth flow",
            Kind::Requirement => "a security requirement",
            Kind::Group => "a map or a list",
        }
    }

    /// Whether a `$ref` may stand in its place.
    pub(super) fn may_be_reference(self) -> bool {
        matches!(
            self,
            Kind::PathItem
                | Kind::Parameter
                | Kind::Header
                | Kind::RequestBody
                | Kind::Response
                | Kind::MediaType
                | Kind::Example
                | Kind::Link
                | Kind::Callback
                | Kind::Schema
                | Kind::SecurityScheme
        )
    }

    /// What the keys lead to that are not fields: paths, status codes, expressions.
    pub(crate) fn entries(self) -> Option<Shape> {
        match self {
            Kind::Paths | Kind::Callback => Some(Shape::One(Kind::PathItem)),
            Kind::Responses => Some(Shape::One(Kind::Response)),
            Kind::Requirement => Some(Shape::Texts),
            _ => None,
        }
    }

    pub(crate) fn fields(self) -> &'static [Field] {
        match self {
            Kind::Root => fields::ROOT,
            Kind::Info => fields::INFO,
            Kind::Contact => fields::CONTACT,
            Kind::License => fields::LICENSE,
            Kind::ExternalDocs => fields::EXTERNAL_DOCS,
            Kind::Server => fields::SERVER,
            Kind::ServerVariable => fields::SERVER_VARIABLE,
            Kind::Tag => fields::TAG,
            Kind::PathItem => fields::PATH_ITEM,
            Kind::Operation => fields::OPERATION,
            Kind::Parameter => fields::PARAMETER,
            Kind::Header => fields::HEADER,
            Kind::RequestBody => fields::REQUEST_BODY,
            Kind::Response => fields::RESPONSE,
            Kind::MediaType => fields::MEDIA_TYPE,
            Kind::Encoding => fields::ENCODING,
            Kind::Example => fields::EXAMPLE,
            Kind::Link => fields::LINK,
            Kind::Components => fields::COMPONENTS,
            Kind::Schema => fields::SCHEMA,
            Kind::Discriminator => fields::DISCRIMINATOR,
            Kind::Xml => fields::XML,
            Kind::SecurityScheme => fields::SECURITY_SCHEME,
            Kind::Flows => fields::FLOWS,
            Kind::Flow => fields::FLOW,
            Kind::Paths | Kind::Responses | Kind::Callback | Kind::Requirement | Kind::Group => &[],
        }
    }
}
