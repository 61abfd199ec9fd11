//! [`by_status!`](crate::by_status!): bodies whose shape depends on the HTTP status.

use crate::Status;
use serde_core::de::{DeserializeOwned, Error as _};

/// Makes an enum of the bodies that an operation answers with, told apart by status.
///
/// ```
/// rolecall_client::by_status! {
///     /// What goes wrong.
///     pub enum GetThingError {
///         Refused(String): json = [Code(403), Code(404)],
///         Failed(String): text = [Range(5)],
///     }
/// }
///
/// use rolecall_client::ErrorBody as _;
/// let error = GetThingError::decode(404, b"\"gone\"")?;
/// assert!(matches!(error, GetThingError::Refused(text) if text == "gone"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A status in the list of an arm decides; then a range, then `Default`. A status that no arm lists is tried against the arms
/// in order, since services answer with more statuses than they document.
#[macro_export]
macro_rules! by_status {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$item:meta])* $arm:ident($ty:ty): $kind:ident = [$($status:ident $(($code:literal))?),* $(,)?]),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$item])* $arm($ty),)*
        }

        const _: () = {
            use $crate::private::{by_status, serde, serde_json};

            fn decide(status: u16, body: &[u8]) -> ::std::result::Result<$name, serde_json::Error> {
                for exactness in by_status::EXACTNESS {
                    $(if by_status::listed(status, exactness, &[$($crate::Status::$status $(($code))?),*]) {
                        return by_status::$kind(body).map($name::$arm);
                    })*
                }
                $(if let Ok(body) = by_status::$kind(body) {
                    return Ok($name::$arm(body));
                })*
                Err(by_status::undocumented(status))
            }

            impl $crate::ByStatus for $name {
                fn decode(status: u16, body: &[u8]) -> ::std::result::Result<Self, serde_json::Error> {
                    decide(status, body)
                }
            }

            impl $crate::ErrorBody for $name {
                fn decode(status: u16, body: &[u8]) -> ::std::result::Result<Self, serde_json::Error> {
                    decide(status, body)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, to: S) -> ::std::result::Result<S::Ok, S::Error> {
                    match self {
                        $(Self::$arm(arm) => by_status::write::$kind(arm, to),)*
                    }
                }
            }
        };
    };
}

/// How exactly an arm can name a status, most exact first.
pub const EXACTNESS: [u8; 3] = [0, 1, 2];

/// Whether one of `statuses` names `status` with the given exactness.
pub fn listed(status: u16, exactness: u8, statuses: &[Status]) -> bool {
    statuses.iter().any(|known| match known {
        Status::Code(code) => exactness == 0 && *code == status,
        Status::Range(range) => exactness == 1 && u16::from(*range) == status / 100,
        Status::Default => exactness == 2,
    })
}

/// A JSON body.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body)
}

/// A text body.
pub fn text(body: &[u8]) -> Result<String, serde_json::Error> {
    String::from_utf8(body.to_vec())
        .map_err(|_| serde_json::Error::custom("text that is not UTF-8"))
}

/// A body of any bytes.
pub fn bytes(body: &[u8]) -> Result<bytes::Bytes, serde_json::Error> {
    Ok(bytes::Bytes::copy_from_slice(body))
}

/// No body.
pub fn empty(body: &[u8]) -> Result<(), serde_json::Error> {
    if body.is_empty() {
        Ok(())
    } else {
        Err(serde_json::Error::custom("a body where none is documented"))
    }
}

/// No arm fits.
pub fn undocumented(status: u16) -> serde_json::Error {
    serde_json::Error::custom(format_args!("no body is documented for status {status}"))
}

/// How each kind of body is written, for those who keep errors as JSON.
pub mod write {
    use serde_core::{Serialize, Serializer};

    /// JSON, as it is.
    pub fn json<T: Serialize, S: Serializer>(body: &T, to: S) -> Result<S::Ok, S::Error> {
        body.serialize(to)
    }

    /// Text, as a string.
    pub fn text<S: Serializer>(body: &str, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(body)
    }

    /// Bytes, as a list of numbers.
    pub fn bytes<S: Serializer>(body: &bytes::Bytes, to: S) -> Result<S::Ok, S::Error> {
        body.as_ref().serialize(to)
    }

    /// Nothing, as `null`.
    pub fn empty<S: Serializer>(_: &(), to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}
