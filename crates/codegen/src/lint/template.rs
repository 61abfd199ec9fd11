//! The templates of paths and URLs.

/// `a`, `b` and so on of a template such as `/users/{a}/{b}`, or what is wrong with its braces.
pub(crate) fn variables(template: &str) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find(['{', '}']) {
        let from = rest.get(start..).unwrap_or_default();
        if from.starts_with('}') {
            return Err("a `}` has no `{` before it".to_owned());
        }
        let inner = from.get(1..).unwrap_or_default();
        let Some(end) = inner.find(['{', '}', '/']) else {
            return Err("a `{` has no `}` after it".to_owned());
        };
        if !inner.get(end..).unwrap_or_default().starts_with('}') {
            return Err("a `{` has no `}` after it".to_owned());
        }
        let name = inner.get(..end).unwrap_or_default();
        if name.is_empty() {
            return Err("a variable has no name".to_owned());
        }
        found.push(name);
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    Ok(found)
}
