//! The keywords about a value by itself: choices, texts, numbers, counts.

use serde_json::{Map, Value};

use super::{Run, Violation, format, violation};
use crate::words::show;

impl Run<'_> {
    /// `enum` and `const`.
    pub(super) fn check_choice(
        &self,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && !values.iter().any(|known| equal(known, value))
        {
            let known: Vec<String> = values.iter().take(12).map(show).collect();
            let more = if values.len() > known.len() {
                ", …"
            } else {
                ""
            };
            let expected = format!("one of {}{more}", known.join(", "));
            wrong.push(violation(
                at,
                format!("{} is not one of the values of `enum`", self.show(value)),
                expected,
            ));
        }
        if let Some(only) = schema.get("const")
            && !equal(only, value)
        {
            wrong.push(violation(
                at,
                format!("{} is not the one value that is allowed", self.show(value)),
                show(only),
            ));
        }
    }

    pub(super) fn check_text(
        &self,
        schema: &Map<String, Value>,
        text: &str,
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        check_count(
            schema,
            ["minLength", "maxLength"],
            text.chars().count(),
            "characters",
            at,
            wrong,
        );
        let shown = || self.show(&Value::String(text.to_owned()));
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
            && self.patterns.matches(pattern, text) == Some(false)
        {
            wrong.push(violation(
                at,
                format!("{} does not match the pattern", shown()),
                format!("a text like `{pattern}`"),
            ));
        }
        if let Some(name) = schema.get("format").and_then(Value::as_str)
            && let Some(expected) = format::broken(name, text)
        {
            wrong.push(violation(
                at,
                format!("{} has not the format `{name}`", shown()),
                expected,
            ));
        }
    }

    pub(super) fn check_number(
        &self,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
        wrong: &mut Vec<Violation>,
    ) {
        let Some(number) = value.as_f64() else { return };
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let is_exclusive = |key: &str| schema.get(key) == Some(&Value::Bool(true));
        let limits = [
            ("minimum", bound("minimum"), "exclusiveMinimum", 1.0),
            ("maximum", bound("maximum"), "exclusiveMaximum", -1.0),
        ];
        for (key, limit, exclusive, sign) in limits {
            let too_far = |limit: f64, exclusive: bool| {
                let beyond = (limit - number) * sign;
                beyond > 0.0 || exclusive && beyond == 0.0
            };
            let broken = match (limit, bound(exclusive)) {
                (Some(limit), _) if too_far(limit, is_exclusive(exclusive)) => Some((key, limit)),
                (_, Some(limit)) if too_far(limit, true) => Some((exclusive, limit)),
                _ => None,
            };
            if let Some((key, limit)) = broken {
                wrong.push(violation(
                    at,
                    format!("{} is out of bounds", self.show(value)),
                    format!("`{key}` is {limit}"),
                ));
            }
        }
        if let Some(step) = bound("multipleOf").filter(|step| *step > 0.0) {
            let quotient = number / step;
            if (quotient - quotient.round()).abs() > 1e-9 * quotient.abs().max(1.0) {
                wrong.push(violation(
                    at,
                    format!("{} is no multiple of {step}", self.show(value)),
                    format!("a multiple of {step}"),
                ));
            }
        }
        let fits = match schema.get("format").and_then(Value::as_str) {
            Some("int32") => number >= f64::from(i32::MIN) && number <= f64::from(i32::MAX),
            Some("int64") => value.is_i64() || number.abs() < 9.2e18,
            _ => true,
        };
        if !fits {
            wrong.push(violation(
                at,
                format!("{} is too large for its format", self.show(value)),
                "a number of that width",
            ));
        }
    }
}

/// 1 and 1.0 are the same number.
fn equal(left: &Value, right: &Value) -> bool {
    left == right
        || matches!((left.as_f64(), right.as_f64()), (Some(left), Some(right)) if left == right)
}

pub(super) fn check_count(
    schema: &Map<String, Value>,
    [min, max]: [&str; 2],
    count: usize,
    what: &str,
    at: &str,
    wrong: &mut Vec<Violation>,
) {
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
    if let Some(least) = bound(min).filter(|least| (count as u64) < *least) {
        wrong.push(violation(
            at,
            format!("there are {count} {what}"),
            format!("at least {least} {what}"),
        ));
    }
    if let Some(most) = bound(max).filter(|most| (count as u64) > *most) {
        wrong.push(violation(
            at,
            format!("there are {count} {what}"),
            format!("at most {most} {what}"),
        ));
    }
}
