//! The fields of each object of OpenAPI 3.0, 3.1 and 3.2.

use super::Kind as K;
use super::Shape::{
    self, Any, Bound, Count, Flag, List, Map, Number, One, SchemaOrFlag, Text, TextMap, Texts,
};
use super::{Field, Since};

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

pub(super) const ROOT: &[Field] = &[
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
pub(super) const INFO: &[Field] = &[
    must("title", Text),
    from31("summary", Text),
    may("description", Text),
    may("termsOfService", Text),
    may("contact", One(K::Contact)),
    may("license", One(K::License)),
    must("version", Text),
];
pub(super) const CONTACT: &[Field] = &[may("name", Text), may("url", Text), may("email", Text)];
pub(super) const LICENSE: &[Field] = &[
    must("name", Text),
    from31("identifier", Text),
    may("url", Text),
];
pub(super) const EXTERNAL_DOCS: &[Field] = &[may("description", Text), must("url", Text)];
pub(super) const SERVER: &[Field] = &[
    must("url", Text),
    from32("name", Text),
    may("description", Text),
    may("variables", Map(K::ServerVariable)),
];
pub(super) const SERVER_VARIABLE: &[Field] = &[
    may("enum", Texts),
    must("default", Text),
    may("description", Text),
];
pub(super) const TAG: &[Field] = &[
    must("name", Text),
    from32("summary", Text),
    from32("parent", Text),
    from32("kind", Text),
    may("description", Text),
    may("externalDocs", One(K::ExternalDocs)),
];
pub(super) const PATH_ITEM: &[Field] = &[
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
pub(super) const OPERATION: &[Field] = &[
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
pub(super) const PARAMETER: &[Field] = &[
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
pub(super) const HEADER: &[Field] = &[
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
pub(super) const REQUEST_BODY: &[Field] = &[
    may("description", Text),
    must("content", Map(K::MediaType)),
    may("required", Flag),
];
pub(super) const RESPONSE: &[Field] = &[
    from32("summary", Text),
    must("description", Text),
    may("headers", Map(K::Header)),
    may("content", Map(K::MediaType)),
    may("links", Map(K::Link)),
];
pub(super) const MEDIA_TYPE: &[Field] = &[
    may("schema", One(K::Schema)),
    may("example", Any),
    may("examples", Map(K::Example)),
    may("encoding", Map(K::Encoding)),
    from32("itemSchema", One(K::Schema)),
    from32("prefixEncoding", List(K::Encoding)),
    from32("itemEncoding", One(K::Encoding)),
];
pub(super) const ENCODING: &[Field] = &[
    from32("encoding", Map(K::Encoding)),
    from32("prefixEncoding", List(K::Encoding)),
    from32("itemEncoding", One(K::Encoding)),
    may("contentType", Text),
    may("headers", Map(K::Header)),
    may("style", Text),
    may("explode", Flag),
    may("allowReserved", Flag),
];
pub(super) const EXAMPLE: &[Field] = &[
    may("summary", Text),
    may("description", Text),
    may("value", Any),
    from32("dataValue", Any),
    from32("serializedValue", Text),
    may("externalValue", Text),
];
pub(super) const LINK: &[Field] = &[
    may("operationRef", Text),
    may("operationId", Text),
    may("parameters", Any),
    may("requestBody", Any),
    may("description", Text),
    may("server", One(K::Server)),
];
pub(super) const COMPONENTS: &[Field] = &[
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
pub(super) const DISCRIMINATOR: &[Field] = &[
    must("propertyName", Text),
    may("mapping", TextMap),
    from32("defaultMapping", Text),
];
pub(super) const XML: &[Field] = &[
    from32("nodeType", Text),
    may("name", Text),
    may("namespace", Text),
    may("prefix", Text),
    may("attribute", Flag),
    may("wrapped", Flag),
];
pub(super) const SECURITY_SCHEME: &[Field] = &[
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
pub(super) const FLOWS: &[Field] = &[
    may("implicit", One(K::Flow)),
    may("password", One(K::Flow)),
    may("clientCredentials", One(K::Flow)),
    may("authorizationCode", One(K::Flow)),
    from32("deviceAuthorization", One(K::Flow)),
];
pub(super) const FLOW: &[Field] = &[
    may("authorizationUrl", Text),
    may("tokenUrl", Text),
    from32("deviceAuthorizationUrl", Text),
    may("refreshUrl", Text),
    must("scopes", TextMap),
];
pub(super) const SCHEMA: &[Field] = &[
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
