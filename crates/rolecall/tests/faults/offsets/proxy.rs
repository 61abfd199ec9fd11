//! A TCP proxy on the loopback interface, with one fault in the first connection.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What happens instead of the next byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Both connections are closed.
    Close,
    /// The connection to the client is reset.
    Reset,
    /// This direction ends, and the other goes on.
    Truncate,
    /// Nothing more comes.
    Stall,
    /// Bytes that are no text come first.
    Garbage,
    /// The byte comes twice.
    Duplicate,
}

impl Fault {
    pub const ALL: [Self; 6] = [
        Self::Close,
        Self::Garbage,
        Self::Reset,
        Self::Truncate,
        Self::Stall,
        Self::Duplicate,
    ];
}

/// Which fault, and where.
#[derive(Clone, Copy, Debug)]
pub struct At {
    pub fault: Fault,
    /// In the response, or in the request.
    pub response: bool,
    pub offset: usize,
}

pub struct Proxy {
    pub url: String,
    end: watch::Sender<bool>,
    task: JoinHandle<[usize; 2]>,
}

impl Proxy {
    pub async fn start(target: String, at: At) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (end, ends) = watch::channel(false);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            let mut over = ends.clone();
            let mut plan = Some(at);
            loop {
                tokio::select! {
                    _ = over.wait_for(|over| *over) => break,
                    accepted = listener.accept() => {
                        let target = target.strip_prefix("http://").unwrap().to_owned();
                        let (client, _) = accepted.unwrap();
                        connections.spawn(connection(client, target, plan.take(), ends.clone()));
                    }
                }
            }
            drop(listener);
            let lengths = connections.join_all().await;
            lengths
                .into_iter()
                .reduce(|one, other| [one[0].max(other[0]), one[1].max(other[1])])
                .unwrap_or_default()
        });
        Self { url, end, task }
    }

    /// Closes what is open, waits until the server has done so too and is done with every request, and tells how many bytes
    /// went each way.
    pub async fn end(self) -> [usize; 2] {
        self.end.send_replace(true);
        self.task.await.unwrap()
    }
}

async fn connection(
    client: TcpStream,
    target: String,
    plan: Option<At>,
    mut ends: watch::Receiver<bool>,
) -> [usize; 2] {
    let server = TcpStream::connect(target).await.unwrap();
    let resets = plan.is_some_and(|at| at.fault == Fault::Reset);
    if resets {
        client.set_zero_linger().unwrap();
    }
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let plan = |response| plan.filter(|at| at.response == response);
    let (mut sent, mut received) = (0, 0);
    {
        let request = pump(&mut from_client, &mut to_server, plan(false), &mut sent);
        let response = pump(&mut from_server, &mut to_client, plan(true), &mut received);
        let (mut request, mut response) = (Box::pin(request), Box::pin(response));
        let (mut requested, mut responded) = (false, false);
        while !(requested && responded) {
            let went = tokio::select! {
                _ = ends.wait_for(|over| *over) => break,
                went = &mut request, if !requested => { requested = true; went }
                went = &mut response, if !responded => { responded = true; went }
            };
            if went == Went::Closed {
                break;
            }
        }
    }
    drop((from_client, to_client));
    // The server must have come to an end before anybody asks what it did.
    let _ = to_server.shutdown().await;
    let mut rest = Vec::new();
    let _ = from_server.read_to_end(&mut rest).await;
    [sent, received]
}

/// How one direction came to its end.
#[derive(PartialEq, Eq)]
enum Went {
    /// By itself: the other may go on.
    Out,
    /// By a fault that ends both.
    Closed,
}

async fn pump(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    plan: Option<At>,
    passed: &mut usize,
) -> Went {
    let mut buffer = vec![0; 4096];
    let mut plan = plan.filter(|at| at.fault != Fault::None);
    loop {
        // At the beginning, before there is a byte.
        let due = plan.filter(|at| at.offset == *passed);
        if let Some(at) = due {
            plan = None;
            match at.fault {
                Fault::Close | Fault::Reset => return Went::Closed,
                Fault::Stall => std::future::pending::<()>().await,
                Fault::Truncate => {
                    let _ = to.shutdown().await;
                    return Went::Out;
                }
                Fault::Garbage => {
                    let _ = to.write_all(&[0xff, 0x00, 0xfe, 0x80, 0xff, 0x00]).await;
                }
                Fault::Duplicate => {
                    let mut byte = [0];
                    if !matches!(from.read(&mut byte).await, Ok(1)) {
                        return Went::Out;
                    }
                    let _ = to.write_all(&[byte[0], byte[0]]).await;
                    *passed += 1;
                }
                Fault::None => {}
            }
            continue;
        }
        let room = plan.map_or(buffer.len(), |at| (at.offset - *passed).min(buffer.len()));
        let read = match from.read(&mut buffer[..room]).await {
            Ok(0) | Err(_) => {
                let _ = to.shutdown().await;
                return Went::Out;
            }
            Ok(read) => read,
        };
        if to.write_all(&buffer[..read]).await.is_err() {
            return Went::Out;
        }
        *passed += read;
    }
}
