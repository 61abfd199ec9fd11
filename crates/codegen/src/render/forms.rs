//! What tells variants apart, as the macros of `rolecall-client` take it.

use serde_json::Value;

use super::source::text::literal;
use super::source::{Code, code};
use crate::lower::{Form, Member, Presence};

/// A form in one line.
pub fn form(form: &Form) -> Code {
    let kind = kind(form);
    match (&form.inner, &form.members) {
        (Some(inner), _) => code("{} {{ {} }}", &[&kind, &self::form(inner)]),
        (None, Some(members)) if members.is_empty() => code("{} {{}}", &[&kind]),
        (None, Some(members)) => {
            let members = Code::join(members.iter().map(member), ", ");
            code("{} {{ {} }}", &[&kind, &members])
        }
        (None, None) if form.values.is_empty() => code("{}", &[&kind]),
        (None, None) => code("{} {}", &[&kind, &constants(&form.values)]),
    }
}

/// The form of a variant, with a line for each property.
pub fn lines(form: &Form) -> Code {
    let Some(members) = form.members.as_ref().filter(|members| !members.is_empty()) else {
        return self::form(form);
    };
    let members = members
        .iter()
        .map(|part| code("            {},\n", &[&member(part)]));
    code(
        "{} {{\n{}        }}",
        &[&kind(form), &Code::join(members, "")],
    )
}

fn kind(form: &Form) -> &'static str {
    if form.tag { "tag" } else { form.kind.as_str() }
}

fn member(member: &Member) -> Code {
    let presence = match member.presence {
        Presence::Required => "required",
        Presence::Nullable => "nullable",
        Presence::Optional => "optional",
    };
    code(
        "{} {}: {}",
        &[&presence, &literal(&member.key), &form(&member.form)],
    )
}

/// Values that a property is known to have: strings, integers and booleans.
pub fn constants(values: &[Value]) -> Code {
    let values = values.iter().map(|value| match (value, value.as_i64()) {
        (Value::Bool(value), _) => code("{}", &[value]),
        (_, Some(value)) => code("{}", &[&value]),
        _ => code("{}", &[&literal(value.as_str().unwrap_or_default())]),
    });
    code("[{}]", &[&Code::join(values, ", ")])
}
