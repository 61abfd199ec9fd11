//! The rules: their ids, and how bad what they find is.

use serde::Serialize;

use crate::lint::Audience;
use rolecall_openapi::problem::Severity;

/// A rule that a description can break.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Rule {
    /// Kebab-case, stable.
    pub id: &'static str,
    /// How bad a finding is in a spec of ours.
    pub severity_ours: Severity,
    /// How bad a finding is in another's file; `None` where the rule does not hold there.
    pub severity_foreign: Option<Severity>,
    /// What the rule asks for, in one line.
    pub summary: &'static str,
}

impl Rule {
    /// How bad a finding is for this audience.
    pub fn severity(&self, audience: Audience) -> Option<Severity> {
        match audience {
            Audience::Ours => Some(self.severity_ours),
            Audience::Foreign => self.severity_foreign,
        }
    }
}

/// All rules, in the order in which they are printed: reading the file, its structure, references, paths and
/// parameters, operations, schemas, security, the house rules, examples.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// The rule with an id.
pub(super) fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// An error in anybody's file.
const fn error(id: &'static str, summary: &'static str) -> Rule {
    Rule {
        id,
        severity_ours: Severity::Error,
        severity_foreign: Some(Severity::Error),
        summary,
    }
}

/// An error in ours, a warning in another's.
const fn lenient(id: &'static str, summary: &'static str) -> Rule {
    Rule {
        id,
        severity_ours: Severity::Error,
        severity_foreign: Some(Severity::Warning),
        summary,
    }
}

/// A warning in anybody's file.
const fn warning(id: &'static str, summary: &'static str) -> Rule {
    Rule {
        id,
        severity_ours: Severity::Warning,
        severity_foreign: Some(Severity::Warning),
        summary,
    }
}

/// A house rule.
const fn house(id: &'static str, summary: &'static str) -> Rule {
    Rule {
        id,
        severity_ours: Severity::Error,
        severity_foreign: None,
        summary,
    }
}

/// A house rule whose breach may be meant.
const fn advice(id: &'static str, summary: &'static str) -> Rule {
    Rule {
        id,
        severity_ours: Severity::Warning,
        severity_foreign: None,
        summary,
    }
}

const RULES: &[Rule] = &[
    // Reading the file.
    error("unreadable-file", "the file can be read"),
    error("too-large", "the file is not larger than 256 MiB"),
    error(
        "not-text",
        "the file is UTF-8 text without control characters",
    ),
    error("empty-file", "the file holds something"),
    error("syntax", "the file is YAML 1.2 or JSON"),
    error("duplicate-key", "no key stands twice in an object"),
    error("several-documents", "the file holds one YAML document"),
    error("merge-key", "no YAML merge keys"),
    error("odd-key", "every key is a text or a number"),
    error("recursive-alias", "no alias stands in what it repeats"),
    error(
        "too-deep",
        "arrays and objects are not nested more than 200 levels deep",
    ),
    error(
        "too-many-nodes",
        "the document and its aliases stay within 20 million nodes",
    ),
    error(
        "too-many-bytes",
        "the document stays within 3 GiB of memory, and what its aliases repeat within 64 MiB of text",
    ),
    error("not-openapi", "the document is an OpenAPI description"),
    error(
        "unsupported-version",
        "the document follows OpenAPI 3.0.x, 3.1.x or 3.2.x",
    ),
    // Structure.
    error(
        "wrong-type",
        "where OpenAPI has an object or an array, there is one",
    ),
    lenient(
        "wrong-value",
        "where OpenAPI has a text, a number or a boolean, there is one",
    ),
    error(
        "missing-field",
        "fields without which an object means nothing are there",
    ),
    lenient(
        "missing-detail",
        "other fields that OpenAPI requires are there",
    ),
    house("unknown-field", "no field that OpenAPI does not know"),
    lenient(
        "component-name",
        "component names consist of letters, digits, `.`, `_` and `-`",
    ),
    error(
        "invisible-character",
        "names, addresses and media types hold no character that readers do not see",
    ),
    // References.
    error(
        "dangling-ref",
        "every `$ref` leads to something in the document",
    ),
    error(
        "malformed-ref",
        "every `$ref` is a JSON Pointer behind `#`, with or without a file",
    ),
    error(
        "external-ref",
        "no `$ref` leads out of the document; in others' files, none leads out of its folder",
    ),
    error(
        "wrong-ref-target",
        "a `$ref` leads to a thing of the kind that is needed there",
    ),
    error(
        "ref-cycle",
        "no `$ref` comes back to itself by way of `$ref` and `allOf` alone",
    ),
    warning(
        "ref-siblings",
        "nothing stands beside a `$ref`, where OpenAPI ignores it",
    ),
    // Paths and parameters.
    error(
        "path-form",
        "paths begin with `/`, hold no query, and their braces match",
    ),
    lenient(
        "path-fragment",
        "paths hold no fragment, which is never sent",
    ),
    error(
        "path-parameter-undeclared",
        "each variable of a path is declared as a parameter",
    ),
    error(
        "path-parameter-unused",
        "each path parameter is a variable of its path",
    ),
    warning(
        "ambiguous-paths",
        "no two paths differ only in the names of their variables",
    ),
    error(
        "duplicate-parameter",
        "no parameter is declared twice in one list",
    ),
    error(
        "parameter-location",
        "a parameter is in `path`, `query`, `header` or `cookie`",
    ),
    lenient("path-parameter-optional", "path parameters are required"),
    error(
        "query-string-form",
        "a parameter in `querystring` is a form",
    ),
    error(
        "parameter-without-schema",
        "a parameter has either a schema or one content",
    ),
    error(
        "unknown-style",
        "`style` is one that the parameter's place allows",
    ),
    warning(
        "ignored-header",
        "no header parameter is one that OpenAPI ignores",
    ),
    // Operations.
    error(
        "unsupported-method",
        "operations have a method that a client can send",
    ),
    lenient("missing-operation-id", "each operation has an operationId"),
    error("duplicate-operation-id", "each operationId stands once"),
    error(
        "status-key",
        "responses are keyed by `200`, `2XX` or `default`",
    ),
    lenient("no-responses", "each operation declares an answer"),
    // Schemas.
    error("unknown-type", "`type` is one that JSON Schema knows"),
    warning("array-without-items", "arrays say what their items are"),
    lenient(
        "required-undeclared",
        "what `required` names is declared in `properties`",
    ),
    warning("enum-type", "enum values are of the schema's type"),
    warning("enum-form", "enum values are there, and each stands once"),
    warning("default-type", "`default` is of the schema's type"),
    error(
        "discriminator-mapping",
        "what a discriminator maps to exists",
    ),
    warning("bad-pattern", "`pattern` is a regular expression"),
    // Security.
    error(
        "unknown-security-scheme",
        "what `security` names is declared in components",
    ),
    error(
        "security-scheme-form",
        "a security scheme is of a known type and has what the type needs",
    ),
    house(
        "unknown-scope",
        "scopes that `security` names are declared in a flow of the scheme",
    ),
    // House rules.
    house(
        "key-order",
        "keys of the root and of components stand in the order of specs/README.md",
    ),
    house("missing-summary", "each operation has a summary"),
    house("summary-form", "a summary is one line without a full stop"),
    house("one-tag", "each operation has exactly one tag"),
    house(
        "undeclared-tag",
        "tags of operations are declared in the root",
    ),
    house("duplicate-tag", "each tag is declared once"),
    advice("unused-tag", "declared tags are used"),
    house(
        "missing-security",
        "each operation has security, of its own or from the root",
    ),
    house("server-url", "there is a server, and its URL is a template"),
    house(
        "server-variable",
        "variables of server URLs are declared, described and used",
    ),
    house(
        "missing-credential",
        "each security scheme has x-credential",
    ),
    house(
        "closed-object",
        "objects stay open: no `additionalProperties: false`",
    ),
    advice("unused-component", "components are used"),
    house(
        "unknown-extension",
        "no `x-` key but those of specs/README.md",
    ),
    house(
        "misplaced-extension",
        "each `x-` key stands on what it is meant for",
    ),
    house(
        "bad-extension",
        "each `x-` value has the form of specs/README.md",
    ),
    advice(
        "redundant-retry",
        "x-retry is only written where the method's default is wrong",
    ),
    house(
        "missing-facts",
        "each operation has x-facts, of its own or from the root",
    ),
    house(
        "duplicate-fact-id",
        "ids of x-facts are unique in the document",
    ),
    house("missing-pagination", "each GET operation has x-pagination"),
    house(
        "pagination-pointer",
        "`items` and `next` lead to an array and a text in the answer",
    ),
    house(
        "pagination-parameter",
        "`cursor` and `limit` name what the operation has",
    ),
    // Examples.
    house(
        "example-name",
        "example files are named for what they are a body of",
    ),
    house(
        "example-target",
        "the operation, the status or the component of an example exists",
    ),
    house("invalid-example", "examples are valid against their schema"),
    house(
        "missing-example",
        "each schema that a role operation returns or accepts has an example",
    ),
    // api.toml.
    house(
        "bad-api-toml",
        "api.toml has the keys and forms of specs/README.md, which Cargo and the registry take",
    ),
    house(
        "example-call",
        "the call of the README is an operation of the crate, with arguments that its parameters take",
    ),
    house(
        "nothing-to-keep",
        "each pattern of the slice keeps an operation",
    ),
];
