//! Sockets: accepts connections and hands requests to a [`Dispatch`].

use crate::host::Dispatch;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use http::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The largest request body, in bytes.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// A server that listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    pub(crate) async fn start(
        listen: SocketAddr,
        host: Arc<dyn Dispatch>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(serve).with_state(host);
        Ok(Self {
            address,
            accepting: tokio::spawn(accept(listener, router)),
        })
    }
}

async fn accept(listener: TcpListener, router: Router) {
    // Dropping the set ends the connections with the server.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        connections.spawn(async move {
            let http = hyper::server::conn::http1::Builder::new();
            let served = http.serve_connection(TokioIo::new(stream), service).await;
            if let Err(problem) = served {
                tracing::debug!(%problem, "a connection ended early");
            }
        });
    }
}

async fn serve(State(host): State<Arc<dyn Dispatch>>, request: Request<Body>) -> Response<Body> {
    let inside = host.shared().limiter.enter();
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return refused;
    };
    let (status, headers, body) = host.answer(&head, &body, inside.crowded).into_parts();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
