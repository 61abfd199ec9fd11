//! Every rule of the comparison, with its verdicts.
//!
//! A verdict follows from what may be sent and what may come back. Of a request, an old client may send whatever the old
//! description allows: a new one that allows less breaks it. Of an answer, an old client can read what the old
//! description allows: a new one that allows more breaks it, or, where a careful client takes it in its stride, is
//! dangerous.

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::ApiVerdict::{self, Major, Minor, Patch};
use super::finding::Direction;
use super::finding::WireVerdict::{self, Breaking, Compatible, Dangerous};

/// A rule.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Rule {
    /// Stable id, kebab-case.
    pub id: &'static str,
    /// What it finds: one line without a full stop.
    pub summary: &'static str,
    /// What it does on the wire.
    pub wire: Wire,
    /// What it does to the generated crate, when the crates themselves are not compared.
    pub api: ApiVerdict,
}

/// The wire verdicts of a rule.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Wire {
    /// In a request; none where the rule finds nothing in requests.
    pub request: Option<WireVerdict>,
    /// In an answer; none where the rule finds nothing in answers.
    pub response: Option<WireVerdict>,
    /// Of an operation as a whole; none for rules on parts of messages.
    pub operation: Option<WireVerdict>,
}

impl Rule {
    /// The verdict in a direction: breaking where the rule has none, since such a finding was not foreseen.
    #[must_use]
    pub fn verdict(&self, direction: Direction) -> WireVerdict {
        let verdict = match direction {
            Direction::Request => self.wire.request,
            Direction::Response => self.wire.response,
            Direction::Both | Direction::None => None,
        };
        verdict.or(self.wire.operation).unwrap_or(Breaking)
    }
}

const fn rule(id: &'static str, summary: &'static str, wire: Wire, api: ApiVerdict) -> Rule {
    Rule {
        id,
        summary,
        wire,
        api,
    }
}

const fn directed(request: Option<WireVerdict>, response: Option<WireVerdict>) -> Wire {
    Wire {
        request,
        response,
        operation: None,
    }
}

const fn always(verdict: WireVerdict) -> Wire {
    Wire {
        request: None,
        response: None,
        operation: Some(verdict),
    }
}

/// The rule of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// Every rule, in the order in which documentation lists them.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    // Operations.
    rule("operation-removed", "The operation is gone", always(Breaking), Major),
    rule("operation-added", "There is a new operation", always(Compatible), Minor),
    rule("operation-moved", "The operation has another method or path", always(Breaking), Patch),
    rule("operation-id-changed", "The operationId is another", always(Compatible), Major),
    rule("operation-tag-changed", "The first tag is another", always(Compatible), Major),
    rule("operation-deprecated", "The operation is deprecated now", always(Compatible), Minor),
    rule("operation-undeprecated", "The operation is no longer deprecated", always(Compatible), Patch),
    rule("sunset-announced", "The operation is to be switched off at a date", always(Dangerous), Patch),
    rule("sunset-advanced", "The operation is to be switched off earlier than was said", always(Dangerous), Patch),
    rule("sunset-invalid", "The day on which the operation is switched off is not a date", always(Dangerous), Patch),
    rule("sunset-postponed", "The operation is to be switched off later than was said, or not at all", always(Compatible), Patch),
    // Parameters.
    rule("required-parameter-added", "A parameter is needed that was not there", directed(Some(Breaking), None), Minor),
    rule("optional-parameter-added", "A parameter can be sent that was not there", directed(Some(Compatible), None), Minor),
    rule("parameter-removed", "A parameter is no longer described", directed(Some(Dangerous), None), Major),
    rule("parameter-became-required", "A parameter must be sent now", directed(Some(Breaking), None), Patch),
    rule("parameter-became-optional", "A parameter may be left out now", directed(Some(Compatible), None), Patch),
    rule("parameter-moved", "A parameter of the same name goes to another part of the request", directed(Some(Breaking), None), Patch),
    rule("parameters-grouped", "Query parameters are properties of one exploded object now, or no longer", directed(Some(Compatible), None), Major),
    rule("path-parameter-renamed", "A part of the path has another name", directed(Some(Compatible), None), Major),
    rule("parameter-style-changed", "Lists or objects are written in another style", directed(Some(Breaking), None), Patch),
    rule("parameter-explode-changed", "Lists or objects are written in one piece now, or in several", directed(Some(Breaking), None), Patch),
    rule("parameter-allow-reserved-changed", "Reserved characters are written in another way", directed(Some(Dangerous), None), Patch),
    rule("parameter-empty-value-allowed", "A parameter may be sent without a value now", directed(Some(Compatible), None), ApiVerdict::None),
    rule("parameter-empty-value-forbidden", "A parameter must have a value now", directed(Some(Breaking), None), ApiVerdict::None),
    rule("parameter-encoding-changed", "A parameter is written as another media type, or as none", directed(Some(Breaking), None), Major),
    rule("parameter-deprecated", "A parameter is deprecated now", directed(Some(Compatible), None), ApiVerdict::None),
    rule("parameter-undeprecated", "A parameter is no longer deprecated", directed(Some(Compatible), None), ApiVerdict::None),
    // Request bodies.
    rule("required-request-body-added", "A body is needed where there was none", directed(Some(Breaking), None), Minor),
    rule("optional-request-body-added", "A body can be sent where there was none", directed(Some(Compatible), None), Minor),
    rule("request-body-removed", "A body is no longer described", directed(Some(Dangerous), None), Major),
    rule("request-body-became-required", "The body must be sent now", directed(Some(Breaking), None), Patch),
    rule("request-body-became-optional", "The body may be left out now", directed(Some(Compatible), None), Patch),
    rule("encoding-changed", "Parts of a form or multipart body are written in another way", directed(Some(Breaking), None), ApiVerdict::None),
    // Bodies of both directions.
    rule("media-type-added", "The body can have another media type", directed(Some(Compatible), Some(Compatible)), Patch),
    rule("media-type-widened", "A media type became a range that holds it", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("media-type-narrowed", "Of a range of media types only some are left", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("media-type-removed", "The body can no longer have a media type", directed(Some(Breaking), Some(Breaking)), Patch),
    // Answers.
    rule("success-status-added", "The operation may succeed with another status", directed(None, Some(Dangerous)), Patch),
    rule("success-status-removed", "The operation no longer succeeds with a status", directed(None, Some(Breaking)), Patch),
    rule("error-status-added", "The operation may fail with another status", directed(None, Some(Compatible)), Patch),
    rule("error-status-removed", "The operation no longer fails with a status", directed(None, Some(Compatible)), Patch),
    rule("response-body-added", "An answer without a body has one now", directed(None, Some(Compatible)), Major),
    rule("response-body-removed", "An answer has no body any more", directed(None, Some(Breaking)), Major),
    rule("response-header-added", "An answer has another header", directed(None, Some(Compatible)), ApiVerdict::None),
    rule("required-response-header-removed", "An answer no longer has a header that was always there", directed(None, Some(Breaking)), ApiVerdict::None),
    rule("optional-response-header-removed", "An answer no longer has a header that was sometimes there", directed(None, Some(Dangerous)), ApiVerdict::None),
    rule("response-header-became-required", "A header is always there now", directed(None, Some(Compatible)), ApiVerdict::None),
    rule("response-header-became-optional", "A header may be absent now", directed(None, Some(Breaking)), ApiVerdict::None),
    // Security.
    rule("security-added", "A call that needed no credential needs one now", always(Breaking), Patch),
    rule("security-dropped", "A call needs no credential any more", always(Compatible), Patch),
    rule("security-alternative-added", "A call accepts another credential", always(Compatible), Patch),
    rule("security-alternative-removed", "A call no longer accepts a credential", always(Breaking), Patch),
    rule("security-scope-added", "A call needs another scope", always(Breaking), Patch),
    rule("security-scope-removed", "A call no longer needs a scope", always(Compatible), Patch),
    rule("security-scheme-changed", "A credential is sent in another way", always(Breaking), ApiVerdict::None),
    rule("oauth-flow-added", "A token can be got by another flow", always(Compatible), ApiVerdict::None),
    rule("oauth-flow-removed", "A token can no longer be got by a flow", always(Breaking), ApiVerdict::None),
    rule("oauth-endpoint-changed", "A token is got at another address", always(Dangerous), ApiVerdict::None),
    rule("oauth-scope-added", "The authorization server knows another scope", always(Compatible), ApiVerdict::None),
    rule("oauth-scope-removed", "The authorization server no longer knows a scope", always(Dangerous), ApiVerdict::None),
    rule("credential-kind-changed", "A security scheme takes another kind of credential", always(Breaking), Patch),
    // Servers.
    rule("server-added", "The operation is served at another address, too", always(Compatible), ApiVerdict::None),
    rule("server-removed", "The operation is no longer served at an address", always(Dangerous), ApiVerdict::None),
    rule("server-variable-changed", "A part of a server's address has other values", always(Dangerous), ApiVerdict::None),
    // What the extensions say.
    rule("pagination-changed", "The list continues in another way", always(Breaking), Patch),
    rule("page-limit-lowered", "Pages can be no longer as large as they could", always(Dangerous), Patch),
    rule("page-limit-raised", "Pages can be larger", always(Compatible), Patch),
    rule("retry-tightened", "Repeating the call does more harm than was said", always(Dangerous), Patch),
    rule("retry-loosened", "Repeating the call does less harm than was said", always(Compatible), Patch),
    rule("hazard-added", "The call does more than its name says", always(Dangerous), Patch),
    rule("hazard-changed", "The words on what else the call does are others", always(Compatible), Patch),
    rule("hazard-removed", "The call no longer does more than its name says", always(Compatible), Patch),
    rule("permission-added", "The caller needs another permission", always(Breaking), Patch),
    rule("permission-removed", "The caller no longer needs a permission", always(Compatible), Patch),
    rule("refusal-added", "There is another reason to refuse the call", always(Dangerous), Patch),
    rule("refusal-removed", "A reason to refuse the call is gone", always(Compatible), Patch),
    rule("error-name-added", "There is another name for what went wrong", directed(None, Some(Dangerous)), Patch),
    rule("error-name-removed", "A name for what went wrong is gone", directed(None, Some(Compatible)), Patch),
    rule("stage-lowered", "The operation is less settled than it was", always(Dangerous), Patch),
    rule("stage-raised", "The operation is more settled than it was", always(Compatible), Patch),
    rule("rate-limit-tightened", "Fewer calls are allowed", always(Dangerous), Patch),
    rule("rate-limit-loosened", "More calls are allowed", always(Compatible), Patch),
    rule("rate-limit-bucket-changed", "The call is counted with other calls", always(Dangerous), Patch),
    // Schemas.
    rule("type-widened", "More JSON types are allowed", directed(Some(Compatible), Some(Breaking)), Major),
    rule("type-narrowed", "Fewer JSON types are allowed", directed(Some(Breaking), Some(Compatible)), Major),
    rule("type-changed", "Other JSON types are allowed", directed(Some(Breaking), Some(Breaking)), Major),
    rule("null-allowed", "The value may be null now", directed(Some(Compatible), Some(Breaking)), Major),
    rule("null-forbidden", "The value may no longer be null", directed(Some(Breaking), Some(Compatible)), Major),
    rule("enum-value-added", "Another value is allowed", directed(Some(Compatible), Some(Dangerous)), Minor),
    rule("enum-value-removed", "A value is no longer allowed", directed(Some(Breaking), Some(Compatible)), Major),
    rule("enum-introduced", "Only listed values are allowed now", directed(Some(Breaking), Some(Compatible)), Major),
    rule("enum-lifted", "Any value is allowed, not only listed ones", directed(Some(Compatible), Some(Dangerous)), Major),
    rule("const-changed", "The only allowed value is another", directed(Some(Breaking), Some(Breaking)), Major),
    rule("format-added", "The value has a format now", directed(Some(Breaking), Some(Compatible)), Major),
    rule("format-removed", "The value has no format any more", directed(Some(Compatible), Some(Breaking)), Major),
    rule("format-changed", "The value has another format", directed(Some(Breaking), Some(Breaking)), Major),
    rule("format-widened", "The format holds more values", directed(Some(Compatible), Some(Breaking)), ApiVerdict::None),
    rule("format-narrowed", "The format holds fewer values", directed(Some(Breaking), Some(Compatible)), ApiVerdict::None),
    rule("minimum-raised", "The least value is greater", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("minimum-lowered", "The least value is smaller", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("maximum-raised", "The greatest value is greater", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("maximum-lowered", "The greatest value is smaller", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("min-length-raised", "The text must be longer", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("min-length-lowered", "The text may be shorter", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("max-length-raised", "The text may be longer", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("max-length-lowered", "The text must be shorter", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("min-items-raised", "The list must be longer", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("min-items-lowered", "The list may be shorter", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("max-items-raised", "The list may be longer", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("max-items-lowered", "The list must be shorter", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("min-properties-raised", "The object must have more properties", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("min-properties-lowered", "The object may have fewer properties", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("max-properties-raised", "The object may have more properties", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("max-properties-lowered", "The object must have fewer properties", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("multiple-of-narrowed", "Fewer multiples are allowed", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("multiple-of-widened", "More multiples are allowed", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("multiple-of-changed", "Other multiples are allowed", directed(Some(Breaking), Some(Dangerous)), Patch),
    rule("unique-items-required", "The items must differ from each other now", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("unique-items-lifted", "Items may be equal now", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("pattern-added", "The text must match a pattern now", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("pattern-removed", "The text need not match a pattern any more", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("pattern-changed", "The text must match another pattern", directed(Some(Breaking), Some(Dangerous)), Patch),
    rule("required-property-added", "A property is needed that was not there", directed(Some(Breaking), Some(Compatible)), Major),
    rule("optional-property-added", "There is a property that was not there", directed(Some(Compatible), Some(Compatible)), Minor),
    rule("required-property-removed", "A property that was always there is no longer described", directed(Some(Dangerous), Some(Breaking)), Major),
    rule("optional-property-removed", "A property that could be there is no longer described", directed(Some(Dangerous), Some(Dangerous)), Major),
    rule("property-became-required", "A property must be there now", directed(Some(Breaking), Some(Compatible)), Major),
    rule("property-became-optional", "A property may be absent now", directed(Some(Compatible), Some(Breaking)), Major),
    rule("property-became-read-only", "A property is only answered now, and no longer sent", directed(Some(Dangerous), None), ApiVerdict::None),
    rule("property-no-longer-read-only", "A property that was only answered can be sent now", directed(Some(Compatible), None), ApiVerdict::None),
    rule("property-became-write-only", "A property is only sent now, and no longer answered", directed(None, Some(Breaking)), Major),
    rule("property-no-longer-write-only", "A property that was only sent is answered now", directed(None, Some(Compatible)), Major),
    rule("property-deprecated", "A property is deprecated now", directed(Some(Compatible), Some(Compatible)), ApiVerdict::None),
    rule("property-undeprecated", "A property is no longer deprecated", directed(Some(Compatible), Some(Compatible)), ApiVerdict::None),
    rule("additional-properties-forbidden", "Properties that are not described are refused now", directed(Some(Breaking), Some(Compatible)), ApiVerdict::None),
    rule("additional-properties-allowed", "Properties that are not described are allowed now", directed(Some(Compatible), Some(Compatible)), ApiVerdict::None),
    rule("pattern-property-added", "Properties whose names match a pattern are described", directed(Some(Dangerous), Some(Dangerous)), ApiVerdict::None),
    rule("pattern-property-removed", "Properties whose names match a pattern are no longer described", directed(Some(Dangerous), Some(Breaking)), ApiVerdict::None),
    rule("union-arm-added", "The value can have another shape", directed(Some(Compatible), Some(Breaking)), Minor),
    rule("union-arm-removed", "The value can no longer have a shape", directed(Some(Breaking), Some(Compatible)), Major),
    rule("union-introduced", "There are several shapes for what had one, and all of them are like it", directed(None, Some(Compatible)), Major),
    rule("union-dissolved", "There is one shape for what had several, and all of them are like it", directed(Some(Compatible), None), Major),
    rule("union-kind-changed", "One shape must fit where any number could, or the other way round", directed(Some(Dangerous), Some(Dangerous)), ApiVerdict::None),
    rule("union-overlap", "A value can fit several alternatives where exactly one must fit", directed(Some(Dangerous), Some(Dangerous)), ApiVerdict::None),
    rule("union-changed", "A value that was allowed may fit none of the alternatives", directed(Some(Breaking), Some(Breaking)), Major),
    rule("discriminator-added", "A property tells the shapes apart now", directed(Some(Dangerous), Some(Compatible)), Major),
    rule("discriminator-removed", "No property tells the shapes apart any more", directed(Some(Compatible), Some(Dangerous)), Major),
    rule("discriminator-changed", "Another property tells the shapes apart", directed(Some(Breaking), Some(Breaking)), Major),
    rule("discriminator-value-added", "Another value selects a shape", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("discriminator-value-removed", "A value no longer selects a shape", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("not-added", "Some values are excluded now", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("not-removed", "Values that were excluded are allowed now", directed(Some(Compatible), Some(Dangerous)), Patch),
    rule("not-changed", "Other values are excluded", directed(Some(Breaking), Some(Breaking)), Patch),
    rule("restriction-added", "A condition that is not judged excludes values now", directed(Some(Breaking), Some(Compatible)), Patch),
    rule("restriction-removed", "A condition that is not judged excludes values no longer", directed(Some(Compatible), Some(Breaking)), Patch),
    rule("default-added", "The service fills in a value where none is sent", directed(Some(Dangerous), Some(Compatible)), Patch),
    rule("default-removed", "The service no longer says what it fills in", directed(Some(Dangerous), Some(Compatible)), Patch),
    rule("default-changed", "The service fills in another value", directed(Some(Dangerous), Some(Compatible)), Patch),
    rule("content-encoding-changed", "The text stands for something else", directed(Some(Breaking), Some(Breaking)), Patch),
    // What is neither.
    rule("reference-not-followed", "A reference leads out of the document, or nowhere, on both sides", Wire { request: Some(Dangerous), response: Some(Dangerous), operation: Some(Dangerous) }, ApiVerdict::None),
    rule("unclassified", "Something differs that cannot be judged", always(Breaking), Major),
    rule("rust-item-removed", "An item of the generated crate is gone, and nothing on the wire explains it", always(Compatible), Major),
    rule("rust-item-added", "The generated crate has another item, and nothing on the wire explains it", always(Compatible), Minor),
    rule("rust-item-changed", "An item of the generated crate has another signature, and nothing on the wire explains it", always(Compatible), Major),
    rule("rust-item-renamed", "A type of the generated crate has another name", always(Compatible), Major),
];
