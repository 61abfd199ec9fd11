//! A server that does what a test says, faults included, and keeps what it was asked.
#![allow(dead_code, reason = "each test binary uses its share")]

mod clock;

pub use clock::TestClock;

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

/// What a server does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A whole answer: status line, further header lines, body.
    Answer(&'static str, String, String),
    /// These bytes, and then the connection is closed.
    Cut(String),
    /// These bytes, and then the connection is reset.
    Reset(String),
    /// These bytes, and then an `x` every 10 ms, for ever.
    Drip(String),
    /// These bytes, and then nothing until the client goes away.
    Hang(String),
}

impl Reply {
    pub fn json(body: impl Into<String>) -> Self {
        Self::status("200 OK", body)
    }

    pub fn status(status: &'static str, body: impl Into<String>) -> Self {
        Self::Answer(status, String::new(), body.into())
    }

    /// Adds a header line.
    pub fn with(self, name: &str, value: impl std::fmt::Display) -> Self {
        match self {
            Self::Answer(status, headers, body) => {
                Self::Answer(status, format!("{headers}{name}: {value}\r\n"), body)
            }
            other => other,
        }
    }

    /// The head of an answer of JSON and the first bytes of its body.
    pub fn part_of(body: &str, bytes: usize) -> String {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        format!(
            "{head}content-length: {}\r\n\r\n{}",
            body.len(),
            &body[..bytes]
        )
    }
}

type Handler = dyn Fn(usize, &Received) -> Reply + Send + Sync;

/// A server on a port of its own. It stops when it is dropped.
pub struct Server {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers each request by what the handler says, which gets the number of requests before it.
    pub async fn new(handler: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let log = Arc::clone(&received);
        let handler: Arc<Handler> = Arc::new(handler);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(serve(stream, Arc::clone(&handler), Arc::clone(&log)));
            }
        });
        Self {
            url,
            received,
            task,
        }
    }

    /// Gives these answers in order, and the last one again and again.
    pub async fn replying(replies: Vec<Reply>) -> Self {
        Self::new(move |number, _| replies[number.min(replies.len() - 1)].clone()).await
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }
}

async fn serve(mut stream: TcpStream, handler: Arc<Handler>, log: Arc<Mutex<Vec<Received>>>) {
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer).await {
        let number = {
            let mut log = log.lock().unwrap();
            log.push(request.clone());
            log.len() - 1
        };
        match handler(number, &request) {
            Reply::Answer(status, headers, body) => {
                let length = body.len();
                let typed = if headers.to_ascii_lowercase().contains("content-type:") {
                    ""
                } else {
                    "content-type: application/json\r\n"
                };
                let head = format!("HTTP/1.1 {status}\r\n{typed}content-length: {length}\r\n");
                let answer = format!("{head}{headers}\r\n{body}");
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Cut(bytes) => {
                let _ = stream.write_all(bytes.as_bytes()).await;
                let _ = stream.shutdown().await;
                return;
            }
            Reply::Reset(bytes) => {
                let _ = stream.write_all(bytes.as_bytes()).await;
                let _ = stream.flush().await;
                let _ = stream.set_zero_linger();
                return;
            }
            Reply::Drip(bytes) => {
                let mut tick = tokio::time::interval(std::time::Duration::from_millis(10));
                let mut sent = stream.write_all(bytes.as_bytes()).await;
                while sent.is_ok() {
                    tick.tick().await;
                    sent = stream.write_all(b"x").await;
                }
                return;
            }
            Reply::Hang(bytes) => {
                let _ = stream.write_all(bytes.as_bytes()).await;
                let _ = stream.read_u8().await;
                return;
            }
        }
    }
}

/// Reads one request; `None` when the client has gone.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let head = loop {
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(buffer[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap().split(' ').map(str::to_owned);
    let headers: Vec<_> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse::<usize>().unwrap());
    while buffer.len() < head + 4 + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer[head + 4..head + 4 + length].to_vec();
    buffer.drain(..head + 4 + length);
    Some(Received {
        method: first.next().unwrap(),
        target: first.next().unwrap(),
        headers,
        body,
    })
}

/// The error and its sources, a line each.
pub fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let mut lines = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(source) = cause {
        lines.push(source.to_string());
        cause = source.source();
    }
    lines
}
