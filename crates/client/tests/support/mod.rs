//! A server that gives recorded answers and keeps what it was asked, and operations to call it with.
#![allow(dead_code, reason = "each test binary uses its share")]

use rolecall_client::{
    Answer, Call, Location, Operation, Pages, Parameter, RequestBody, Retry, Stage, Status, Style,
    Transport,
};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub struct Server {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Gives each of the answers to one connection, in order, and closes it.
    pub async fn answering(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let log = Arc::clone(&received);
        let own_url = url.clone();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                log.lock().unwrap().push(request);
                let answer = answer.replace("{server}", &own_url);
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { url, received }
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn transport(&self) -> Transport {
        Transport::new(&self.url).unwrap()
    }
}

async fn read(stream: &mut TcpStream) -> Received {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        assert_ne!(
            stream.read_buf(&mut bytes).await.unwrap(),
            0,
            "the request ended early"
        );
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let headers: Vec<_> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes[head + 4..].to_vec();
    while body.len() < length {
        assert_ne!(
            stream.read_buf(&mut body).await.unwrap(),
            0,
            "the body ended early"
        );
    }
    Received {
        line,
        headers,
        body,
    }
}

/// An answer with a body and further header lines.
pub fn answer_with(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

/// An answer with a JSON body.
pub fn answer(status: &str, body: &str) -> String {
    answer_with(status, "content-type: application/json\r\n", body)
}

pub const PARAMETER: Parameter = Parameter {
    name: "",
    location: Location::Query,
    required: false,
    style: Style::Form,
    explode: true,
    allow_reserved: false,
    json: false,
};

/// An operation without parameters that takes any body.
pub const OPERATION: Operation = Operation {
    api: "example",
    service: &rolecall_client::Service::UNKNOWN,
    id: "doIt",
    method: http::Method::GET,
    path: "/things",
    server: None,
    tag: "Things",
    summary: "Does it",
    docs: None,
    deprecated: false,
    stage: Stage::Stable,
    parameters: &[],
    body: Some(RequestBody {
        required: false,
        media_type: "application/json",
        encoding: &[],
    }),
    answers: &[Answer {
        status: Status::Code(200),
        media_types: &["application/json"],
        error_names: &[],
    }],
    security: &[],
    permissions: &[],
    refusals: &[],
    pages: Pages::NotAList,
    retry: Retry::Safe,
    hazard: None,
    rate_limit: None,
    facts: &[],
};

/// Tests may leak: operations are static.
pub fn leak(operation: Operation) -> &'static Operation {
    Box::leak(Box::new(operation))
}

pub fn with_parameters(path: &'static str, parameters: Vec<Parameter>) -> &'static Operation {
    leak(Operation {
        path,
        parameters: parameters.leak(),
        ..OPERATION
    })
}

pub fn call(transport: &Transport, operation: Operation) -> Call {
    Call::new(transport, leak(operation))
}

pub type Error = rolecall_client::Error<serde_json::Value>;

/// Sends the call to a server of its own and gives back what arrived there.
pub async fn sent(
    operation: &'static Operation,
    set: impl FnOnce(&mut Call),
) -> Result<Received, Error> {
    let server = Server::answering(vec![answer("200 OK", "{}")]).await;
    let mut call = Call::new(&server.transport(), operation);
    set(&mut call);
    call.send_empty().await?;
    Ok(server.received().remove(0))
}

/// As [`sent`], for a call that must not be sent: what its error says.
pub async fn refused(operation: &'static Operation, set: impl FnOnce(&mut Call)) -> String {
    let transport = Transport::new("http://127.0.0.1:9").unwrap();
    let mut call = Call::new(&transport, operation);
    set(&mut call);
    match call.send_empty::<serde_json::Value>().await {
        Err(rolecall_client::Error::InvalidRequest { problem, .. }) => problem,
        other => panic!("was not refused: {other:?}"),
    }
}
