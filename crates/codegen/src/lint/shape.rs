//! The grammar of OpenAPI 3.0, 3.1 and 3.2 as a table: which object has which fields, and what each field holds.
//!
//! The walk over a document follows this table, so that a rule about schemas meets every schema and nothing else: not a
//! property that happens to be called `$ref`, and not what an example happens to look like.

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

const fn may(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: false,
        since: Since::Both,
    }
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: true,
        since: Since::Both,
    }
}

const fn only30(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: false,
        since: Since::Only30,
    }
}

const fn from32(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: false,
        since: Since::From32,
    }
}

const fn from31(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: false,
        since: Since::From31,
    }
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
            Kind::Root => ROOT,
            Kind::Info => INFO,
            Kind::Contact => CONTACT,
            Kind::License => LICENSE,
            Kind::ExternalDocs => EXTERNAL_DOCS,
            Kind::Server => SERVER,
            Kind::ServerVariable => SERVER_VARIABLE,
            Kind::Tag => TAG,
            Kind::PathItem => PATH_ITEM,
            Kind::Operation => OPERATION,
            Kind::Parameter => PARAMETER,
            Kind::Header => HEADER,
            Kind::RequestBody => REQUEST_BODY,
            Kind::Response => RESPONSE,
            Kind::MediaType => MEDIA_TYPE,
            Kind::Encoding => ENCODING,
            Kind::Example => EXAMPLE,
            Kind::Link => LINK,
            Kind::Components => COMPONENTS,
            Kind::Schema => SCHEMA,
            Kind::Discriminator => DISCRIMINATOR,
            Kind::Xml => XML,
            Kind::SecurityScheme => SECURITY_SCHEME,
            Kind::Flows => FLOWS,
            Kind::Flow => FLOW,
            Kind::Paths | Kind::Responses | Kind::Callback | Kind::Requirement | Kind::Group => &[],
        }
    }
}

use Kind as K;
use Shape::{Any, Bound, Count, Flag, List, Map, Number, One, SchemaOrFlag, Text, TextMap, Texts};

const ROOT: &[Field] = &[
    must("openapi", Text),
    must("info", One(K::Info)),
    from31("jsonSchemaDialect", Text),
    from32("$self", Text),
    may("externalDocs", One(K::ExternalDocs)),
    may("servers", List(K::Server)),
    may("security", List(K::Requirement)),
    may("tags", List(K::Tag)),
    may("paths", One(K::Paths)),
    from31("webhooks", Map(K::PathItem)),
    may("components", One(K::Components)),
];
const INFO: &[Field] = &[
    must("title", Text),
    from31("summary", Text),
    may("description", Text),
    may("termsOfService", Text),
    may("contact", One(K::Contact)),
    may("license", One(K::License)),
    must("version", Text),
];
const CONTACT: &[Field] = &[may("name", Text), may("url", Text), may("email", Text)];
const LICENSE: &[Field] = &[
    must("name", Text),
    from31("identifier", Text),
    may("url", Text),
];
const EXTERNAL_DOCS: &[Field] = &[may("description", Text), must("url", Text)];
const SERVER: &[Field] = &[
    must("url", Text),
    from32("name", Text),
    may("description", Text),
    may("variables", Map(K::ServerVariable)),
];
const SERVER_VARIABLE: &[Field] = &[
    may("enum", Texts),
    must("default", Text),
    may("description", Text),
];
const TAG: &[Field] = &[
    must("name", Text),
    from32("summary", Text),
    from32("parent", Text),
    from32("kind", Text),
    may("description", Text),
    may("externalDocs", One(K::ExternalDocs)),
];
const PATH_ITEM: &[Field] = &[
    may("$ref", Text),
    may("summary", Text),
    may("description", Text),
    may("get", One(K::Operation)),
    may("put", One(K::Operation)),
    may("post", One(K::Operation)),
    may("delete", One(K::Operation)),
    may("options", One(K::Operation)),
    may("head", One(K::Operation)),
    may("patch", One(K::Operation)),
    may("trace", One(K::Operation)),
    from32("query", One(K::Operation)),
    from32("additionalOperations", Map(K::Operation)),
    may("servers", List(K::Server)),
    may("parameters", List(K::Parameter)),
];
const OPERATION: &[Field] = &[
    may("tags", Texts),
    may("summary", Text),
    may("description", Text),
    may("externalDocs", One(K::ExternalDocs)),
    may("operationId", Text),
    may("parameters", List(K::Parameter)),
    may("requestBody", One(K::RequestBody)),
    must("responses", One(K::Responses)),
    may("callbacks", Map(K::Callback)),
    may("deprecated", Flag),
    may("security", List(K::Requirement)),
    may("servers", List(K::Server)),
];
const PARAMETER: &[Field] = &[
    must("name", Text),
    must("in", Text),
    may("description", Text),
    may("required", Flag),
    may("deprecated", Flag),
    may("allowEmptyValue", Flag),
    may("style", Text),
    may("explode", Flag),
    may("allowReserved", Flag),
    may("schema", One(K::Schema)),
    may("example", Any),
    may("examples", Map(K::Example)),
    may("content", Map(K::MediaType)),
];
const HEADER: &[Field] = &[
    may("description", Text),
    may("required", Flag),
    may("deprecated", Flag),
    may("allowEmptyValue", Flag),
    may("style", Text),
    may("explode", Flag),
    may("allowReserved", Flag),
    may("schema", One(K::Schema)),
    may("example", Any),
    may("examples", Map(K::Example)),
    may("content", Map(K::MediaType)),
];
const REQUEST_BODY: &[Field] = &[
    may("description", Text),
    must("content", Map(K::MediaType)),
    may("required", Flag),
];
const RESPONSE: &[Field] = &[
    from32("summary", Text),
    must("description", Text),
    may("headers", Map(K::Header)),
    may("content", Map(K::MediaType)),
    may("links", Map(K::Link)),
];
const MEDIA_TYPE: &[Field] = &[
    may("schema", One(K::Schema)),
    may("example", Any),
    may("examples", Map(K::Example)),
    may("encoding", Map(K::Encoding)),
    from32("itemSchema", One(K::Schema)),
    from32("prefixEncoding", List(K::Encoding)),
    from32("itemEncoding", One(K::Encoding)),
];
const ENCODING: &[Field] = &[
    from32("encoding", Map(K::Encoding)),
    from32("prefixEncoding", List(K::Encoding)),
    from32("itemEncoding", One(K::Encoding)),
    may("contentType", Text),
    may("headers", Map(K::Header)),
    may("style", Text),
    may("explode", Flag),
    may("allowReserved", Flag),
];
const EXAMPLE: &[Field] = &[
    may("summary", Text),
    may("description", Text),
    may("value", Any),
    from32("dataValue", Any),
    from32("serializedValue", Text),
    may("externalValue", Text),
];
const LINK: &[Field] = &[
    may("operationRef", Text),
    may("operationId", Text),
    may("parameters", Any),
    may("requestBody", Any),
    may("description", Text),
    may("server", One(K::Server)),
];
const COMPONENTS: &[Field] = &[
    may("securitySchemes", Map(K::SecurityScheme)),
    may("parameters", Map(K::Parameter)),
    may("headers", Map(K::Header)),
    may("responses", Map(K::Response)),
    may("requestBodies", Map(K::RequestBody)),
    may("schemas", Map(K::Schema)),
    may("examples", Map(K::Example)),
    may("links", Map(K::Link)),
    may("callbacks", Map(K::Callback)),
    from31("pathItems", Map(K::PathItem)),
    from32("mediaTypes", Map(K::MediaType)),
];
const DISCRIMINATOR: &[Field] = &[
    must("propertyName", Text),
    may("mapping", TextMap),
    from32("defaultMapping", Text),
];
const XML: &[Field] = &[
    from32("nodeType", Text),
    may("name", Text),
    may("namespace", Text),
    may("prefix", Text),
    may("attribute", Flag),
    may("wrapped", Flag),
];
const SECURITY_SCHEME: &[Field] = &[
    must("type", Text),
    may("description", Text),
    may("name", Text),
    may("in", Text),
    may("scheme", Text),
    may("bearerFormat", Text),
    may("flows", One(K::Flows)),
    may("openIdConnectUrl", Text),
    from32("oauth2MetadataUrl", Text),
    from32("deprecated", Flag),
];
const FLOWS: &[Field] = &[
    may("implicit", One(K::Flow)),
    may("password", One(K::Flow)),
    may("clientCredentials", One(K::Flow)),
    may("authorizationCode", One(K::Flow)),
    from32("deviceAuthorization", One(K::Flow)),
];
const FLOW: &[Field] = &[
    may("authorizationUrl", Text),
    may("tokenUrl", Text),
    from32("deviceAuthorizationUrl", Text),
    may("refreshUrl", Text),
    must("scopes", TextMap),
];
const SCHEMA: &[Field] = &[
    may("title", Text),
    may("description", Text),
    may("type", Any),
    may("format", Text),
    may("enum", Any),
    from31("const", Any),
    may("default", Any),
    only30("nullable", Flag),
    may("multipleOf", Number),
    may("maximum", Number),
    may("exclusiveMaximum", Bound),
    may("minimum", Number),
    may("exclusiveMinimum", Bound),
    may("maxLength", Count),
    may("minLength", Count),
    may("pattern", Text),
    may("maxItems", Count),
    may("minItems", Count),
    may("uniqueItems", Flag),
    may("maxProperties", Count),
    may("minProperties", Count),
    may("required", Texts),
    may("properties", Map(K::Schema)),
    may("additionalProperties", SchemaOrFlag),
    may("items", SchemaOrFlag),
    may("allOf", List(K::Schema)),
    may("oneOf", List(K::Schema)),
    may("anyOf", List(K::Schema)),
    may("not", SchemaOrFlag),
    may("discriminator", One(K::Discriminator)),
    may("readOnly", Flag),
    may("writeOnly", Flag),
    may("deprecated", Flag),
    may("xml", One(K::Xml)),
    may("externalDocs", One(K::ExternalDocs)),
    may("example", Any),
    from31("examples", Any),
    from31("if", SchemaOrFlag),
    from31("then", SchemaOrFlag),
    from31("else", SchemaOrFlag),
    from31("prefixItems", List(K::Schema)),
    from31("contains", SchemaOrFlag),
    from31("minContains", Count),
    from31("maxContains", Count),
    from31("patternProperties", Map(K::Schema)),
    from31("propertyNames", SchemaOrFlag),
    from31("dependentSchemas", Map(K::Schema)),
    from31("dependentRequired", Any),
    from31("unevaluatedItems", SchemaOrFlag),
    from31("unevaluatedProperties", SchemaOrFlag),
    from31("contentMediaType", Text),
    from31("contentEncoding", Text),
    from31("contentSchema", SchemaOrFlag),
    from31("$defs", Map(K::Schema)),
    from31("$comment", Text),
    from31("$id", Text),
    from31("$schema", Text),
    from31("$anchor", Text),
    from31("$dynamicRef", Text),
    from31("$dynamicAnchor", Text),
    from31("$vocabulary", Any),
];
