//! Where the browser comes back to after signing in (RFC 8252, section 7.3).

use crate::{Error, ErrorKind};
use futures_util::future::{Either, select};
use rolecall_client::{Secret, Url};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How long one visitor may take to say what it wants.
const VISIT: Duration = Duration::from_secs(10);
const LONGEST_HEAD: usize = 16 * 1024;
/// Browsers open a few connections on suspicion.
const MOST_VISITORS: usize = 32;
/// How many free ports to try until one is free at both loopback addresses.
const MOST_BINDS: usize = 20;

/// Where the browser comes back to after signing in: a listener on this machine, for one answer.
///
/// By default `http://127.0.0.1:PORT/callback` with a free port, for five minutes. Servers that follow RFC 8252 accept any
/// port; others want one that is registered.
#[derive(Clone, Debug)]
pub struct Redirect {
    host: &'static str,
    port: u16,
    path: String,
    timeout: Duration,
}

impl Default for Redirect {
    fn default() -> Self {
        Self {
            host: "127.0.0.1",
            port: 0,
            path: "/callback".to_owned(),
            timeout: Duration::from_secs(5 * 60),
        }
    }
}

impl Redirect {
    /// Listens on this port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Says `localhost` instead of `127.0.0.1`, for servers that know nothing else, and listens at `::1` as well where there
    /// is IPv6. RFC 8252, section 8.3 advises against it.
    #[must_use]
    pub fn localhost(mut self) -> Self {
        self.host = "localhost";
        self
    }

    /// The path, which begins with a slash.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// How long to wait for somebody to sign in.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// What the right answer has.
pub(super) struct Expected {
    pub(super) state: String,
    pub(super) issuer: Option<String>,
    pub(super) names_issuer: bool,
}

/// A listener that waits for the answer.
pub(super) struct Waiting {
    listener: Loopback,
    uri: String,
    timeout: Duration,
    visit: Arc<Visit>,
}

/// Listens on the loopback addresses only: nobody else can connect, whatever the name says.
struct Loopback {
    ipv4: TcpListener,
    /// For `localhost`, which browsers look up as either address.
    ipv6: Option<TcpListener>,
    port: u16,
}

impl Loopback {
    async fn bind(redirect: &Redirect) -> io::Result<Self> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let ipv4 = TcpListener::bind((Ipv4Addr::LOCALHOST, redirect.port)).await?;
            let port = ipv4.local_addr()?.port();
            let ipv6 = match redirect.host {
                "localhost" => Some(TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await),
                _ => None,
            };
            let ipv6 = match ipv6.transpose() {
                Ok(ipv6) => ipv6,
                // Another program would get the browser that looks up the other address.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    if redirect.port == 0 && attempts < MOST_BINDS {
                        continue;
                    }
                    return Err(error);
                }
                // No IPv6 here: then no browser here uses it.
                Err(_) => None,
            };
            return Ok(Self { ipv4, ipv6, port });
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let (stream, _) = match &self.ipv6 {
            None => self.ipv4.accept().await?,
            Some(ipv6) => {
                let (one, other) = (pin!(self.ipv4.accept()), pin!(ipv6.accept()));
                select(one, other).await.factor_first().0?
            }
        };
        Ok(stream)
    }
}

struct Visit {
    path: String,
    expected: Expected,
}

enum Outcome {
    Code(Secret),
    Failed(Error),
    /// An answer to something else.
    Stranger,
}

impl Waiting {
    pub(super) async fn bind(redirect: Redirect, expected: Expected) -> Result<Self, Error> {
        let refused = |what: String| Error::new(ErrorKind::Configuration, what);
        let listener = Loopback::bind(&redirect).await.map_err(|error| {
            refused(format!(
                "cannot listen on port {} of this machine",
                redirect.port
            ))
            .with_source(error)
            .with_advice("choose another port, or none")
        })?;
        let uri = format!(
            "http://{}:{}{}",
            redirect.host, listener.port, redirect.path
        );
        let plain = redirect.path.starts_with('/') && !redirect.path.contains(['?', '#']);
        // As the browser will write it.
        let path = Url::parse(&uri).ok().filter(|_| plain);
        let path = path.map(|uri| uri.path().to_owned());
        let path = path.ok_or_else(|| {
            refused(format!(
                "the path `{}` of the redirect is not one",
                redirect.path
            ))
        })?;
        Ok(Self {
            listener,
            uri,
            timeout: redirect.timeout,
            visit: Arc::new(Visit { path, expected }),
        })
    }

    /// The redirect URI.
    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// Waits for the code. Answers with another state are turned away and waited past: whoever sends them must not be able
    /// to end the sign-in.
    pub(super) async fn code(&self) -> Result<Secret, Error> {
        let mut strangers = 0;
        match tokio::time::timeout(self.timeout, self.listen(&mut strangers)).await {
            Ok(outcome) => outcome,
            Err(_) => {
                let mut what = format!("nobody signed in within {:?}", self.timeout);
                if strangers > 0 {
                    what =
                        format!("{what}; {strangers} answers had another `state` and were refused");
                }
                Err(Error::new(ErrorKind::Timeout, what).with_advice("start again"))
            }
        }
    }

    async fn listen(&self, strangers: &mut usize) -> Result<Secret, Error> {
        let (sender, mut outcomes) = mpsc::channel(1);
        let accepting = pin!(async {
            let mut visitors = JoinSet::new();
            loop {
                while visitors.len() >= MOST_VISITORS {
                    visitors.join_next().await;
                }
                while visitors.try_join_next().is_some() {}
                match self.listener.accept().await {
                    Ok(stream) => {
                        let (visit, sender) = (self.visit.clone(), sender.clone());
                        visitors.spawn(async move {
                            let received = tokio::time::timeout(VISIT, visit.receive(stream)).await;
                            if let Ok(Some(outcome)) = received {
                                let _ = sender.send(outcome).await;
                            }
                        });
                    }
                    // Out of files or the like: it may pass.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        });
        let mut accepting: std::pin::Pin<&mut (dyn Future<Output = ()> + Send)> = accepting;
        loop {
            let outcome = match select(accepting.as_mut(), pin!(outcomes.recv())).await {
                Either::Right((Some(outcome), _)) => outcome,
                // Neither ends before the other.
                _ => continue,
            };
            match outcome {
                Outcome::Code(code) => return Ok(code),
                Outcome::Failed(error) => return Err(error),
                Outcome::Stranger => *strangers += 1,
            }
        }
    }
}

impl Visit {
    /// Reads one request, answers it, and tells what it was. The answer is sent first, so that the browser has its page
    /// even if the program ends at once.
    async fn receive(&self, mut stream: TcpStream) -> Option<Outcome> {
        let head = read_head(&mut stream).await?;
        let (answer, outcome) = self.judge(&head);
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
        outcome
    }

    fn judge(&self, head: &str) -> (String, Option<Outcome>) {
        let mut words = head.lines().next().unwrap_or_default().split(' ');
        let (method, target) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path != self.path {
            return (page("404 Not Found", "There is nothing here."), None);
        }
        if method != "GET" {
            return (
                page("405 Method Not Allowed", "Only GET is answered here."),
                None,
            );
        }
        let outcome = self.answer(query);
        let page = match &outcome {
            Outcome::Code(_) => page("200 OK", "You are signed in. You can close this page."),
            Outcome::Failed(_) => page(
                "400 Bad Request",
                "Signing in failed. The program that asked for it says why. You can close this page.",
            ),
            Outcome::Stranger => page(
                "400 Bad Request",
                "This does not belong to the sign-in that is waiting here.",
            ),
        };
        (page, Some(outcome))
    }

    fn answer(&self, query: &str) -> Outcome {
        let expected = &self.expected;
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let get = |name: &str| {
            let mut found = pairs.iter().filter(|(key, _)| key == name);
            let first = found.next().map(|(_, value)| &**value);
            // A name that is there twice is not answered by any server (RFC 6749, section 3.1).
            first.filter(|_| found.next().is_none())
        };
        if !get("state").is_some_and(|state| same(state, &expected.state)) {
            return Outcome::Stranger;
        }
        let failed = |what: &str| Outcome::Failed(Error::new(ErrorKind::SignIn, what));
        match (get("iss"), &expected.issuer) {
            (Some(issuer), Some(expected)) if issuer != expected => {
                return failed(
                    "signing in failed: the answer comes from another issuer (RFC 9207)",
                );
            }
            (None, _) if expected.names_issuer => {
                return failed("signing in failed: the answer does not name its issuer (RFC 9207)");
            }
            _ => {}
        }
        if let Some(code) = get("error") {
            let error = Error::new(ErrorKind::SignIn, "signing in was refused").with_oauth(
                Some(code),
                get("error_description"),
                &[],
            );
            return Outcome::Failed(error);
        }
        match get("code") {
            Some(code) if !code.is_empty() => Outcome::Code(Secret::from(code)),
            _ => failed("signing in failed: the answer has neither a code nor an error"),
        }
    }
}

/// Compares without stopping at the first difference.
fn same(one: &str, other: &str) -> bool {
    let differences = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut chunk = [0; 2048];
    loop {
        let read = stream
            .read(&mut chunk)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        head.extend_from_slice(chunk.get(..read)?);
        if head.windows(4).any(|end| end == b"\r\n\r\n") {
            return String::from_utf8(head).ok();
        }
        if head.len() > LONGEST_HEAD {
            return None;
        }
    }
}

/// A page without anything from outside in it, which no one may frame, keep or take the address of.
fn page(status: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign-in</title>\
         <body style=\"font-family:sans-serif;margin:3em\"><p>{text}</p></body></html>"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}
