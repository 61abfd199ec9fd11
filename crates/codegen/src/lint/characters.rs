//! Names and addresses hold no character that readers do not see: it is never meant, and what shows a name would show
//! another.

use rolecall_openapi::load::escape;
use rolecall_openapi::problem::is_invisible;
use serde_json::Value;

use crate::lint::context::Context;
use crate::lint::shape::Kind;
use crate::lint::walk::Token;

/// Fields that hold an address or a media type, whatever they stand in.
const ADDRESSES: [&str; 9] = [
    "url",
    "termsOfService",
    "operationRef",
    "externalValue",
    "openIdConnectUrl",
    "authorizationUrl",
    "tokenUrl",
    "refreshUrl",
    "contentType",
];

pub(super) fn check(context: &mut Context<'_>) {
    let mut found = Vec::new();
    for (index, node) in context.tree.nodes.iter().enumerate() {
        // A key is the name of a property, a path, a media type, a header, a component.
        if let Token::Key(key) = node.token
            && key.contains(is_invisible)
        {
            found.push((context.tree.pointer(index), "name", key));
        }
        let Value::Object(object) = node.value else {
            continue;
        };
        for (key, value) in object {
            let at = || format!("{}/{}", context.tree.pointer(index), escape(key));
            match value {
                Value::String(text) if text.contains(is_invisible) => {
                    if let Some(what) = holds(node.kind, key) {
                        found.push((at(), what, text.as_str()));
                    }
                }
                Value::Array(texts) if holds_names(node.kind, key) => {
                    for (number, text) in texts.iter().enumerate() {
                        if let Some(text) = text.as_str().filter(|text| text.contains(is_invisible))
                        {
                            found.push((format!("{}/{number}", at()), "name", text));
                        }
                    }
                }
                Value::Object(texts) if node.kind == Kind::Flow && key == "scopes" => {
                    for text in texts.keys().filter(|text| text.contains(is_invisible)) {
                        found.push((format!("{}/{}", at(), escape(text)), "name", text.as_str()));
                    }
                }
                _ => {}
            }
            // The names of security schemes are keys without a node.
            if node.kind == Kind::Requirement && key.contains(is_invisible) {
                found.push((at(), "name", key.as_str()));
            }
        }
    }
    for (pointer, what, text) in found {
        let invisible = text.chars().find(|c| is_invisible(*c)).unwrap_or_default();
        context.report(
            "invisible-character",
            &pointer,
            format!("the {what} `{text}` holds U+{:04X}", u32::from(invisible)),
            "names, addresses and media types without control or invisible characters",
            "remove the character, or write it percent-encoded where it is part of an address",
        );
    }
}

/// What a field with text holds, if it is a name or an address.
fn holds(kind: Kind, key: &str) -> Option<&'static str> {
    if ADDRESSES.contains(&key) {
        return Some("address");
    }
    let is_name = match kind {
        Kind::Tag | Kind::Parameter | Kind::SecurityScheme | Kind::Xml => key == "name",
        Kind::Operation | Kind::Link => key == "operationId",
        Kind::Discriminator => key == "propertyName",
        // It stands in an address.
        Kind::ServerVariable => key == "default",
        _ => false,
    };
    is_name.then_some("name")
}

/// Whether a field holds a list of names.
fn holds_names(kind: Kind, key: &str) -> bool {
    match kind {
        Kind::Operation => key == "tags",
        Kind::Schema => key == "required",
        Kind::ServerVariable => key == "enum",
        Kind::Requirement => true,
        _ => false,
    }
}
