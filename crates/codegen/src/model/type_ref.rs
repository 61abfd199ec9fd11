//! A Rust type as a value. How it is written depends on where: see `render::rust`.

use std::fmt;

/// The type of a property, a parameter or a body.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// `bool`.
    Bool,
    /// `i64`.
    Integer,
    /// `f64`.
    Float,
    /// A string.
    String,
    /// A date and time, as it was written.
    Timestamp,
    /// A string that is not shown.
    Secret,
    /// A number of any size.
    Number,
    /// Any JSON.
    Json,
    /// An object of any JSON.
    Extra,
    /// An array.
    Array(Box<TypeRef>),
    /// An object of values of one type.
    Map(Box<TypeRef>),
    /// Perhaps `null`.
    Nullable(Box<TypeRef>),
    /// On the heap, since it may hold itself.
    Boxed(Box<TypeRef>),
    /// A type of the crate's own.
    Component(String),
    /// The type of the schema of this number among those whose types were asked for: not known yet.
    Asked(usize),
}

impl TypeRef {
    /// The types of the crate's own that it mentions: one at most.
    #[must_use]
    pub fn component(&self) -> Option<&str> {
        match self {
            Self::Component(name) => Some(name),
            Self::Array(inner) | Self::Map(inner) | Self::Nullable(inner) | Self::Boxed(inner) => {
                inner.component()
            }
            _ => None,
        }
    }

    /// The type without the box around it.
    #[must_use]
    pub fn unboxed(&self) -> &Self {
        match self {
            Self::Boxed(inner) => inner,
            other => other,
        }
    }
}

/// In short, for people.
impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Integer => f.write_str("i64"),
            Self::Float => f.write_str("f64"),
            Self::String => f.write_str("String"),
            Self::Timestamp => f.write_str("Timestamp"),
            Self::Secret => f.write_str("Secret"),
            Self::Number => f.write_str("Number"),
            Self::Json => f.write_str("Value"),
            Self::Extra => f.write_str("Extra"),
            Self::Array(inner) => write!(f, "Vec<{inner}>"),
            Self::Map(inner) => write!(f, "BTreeMap<String, {inner}>"),
            Self::Nullable(inner) => write!(f, "Option<{inner}>"),
            Self::Boxed(inner) => write!(f, "Box<{inner}>"),
            Self::Component(name) => f.write_str(name),
            Self::Asked(index) => write!(f, "#{index}"),
        }
    }
}

impl fmt::Debug for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}
