//! One bounded HTTP exchange with an authorization server.

use super::{Error, ErrorKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rolecall_client::{
    HeaderMap, HeaderValue, HookError, HttpClient, HttpSettings, Method, StatusCode, Url, reqwest,
};
use std::sync::OnceLock;
use std::time::Duration;
use zeroize::Zeroizing;

/// The largest answer that is read, in bytes. Answers with tokens have a few thousand.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// How long an exchange may take unless it is set otherwise.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// An HTTP client for authorization servers: it follows no redirect, for it sends secrets, and waits for nothing for ever.
///
/// It is made when it is first needed. Settings of its own come first, then those of the client that its tokens are for.
#[derive(Debug)]
pub(crate) struct Exchange {
    settings: OnceLock<HttpSettings>,
    http: OnceLock<HttpClient>,
    timeout: Duration,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// What the request said that nobody else may see, for an answer that might repeat it: empty for a success.
    pub(crate) said: Vec<Zeroizing<String>>,
}

/// The fields of a form that hold secrets.
const SECRET_FIELDS: [&str; 7] = [
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "password",
    "refresh_token",
    "token",
];

impl Exchange {
    /// With settings of its own, which are tried at once, or without.
    pub(crate) fn new(settings: Option<HttpSettings>, timeout: Duration) -> Result<Self, Error> {
        let exchange = Self {
            settings: settings.map(OnceLock::from).unwrap_or_default(),
            http: OnceLock::new(),
            timeout,
        };
        if exchange.settings.get().is_some() {
            exchange.http()?;
        }
        Ok(exchange)
    }

    /// Uses the settings of the client that the tokens are for, unless there are others, or something was sent already.
    pub(crate) fn inherit(&self, settings: &HttpSettings) {
        if self.http.get().is_none() {
            let _ = self.settings.set(settings.clone());
        }
    }

    fn http(&self) -> Result<&HttpClient, Error> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let settings = self.settings.get().cloned().unwrap_or_default();
        let http = settings.build().map_err(|source| {
            let what = "the HTTP client could not be set up";
            Error::new(ErrorKind::Configuration, what).with_source(source)
        })?;
        Ok(self.http.get_or_init(|| http))
    }

    /// Posts a form.
    pub(crate) async fn post(
        &self,
        what: &str,
        url: &Url,
        mut headers: HeaderMap,
        form: Zeroizing<String>,
    ) -> Result<Answer, Error> {
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(http::header::CONTENT_TYPE, kind);
        let said = secrets(&headers, &form);
        let mut request = self.request(Method::POST, url, headers);
        *request.body_mut() = Some(form.as_bytes().to_vec().into());
        let mut answer = self.send(what, url, request).await?;
        if !answer.status.is_success() {
            answer.said = said;
        }
        Ok(answer)
    }

    /// Gets a document.
    pub(crate) async fn get(&self, what: &str, url: &Url) -> Result<Answer, Error> {
        let request = self.request(Method::GET, url, HeaderMap::new());
        self.send(what, url, request).await
    }

    fn request(&self, method: Method, url: &Url, mut headers: HeaderMap) -> reqwest::Request {
        let json = HeaderValue::from_static("application/json");
        headers.insert(http::header::ACCEPT, json);
        let mut request = reqwest::Request::new(method, url.clone());
        *request.headers_mut() = headers;
        *request.timeout_mut() = Some(self.timeout);
        request
    }

    async fn send(
        &self,
        what: &str,
        url: &Url,
        request: reqwest::Request,
    ) -> Result<Answer, Error> {
        let http = self.http()?;
        let failed = |source: reqwest::Error| {
            if let Some(problem) = http.proxy_problem(&source) {
                return Error::new(
                    ErrorKind::Transport,
                    format!("{what} {}: {problem}", place(url)),
                )
                .with_endpoint(url)
                .with_advice("check the proxy in the HTTP settings, or in the environment")
                .with_source(source.without_url());
            }
            let (kind, happened) = if source.is_timeout() {
                (
                    ErrorKind::Timeout,
                    format!("did not answer within {:?}", self.timeout),
                )
            } else if source.is_connect() {
                (ErrorKind::Transport, "could not be reached".to_owned())
            } else {
                (ErrorKind::Transport, "did not answer to the end".to_owned())
            };
            Error::new(kind, format!("{what} {} {happened}", place(url)))
                .with_endpoint(url)
                .with_source(source.without_url())
        };
        let mut response = match http.send(request, false).await {
            Ok(response) => response,
            Err(HookError::Transport(source)) => return Err(failed(source)),
            Err(other) => {
                let what = format!("{what} {} cannot be used: {other}", place(url));
                return Err(Error::new(ErrorKind::InvalidAnswer, what).with_endpoint(url));
            }
        };
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                let what = format!(
                    "{what} {} answered with more than {} KiB",
                    place(url),
                    MAX_BODY_BYTES / 1024
                );
                return Err(Error::new(ErrorKind::InvalidAnswer, what)
                    .with_endpoint(url)
                    .with_status(response.status()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
            said: Vec::new(),
        })
    }
}

/// What a request says that nobody else may see, in every spelling that a server could repeat.
fn secrets(headers: &HeaderMap, form: &str) -> Vec<Zeroizing<String>> {
    let fields = form.split('&').filter_map(|pair| pair.split_once('='));
    let fields = fields.filter(|(name, _)| SECRET_FIELDS.contains(name));
    let spellings = fields.flat_map(|(_, encoded)| {
        let pair = form_urlencoded::parse(encoded.as_bytes()).next();
        let decoded = pair.map(|(text, _)| text.into_owned()).unwrap_or_default();
        [encoded.to_owned(), decoded]
    });
    let secret = headers.values().filter(|value| value.is_sensitive());
    let words = secret
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| {
            let token = value.rsplit(' ').next().unwrap_or_default();
            // Basic: the pair in it, and its second half, as they were encoded and as they were before.
            let pair = BASE64
                .decode(token)
                .ok()
                .and_then(|pair| String::from_utf8(pair).ok());
            let half = pair.as_deref().and_then(|pair| pair.split_once(':'));
            let half = half.map(|(_, half)| half.to_owned()).unwrap_or_default();
            let plain = form_urlencoded::parse(half.as_bytes()).next();
            let plain = plain.map(|(text, _)| text.into_owned()).unwrap_or_default();
            [token.to_owned(), pair.unwrap_or_default(), half, plain]
        });
    let mut all: Vec<_> = spellings.chain(words).map(Zeroizing::new).collect();
    all.retain(|secret| !secret.is_empty());
    // The longest first: a shorter one may be part of it.
    all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    all
}

/// A URL as messages show it: without query, fragment and user.
pub(crate) fn place(url: &Url) -> String {
    let origin = url.origin().ascii_serialization();
    format!("{origin}{}", url.path())
}
