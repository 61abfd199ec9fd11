//! Words for messages.

use serde_json::Value;

/// What a value is, in words.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing (null)",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A value as JSON in backquotes, shortened where it is long.
pub fn show(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = match value {
        Value::Array(items) if items.len() > 8 => {
            return format!("an array of {} items", items.len());
        }
        Value::Object(entries) if entries.len() > 8 => {
            return format!("an object of {} entries", entries.len());
        }
        _ => value.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// Names in backquotes: `a`, `b` and `c`.
pub fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed(names, "and")
}

/// Names in backquotes to choose from: `a`, `b` or `c`.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed(names, "or")
}

fn listed<'a>(names: impl IntoIterator<Item = &'a str>, word: &str) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// The candidate that a misspelt word was probably meant to be.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Long words are compared by their beginning alone: the cost is quadratic, and so long a name is no slip.
    const LONGEST: usize = 120;
    // Nor is a slip worth looking for in a crowd.
    const MANY: usize = 5000;
    let letters = |text: &str| -> Vec<char> {
        text.chars()
            .take(LONGEST)
            .flat_map(char::to_lowercase)
            .collect()
    };
    let wanted = letters(word);
    let allowed = match wanted.len() {
        0..=2 => 1,
        3..=6 => 2,
        length => (length / 4).max(2),
    };
    candidates
        .into_iter()
        .take(MANY)
        .filter(|candidate| *candidate != word && !candidate.is_empty())
        .filter_map(|candidate| {
            let other = letters(candidate);
            if other.len().abs_diff(wanted.len()) > allowed {
                return None;
            }
            let distance = distance(&wanted, &other);
            (distance <= allowed && distance < wanted.len().max(1)).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.iter().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        for (other, cell) in right.iter().zip(row.iter_mut().skip(1)) {
            let substituted = diagonal + usize::from(letter != other);
            diagonal = *cell;
            *cell = substituted.min(before + 1).min(diagonal + 1);
            before = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{names, nearest, show};

    #[test]
    fn words_that_were_meant() {
        assert_eq!(nearest("sumary", ["summary", "security"]), Some("summary"));
        assert_eq!(nearest("USER", ["User"]), Some("User"));
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("groups", ["users"]), None);
        assert_eq!(nearest("", ["users"]), None);
        assert_eq!(names(["a", "b", "c"]), "`a`, `b` and `c`");
        assert!(show(&json!("ä".repeat(100))).ends_with("…`"));
    }
}
