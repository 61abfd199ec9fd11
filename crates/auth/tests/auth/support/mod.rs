//! A server that says what a test tells it to, over a real socket, and remembers what it was asked.

mod jwt;

pub use jwt::Jwt;

use rolecall_auth::Clock;
use rolecall_auth::oauth::{
    ClientAuthentication, Endpoints, OAuthClient, OAuthClientBuilder, Provider,
};
use rolecall_auth::{Authorizer, Error, Verdict};
use rolecall_client::{
    BoxFuture, HeaderMap, HeaderName, HeaderValue, Method, Operation, StatusCode, Url, find,
    install_crypto_provider, reqwest,
};
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// One request as it was received.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Received {
    /// A field of the form in the body.
    pub fn form(&self, name: &str) -> Option<String> {
        field(&self.body, name)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The proof of possession.
    pub fn proof(&self) -> Jwt {
        Jwt::read(self.header("dpop").expect("a proof"))
    }

    /// The client's assertion.
    pub fn assertion(&self) -> Jwt {
        Jwt::read(&self.form("client_assertion").expect("an assertion"))
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// What the server answers.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// Answered only when a permit is there.
    gate: Option<Arc<Semaphore>>,
}

impl Reply {
    pub fn new(status: u16, body: impl ToString) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string(),
            gate: None,
        }
    }

    /// A bearer token for an hour.
    pub fn token(token: &str) -> Self {
        Self::new(
            200,
            serde_json::json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }),
        )
    }

    pub fn error(status: u16, code: &str) -> Self {
        Self::new(status, serde_json::json!({ "error": code }))
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn behind(mut self, gate: &Arc<Semaphore>) -> Self {
        self.gate = Some(gate.clone());
        self
    }
}

type Script = dyn Fn(&Received, usize) -> Reply + Send + Sync;

/// A server on 127.0.0.1 and a free port. It ends with the test's runtime.
#[derive(Clone)]
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Starts a server that answers by this script, which gets the request and how many came before it.
    pub async fn start(script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Vec<Received>>>::default();
        let server = Self {
            url,
            seen: seen.clone(),
        };
        let script: Arc<Script> = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), seen.clone()));
            }
        });
        server
    }

    /// A server that always answers the same.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    /// A server that answers each request with the next token: `token-1`, `token-2` and so on.
    pub async fn counting() -> Self {
        Self::start(|_, before| Reply::token(&format!("token-{}", before + 1))).await
    }

    pub fn seen(&self) -> Vec<Received> {
        self.seen.lock().unwrap().clone()
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A client of this server, whose token endpoint is `/token`.
    pub fn client(&self) -> OAuthClientBuilder {
        let endpoints = Endpoints::new(self.at("/token"))
            .authorization(self.at("/authorize"))
            .introspection(self.at("/introspect"));
        OAuthClient::builder(Provider::endpoints(endpoints), "client-1")
    }

    /// As [`client`](Self::client), with a secret.
    pub fn confidential(&self) -> OAuthClient {
        let method = ClientAuthentication::secret_post("s3cr3t-of-client-1");
        self.client().authentication(method).build().unwrap()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, seen: Arc<Mutex<Vec<Received>>>) {
    let Some(request) = receive(&mut stream).await else {
        return;
    };
    let before = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    let reply = script(&request, before);
    if let Some(gate) = &reply.gate {
        let _permit = gate.acquire().await.unwrap();
    }
    let mut head = format!("HTTP/1.1 {} Said\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    write!(head, "content-length: {}\r\n\r\n", reply.body.len()).unwrap();
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(reply.body.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn receive(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let (head, body_at) = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(at) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            break (String::from_utf8(bytes[..at].to_vec()).ok()?, at + 4);
        }
    };
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, _) = target.split_once('?').unwrap_or((target, ""));
    let headers: HeaderMap = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value.trim()).unwrap())
        })
        .collect();
    let length = headers.get("content-length");
    let length: usize = length.map_or(0, |value| value.to_str().unwrap().parse().unwrap());
    while bytes.len() < body_at + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received {
        method,
        path: path.to_owned(),
        headers,
        body: String::from_utf8(bytes[body_at..].to_vec()).ok()?,
    })
}

/// A clock that a test moves, and whoever sleeps by it.
#[derive(Clone, Debug)]
pub struct Hands {
    seconds: Arc<AtomicU64>,
    started: Instant,
}

const START: u64 = 1_900_000_000;

impl Hands {
    pub fn new() -> Self {
        Self {
            seconds: Arc::new(AtomicU64::new(START)),
            started: Instant::now(),
        }
    }

    pub fn forward(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn seconds(&self) -> u64 {
        self.seconds.load(Ordering::SeqCst)
    }
}

impl Clock for Hands {
    fn now(&self) -> Instant {
        self.started + Duration::from_secs(self.seconds() - START)
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.forward(duration.as_secs_f64().ceil() as u64);
        Box::pin(std::future::ready(()))
    }
}

/// Everything that an error shows.
pub fn shown(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        write!(text, "\n{cause}\n{cause:?}").unwrap();
        source = cause.source();
    }
    text
}

/// Calls an operation as a hook does, and gives the last status.
pub async fn call(
    authorizer: &Authorizer,
    operation: &'static Operation,
    url: &str,
) -> Result<StatusCode, Error> {
    install_crypto_provider();
    let http = reqwest::Client::new();
    let mut request = reqwest::Request::new(Method::GET, Url::parse(url).unwrap());
    let mut used = authorizer.authorize(operation, &mut request).await?;
    loop {
        let response = http.execute(request.try_clone().unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers());
        match authorizer.on_answer(&mut used, status, headers) {
            Verdict::Done => return Ok(status),
            Verdict::RetryOnce => used = authorizer.authorize_again(used, &mut request).await?,
        }
    }
}

/// An operation that takes an OAuth token with the scope `okta.roles.read`.
pub fn reading() -> &'static Operation {
    find(rolecall_okta::operations::ALL, "listAssignedRolesForUser").unwrap()
}
