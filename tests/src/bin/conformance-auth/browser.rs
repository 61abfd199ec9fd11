//! As much of a browser as signing in takes: it follows redirects, keeps cookies and submits forms as they are.

use rolecall_client::{Url, reqwest};
use std::collections::BTreeMap;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// More redirects than any sign-in has.
const MOST: usize = 20;

/// Opens a URL, submits the forms that it comes to with `extra` fields added, and gives status and text of the page that it
/// ends at.
pub async fn open(
    http: &reqwest::Client,
    url: &Url,
    extra: &[(&str, &str)],
) -> Result<(u16, String), Failure> {
    let mut cookies = BTreeMap::<String, String>::new();
    let mut url = url.clone();
    let mut form: Option<Vec<(String, String)>> = None;
    for _ in 0..MOST {
        let jar: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = match form.take() {
            None => http.get(url.clone()),
            Some(fields) => {
                let mut body = form_urlencoded::Serializer::new(String::new());
                body.extend_pairs(&fields).extend_pairs(extra);
                http.post(url.clone())
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body.finish())
            }
        };
        let answer = request.header("cookie", jar.join("; ")).send().await?;
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str()?.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let Some(next) = answer.headers().get("location") else {
            let (status, page) = (answer.status().as_u16(), answer.text().await?);
            if status != 200 || !page.contains("<form") {
                return Ok((status, page));
            }
            let action = attribute(&page, "action").ok_or("a form without an action")?;
            url = url.join(action)?;
            form = Some(fields(&page));
            continue;
        };
        url = url.join(next.to_str()?)?;
    }
    Err("redirected without end".into())
}

/// The named fields of a form with their values.
fn fields(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input").skip(1);
    let tags = inputs.filter_map(|rest| rest.split('>').next());
    tags.filter_map(|tag| {
        let value = attribute(tag, "value").unwrap_or_default();
        Some((attribute(tag, "name")?.to_owned(), value.to_owned()))
    })
    .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}
