//! [`open_enum!`](crate::open_enum!): strings of which some are known.

/// Makes an enum of the known values of a string, with one variant for all others.
///
/// ```
/// rolecall_client::open_enum! {
///     /// What kind of role it is.
///     pub enum RoleType, unknown = Unknown {
///         /// An administrator of applications.
///         AppAdmin = "APP_ADMIN",
///         Custom = "CUSTOM",
///     }
/// }
///
/// assert_eq!(RoleType::from("CUSTOM"), RoleType::Custom);
/// let new: RoleType = serde_json::from_str("\"NEW\"")?;
/// assert_eq!(new, RoleType::Unknown("NEW".to_owned()));
/// assert!(!new.is_known());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Equality, order and hash are those of the text. The enum has `as_str`, `is_known` and `KNOWN`; it converts from `&str`,
/// `String` and by `FromStr`, and into a [`ParamValue`](crate::ParamValue).
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident, unknown = $unknown:ident {
        $($(#[$item:meta])* $variant:ident = $text:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$item])* $variant,)*
            /// A value that this version does not name.
            $unknown(::std::string::String),
        }

        impl $name {
            /// The values that have a variant of their own.
            pub const KNOWN: &[&str] = &[$($text),*];

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::$unknown(text) => text,
                }
            }

            /// Whether the value has a variant of its own.
            #[must_use]
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::$unknown(_))
            }
        }

        impl ::std::convert::From<::std::borrow::Cow<'_, str>> for $name {
            fn from(text: ::std::borrow::Cow<'_, str>) -> Self {
                match &*text {
                    $($text => Self::$variant,)*
                    _ => Self::$unknown(text.into_owned()),
                }
            }
        }

        $crate::__text_type!($name);

        #[cfg(feature = "schemars")]
        impl $crate::private::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                $crate::private::schema::name(stringify!($name))
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(
                _: &mut $crate::private::schemars::SchemaGenerator,
            ) -> $crate::private::schemars::Schema {
                $crate::private::schema::open_enum(Self::KNOWN)
            }
        }
    };
}

/// What follows from `as_str` and `From<Cow<str>>`.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_type {
    ($name:ident) => {
        const _: () = {
            use $crate::private::{json, serde};

            impl ::std::convert::From<&str> for $name {
                fn from(text: &str) -> Self {
                    Self::from(::std::borrow::Cow::Borrowed(text))
                }
            }

            impl ::std::convert::From<::std::string::String> for $name {
                fn from(text: ::std::string::String) -> Self {
                    Self::from(::std::borrow::Cow::<str>::Owned(text))
                }
            }

            impl ::std::str::FromStr for $name {
                type Err = ::std::convert::Infallible;

                fn from_str(text: &str) -> ::std::result::Result<Self, ::std::convert::Infallible> {
                    Ok(Self::from(text))
                }
            }

            impl ::std::convert::AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    self.as_str()
                }
            }

            impl ::std::fmt::Display for $name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.pad(self.as_str())
                }
            }

            impl ::std::cmp::PartialEq for $name {
                fn eq(&self, other: &Self) -> bool {
                    self.as_str() == other.as_str()
                }
            }

            impl ::std::cmp::Eq for $name {}

            impl ::std::cmp::PartialOrd for $name {
                fn partial_cmp(&self, other: &Self) -> ::std::option::Option<::std::cmp::Ordering> {
                    Some(self.cmp(other))
                }
            }

            impl ::std::cmp::Ord for $name {
                fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                    self.as_str().cmp(other.as_str())
                }
            }

            impl ::std::hash::Hash for $name {
                fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                    self.as_str().hash(state);
                }
            }

            impl ::std::convert::From<$name> for $crate::ParamValue {
                fn from(value: $name) -> Self {
                    Self::from(value.as_str())
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    to: S,
                ) -> ::std::result::Result<S::Ok, S::Error> {
                    to.serialize_str(self.as_str())
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    from: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    json::deserialize(from)
                }
            }

            impl $crate::FromJson for $name {
                fn from_json(
                    from: &mut json::Reader<'_>,
                ) -> ::std::result::Result<Self, json::ReadError> {
                    from.string().map(Self::from)
                }
            }
        };
    };
}
