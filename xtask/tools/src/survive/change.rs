//! One change to a body, and what must come of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use rolecall_openapi::load::unescape;

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mutation {
    /// Nothing.
    None,
    /// Another value that the description lists.
    Known,
    /// A value of an enum that no description lists.
    UnknownEnum,
    /// A value of a discriminator that no description lists.
    UnknownDiscriminator,
    /// No discriminator.
    DiscriminatorRemoved,
    /// A property that no description names.
    ExtraProperty,
    /// `null` for a property that need not be there, or that may be null.
    Null,
    /// No such property, where it need not be there.
    OptionalRemoved,
    /// An empty array or object.
    Empty,
    /// A date and time that is not one of RFC 3339.
    OddDateTime,
    /// An integer of more than 32 bits.
    BigInteger,
    /// No such property, where the arm of a union that its form decides needs it.
    RequiredOfArmRemoved,
    /// A value of another kind below a property that need not be there.
    OtherType,
    /// `null` as an item of an array.
    NullItem,
    /// `null` as a value of a map.
    NullValue,
    /// `null` for an array or a map that must be there.
    NullCollection,
    /// A number in another form.
    NumberForm,
    /// A number of more digits than the type has.
    BigDigits,
    /// No such property, where it must be there in an object that need not be.
    RequiredBelowOptionalRemoved,
    /// No such property, where it must be there.
    RequiredRemoved,
}

impl Mutation {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 20] = [
        Self::None,
        Self::Known,
        Self::UnknownEnum,
        Self::UnknownDiscriminator,
        Self::DiscriminatorRemoved,
        Self::ExtraProperty,
        Self::Null,
        Self::OptionalRemoved,
        Self::Empty,
        Self::OddDateTime,
        Self::BigInteger,
        Self::RequiredOfArmRemoved,
        Self::OtherType,
        Self::NullItem,
        Self::NullValue,
        Self::NullCollection,
        Self::NumberForm,
        Self::BigDigits,
        Self::RequiredBelowOptionalRemoved,
        Self::RequiredRemoved,
    ];

    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "as described",
            Self::Known => "other known value",
            Self::UnknownEnum => "unknown enum value",
            Self::UnknownDiscriminator => "unknown discriminator",
            Self::DiscriminatorRemoved => "no discriminator",
            Self::ExtraProperty => "extra property",
            Self::Null => "null",
            Self::OptionalRemoved => "optional removed",
            Self::Empty => "empty array or object",
            Self::OddDateTime => "odd date-time",
            Self::BigInteger => "integer beyond i32",
            Self::RequiredOfArmRemoved => "required of an arm removed",
            Self::OtherType => "other type below optional",
            Self::NullItem => "null item",
            Self::NullValue => "null value of a map",
            Self::NullCollection => "null for a required collection",
            Self::NumberForm => "other form of a number",
            Self::BigDigits => "number of many digits",
            Self::RequiredBelowOptionalRemoved => "required below optional removed",
            Self::RequiredRemoved => "required removed: refused by name",
        }
    }
}

/// What must come of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// It decodes, and encodes back to the same JSON, with numbers in the same form.
    Survive,
    /// As `Survive`, but for a number in a body that is no object: nothing keeps its form.
    SameValue,
    /// As `Survive`, but for a `null` in a body that is no object: it can be left out, for nothing keeps it.
    LeftOut,
    /// As `Survive`, and the type names whatever it holds: no shape and no value is kept as an unknown one.
    Named,
    /// It is refused for want of a property.
    MissingProperty {
        /// The object that lacks it: a pointer into the body.
        pointer: String,
        /// The property.
        property: String,
    },
}

/// What is done at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Another value.
    Set(Value),
    /// It goes.
    Remove,
    /// It gets one more property.
    Add(String, Value),
}

/// A place that can be changed.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The kind of change.
    pub mutation: Mutation,
    /// The place.
    pub pointer: String,
    /// The change.
    pub change: Change,
    /// What must come of it.
    pub expect: Expect,
    /// The component and the schema that it is about: the same code is behind equal ones.
    pub identity: (Option<String>, usize),
}

impl Slot {
    /// The body with this one change; nothing, where there is no such place.
    pub fn apply(&self, body: &Value) -> Option<Value> {
        let mut body = body.clone();
        match &self.change {
            Change::Set(value) => match body.pointer_mut(&self.pointer) {
                Some(place) => *place = value.clone(),
                None => return None,
            },
            Change::Add(key, value) => {
                let object = body.pointer_mut(&self.pointer)?.as_object_mut()?;
                object.insert(key.clone(), value.clone());
            }
            Change::Remove => {
                let (parent, key) = self.pointer.rsplit_once('/')?;
                let object = body.pointer_mut(parent)?.as_object_mut()?;
                object.shift_remove(&unescape(key))?;
            }
        }
        Some(body)
    }
}
