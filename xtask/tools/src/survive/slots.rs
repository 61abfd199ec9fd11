//! Finds what can be changed in a body, one thing at a time, by walking it beside its schema.

use serde_json::{Value, json};

use super::bodies::BodyKind;
use super::change::{Change, Expect, Mutation, Slot};
use super::exact::number_in_form;
use super::reach::Reach;
use super::read::{Reader, Schema};
use super::shape::{Property, Shape};
use super::union::Union;
use rolecall_openapi::json;

/// A text that no description lists.
const UNKNOWN: &str = "SURVIVAL_UNKNOWN";
/// A date and time as some services write it: no zone, and a blank.
const ODD_TIME: &str = "2026-01-31 12:00:00";
/// More digits than a floating-point number has.
const LONG: &str = "12345678901234567.89";
/// More than 32 bits.
const BIG: i64 = 5_000_000_000;

/// Walks bodies.
pub struct Walker<'r, 'a> {
    /// The description.
    pub reader: &'r Reader<'a>,
    /// What is sent and received.
    pub reach: &'r Reach,
    /// What the body is of.
    pub kind: BodyKind,
    /// What was found.
    pub slots: Vec<Slot>,
}

/// Where the walk is.
#[derive(Clone, Copy)]
struct Here<'h> {
    /// Pointer into the body.
    at: &'h str,
    /// Whether this is within a union that its form decides: whatever does not fit an arm is kept as JSON.
    shielded: bool,
    /// Whether this is within an object, which keeps what is written in another form than it came in.
    kept: bool,
    /// Whether this is below a property that need not be there, which keeps what does not fit.
    rescued: bool,
    /// The property that chose this arm.
    decider: Option<&'h str>,
}

impl<'a> Walker<'_, 'a> {
    /// Finds the slots of a body.
    pub fn walk(&mut self, schema: &Schema<'a>, body: &Value) {
        let here = Here {
            at: "",
            shielded: false,
            kept: false,
            rescued: false,
            decider: None,
        };
        self.inner(schema, body, here);
    }

    fn slot(&mut self, schema: &Schema<'a>, mutation: Mutation, at: &str, change: Change) {
        self.slots.push(Slot {
            mutation,
            pointer: at.to_owned(),
            change,
            expect: Expect::Survive,
            identity: (schema.owner.clone(), schema.key),
        });
    }

    fn set(&mut self, schema: &Schema<'a>, mutation: Mutation, at: &str, value: impl Into<Value>) {
        self.slot(schema, mutation, at, Change::Set(value.into()));
    }

    fn value(&mut self, schema: &Schema<'a>, value: &Value, here: Here<'_>) {
        let at = here.at;
        match (self.reader.shape(schema), value) {
            (Shape::Text { values, format }, Value::String(known)) => {
                if !values.is_empty() {
                    self.set(schema, Mutation::UnknownEnum, at, UNKNOWN);
                }
                for other in values.into_iter().filter(|other| other != known) {
                    self.set(schema, Mutation::Known, at, other);
                }
                if format == Some("date-time") {
                    self.set(schema, Mutation::OddDateTime, at, ODD_TIME);
                }
            }
            (Shape::Number(values), Value::Number(_)) if values.is_empty() => {
                for form in ["200", "200.0", "2e2", "-0", "1e400", LONG] {
                    self.number(schema, Mutation::NumberForm, form, here);
                }
            }
            (Shape::Integer(values), Value::Number(_)) => {
                self.set(schema, Mutation::BigInteger, at, BIG);
                if values.is_empty() {
                    for form in ["30.0", "3e1", "-0"] {
                        self.number(schema, Mutation::NumberForm, form, here);
                    }
                }
                if here.rescued && here.kept {
                    for form in ["18446744073709551615", "123456789012345678901234567890"] {
                        self.number(schema, Mutation::BigDigits, form, here);
                    }
                }
                for other in values.into_iter().filter(|other| other != value) {
                    self.set(schema, Mutation::Known, at, other);
                }
            }
            (Shape::Array(items), Value::Array(values)) => {
                if !values.is_empty() {
                    self.set(schema, Mutation::Empty, at, json!([]));
                }
                let read = items.map(|items| self.reader.read(items, schema.owner.as_deref()));
                for (index, value) in values.iter().enumerate() {
                    if let Some(items) = &read {
                        let at = &format!("{at}/{index}");
                        let here = Here {
                            at,
                            decider: None,
                            ..here
                        };
                        self.null_within(items, Mutation::NullItem, here);
                        self.inner(items, value, here);
                    }
                }
            }
            (Shape::Map(inner), Value::Object(entries)) => {
                if !entries.is_empty() {
                    self.set(schema, Mutation::Empty, at, json!({}));
                }
                let read = inner.map(|inner| self.reader.read(inner, schema.owner.as_deref()));
                let more = match &read {
                    // The values have a type, which an extra one has, too.
                    Some(_) => entries.values().next().cloned(),
                    None => Some(extra()),
                };
                if let Some(more) = more {
                    let change = Change::Add("x-survival".to_owned(), more);
                    self.slot(schema, Mutation::ExtraProperty, at, change);
                }
                for (key, value) in entries {
                    if let Some(inner) = &read {
                        let at = &json::join(at, key);
                        let here = Here {
                            at,
                            decider: None,
                            ..here
                        };
                        self.null_within(inner, Mutation::NullValue, here);
                        self.other_type(inner, here);
                        self.inner(inner, value, here);
                    }
                }
            }
            (Shape::Object(properties), Value::Object(_)) => {
                self.object(schema, &properties, value, here);
            }
            (Shape::Union(union), _) => self.union(schema, &union, value, here),
            _ => {}
        }
    }

    /// A whole body, an item of an array, or a value of a map.
    fn inner(&mut self, schema: &Schema<'a>, value: &Value, here: Here<'_>) {
        if schema.nullable && !value.is_null() {
            self.set(schema, Mutation::Null, here.at, Value::Null);
        }
        self.value(schema, value, here);
    }

    /// `null` among items or values that no description allows it for.
    fn null_within(&mut self, schema: &Schema<'a>, mutation: Mutation, here: Here<'_>) {
        if schema.nullable {
            return;
        }
        self.set(schema, mutation, here.at, Value::Null);
        if let (false, Some(slot)) = (here.kept, self.slots.last_mut()) {
            slot.expect = Expect::LeftOut;
        }
    }

    /// A number in this form.
    fn number(&mut self, schema: &Schema<'a>, mutation: Mutation, form: &str, here: Here<'_>) {
        self.set(schema, mutation, here.at, number_in_form(form));
        if let (false, Some(slot)) = (here.kept, self.slots.last_mut()) {
            slot.expect = Expect::SameValue;
        }
    }

    /// A value of another kind, where something above keeps it.
    fn other_type(&mut self, schema: &Schema<'a>, here: Here<'_>) {
        if !here.rescued {
            return;
        }
        let other = match self.reader.shape(schema) {
            Shape::Any => return,
            Shape::Text { .. } => json!({ "odd": [1, null] }),
            Shape::Object(_) => json!(["odd", { "digits": number_in_form(LONG) }]),
            _ => json!("odd"),
        };
        self.set(schema, Mutation::OtherType, here.at, other);
    }

    fn object(
        &mut self,
        schema: &Schema<'a>,
        properties: &[Property<'a>],
        body: &Value,
        here: Here<'_>,
    ) {
        let at = here.at;
        let change = Change::Add("x-survival".to_owned(), extra());
        self.slot(schema, Mutation::ExtraProperty, at, change);
        let mut demanding = false;
        for property in properties {
            let required = self
                .reach
                .requires(self.reader, schema, property, self.kind);
            demanding |= required;
            let Some(value) = body.get(property.name) else {
                continue;
            };
            let read = self
                .reader
                .read_all(&property.schemas, schema.owner.as_deref());
            let below = json::join(at, property.name);
            let decides = here.decider == Some(property.name);
            if !decides {
                self.removed(&read, property.name, required, &below, here);
                if !value.is_null() && (!required || read.nullable) {
                    self.set(&read, Mutation::Null, &below, Value::Null);
                }
                let here = Here {
                    at: &below,
                    shielded: here.shielded,
                    kept: true,
                    rescued: here.rescued || !required,
                    decider: None,
                };
                self.other_type(&read, here);
                let collection =
                    matches!(self.reader.shape(&read), Shape::Array(_) | Shape::Map(_));
                if required && !read.nullable && collection {
                    self.set(&read, Mutation::NullCollection, &below, Value::Null);
                }
                self.value(&read, value, here);
            }
        }
        let empty = body.as_object().is_some_and(serde_json::Map::is_empty);
        let survives = !demanding || here.shielded || here.rescued;
        if !empty && here.decider.is_none() && survives {
            self.set(schema, Mutation::Empty, at, json!({}));
        }
    }

    fn removed(
        &mut self,
        read: &Schema<'a>,
        name: &str,
        required: bool,
        below: &str,
        here: Here<'_>,
    ) {
        let mutation = match (required, here.shielded, here.rescued) {
            (false, ..) => Mutation::OptionalRemoved,
            (true, true, _) => Mutation::RequiredOfArmRemoved,
            (true, false, true) => Mutation::RequiredBelowOptionalRemoved,
            (true, false, false) => Mutation::RequiredRemoved,
        };
        self.slot(read, mutation, below, Change::Remove);
        if let (Mutation::RequiredRemoved, Some(slot)) = (mutation, self.slots.last_mut()) {
            slot.expect = Expect::MissingProperty {
                pointer: here.at.to_owned(),
                property: name.to_owned(),
            };
        }
    }

    fn union(&mut self, schema: &Schema<'a>, union: &Union<'a>, value: &Value, here: Here<'_>) {
        let arm = self.reader.arm_of(union, value);
        let at = here.at;
        let shielded = here.shielded || union.property.is_none();
        if let (Some(property), Some(arm)) = (&union.property, arm) {
            let below = json::join(at, property);
            self.set(schema, Mutation::UnknownDiscriminator, &below, UNKNOWN);
            let change = Change::Remove;
            self.slot(schema, Mutation::DiscriminatorRemoved, &below, change);
            self.set(schema, Mutation::Empty, at, json!({}));
            let said = value.get(property);
            for other in arm.values.iter().filter(|other| Some(*other) != said) {
                self.set(schema, Mutation::Known, &below, other.clone());
            }
        }
        if let Some(arm) = arm {
            let here = Here {
                shielded,
                decider: union.property.as_deref().or(here.decider),
                ..here
            };
            self.value(&arm.schema, value, here);
        }
    }
}

/// What nobody understands.
fn extra() -> Value {
    json!({
        "kept": [1, null, "as it came"],
        "deeper": { "still": true },
        "digits": number_in_form(LONG),
    })
}
