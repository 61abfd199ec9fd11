//! Servers of an operation's own (OpenAPI 3.1.1, section 4.8.10.1, `servers`).

use crate::origin::same_origin;
use reqwest::Url;

/// A server that an operation goes to in the place of the base URL, because the API's description names it for the path or
/// the operation.
///
/// A client has one base URL, which stands for the servers of the whole description. Where it has the origin of one of
/// those, an operation with a server of its own goes to that server. Where it is any other URL, such as that of a stand-in
/// or of a gateway, everything goes to the base URL, so that a test never calls the real service by accident.
/// [`TransportBuilder::operation_server`](crate::TransportBuilder::operation_server) chooses another URL in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// The URL as the description writes it, such as `https://upload.example/{version}`. One that is relative is relative
    /// to the base URL, whatever that is.
    pub url: &'static str,
    /// The variables of the URL with their defaults. A variable that also stands in the server that the base URL fits has
    /// the value that the base URL has for it.
    pub variables: &'static [(&'static str, &'static str)],
    /// The servers of the whole description. None when there are none that are absolute: then every base URL fits.
    pub of_all: &'static [&'static str],
}

impl Server {
    /// Where the operation goes, given the base URL.
    ///
    /// # Errors
    ///
    /// What makes the server unusable.
    pub(crate) fn resolve(&self, base: &Url) -> Result<Url, String> {
        let fitting = self.of_all.iter().find_map(|known| captures(known, base));
        if fitting.is_none() && !self.of_all.is_empty() && self.url.contains("://") {
            return Ok(base.clone());
        }
        let text = self.filled(&fitting.unwrap_or_default())?;
        let url = base
            .join(&text)
            .map_err(|why| format!("the server `{text}` is not a URL: {why}"))?;
        let usable = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none();
        if !usable {
            return Err(format!(
                "the server `{}` is not an http or https URL without credentials",
                self.url
            ));
        }
        Ok(url)
    }

    /// The URL with its variables replaced.
    fn filled(&self, chosen: &[(&'static str, String)]) -> Result<String, String> {
        let mut text = String::new();
        let mut rest = self.url;
        while let Some((before, name, after)) = variable(rest) {
            let given = chosen.iter().find(|(known, _)| *known == name);
            let default = self.variables.iter().find(|(known, _)| *known == name);
            let value = match (given, default) {
                (Some((_, value)), _) => value,
                (None, Some((_, value))) => *value,
                (None, None) => {
                    return Err(format!(
                        "the variable `{name}` of the server `{}` has no value",
                        self.url
                    ));
                }
            };
            text.push_str(before);
            text.push_str(value);
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }
}

/// What stands before the first variable of a template, the variable, and what stands after it.
fn variable(template: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// The values of the template's variables in a URL of the same origin; `None` when the origins differ.
fn captures(template: &'static str, url: &Url) -> Option<Vec<(&'static str, String)>> {
    if let Ok(known) = Url::parse(template)
        && variable(template).is_none()
    {
        return same_origin(&known, url).then(Vec::new);
    }
    let authority = template.find("://")? + "://".len();
    let end = template[authority..]
        .find('/')
        .map_or(template.len(), |at| at + authority);
    let (origin, path) = template.split_at(end);
    let mut values = Vec::new();
    fits(origin, &url.origin().ascii_serialization(), &mut values).then_some(())?;
    let known = values.len();
    if !fits(
        path.trim_end_matches('/'),
        url.path().trim_end_matches('/'),
        &mut values,
    ) {
        values.truncate(known);
    }
    Some(values)
}

/// Whether a text is what a template can be filled to. A variable stands for one or more characters, and for no `/`.
fn fits(template: &'static str, text: &str, values: &mut Vec<(&'static str, String)>) -> bool {
    let Some((before, name, after)) = variable(template) else {
        return template.eq_ignore_ascii_case(text);
    };
    let Some((start, rest)) = text.split_at_checked(before.len()) else {
        return false;
    };
    if !before.eq_ignore_ascii_case(start) {
        return false;
    }
    let longest = rest.find('/').unwrap_or(rest.len());
    let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
    for end in ends.take_while(|end| *end <= longest) {
        let (value, rest) = rest.split_at(end);
        values.push((name, value.to_owned()));
        if fits(after, rest, values) {
            return true;
        }
        values.pop();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPLOAD: Server = Server {
        url: "https://upload.{region}.example/{version}",
        variables: &[("region", "eu"), ("version", "v2")],
        of_all: &[
            "https://{tenant}.{region}.example/v1",
            "https://api.example",
        ],
    };

    fn resolved(server: &Server, base: &str) -> Result<String, String> {
        let base = Url::parse(base).unwrap();
        server.resolve(&base).map(String::from)
    }

    #[test]
    fn variables_have_what_the_base_url_has_for_them_or_their_defaults() {
        let us = resolved(&UPLOAD, "https://acme.us.example/v1").unwrap();
        assert_eq!(us, "https://upload.us.example/v2");
        // The path may be that of another version.
        let us = resolved(&UPLOAD, "https://acme.us.example/v7/").unwrap();
        assert_eq!(us, "https://upload.us.example/v2");
        let default = resolved(&UPLOAD, "https://api.example/any").unwrap();
        assert_eq!(default, "https://upload.eu.example/v2");
    }

    #[test]
    fn a_base_url_that_is_none_of_the_description_s_is_where_all_goes() {
        for base in [
            "http://127.0.0.1:7701/x",
            "http://acme.us.example/v1",
            "https://acme.example/v1",
        ] {
            assert_eq!(resolved(&UPLOAD, base).unwrap(), base);
        }
    }

    #[test]
    fn a_relative_server_is_relative_to_any_base_url() {
        let server = Server {
            url: "/v2",
            variables: &[],
            of_all: &["https://api.example/v3"],
        };
        assert_eq!(
            resolved(&server, "http://127.0.0.1:1/v3").unwrap(),
            "http://127.0.0.1:1/v2"
        );
        let any = Server {
            url: "https://upload.example",
            of_all: &[],
            ..server
        };
        assert_eq!(
            resolved(&any, "http://127.0.0.1:1/").unwrap(),
            "https://upload.example/"
        );
    }

    #[test]
    fn a_server_that_cannot_be_called_is_refused() {
        for url in [
            "ftp://upload.example",
            "https://user:key@upload.example",
            "https://{host}",
            "https://",
        ] {
            let server = Server {
                url,
                variables: &[],
                of_all: &[],
            };
            let refusal = resolved(&server, "https://api.example").unwrap_err();
            assert!(refusal.contains("server"), "{refusal}");
        }
    }
}
