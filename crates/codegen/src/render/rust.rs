//! Reads small pieces of Rust: which names are in them.

/// The identifiers in a type.
pub fn identifiers(ty: &str) -> impl Iterator<Item = &str> {
    ty.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|part| !part.is_empty())
}

/// The type with every identifier that `is_ours` accepts put under `types::`.
pub fn qualified(ty: &str, is_ours: impl Fn(&str) -> bool) -> String {
    let mut written = String::with_capacity(ty.len() + 16);
    let mut rest = ty;
    while !rest.is_empty() {
        let word = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        if word > 0 {
            if is_ours(&rest[..word]) {
                written.push_str("types::");
            }
            written.push_str(&rest[..word]);
            rest = &rest[word..];
        } else {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            written.push_str(&rest[..next]);
            rest = &rest[next..];
        }
    }
    written
}

/// The names among `candidates` that `code` mentions outside comments and string literals.
pub fn used<'a>(code: &str, candidates: &[&'a str]) -> Vec<&'a str> {
    let code = without_literals(code);
    let words: std::collections::HashSet<&str> = identifiers(&code).collect();
    candidates
        .iter()
        .filter(|name| words.contains(**name))
        .copied()
        .collect()
}

/// Code without what stands in line comments and in string literals.
fn without_literals(code: &str) -> String {
    let mut left = String::with_capacity(code.len());
    let mut characters = code.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' => {
                while let Some(inside) = characters.next() {
                    match inside {
                        '\\' => {
                            characters.next();
                        }
                        '"' => break,
                        _ => {}
                    }
                }
                left.push(' ');
            }
            '/' if characters.peek() == Some(&'/') => {
                while characters.next_if(|c| *c != '\n').is_some() {}
            }
            _ => left.push(c),
        }
    }
    left
}
