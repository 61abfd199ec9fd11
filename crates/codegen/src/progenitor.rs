//! Drives progenitor over a lowered description and reads what it made.
//!
//! progenitor decides the Rust type of every property, parameter and body. Its own operation bodies are not used: they
//! cannot express several answers, exploded parameters or errors with a place, and they cost most of the build time
//! of a generated crate (see `docs/architecture.md`). It is therefore asked for types only, in a `Question` that is
//! flat however the schemas refer to each other.

use std::collections::BTreeMap;

use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};

use question::{COMPONENT, HOLDER, PROPERTY, Question, Shape};
use rolecall_openapi::json::Object;
use serde_json::Value;

use crate::lower::Plan;
use crate::model::TypeRef;
use crate::panic::with_large_stack;

mod question;

/// What progenitor decided.
#[derive(Debug, Default)]
pub struct Decided {
    /// Rust types of the properties: by component, in the order of its properties.
    pub fields: BTreeMap<String, Vec<TypeRef>>,
    /// Rust types of the schemas that were asked for, in the order in which they were asked.
    pub types: Vec<TypeRef>,
}

/// progenitor refused something.
#[derive(Debug)]
pub struct Refusal {
    /// The component that it stopped at, when one alone makes it stop.
    pub component: Option<String>,
    /// The index of the schema that it stopped at.
    pub schema: Option<usize>,
    /// What it said.
    pub message: String,
}

/// The Rust types of every component's properties and of `schemas`.
pub fn decide(components: &Object, plan: &Plan, schemas: &[Value]) -> Result<Decided, Refusal> {
    let question = Question::new(components, plan, schemas);
    let shapes: Vec<usize> = (0..question.shapes.len()).collect();
    match run(&question, &shapes, true) {
        Ok(answer) => Ok(question.decided(&answer)),
        Err(message) => Err(locate(&question, &shapes, message)),
    }
}

/// What progenitor made of a question.
#[derive(Default)]
struct Answer {
    /// The types of the shapes, by shape.
    shapes: BTreeMap<usize, TypeRef>,
    /// The types of the properties that may close a circle, by component and property.
    circular: BTreeMap<(usize, usize), TypeRef>,
}

/// Runs progenitor on some of the shapes, in a thread with a big stack, since it recurses as deep as the schemas do, and
/// turns its panics into messages.
fn run(question: &Question<'_>, shapes: &[usize], circles: bool) -> Result<Answer, String> {
    with_large_stack(|| {
        let document = serde_json::from_value(question.document(shapes, circles))
            .map_err(|e| e.to_string())?;
        let code = Generator::new(&settings(question))
            .generate_tokens(&document)
            .map_err(|e| e.to_string())?;
        read(code, question, shapes)
    })
}

fn settings(question: &Question<'_>) -> GenerationSettings {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_map_type("::std::collections::BTreeMap");
    for (name, ty) in question.opaque() {
        settings.with_replacement(name, ty, std::iter::empty());
    }
    settings
}

/// Reads the types out of the code.
fn read(
    code: proc_macro2::TokenStream,
    question: &Question<'_>,
    shapes: &[usize],
) -> Result<Answer, String> {
    let file = syn::parse2::<syn::File>(code)
        .map_err(|e| format!("progenitor's code does not parse: {e}"))?;
    let module = file.items.iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    let mut answer = Answer::default();
    for item in module.into_iter().flat_map(|(_, items)| items) {
        let syn::Item::Struct(item) = item else {
            continue;
        };
        let mut types = Vec::new();
        for field in &item.fields {
            let index = field
                .ident
                .as_ref()
                .and_then(|name| numbered(name, PROPERTY));
            if let Some(index) = index {
                types.push((index, rust_type(&field.ty, &question.names)?));
            }
        }
        if let Some(holder) = numbered(&item.ident, HOLDER) {
            for (index, ty) in types {
                let shape = shapes.get(holder * question::HELD + index);
                answer.shapes.extend(shape.map(|shape| (*shape, ty)));
            }
        } else if let Some(component) = numbered(&item.ident, COMPONENT) {
            let types = types
                .into_iter()
                .map(|(index, ty)| ((component, index), ty));
            answer.circular.extend(types);
        }
    }
    match shapes
        .iter()
        .find(|shape| !answer.shapes.contains_key(shape))
    {
        Some(shape) => Err(format!(
            "progenitor made no type for {}",
            question.shapes[*shape].schema
        )),
        None => Ok(answer),
    }
}

/// The number behind a prefix.
fn numbered(ident: &syn::Ident, prefix: &str) -> Option<usize> {
    ident.to_string().strip_prefix(prefix)?.parse().ok()
}

/// The type that progenitor's code names, with components under their own names.
fn rust_type(ty: &syn::Type, names: &[&str]) -> Result<TypeRef, String> {
    let unknown = || {
        let text = quote::ToTokens::to_token_stream(ty);
        format!("progenitor made a type that is not expected: `{text}`")
    };
    let syn::Type::Path(path) = ty else {
        return Err(unknown());
    };
    let last = path.path.segments.last().ok_or_else(unknown)?;
    let arguments: Vec<&syn::Type> = match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => (arguments.args.iter())
            .filter_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let inner = |ty: &syn::Type| rust_type(ty, names).map(Box::new);
    let name = last.ident.to_string();
    Ok(match (name.as_str(), arguments.as_slice()) {
        ("bool", []) => TypeRef::Bool,
        ("i64", []) => TypeRef::Integer,
        ("f64", []) => TypeRef::Float,
        ("String", []) => TypeRef::String,
        ("Timestamp", []) => TypeRef::Timestamp,
        ("Secret", []) => TypeRef::Secret,
        ("Number", []) => TypeRef::Number,
        ("Value", []) => TypeRef::Json,
        ("Map", [_, _]) => TypeRef::Extra,
        ("Vec", [item]) => TypeRef::Array(inner(item)?),
        ("Option", [item]) => TypeRef::Nullable(inner(item)?),
        ("Box", [item]) => TypeRef::Boxed(inner(item)?),
        ("BTreeMap", [_, value]) => TypeRef::Map(inner(value)?),
        (_, []) => {
            let known = numbered(&last.ident, "T").and_then(|index| names.get(index));
            TypeRef::Component((*known.ok_or_else(unknown)?).to_owned())
        }
        _ => return Err(unknown()),
    })
}

/// Finds the shape that makes progenitor stop, and who has it, so that the complaint can name a place.
fn locate(question: &Question<'_>, shapes: &[usize], message: String) -> Refusal {
    let fails = |some: &[usize]| run(question, some, false).err();
    let (shape, message) = match culprit(shapes, &fails) {
        Some((shape, message)) => (question.shapes.get(*shape), message),
        None => (None, message),
    };
    Refusal {
        component: shape.and_then(|shape: &Shape| {
            let name = question.names.get(shape.component?)?;
            Some((*name).to_owned())
        }),
        schema: shape.and_then(|shape| shape.asked),
        message,
    }
}

/// The one item that fails without the others, and how.
pub(crate) fn culprit<'a, T>(
    items: &'a [T],
    fails: &dyn Fn(&[T]) -> Option<String>,
) -> Option<(&'a T, String)> {
    let message = fails(items)?;
    if let [one] = items {
        return Some((one, message));
    }
    let (first, second) = items.split_at(items.len() / 2);
    if first.is_empty() {
        return None;
    }
    culprit(first, fails).or_else(|| culprit(second, fails))
}

#[cfg(test)]
mod tests {
    use super::culprit;

    #[test]
    fn a_culprit_is_found_in_few_runs() {
        let items: Vec<usize> = (0..1000).collect();
        let runs = std::cell::Cell::new(0);
        let fails = |some: &[usize]| {
            runs.set(runs.get() + 1);
            some.contains(&700).then(|| "no".to_owned())
        };
        assert_eq!(culprit(&items, &fails), Some((&700, "no".to_owned())));
        assert!(runs.get() < 25, "{} runs", runs.get());
        assert_eq!(culprit(&items[..700], &fails), None);
    }
}
