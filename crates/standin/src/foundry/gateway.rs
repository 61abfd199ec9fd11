//! What is checked before a service behind the gateway sees a request: scopes, previews, headers, the form of the body.

use super::errors;
use crate::contract::{Contract, Violation};
use crate::{Answer, Request, RequestBody};
use serde_json::{Value, json};

/// The three operations that a restricted application is refused on, whatever its user may do.
const CLOSED_TO_RESTRICTED: [&str; 3] = [
    "listOrganizationRoleAssignments",
    "addOrganizationRoleAssignments",
    "removeOrganizationRoleAssignments",
];

/// How an endpoint's own refusal is called.
fn own_refusal(operation: &str) -> String {
    let (first, rest) = operation.split_at_checked(1).unwrap_or((operation, ""));
    format!("{}{rest}PermissionDenied", first.to_uppercase())
}

/// Lets a request through to its handler.
pub(super) fn permit(request: &Request, contract: &Contract) -> Result<(), Answer> {
    enter(request)?;
    if let RequestBody::Json(body) = &request.body
        && let Some(declared) = &request.operation.body
        && let Some((_, schema)) = declared.content.first()
        && has_unknown_property(&contract.document, schema, body)
    {
        // fact: requests-are-strict
        return Err(errors::unprocessable());
    }
    // fact: token-power-is-an-intersection
    // An organization lies in none of the projects that a restricted application lists.
    if request.caller.restricted && CLOSED_TO_RESTRICTED.contains(&&*request.operation.id) {
        let name = own_refusal(&request.operation.id);
        let organization = request.path("organizationRid");
        return Err(errors::denied(
            &name,
            json!({"organizationRid": organization}),
        ));
    }
    Ok(())
}

/// The checks that need neither state nor schema.
pub(super) fn enter(request: &Request) -> Result<(), Answer> {
    for scope in request.operation.scopes("oauth2") {
        // fact: restricted-applications-have-use-scopes
        let narrow = scope.replacen("api:", "api:use-", 1);
        if !request.caller.has_scope(scope) && !request.caller.has_scope(&narrow) {
            return Err(errors::denied(
                "ApiUsageDenied",
                json!({"missingScope": narrow}),
            ));
        }
    }
    // fact: previews-need-preview-true
    if request.operation.raw.get("x-stage").is_some() && request.flag("preview") != Some(true) {
        return Err(errors::invalid("ApiFeaturePreviewUsageOnly", json!({})));
    }
    // fact: optional-request-headers
    if let Some(header) = request.headers.get("attribution") {
        let text = header.to_str().unwrap_or_default();
        if !text.split(',').all(|rid| is_rid(rid.trim())) {
            return Err(errors::invalid(
                "InvalidAttributionHeader",
                json!({"header": text}),
            ));
        }
    }
    match (&request.operation.body, &request.body) {
        (Some(_), RequestBody::Empty) => Err(errors::invalid("MissingPostBody", json!({}))),
        (Some(_), RequestBody::Form(_) | RequestBody::Other(..)) => Err(errors::media_type()),
        _ => Ok(()),
    }
}

/// Whether a text has the five dotted parts of a resource identifier. The third may be empty.
pub(super) fn is_rid(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(5, '.').collect();
    let [ri, service, instance, kind, locator] = parts[..] else {
        return false;
    };
    let word = |part: &str| {
        let mut bytes = part.bytes();
        bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let starts = |part: &str| part.starts_with(|first: char| first.is_ascii_lowercase());
    ri == "ri"
        && [service, kind]
            .iter()
            .all(|part| word(part) && starts(part))
        && word(instance)
        && !instance.starts_with('-')
        && !locator.is_empty()
        && locator
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The error for a request that is not as the description says: named after the argument where there is such a name.
pub(super) fn refuse(request: &Request, violations: &[Violation]) -> Answer {
    if let Err(refused) = enter(request) {
        return refused;
    }
    let Some(first) = violations.first() else {
        return errors::invalid("Default:InvalidArgument", json!({}));
    };
    let operation = &*request.operation.id;
    let body = request.json();
    let count = |list: &str| body.pointer(list)?.as_array().map(Vec::len);
    let named = match (operation, &*first.place) {
        (_, "query/pageSize" | "body/pageSize") => size_error(request),
        ("getRecentlyViewed", "query/limit") => request.number("limit").map(|limit| {
            // fact: recently-viewed-limit-is-cut-to-100
            let parameters = json!({"value": limit, "minInclusive": 1});
            errors::invalid("RecentlyViewedLimitBelowMinimum", parameters)
        }),
        (_, "query/markingType") => {
            let found = request.query("markingType");
            Some(errors::invalid(
                "UnknownMarkingType",
                json!({"markingType": found}),
            ))
        }
        (_, "query/displayType" | "body/displayType") => {
            let found = request.query("displayType");
            let found = found.or_else(|| request.text("/displayType"));
            let name = "UnknownClassificationBannerDisplayType";
            found.map(|found| errors::invalid(name, json!({"displayType": found})))
        }
        ("createOrganization", "body/administrators") if count("/administrators") == Some(0) => {
            let name = "CreateOrganizationMissingInitialAdminRole";
            Some(errors::invalid(name, json!({})))
        }
        ("createMarking", "body/initialRoleAssignments") => {
            let name = "CreateMarkingMissingInitialAdminRole";
            Some(errors::invalid(name, json!({})))
        }
        ("createMarkingCategory", "body/initialPermissions/roles") => {
            let name = "CreateMarkingCategoryMissingInitialAdminRole";
            Some(errors::invalid(name, json!({})))
        }
        ("createMarkingCategory", "body/initialPermissions/organizationRids") => {
            let name = "CreateMarkingCategoryMissingOrganization";
            Some(errors::invalid(name, json!({})))
        }
        ("createGroup", "body/organizations") if count("/organizations") == Some(0) => {
            Some(errors::invalid("InvalidGroupOrganizations", json!({})))
        }
        ("flattenMarkingExpressions", "body/markingExpressions") => count("/markingExpressions")
            .map(|provided| {
                errors::invalid(
                    "FlattenMarkingExpressionsBatchLimitExceeded",
                    json!({
                        "maximumMarkingExpressionCount": 1000,
                        "providedMarkingExpressionCount": provided,
                    }),
                )
            }),
        ("parseClassifications", "body/classificationStrings") => {
            count("/classificationStrings").map(|provided| batch_error(provided, 1000))
        }
        (_, "body/roleAssignments") => {
            count("/roleAssignments").map(|provided| batch_error(provided, 100))
        }
        (_, "body") => count("").map(|provided| batch_error(provided, batch_limit(request))),
        _ => None,
    };
    named.unwrap_or_else(|| match first.place.starts_with("body") {
        true => errors::unprocessable(),
        false => errors::invalid("Default:InvalidArgument", json!({})),
    })
}

fn size_error(request: &Request) -> Option<Answer> {
    let size = request.number("pageSize");
    let size = size.or_else(|| request.json().get("pageSize")?.as_i64())?;
    Some(errors::invalid(
        "InvalidPageSize",
        json!({"pageSize": size}),
    ))
}

fn batch_error(provided: usize, maximum: usize) -> Answer {
    if provided == 0 {
        return errors::invalid("MissingBatchRequest", json!({}));
    }
    errors::invalid(
        "BatchRequestSizeExceededLimit",
        json!({"maximumBatchSize": maximum, "providedBatchSize": provided}),
    )
}

fn batch_limit(request: &Request) -> usize {
    match request.operation.path.starts_with("/v2/admin") {
        true => 500,
        false => 1000,
    }
}

/// Whether an object holds a property that its schema does not know.
fn has_unknown_property(document: &Value, schema: &Value, value: &Value) -> bool {
    match value {
        Value::Array(items) => {
            let schema = shape(document, schema);
            let Some(of) = schema.first().and_then(|schema| schema.get("items")) else {
                return false;
            };
            items
                .iter()
                .any(|item| has_unknown_property(document, of, item))
        }
        Value::Object(members) => {
            let shape = shape(document, arm(document, schema, value));
            let known = |name: &str| {
                shape.iter().find_map(|schema| {
                    let properties = schema.get("properties").and_then(|all| all.get(name));
                    properties.or_else(|| schema.get("additionalProperties"))
                })
            };
            let closed = shape
                .iter()
                .any(|schema| schema.get("properties").is_some());
            members.iter().any(|(name, value)| match known(name) {
                Some(schema) => has_unknown_property(document, schema, value),
                None => closed,
            })
        }
        _ => false,
    }
}

/// The schema itself and those that it is all of, references followed.
fn shape<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = follow(document, schema);
    let parts = schema.get("allOf").and_then(Value::as_array);
    let parts = parts.into_iter().flatten();
    let parts = parts.flat_map(|part| shape(document, part));
    std::iter::once(schema).chain(parts).collect()
}

/// The arm of a union that the discriminator names.
fn arm<'a>(document: &'a Value, schema: &'a Value, value: &Value) -> &'a Value {
    let schema = follow(document, schema);
    let named = || {
        let discriminator = schema.get("discriminator")?;
        let property = discriminator.get("propertyName")?.as_str()?;
        let target = discriminator
            .get("mapping")?
            .get(value.get(property)?.as_str()?)?;
        document.pointer(target.as_str()?.strip_prefix('#')?)
    };
    named().unwrap_or(schema)
}

fn follow<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    while let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        match target
            .strip_prefix('#')
            .and_then(|target| document.pointer(target))
        {
            Some(found) => schema = found,
            None => break,
        }
    }
    schema
}
