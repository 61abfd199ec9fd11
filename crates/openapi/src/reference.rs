//! Follows `$ref`s within one document (OpenAPI 3.0.3, "Reference Object").

use serde_json::Value;

/// Where a reference leads.
pub enum Target<'a> {
    /// To a value of the document.
    Found(&'a Value),
    /// Nowhere, though it could.
    Nothing,
    /// Out of the document.
    External,
    /// It is not a reference at all.
    Malformed,
}

/// The pointer in a reference such as `#/components/schemas/User`.
pub fn pointer_of(reference: &str) -> Option<String> {
    let fragment = decode(reference.strip_prefix('#')?)?;
    (fragment.is_empty() || fragment.starts_with('/')).then_some(fragment)
}

/// What a reference leads to in one step.
pub fn target<'a>(root: &'a Value, reference: &str) -> Target<'a> {
    if !reference.starts_with('#') {
        // `User` and `schemas/User` are slips; `user.yaml#/User` and `https://…` are not.
        let is_file = reference.contains(['#', ':'])
            || [".yaml", ".yml", ".json"]
                .iter()
                .any(|end| reference.ends_with(end));
        return if is_file {
            Target::External
        } else {
            Target::Malformed
        };
    }
    match pointer_of(reference) {
        None => Target::Malformed,
        Some(pointer) => root
            .pointer(&pointer)
            .map_or(Target::Nothing, Target::Found),
    }
}

/// What a value is, after all `$ref`s that lead from it; `None` where they lead nowhere or in a circle.
pub fn resolve<'a>(root: &'a Value, mut value: &'a Value) -> Option<&'a Value> {
    // A chain that is longer than this is a circle, or no reader could follow it either.
    for _ in 0..100 {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return Some(value);
        };
        match target(root, reference) {
            Target::Found(next) => value = next,
            _ => return None,
        }
    }
    None
}

/// Undoes percent-encoding, as in `#/components/schemas/Group%20Rule`.
fn decode(fragment: &str) -> Option<String> {
    if !fragment.contains('%') {
        return Some(fragment.to_owned());
    }
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
