//! `Link` headers (RFC 8288, section 3).

use http::HeaderMap;
use http::header::LINK;

/// The target of the first link whose relation is `next`, as written: it may be relative to the request's URL.
pub(crate) fn next(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .find_map(next_in)
}

/// One header's share of [`next`]. What cannot be read ends the header; what was read before it counts.
fn next_in(header: &str) -> Option<String> {
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (target, after) = rest.strip_prefix('<')?.split_once('>')?;
        rest = after;
        // Of each parameter only the first counts (section 3.3).
        let mut relation = None;
        let mut anchored = false;
        loop {
            rest = rest.trim_start();
            let Some(after) = rest.strip_prefix(';') else {
                break;
            };
            let (name, value, after) = parameter(after.trim_start())?;
            rest = after;
            if name.eq_ignore_ascii_case("rel") {
                relation.get_or_insert(value);
            } else if name.eq_ignore_ascii_case("anchor") {
                // The link is about another resource than the one that was asked for (section 3.2).
                anchored = true;
            }
        }
        let is_next = relation.is_some_and(|relation| {
            relation
                .split_ascii_whitespace()
                .any(|one| one.eq_ignore_ascii_case("next"))
        });
        if is_next && !anchored {
            return Some(target.to_owned());
        }
        if !rest.starts_with(',') {
            return None;
        }
    }
}

/// One `name`, `name=token` or `name="quoted"`, and what follows it.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let end = text.find(['=', ';', ',']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some(value) = rest.strip_prefix('=') else {
        return Some((name.trim(), String::new(), rest));
    };
    let value = value.trim_start();
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find([';', ',']).unwrap_or(value.len());
        let (token, rest) = value.split_at(end);
        return Some((name.trim(), token.trim().to_owned(), rest));
    };
    let mut unquoted = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((name.trim(), unquoted, &quoted[at + 1..])),
            '\\' => unquoted.push(chars.next()?.1),
            _ => unquoted.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn of(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, HeaderValue::from_str(value).unwrap());
        }
        next(&headers)
    }

    #[test]
    fn finds_next_among_several_links_and_headers() {
        assert_eq!(
            of(&["</a>; rel=\"self\"", "</b>; rel=\"next\""]).as_deref(),
            Some("/b")
        );
        assert_eq!(
            of(&["</a>; rel=self, </b>;rel=next"]).as_deref(),
            Some("/b")
        );
        assert_eq!(
            of(&["<a,b;c>; title=\"x, \\\"y\\\"; rel=next\"; REL=\"prev Next\""]).as_deref(),
            Some("a,b;c")
        );
    }

    #[test]
    fn ignores_what_is_not_the_next_page() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["</a>; rel=prev; rel=next"]), None);
        assert_eq!(of(&["</a>; rel=next; anchor=\"/other\""]), None);
        assert_eq!(of(&["</a>; title=\"rel=next"]), None);
        assert_eq!(of(&["not a link"]), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", linkish in "[<>;,= \"\\\\relnxté]{0,60}") {
            let _ = next_in(&text);
            let _ = next_in(&linkish);
        }

        #[test]
        fn reads_back_what_is_written(target in "[^>]{0,40}", title in "[^\"\\\\]{0,20}") {
            let header = format!("<{target}>; title=\"{title}\"; rel=\"next\"");
            prop_assert_eq!(next_in(&header), Some(target));
        }
    }
}
