//! Numbers: their values, and whether writing them gives back the text.

use super::{FromJson, ReadError, Reader};
use std::fmt::{self, Write};

/// The integer that a number is, however it is written: `30`, `30.0`, `1e3`. Nothing, when it has a fraction or more than
/// 38 digits.
#[must_use]
pub fn integral(text: &str) -> Option<i128> {
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let shift = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let digits = match usize::try_from(shift) {
        Ok(zeros) if zeros < 39 => format!("{digits}{}", "0".repeat(zeros)),
        Ok(_) => return None,
        Err(_) => {
            // Digits behind the point: all of them must be zero.
            let behind = usize::try_from(shift.unsigned_abs()).ok()?;
            let kept = digits.len().checked_sub(behind)?;
            let (kept, rest) = digits.split_at_checked(kept)?;
            if kept.is_empty() || rest.bytes().any(|byte| byte != b'0') {
                return None;
            }
            kept.to_owned()
        }
    };
    format!("{sign}{digits}").parse().ok()
}

macro_rules! integers {
    ($($ty:ident: $expected:literal),*) => {$(
        impl FromJson for $ty {
            fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
                let start = from.start();
                let text = from.number(concat!("an integer of ", $expected))?;
                if let Ok(value) = text.parse() {
                    if value == 0 && text.len() > 1 {
                        from.alter();
                    }
                    return Ok(value);
                }
                from.alter();
                integral(text)
                    .and_then(|value| Self::try_from(value).ok())
                    .ok_or_else(|| refused(start, text, concat!("an integer of ", $expected)))
            }
        }
    )*};
}

integers!(i8: "8 bits", i16: "16 bits", i32: "32 bits", i64: "64 bits", u8: "8 bits without a sign",
    u16: "16 bits without a sign", u32: "32 bits without a sign", u64: "64 bits without a sign");

#[cold]
fn refused(start: usize, text: &str, expected: &'static str) -> ReadError {
    let found = if integral(text).is_some() {
        "integer"
    } else {
        "number"
    };
    ReadError::value(start, found, expected)
}

/// A number of which a type keeps the nearest, as every reader of JSON does; one beyond all is infinite.
impl FromJson for f64 {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        let text = from.number("a number")?;
        let value = text.parse().unwrap_or(Self::INFINITY);
        if !is_faithful(value, text) {
            from.alter();
        }
        Ok(value)
    }
}

impl FromJson for f32 {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        from.alter();
        let text = from.number("a number")?;
        Ok(text.parse().unwrap_or(Self::INFINITY))
    }
}

impl FromJson for serde_json::Number {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        let start = from.start();
        let text = from.number("a number")?;
        match number(text) {
            Some((value, faithful)) => {
                if !faithful {
                    from.alter();
                }
                Ok(value)
            }
            None => Err(ReadError::value(start, "number", "a number of 64 bits")),
        }
    }
}

/// The number of serde_json's that comes nearest, and whether it is written as the text is. Nothing, when the text is
/// beyond all of them.
pub(super) fn number(text: &str) -> Option<(serde_json::Number, bool)> {
    if text == "-0" {
        return Some((serde_json::Number::from_f64(-0.0)?, false));
    }
    if let Ok(value) = text.parse::<i64>() {
        return Some((value.into(), true));
    }
    if let Ok(value) = text.parse::<u64>() {
        return Some((value.into(), true));
    }
    let value = text.parse::<f64>().ok()?;
    let number = serde_json::Number::from_f64(value)?;
    Some((number, is_faithful(value, text)))
}

/// Whether a number is written as this text. Only of plain ones: an exponent has more than one form.
pub(super) fn is_faithful(value: f64, text: &str) -> bool {
    let mut rest = Rest(text);
    text.contains('.')
        && !text.contains(['e', 'E'])
        && write!(rest, "{value:?}").is_ok()
        && rest.0.is_empty()
}

/// What is left of a text once what is written has been taken off its start.
struct Rest<'a>(&'a str);

impl Write for Rest<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
        Ok(())
    }
}
