//! YAML, by the core schema of YAML 1.2.

use std::borrow::Cow;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use serde_json::{Number, Value};

use crate::load::Place;
use crate::load::build::{Builder, Stopped};

/// Feeds a text to a builder. When it stops, the builder has the problem.
pub(super) fn read(text: &str, builder: &mut Builder<'_>) -> Result<(), Stopped> {
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| syntax(text, &error, builder))?;
        let place = place(&span.start);
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    builder.report(
                        "several-documents",
                        place,
                        "a second YAML document begins here".to_owned(),
                        "one document in the file",
                        "split the file at the `---`, or remove it",
                    );
                    return Err(Stopped);
                }
            }
            Event::MappingStart(..) | Event::SequenceStart(..) if builder.wants_key() => {
                return Err(odd_key(place, "an array or an object", builder));
            }
            Event::Alias(_) if builder.wants_key() => {
                return Err(odd_key(place, "an alias", builder));
            }
            Event::MappingStart(anchor, _) => builder.open(true, anchor, place)?,
            Event::SequenceStart(anchor, _) => builder.open(false, anchor, place)?,
            Event::MappingEnd | Event::SequenceEnd => builder.close()?,
            Event::Alias(anchor) => builder.alias(anchor, place)?,
            Event::Scalar(text, style, _, _) if builder.wants_key() => {
                if style == ScalarStyle::Plain && text == "<<" {
                    builder.report(
                        "merge-key",
                        place,
                        "`<<` merges another object into this one".to_owned(),
                        "no merge keys; YAML 1.2 has none",
                        "write the entries out, or use `allOf` with a `$ref`",
                    );
                }
                if style == ScalarStyle::Plain && text.is_empty() {
                    return Err(odd_key(place, "empty", builder));
                }
                builder.key(text.into_owned(), place)?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = match style == ScalarStyle::Plain && !is_text(tag.as_deref()) {
                    true => plain(text),
                    false => Value::String(text.into_owned()),
                };
                builder.scalar(value, anchor, place)?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }
    if documents == 0 {
        builder.report(
            "empty-file",
            Place { line: 1, column: 1 },
            "the file holds only comments".to_owned(),
            "an OpenAPI description in YAML or JSON",
            "check the path; if a tool wrote the file, see whether it failed",
        );
        return Err(Stopped);
    }
    Ok(())
}

/// Lines are counted from 1 by the parser, columns from 0.
fn place(marker: &Marker) -> Place {
    Place {
        line: marker.line().max(1),
        column: marker.col() + 1,
    }
}

fn odd_key(place: Place, what: &str, builder: &mut Builder<'_>) -> Stopped {
    builder.report(
        "odd-key",
        place,
        format!("the key of this entry is {what}"),
        "a text or a number as the key",
        "put the key in quotes; a value such as `{name}` at the beginning of a line needs them, too",
    );
    Stopped
}

fn syntax(text: &str, error: &ScanError, builder: &mut Builder<'_>) -> Stopped {
    let place = place(error.marker());
    let line = text.lines().nth(place.line - 1).unwrap_or_default();
    let info = error.info();
    if info.contains("recursion limit") {
        builder.report(
            "too-deep",
            place,
            "flow collections (`[`, `{`) are nested too deeply".to_owned(),
            "at most 200 levels",
            "no API description needs this; look for a generator that went wrong",
        );
        return Stopped;
    }
    let near: String = line.trim().chars().take(60).collect();
    let found = match near.is_empty() {
        true => info.to_owned(),
        false => format!("{info}, near `{near}`"),
    };
    let indent = line.len() - line.trim_start().len();
    let help = if line
        .get(..indent)
        .is_some_and(|indent| indent.contains('\t'))
    {
        "the line is indented with a tab: use spaces"
    } else if line.contains(": ") && (info.contains("mapping value") || info.contains("expected")) {
        "check the indentation, and put a text that contains `: ` or ` #` in quotes"
    } else {
        "check the indentation, the quotes and the brackets at this line and above it"
    };
    builder.report("syntax", place, found, "YAML 1.2 or JSON", help);
    Stopped
}

/// Whether a tag says that the scalar is a text whatever it looks like.
fn is_text(tag: Option<&Tag>) -> bool {
    const PREFIX: &str = "tag:yaml.org,2002:";
    tag.is_some_and(|tag| match tag.handle.as_str() {
        PREFIX | "!!" => tag.suffix == "str",
        "!" => tag.suffix.is_empty(),
        "" => tag.suffix.strip_prefix(PREFIX) == Some("str") || tag.suffix == "!",
        _ => false,
    })
}

/// The value of a plain scalar by the core schema. What JSON cannot say (`.inf`, `.nan`) stays a text.
fn plain(text: Cow<'_, str>) -> Value {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    match number(&text) {
        Some(number) => Value::Number(number),
        None => Value::String(text.into_owned()),
    }
}

fn number(text: &str) -> Option<Number> {
    let first = *text.as_bytes().first()?;
    if !first.is_ascii_digit() && !matches!(first, b'+' | b'-' | b'.') {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !is_digits(digits) {
            return None;
        }
    }
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let fraction_digits = fraction.unwrap_or_default();
    if !is_digits(whole) || !is_digits(fraction_digits) || whole.len() + fraction_digits.len() == 0
    {
        return None;
    }
    if exponent.is_none() && fraction.is_none() {
        let signed = text.strip_prefix('+').unwrap_or(text);
        if let Ok(whole) = signed.parse::<i64>() {
            return Some(whole.into());
        }
        if let Ok(whole) = signed.parse::<u64>() {
            return Some(whole.into());
        }
    }
    Number::from_f64(text.parse().ok()?)
}

fn radix(digits: &str, radix: u32) -> Option<Number> {
    // `from_str_radix` would take a sign here, the core schema does not.
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain
        .then(|| u64::from_str_radix(digits, radix).ok())
        .flatten()
        .map(Number::from)
}
