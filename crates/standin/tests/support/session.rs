//! What the tests speak HTTP with.
#![allow(
    dead_code,
    reason = "every test binary has its own copy and uses a part of it"
)]

use rolecall_client::reqwest::{Client, Method};
use rolecall_client::{HeaderMap, HeaderValue, Transport, install_crypto_provider};
use rolecall_standin::Standin;
use serde_json::Value;

/// Calls to a stand-in with one credential, or with none.
pub struct Session {
    http: Client,
    base_url: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body when it is JSON; `null` when it is not.
    pub body: Value,
    pub text: String,
}

impl Session {
    /// With a token that is there from the beginning: `admin`, `reader`, `nobody`.
    pub fn of(standin: &Standin, name: &str) -> Self {
        let named = standin
            .credentials()
            .named(name)
            .expect("it is there from the beginning");
        Self::with(standin, &format!("{} {}", named.scheme, named.token))
    }

    /// With this `Authorization`; empty for none.
    pub fn with(standin: &Standin, authorization: &str) -> Self {
        install_crypto_provider();
        let mut headers = HeaderMap::new();
        if !authorization.is_empty() {
            let value = HeaderValue::from_str(authorization).expect("tokens are plain text");
            headers.insert("authorization", value);
        }
        let http = Client::builder().default_headers(headers);
        Self {
            http: http.build().expect("it has no settings that can fail"),
            base_url: standin.base_url(),
        }
    }

    /// What a generated client calls over.
    pub fn transport(&self) -> Transport {
        let transport = Transport::builder(&self.base_url).http(self.http.clone());
        transport.build().expect("it is an address")
    }

    /// Sends a request without a body.
    pub async fn send(&self, method: &str, path: &str) -> Reply {
        self.request(method, path, None, "").await
    }

    /// Sends a request with a JSON body.
    pub async fn send_json(&self, method: &str, path: &str, body: Value) -> Reply {
        self.request(method, path, Some("application/json"), &body.to_string())
            .await
    }

    /// Sends a form.
    pub async fn send_form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let pairs = fields.iter().map(|(name, value)| format!("{name}={value}"));
        let body = pairs.collect::<Vec<_>>().join("&");
        self.request(
            "POST",
            path,
            Some("application/x-www-form-urlencoded"),
            &body,
        )
        .await
    }

    /// Sends these bytes.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        media_type: Option<&str>,
        body: &str,
    ) -> Reply {
        let verb = Method::from_bytes(method.as_bytes()).expect("it is a method");
        let mut request = self.http.request(verb, format!("{}{path}", self.base_url));
        if let Some(media_type) = media_type {
            request = request
                .header("content-type", media_type)
                .body(body.to_owned());
        } else if matches!(method, "PUT" | "POST") {
            // Okta asks for the length of a body that is not there.
            request = request.header("content-length", "0");
        }
        let response = request.send().await.expect("the stand-in listens");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("the answer is whole");
        Reply {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }
}

impl Reply {
    /// A header; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// The items of an array, at a JSON Pointer.
    pub fn items(&self, pointer: &str) -> &[Value] {
        let items = self.body.pointer(pointer).and_then(Value::as_array);
        items.map_or(&[], |items| items)
    }
}
