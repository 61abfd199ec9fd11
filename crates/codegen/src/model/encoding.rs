//! How properties of a form and parts of a multipart body are written (OpenAPI 3.1.1, section 4.8.15).

use serde_json::Value;

use crate::lower::MediaKind;

/// How one property, or the parts of one name, are written.
pub struct EncodingModel {
    /// The name of the property.
    pub property: String,
    /// The media type of the value.
    pub media_type: Option<String>,
    /// The style of arrays and objects in a form, where one is given.
    pub style: Option<String>,
    /// Whether items and properties are written separately.
    pub explode: bool,
    /// Whether reserved characters go unescaped.
    pub allow_reserved: bool,
    /// The headers that each part must have.
    pub required_headers: Vec<String>,
}

/// Reads the `encoding` of a body.
pub(super) fn read(kind: MediaKind, encoding: Option<&Value>) -> Vec<EncodingModel> {
    if !matches!(kind, MediaKind::Form | MediaKind::Multipart) {
        return Vec::new();
    }
    let named = encoding.and_then(Value::as_object).into_iter().flatten();
    named
        .map(|(name, encoding)| one(kind, name, encoding))
        .collect()
}

fn one(kind: MediaKind, property: &str, encoding: &Value) -> EncodingModel {
    let text = |key: &str| encoding.get(key).and_then(Value::as_str);
    let flag = |key: &str| encoding.get(key).and_then(Value::as_bool);
    // Any of the three means that the value is written like a query parameter, with the defaults of one.
    let like_a_parameter = ["style", "explode", "allowReserved"]
        .iter()
        .any(|key| encoding.get(key).is_some());
    let style = (kind == MediaKind::Form && like_a_parameter)
        .then(|| text("style").unwrap_or("form").to_owned());
    let headers = encoding.get("headers").and_then(Value::as_object);
    let required_headers = headers.into_iter().flatten().filter(|(name, header)| {
        // OpenAPI 3.1.1, section 4.8.15.1: described by `contentType`.
        !name.eq_ignore_ascii_case("content-type")
            && header.get("required") == Some(&Value::Bool(true))
    });
    EncodingModel {
        property: property.to_owned(),
        media_type: text("contentType").map(str::to_owned),
        explode: flag("explode").unwrap_or(style.as_deref() == Some("form")),
        style,
        allow_reserved: flag("allowReserved") == Some(true),
        required_headers: match kind {
            MediaKind::Multipart => required_headers.map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        },
    }
}
