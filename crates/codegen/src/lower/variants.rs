//! **Real specs** have unions that no discriminator decides: their variants differ in a constant, deep inside perhaps, in
//! what they require, or in their properties. **progenitor** takes the first that decodes. **Instead** every variant gets a
//! form, which the generated type compares with a value before it decodes anything: kind, required properties, constants,
//! kinds of properties, names of properties. **Lost**, and reported: a variant that no body is decoded as, since whatever
//! is valid for it fits another one before it just as well.

use serde_json::Value;

use super::forms::{Form, Forms, Kind, Member, Presence};
use super::{Context, origin};
use rolecall_openapi::json::{self, Object};

pub(super) fn run(context: &mut Context) {
    let none = Object::new();
    let components = json::components(&context.document).unwrap_or(&none);
    let forms = Forms::new(components, &context.plan);
    let mut found = Vec::new();
    for (name, union) in &context.plan.unions {
        if union.discriminator.is_some() {
            continue;
        }
        let schemas: Vec<_> = union.arms.iter().map(|arm| &arm.schema).collect();
        let mut variants = forms.variants(&schemas);
        if let Some(property) = &union.hint {
            for (variant, arm) in variants.iter_mut().zip(&union.arms) {
                if variant.kind == Kind::Object && !arm.values.is_empty() {
                    hint(variant, property, &arm.values);
                }
            }
        }
        let at = components.get(name).and_then(|schema| schema.as_object());
        found.push((name.clone(), at.map(origin).unwrap_or_default(), variants));
    }
    for (name, at, variants) in found {
        let Some(union) = context.plan.unions.get_mut(&name) else {
            continue;
        };
        let names: Vec<String> = union.arms.iter().map(|arm| arm.name.clone()).collect();
        for (arm, form) in union.arms.iter_mut().zip(&variants) {
            arm.form = form.clone();
        }
        context.touched();
        for (later, variant) in variants.iter().enumerate() {
            let before = (0..later).find(|before| covers(&variants[*before], variant));
            if let Some(before) = before {
                context.lose_at(
                    "variant-never-decoded",
                    at.clone(),
                    format!(
                        "in `{name}`, nothing is decoded as `{}`: whatever is valid for it fits `{}` just as well. A discriminator, a constant or a required property would tell them apart",
                        names[later], names[before]
                    ),
                );
            }
        }
    }
}

/// Notes what a discriminator says of a variant, although it does not decide.
fn hint(variant: &mut Form, property: &str, values: &[Value]) {
    let members = variant.members.get_or_insert_default();
    match members.iter_mut().find(|member| member.key == property) {
        Some(member) if member.form.values.is_empty() => member.form.values = values.to_vec(),
        Some(_) => {}
        None => members.push(Member {
            key: property.to_owned(),
            presence: Presence::Optional,
            form: Form {
                values: values.to_vec(),
                ..Form::default()
            },
        }),
    }
}

/// Whether every value that is valid for `later` is decoded as `before`, which stands before it.
fn covers(before: &Form, later: &Form) -> bool {
    match (before.kind, later.kind) {
        (Kind::Any, _) => before.values.is_empty() && !tells(later),
        (one, other) if one != other => false,
        (Kind::Object, _) => match (&before.members, &later.members) {
            (None, None) => true,
            (None, Some(members)) => members.is_empty(),
            (Some(_), None) => false,
            (Some(one), Some(other)) => {
                let same = |member: &Member| {
                    let twin = other.iter().find(|twin| twin.key == member.key);
                    twin.is_some_and(|twin| is_laxer(member, twin))
                };
                one.len() == other.len() && one.iter().all(same)
            }
        },
        (Kind::Array | Kind::Map, _) => match (&before.inner, &later.inner) {
            (None, None) => true,
            (None, Some(inner)) => !tells(inner),
            (Some(_), None) => false,
            (Some(one), Some(other)) => covers(one, other),
        },
        // The one that knows a value gets it.
        _ if later.values.is_empty() => before.values.is_empty(),
        _ => later
            .values
            .iter()
            .all(|value| before.values.contains(value)),
    }
}

/// Whether whatever is valid for one property is valid for another.
fn is_laxer(before: &Member, later: &Member) -> bool {
    let presence = match before.presence {
        Presence::Optional => true,
        Presence::Nullable => later.presence != Presence::Optional,
        Presence::Required => later.presence == Presence::Required,
    };
    presence && covers(&before.form, &later.form)
}

/// Whether a form knows values, which is more than kinds and names.
fn tells(form: &Form) -> bool {
    let members = form.members.iter().flatten();
    !form.values.is_empty()
        || members.into_iter().any(|member| tells(&member.form))
        || form.inner.as_deref().is_some_and(tells)
}
