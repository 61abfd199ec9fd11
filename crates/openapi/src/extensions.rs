//! Extensions (`x-` keys) that say something of an API as a whole, as types. `specs/README.md` documents them.
//!
//! A description of somebody else may use a key of the same name for something of its own: what has another form is as
//! good as absent. Lint holds our own descriptions to the form.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::json::Object;

/// `x-error-fields`, on the root: where error bodies say what. JSON Pointers, but for the headers of `request_id`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ErrorFields {
    /// The vendor's code.
    pub code: Vec<String>,
    /// The vendor's name for the error.
    pub name: Vec<String>,
    /// What it says to people.
    pub message: Vec<String>,
    /// What it adds to the message.
    pub detail: Vec<String>,
    /// What identifies the occurrence.
    pub instance: Vec<String>,
    /// Scopes or permissions that are missing.
    pub missing: Vec<String>,
    /// The headers that identify the request.
    pub request_id: Vec<String>,
}

impl ErrorFields {
    /// The key.
    pub const KEY: &'static str = "x-error-fields";

    /// What the description says.
    pub fn of(document: &Value) -> Option<Self> {
        Self::deserialize(document.get(Self::KEY)?).ok()
    }
}

/// `x-scope-aliases`, on security schemes: scopes that are as good as another.
pub struct ScopeAliases;

impl ScopeAliases {
    /// The key.
    pub const KEY: &'static str = "x-scope-aliases";

    /// The granted scope and the one that operations ask for, of all schemes of the description.
    pub fn of(document: &Value) -> BTreeMap<String, String> {
        let schemes = document.pointer("/components/securitySchemes");
        let schemes = schemes.and_then(Value::as_object).into_iter().flatten();
        schemes
            .filter_map(|(_, scheme)| BTreeMap::deserialize(scheme.get(Self::KEY)?).ok())
            .flat_map(|aliases: BTreeMap<String, String>| aliases)
            .collect()
    }
}

/// `x-placeholder`, on variables of servers: whether the default stands for a value that every customer has of their own.
pub fn is_placeholder(variable: &Object) -> bool {
    variable.get(PLACEHOLDER).and_then(Value::as_bool) == Some(true)
}

/// The key of [`is_placeholder`].
pub const PLACEHOLDER: &str = "x-placeholder";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_another_form_is_as_good_as_absent() {
        let fields = json!({ "x-error-fields": { "code": ["/code"], "request-id": ["x-id"] } });
        let fields = ErrorFields::of(&fields).unwrap();
        assert_eq!(
            (fields.code, fields.request_id),
            (vec!["/code".to_owned()], vec!["x-id".to_owned()])
        );
        for other in [
            json!(7),
            json!({ "code": "/code" }),
            json!({ "colour": ["/code"] }),
            json!(null),
        ] {
            assert_eq!(ErrorFields::of(&json!({ "x-error-fields": other })), None);
        }
        assert_eq!(ErrorFields::of(&json!([])), None);
        let aliases = |value: Value| {
            ScopeAliases::of(
                &json!({ "components": { "securitySchemes": { "one": { "x-scope-aliases": value } } } }),
            )
        };
        assert_eq!(aliases(json!({ "use-read": "read" }))["use-read"], "read");
        assert!(aliases(json!({ "use-read": 7 })).is_empty());
        assert!(aliases(json!("read")).is_empty());
    }
}
