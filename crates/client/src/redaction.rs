//! What others write, fit to be shown: without secrets of the request, and without what looks like one.

mod known;

pub(crate) use known::RequestSecrets;

use std::ops::Range;

/// What stands in the place of a secret.
const HIDDEN: &str = "***";
/// How much of a body is looked at for an excerpt, in bytes.
const WINDOW: usize = 4096;
/// A run of characters that is at least so long, and no word, is taken for a token.
const LONG: usize = 32;

/// The words before a credential in an `Authorization` header.
const SCHEMES: [&str; 5] = ["apikey", "basic", "bearer", "dpop", "ssws"];

/// How the names of secrets end, without `-` and `_`.
const SECRET_NAMES: [&str; 20] = [
    "accesskey",
    "apikey",
    "assertion",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "jwt",
    "otp",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "secretkey",
    "sessionid",
    "signature",
    "token",
    "verifier",
];

/// The same text with `***` in the place of what looks like a secret: what follows `Bearer`, `SSWS` and the like, JSON Web
/// Tokens, what a name such as `password` or `token` is set to, the user of a URL, and long runs of base64 or hexadecimal
/// digits but for UUIDs.
///
/// It is for texts of a service that go into an error or a log. The secrets that a request carried are taken out of the
/// answer to it before, whatever they look like.
///
/// ```
/// use rolecall_client::redact;
///
/// assert_eq!(redact("no such token: SSWS 00abc.def"), "no such token: SSWS ***");
/// assert_eq!(redact("login failed for ada, password=tiger7"), "login failed for ada, password=***");
/// ```
#[must_use]
pub fn redact(text: &str) -> String {
    redact_with(text, |_| HIDDEN.to_owned())
}

/// As [`redact`], with what stands in the place of each secret.
pub(crate) fn redact_with(text: &str, shown_for: impl FnMut(&str) -> String) -> String {
    let runs: Vec<_> = runs(text).collect();
    let mut hidden: Vec<Range<usize>> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let word = &text[run.clone()];
        if is_token(word) {
            hidden.push(run.clone());
        }
        if let Some(scheme) = word.find('+').filter(|end| is_scheme(&word[..*end])) {
            hidden.push(run.start + scheme + 1..run.end);
        }
        if is_scheme(word)
            && let Some(next) = runs.get(at + 1)
            && is_gap(&text[run.end..next.start])
            && !is_prose(&text[next.clone()])
        {
            hidden.push(next.start..unquoted(text, next.start));
        }
        hidden.extend(assigned(text, run));
    }
    hidden.extend(users(text));
    hide(text, hidden, shown_for)
}

fn hide(
    text: &str,
    mut hidden: Vec<Range<usize>>,
    mut shown_for: impl FnMut(&str) -> String,
) -> String {
    hidden.retain(|range| !range.is_empty());
    hidden.sort_by_key(|range| (range.start, range.end));
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for range in hidden {
        if range.start >= from {
            shown.push_str(&text[from..range.start]);
            shown.push_str(&shown_for(&text[range.clone()]));
        }
        from = from.max(range.end);
    }
    shown.push_str(&text[from..]);
    shown
}

/// The first characters of a body, on one line and redacted.
pub(crate) fn excerpt(body: &[u8], most: usize) -> String {
    let cut = body.len() > WINDOW;
    let text = String::from_utf8_lossy(body.get(..WINDOW).unwrap_or(body));
    let mut text = text.as_ref();
    if cut {
        // The beginning of a token may not look like one.
        text = text.trim_end_matches(|c: char| !c.is_whitespace());
    }
    let redacted = redact(text);
    let words = redacted.split(|c: char| c.is_whitespace() || c.is_control());
    let mut line = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(most) {
        Some((at, _)) => line.truncate(at),
        None if cut => {}
        None => return line,
    }
    line.push_str("...");
    line
}

/// The runs of the characters that tokens consist of (RFC 6750, section 2.1), without the `=` at their end.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, _) = chars.find(|(_, c)| is_of_token(*c))?;
        while chars.next_if(|(_, c)| is_of_token(*c)).is_some() {}
        Some(start..chars.peek().map_or(text.len(), |(end, _)| *end))
    })
}

fn is_of_token(c: char) -> bool {
    c.is_alphanumeric() || "-._~+/".contains(c)
}

fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// What can stand between a scheme and its credential, in a header or in JSON of one.
fn is_gap(between: &str) -> bool {
    let mut chars = between.chars();
    !between.is_empty()
        && between.len() <= 8
        && chars.all(|c| c.is_whitespace() || c.is_control() || "\"'\\:=%".contains(c))
}

/// `Bearer authentication` is prose.
fn is_prose(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    let rest = word.get(1..).unwrap_or_default();
    let is_word = word.chars().all(|c| c.is_ascii_alphabetic());
    word.len() <= 20 && is_word && !rest.contains(|c: char| c.is_ascii_uppercase())
}

/// Whether the name of a header, a property or a parameter is one of a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    // Every header of every request is looked at, so nothing is copied.
    let ends_with = |known: &&str| {
        let mut bare = name.bytes().rev().filter(u8::is_ascii_alphanumeric);
        let mut known = known.bytes().rev();
        known.all(|wanted| {
            bare.next()
                .is_some_and(|byte| byte.eq_ignore_ascii_case(&wanted))
        })
    };
    SECRET_NAMES.iter().any(ends_with)
}

/// The value that follows a name of a secret: `name=value`, `name: value`, `"name": "value"`.
fn assigned(text: &str, name: &Range<usize>) -> Option<Range<usize>> {
    let word = &text[name.clone()];
    let last = word.rsplit(['.', '/', '+']).next().unwrap_or_default();
    if !is_secret_name(last) {
        return None;
    }
    let is_quote = |c: char| matches!(c, '"' | '\'' | '\\');
    let after = text[name.end..].trim_start_matches(|c: char| c.is_whitespace() || is_quote(c));
    let encoded = |sign: &str| {
        after
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case(sign))
    };
    let (value, equals) = match after.chars().next()? {
        '=' => (&after[1..], true),
        ':' => (&after[1..], false),
        '%' if encoded("%3d") => (&after[3..], true),
        '%' if encoded("%3a") => (&after[3..], false),
        _ => return None,
    };
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    let start = text.len() - value.len();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let nested = text[..start].ends_with('\\');
        return Some(start + 1..quoted(text, start + 1, quote, nested));
    }
    let end = unquoted(text, start);
    let value = &text[start..end];
    let is_password = last.to_ascii_lowercase().contains("pass");
    if is_scheme(value) || (!equals && !is_password && is_prose(value)) {
        return None;
    }
    Some(start..end)
}

/// Where a value ends that is not in quotes.
fn unquoted(text: &str, start: usize) -> usize {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "&,;()[]{}\"'<>\\".contains(c);
    text[start..]
        .find(ends)
        .map_or(text.len(), |end| start + end)
}

/// Where a value in quotes ends. In JSON within JSON the quotes themselves are escaped.
fn quoted(text: &str, start: usize, quote: char, nested: bool) -> usize {
    let mut escaped = false;
    for (at, c) in text[start..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if nested && text[start + at + 1..].starts_with(quote) => return start + at,
            '\\' => escaped = true,
            _ if c == quote => return start + at,
            _ => {}
        }
    }
    text.len()
}

/// The users and passwords of URLs.
fn users(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(|(at, sign)| {
        let start = at + sign.len();
        let rest = &text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c));
        let user = rest[..end.unwrap_or(rest.len())].rfind('@')?;
        Some(start..start + user)
    })
}

/// Whether a run of characters looks like a token by itself.
fn is_token(word: &str) -> bool {
    if word.contains("eyJ") && word.len() >= 20 {
        return true;
    }
    if word.len() < LONG {
        return false;
    }
    // A path is no token, and base64 has a slash now and then.
    let mut pieces = word.split(['.', '/']);
    pieces.any(|piece| {
        let least = if word.contains('/') { 24 } else { LONG };
        piece.len() >= least && is_random(piece)
    })
}

/// Whether it is not made of words and numbers, and is no UUID.
fn is_random(piece: &str) -> bool {
    let any = |test: fn(&char) -> bool| piece.chars().any(|c| test(&c));
    let parts = || piece.split(['-', '_', '+', '~']);
    let lengths: Vec<_> = parts().map(str::len).collect();
    let is_word = |part: &str| {
        part.chars().all(|c| c.is_ascii_digit())
            || part.chars().all(|c| c.is_ascii_lowercase())
            || part.chars().all(|c| c.is_ascii_uppercase())
    };
    any(char::is_ascii_digit)
        && any(char::is_ascii_alphabetic)
        && lengths != [8, 4, 4, 4, 12]
        && !parts().all(is_word)
}

#[cfg(test)]
mod tests;
