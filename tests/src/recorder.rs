//! A server on a port of its own that gives recorded answers and keeps what it was asked.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request, as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method.
    pub method: String,
    /// Path and query, as they were encoded.
    pub target: String,
    /// Names in lower case, and values, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Received {
    /// The path, as it was encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&self.target, |(path, _)| path)
    }

    /// The query, as it was encoded.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The values of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The request as people read it: without what the HTTP library adds for the connection.
impl std::fmt::Display for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} {}", self.method, self.target)?;
        for (name, value) in &self.headers {
            if !matches!(name.as_str(), "host" | "user-agent" | "connection") {
                writeln!(f, "{name}: {value}")?;
            }
        }
        if !self.body.is_empty() {
            writeln!(f, "\n{}", self.text())?;
        }
        Ok(())
    }
}

/// A recorded answer.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// A status without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A JSON body. `{server}` in it becomes the address of the server.
    #[must_use]
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::body(status, "application/json", body)
    }

    /// A body of any media type. `{server}` in it becomes the address of the server.
    #[must_use]
    pub fn body(status: u16, media_type: &str, body: impl Into<String>) -> Self {
        let answer = Self {
            body: body.into(),
            ..Self::empty(status)
        };
        answer.header("content-type", media_type)
    }

    /// With one more header. `{server}` in the value becomes the address of the server.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn write(&self, server: &str) -> Vec<u8> {
        let body = self.body.replace("{server}", server);
        let mut head = format!("HTTP/1.1 {} Recorded\r\nconnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {}\r\n", value.replace("{server}", server));
        }
        // A 204 has neither a body nor a length (RFC 9110, section 8.6).
        if self.status != 204 {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        [head.as_bytes(), b"\r\n", body.as_bytes()].concat()
    }
}

/// The server. It answers each request with the next recorded answer; a request too many is refused a connection.
pub struct Recorder {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Recorder {
    /// Starts a server with these answers.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port of 127.0.0.1");
        let address = listener.local_addr().expect("the address of a listener");
        let url = format!("http://{address}");
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let answers: Vec<Vec<u8>> = answers.into_iter().map(|a| a.write(&url)).collect();
        tokio::spawn(serve(listener, answers, Arc::clone(&received)));
        Self { url, received }
    }

    /// Where it listens: scheme, host and port.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request so far.
    ///
    /// # Panics
    ///
    /// When a test panicked while it looked.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no test panics here").clone()
    }

    /// The one request that was made.
    ///
    /// # Panics
    ///
    /// When there was none, or more than one.
    #[must_use]
    pub fn only(&self) -> Received {
        let mut all = self.received();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

async fn serve(listener: TcpListener, answers: Vec<Vec<u8>>, log: Arc<Mutex<Vec<Received>>>) {
    for answer in answers {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let request = read(&mut stream).await;
        log.lock().expect("no test panics here").push(request);
        stream.write_all(&answer).await.expect("the answer is read");
        stream.shutdown().await.expect("the answer is read");
    }
}

/// Reads one request: a head, and as many bytes as it says.
async fn read(stream: &mut TcpStream) -> Received {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let more = stream.read_buf(&mut bytes).await.expect("a request");
        assert_ne!(more, 0, "the request ended within its head");
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is ASCII");
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, target) = (word(), word());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked = headers.iter().any(|(name, _)| name == "transfer-encoding");
    assert!(!chunked, "a body that is in memory is sent with its length");
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        let more = stream.read_buf(&mut body).await.expect("a body");
        assert_ne!(more, 0, "the request ended within its body");
    }
    Received {
        method,
        target,
        headers,
        body,
    }
}
