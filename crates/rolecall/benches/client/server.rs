//! A server that answers as fast as it can, from memory.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The server in a process of its own, until it is dropped.
pub struct Process {
    pub url: String,
    child: Child,
}

impl Process {
    pub fn start() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .arg("--serve")
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts once more");
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut url = String::new();
        BufReader::new(stdout)
            .read_line(&mut url)
            .expect("the server says where it is");
        Self {
            url: url.trim().to_owned(),
            child,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until the process is stopped.
pub async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("the socket is bound");
    println!("http://{address}");
    let bodies: &Bodies = Box::leak(Box::new(Bodies::new()));
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        tokio::spawn(answer(stream, bodies));
    }
}

struct Bodies {
    user: String,
    large: String,
    small: String,
}

impl Bodies {
    fn new() -> Self {
        Self {
            user: user(1).to_string(),
            large: users(200).to_string(),
            small: users(20).to_string(),
        }
    }
}

/// So many users.
pub fn users(number: usize) -> Value {
    Value::from((0..number).map(user).collect::<Vec<_>>())
}

fn user(number: usize) -> Value {
    json!({
        "id": format!("00u{number:017}"),
        "status": "ACTIVE",
        "created": "2026-01-02T03:04:05.000Z",
        "activated": "2026-01-02T03:04:06.000Z",
        "statusChanged": "2026-01-02T03:04:06.000Z",
        "lastLogin": "2026-02-03T04:05:06.000Z",
        "lastUpdated": "2026-02-03T04:05:07.000Z",
        "passwordChanged": "2026-01-02T03:04:06.000Z",
        "type": {"id": "otyfnjfba4ye7pgjB0g4"},
        "profile": {
            "login": format!("person{number}@example.com"),
            "email": format!("person{number}@example.com"),
            "firstName": "Person",
            "lastName": format!("Number {number}"),
            "mobilePhone": null,
            "department": "Engineering",
        },
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": format!("https://example.okta.com/api/v1/users/00u{number:017}")}},
    })
}

async fn answer(mut stream: TcpStream, bodies: &Bodies) {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            match stream.read_buf(&mut buffer).await {
                Ok(1..) => {}
                _ => return,
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        buffer.drain(..end);
        let target = head.split(' ').nth(1).unwrap_or_default();
        if stream.write_all(&reply(target, bodies)).await.is_err() {
            return;
        }
    }
}

/// `/api/v1/users?limit=pages&after=page`: the list has so many pages.
fn reply(target: &str, bodies: &Bodies) -> Vec<u8> {
    let number = |name: &str| {
        let (_, rest) = target.split_once(name)?;
        rest.split('&').next()?.parse::<u64>().ok()
    };
    let (body, pages) = match (number("limit="), number("q=")) {
        (None, _) => (&bodies.user, 0),
        (Some(pages), None) => (&bodies.large, pages),
        (Some(pages), Some(_)) => (&bodies.small, pages),
    };
    let next = number("after=").unwrap_or(0) + 1;
    let link = if next < pages {
        let q = if number("q=").is_some() { "&q=1" } else { "" };
        format!("link: </api/v1/users?limit={pages}{q}&after={next}>; rel=\"next\"\r\n")
    } else {
        String::new()
    };
    // The items of each page are others; only their first differs, which is enough.
    let body = body.replacen("00u00000000000000000", &format!("00u{next:017}"), 1);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-rate-limit-limit: 600000\r\nx-rate-limit-remaining: 599999\r\nx-rate-limit-reset: 4102444800\r\n";
    format!("{head}{link}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
