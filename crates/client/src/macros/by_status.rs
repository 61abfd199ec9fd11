//! [`by_status!`](crate::by_status!): bodies whose shape depends on the HTTP status.

use crate::{DecodeProblem, Decoded, Decoding, FromJson, Status, decode};

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
/// # Ok::<(), rolecall_client::DecodeProblem>(())
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
            use $crate::private::{by_status, serde};

            fn decide(
                status: u16,
                body: &[u8],
                decoding: $crate::Decoding,
            ) -> ::std::result::Result<$crate::Decoded<$name>, $crate::DecodeProblem> {
                for exactness in by_status::EXACTNESS {
                    $(if by_status::listed(status, exactness, &[$($crate::Status::$status $(($code))?),*]) {
                        return by_status::$kind(body, decoding).map(|body| body.map($name::$arm));
                    })*
                }
                $(if let Ok(body) = by_status::$kind(body, decoding) {
                    return Ok(body.map($name::$arm));
                })*
                Err(by_status::undocumented(status))
            }

            impl $crate::ByStatus for $name {
                fn decode_with(
                    status: u16,
                    body: &[u8],
                    decoding: $crate::Decoding,
                ) -> ::std::result::Result<$crate::Decoded<Self>, $crate::DecodeProblem> {
                    decide(status, body, decoding)
                }
            }

            impl $crate::ErrorBody for $name {
                fn decode_with(
                    status: u16,
                    body: &[u8],
                    decoding: $crate::Decoding,
                ) -> ::std::result::Result<$crate::Decoded<Self>, $crate::DecodeProblem> {
                    decide(status, body, decoding)
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

type Read<T> = Result<Decoded<T>, DecodeProblem>;

/// A JSON body.
pub fn json<T: FromJson>(body: &[u8], decoding: Decoding) -> Read<T> {
    decode(body, decoding)
}

/// A text body.
pub fn text(body: &[u8], _: Decoding) -> Read<String> {
    match String::from_utf8(body.to_vec()) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err(DecodeProblem::new("", "text that is not UTF-8")),
    }
}

/// A body of any bytes.
pub fn bytes(body: &[u8], _: Decoding) -> Read<bytes::Bytes> {
    Ok(bytes::Bytes::copy_from_slice(body).into())
}

/// No body.
pub fn empty(body: &[u8], _: Decoding) -> Read<()> {
    if body.is_empty() {
        Ok(().into())
    } else {
        let problem = "a body where none is documented";
        Err(DecodeProblem::new("", problem))
    }
}

/// No arm fits.
pub fn undocumented(status: u16) -> DecodeProblem {
    DecodeProblem::new("", format!("no body is documented for status {status}"))
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
