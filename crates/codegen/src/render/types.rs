//! `types.rs`: objects, open enums and unions.

use super::features::Features;
use super::source::text::{described, docs, literal, name, span};
use super::source::{Code, Page, code};
use super::{Identity, banner, forms, rust};
use crate::model::{
    Answers, EnumModel, FieldModel, Model, ObjectModel, Presence, StatusUnion, TypeRef, UnionModel,
};

/// What documentation says of the field that keeps unknown properties.
const EXTRA: &str = "Properties that the description does not name, and nulls that it does not expect; kept so that nothing is lost.";

/// The file.
pub fn types(model: &Model, identity: &Identity) -> Code {
    let features = Features::of(model);
    let mut file = Code::new();
    file.line("//{}", &[&banner(identity)]);
    file.push("//! The types of bodies and parameters. Which of them are there depends on the features.\n\n");
    for object in &model.objects {
        write_object(&mut file, object, &features.gate(&object.name));
    }
    for item in &model.enums {
        write_enum(&mut file, item, &features.gate(&item.name));
    }
    for item in &model.unions {
        write_union(&mut file, item, &features.gate(&item.name));
    }
    for item in &model.by_status {
        write_by_status(&mut file, item, &features.gate(&item.name));
    }
    file
}

/// What a description says of a type, or the type's name.
fn documented(description: Option<&str>, name: &str) -> Page {
    let mut page = Page::new();
    page.piece(&described(description.unwrap_or(name)));
    page
}

/// A type as the file of the types names it.
fn local(ty: &TypeRef) -> Code {
    rust::path(ty, "")
}

fn write_object(file: &mut Code, object: &ObjectModel, gate: &Code) {
    let page = documented(object.description.as_deref(), &object.name);
    file.piece(&docs("///", &page));
    let default = object
        .fields
        .iter()
        .all(|field| field.presence == Presence::Optional);
    let derives = if default {
        "Clone, Debug, Default, PartialEq"
    } else {
        "Clone, Debug, PartialEq"
    };
    file.line(
        "{}#[derive({})]\n#[non_exhaustive]\npub struct {} {{",
        &[gate, &derives, &name(&object.name)],
    );
    for field in &object.fields {
        if let Some(description) = &field.description {
            let page = documented(Some(description), "");
            file.piece(&docs("    ///", &page));
        }
        let ty = match field.presence {
            Presence::Required => local(&field.ty),
            Presence::Nullable | Presence::Optional => rust::option(&local(&field.ty)),
        };
        file.line("    pub {}: {},", &[&name(&field.name), &ty]);
    }
    file.line(
        "    /// {}\n    pub {}: ::rolecall_client::Extra,\n}}\n",
        &[&EXTRA, &name(&object.extra)],
    );
    file.line(
        "{}::rolecall_client::object! {{ {}, {} {{",
        &[gate, &name(&object.name), &name(&object.extra)],
    );
    for field in &object.fields {
        let presence = match field.presence {
            Presence::Required => "required",
            Presence::Nullable => "nullable",
            Presence::Optional => "optional",
        };
        file.line(
            "    {} {}: {} = {},",
            &[
                &presence,
                &name(&field.name),
                &local(&field.ty),
                &literal(&field.wire),
            ],
        );
    }
    file.push("} }\n\n");
    if object.sent {
        write_constructor(file, object, default, gate);
    }
}

/// Types that setters take as they are.
fn is_taken_as_it_is(ty: &TypeRef) -> bool {
    matches!(
        ty,
        TypeRef::Bool | TypeRef::Integer | TypeRef::Float | TypeRef::Json
    )
}

/// An argument of `new`: its type, and its value in the struct.
fn argument(field: &FieldModel) -> (Code, Code) {
    let (field_ty, field_name) = (local(&field.ty), name(&field.name));
    if field.presence == Presence::Nullable {
        (rust::option(&field_ty), code("{}", &[&field_name]))
    } else if is_taken_as_it_is(&field.ty) {
        (field_ty, code("{}", &[&field_name]))
    } else {
        (
            rust::into(&field_ty),
            code("{0}: {0}.into()", &[&field_name]),
        )
    }
}

/// `new` with what is required, and a setter for what is not.
fn write_constructor(file: &mut Code, object: &ObjectModel, default: bool, gate: &Code) {
    file.line("{}impl {} {{", &[gate, &name(&object.name)]);
    let needed = object
        .fields
        .iter()
        .filter(|f| f.presence != Presence::Optional);
    let arguments = needed.map(|field| code("{}: {}", &[&name(&field.name), &argument(field).0]));
    file.push("    /// With what is required, and nothing else.\n    #[must_use]\n");
    file.line(
        "    pub fn new({}) -> Self {{",
        &[&Code::join(arguments, ", ")],
    );
    if default {
        file.push("        <Self as ::std::default::Default>::default()\n    }\n");
    } else {
        file.push("        Self {\n");
        for field in &object.fields {
            if field.presence == Presence::Optional {
                file.line(
                    "            {}: ::std::option::Option::None,",
                    &[&name(&field.name)],
                );
            } else {
                file.line("            {},", &[&argument(field).1]);
            }
        }
        file.line(
            "            {}: ::rolecall_client::Extra::new(),\n        }}\n    }}",
            &[&name(&object.extra)],
        );
    }
    for field in object
        .fields
        .iter()
        .filter(|f| f.presence == Presence::Optional)
    {
        let mut page = Page::new();
        page.add("Sets {}.", &[&span(&field.wire)]);
        let (ty, value) = if is_taken_as_it_is(&field.ty) {
            (local(&field.ty), "value")
        } else {
            (rust::into(&local(&field.ty)), "value.into()")
        };
        file.line(
            "{}    #[must_use]\n    pub fn with_{}(mut self, value: {}) -> Self {{\n        self.{} = ::std::option::Option::Some({});\n        self\n    }}",
            &[
                &docs("    ///", &page),
                &name(field.name.trim_end_matches('_')),
                &ty,
                &name(&field.name),
                &value,
            ],
        );
    }
    file.push("}\n\n");
}

fn write_enum(file: &mut Code, item: &EnumModel, gate: &Code) {
    let page = documented(item.description.as_deref(), &item.name);
    file.line(
        "{}::rolecall_client::open_enum! {{\n{}    pub enum {}, unknown = {} {{",
        &[
            gate,
            &docs("    ///", &page),
            &name(&item.name),
            &name(&item.unknown),
        ],
    );
    for (arm, value) in &item.arms {
        file.line("        {} = {},", &[&name(arm), &literal(value)]);
    }
    file.push("    }\n}\n\n");
}

fn write_union(file: &mut Code, item: &UnionModel, gate: &Code) {
    let page = documented(item.description.as_deref(), &item.name);
    let docs = docs("    ///", &page);
    let (union, unknown) = (name(&item.name), name(&item.unknown));
    match &item.discriminator {
        Some(property) => {
            file.line(
                "{}::rolecall_client::union! {{\n{}    pub enum {} by {}, unknown = {} {{",
                &[gate, &docs, &union, &literal(property), &unknown],
            );
            for arm in &item.arms {
                file.line(
                    "        {}({}) = {},",
                    &[
                        &name(&arm.name),
                        &local(&arm.ty),
                        &forms::constants(&arm.values),
                    ],
                );
            }
        }
        None => {
            file.line(
                "{}::rolecall_client::choice! {{\n{}    pub enum {}, unknown = {} {{",
                &[gate, &docs, &union, &unknown],
            );
            for arm in &item.arms {
                file.line(
                    "        {}({}): {},",
                    &[&name(&arm.name), &local(&arm.ty), &forms::lines(&arm.form)],
                );
            }
        }
    }
    file.push("    }\n}\n\n");
}

fn write_by_status(file: &mut Code, item: &StatusUnion, gate: &Code) {
    let page = documented(Some(&item.description), &item.name);
    file.line(
        "{}::rolecall_client::by_status! {{\n{}    pub enum {} {{",
        &[gate, &docs("    ///", &page), &name(&item.name)],
    );
    for arm in &item.arms {
        let statuses = arm.statuses.iter().map(|status| status_literal(status));
        let (body, kind) = match &arm.body {
            Answers::Json(ty) => (local(ty), "json"),
            Answers::Text => (local(&TypeRef::String), "text"),
            Answers::Bytes => (code("::rolecall_client::Bytes", &[]), "bytes"),
            Answers::Empty => (code("()", &[]), "empty"),
        };
        file.line(
            "        {}({}): {} = [{}],",
            &[&name(&arm.name), &body, &kind, &Code::join(statuses, ", ")],
        );
    }
    file.push("    }\n}\n\n");
}

/// `Code(404)`, `Range(4)`, `Default`.
pub fn status_literal(status: &str) -> Code {
    match status.parse::<u16>() {
        Ok(number) => code("Code({})", &[&number]),
        Err(_) => match status.as_bytes() {
            [digit @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => {
                code("Range({})", &[&(digit - b'0')])
            }
            _ => code("Default", &[]),
        },
    }
}
