//! As much of a browser as signing in takes: it follows redirects and keeps cookies.

use rolecall_client::{Url, reqwest};
use std::collections::BTreeMap;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// More redirects than any sign-in has.
const MOST: usize = 20;

/// Opens a URL, and gives status and text of the page that it ends at.
pub async fn open(http: &reqwest::Client, url: &Url) -> Result<(u16, String), Failure> {
    let mut cookies = BTreeMap::<String, String>::new();
    let mut url = url.clone();
    for _ in 0..MOST {
        let jar: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = http
            .get(url.clone())
            .header("cookie", jar.join("; "))
            .send()
            .await?;
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str()?.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let Some(next) = answer.headers().get("location") else {
            return Ok((answer.status().as_u16(), answer.text().await?));
        };
        url = url.join(next.to_str()?)?;
    }
    Err("redirected without end".into())
}
