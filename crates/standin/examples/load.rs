//! Measures a stand-in against an axum handler that answers a constant of the same size, in one run and with one client.
//!
//! `cargo xtask bench standin` runs it in release. Arguments: the number of users, and how many requests to measure.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::any;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use reqwest::{Client, Method, Request};
use rolecall_standin::{Api, Standin};
use serde_json::Value;
use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// What may go wrong.
type Problem = Box<dyn Error + Send + Sync>;

/// How many requests are under way at any time.
const AT_ONCE: usize = 8;

/// What was measured.
struct Measured {
    each: Vec<Duration>,
    total: Duration,
    /// The answers that were not the expected one.
    other: usize,
}

#[tokio::main]
async fn main() -> Result<(), Problem> {
    // A build of the whole workspace gives reqwest TLS without a provider of its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = std::env::args().skip(1);
    let users: u32 = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let count: usize = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let started = Instant::now();
    let okta = Standin::builder(Api::Okta).users(users).checked(false);
    let okta = okta.start().await?;
    println!(
        "stand-in for Okta, {users} users, started in {:.2} s; {AT_ONCE} requests at once",
        started.elapsed().as_secs_f64()
    );
    println!("| request | requests/s | p50 | p99 | against the constant |\n|---|---|---|---|---|");
    let client = Client::new();
    let base = okta.base_url();
    let authorization = format!("{} {}", okta.credentials().scheme, okta.credentials().token);
    let request = |method: Method, url: String, body: Option<&'static str>| {
        let mut request = client
            .request(method, url)
            .header("authorization", &authorization);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        request.build()
    };

    for path in [
        "/api/v1/users?limit=20",
        "/api/v1/iam/assignees/users?limit=100",
    ] {
        let list = request(Method::GET, format!("{base}{path}"), None)?;
        let body = client.execute(again(&list)?).await?.bytes().await?;
        let constant = constant(StatusCode::OK, body.clone()).await?;
        let same = request(Method::GET, format!("{constant}{path}"), None)?;
        // Once to warm up, then the two in turn, so that neither has the quieter machine.
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..6 {
            let (list, same) = (again(&list)?, again(&same)?);
            let one = measure(&client, count / 5, StatusCode::OK, |_| again(&list)).await?;
            let other = measure(&client, count / 5, StatusCode::OK, |_| again(&same)).await?;
            if round > 0 {
                ours.push(one);
                theirs.push(other);
            }
        }
        let name = format!("GET {path}, {} bytes", body.len());
        report(&name, ours, theirs);
    }

    let ids = ids(&client, &base, &authorization, count.min(users as usize)).await?;
    let assign = r#"{"type":"REPORT_ADMIN"}"#;
    let url = |id: &str| format!("{base}/api/v1/users/{id}/roles");
    let mut requests = Vec::new();
    for id in &ids {
        requests.push(request(Method::POST, url(id), Some(assign))?);
    }
    let first = requests.pop().ok_or("there are no users")?;
    let body = client.execute(first).await?.bytes().await?;
    let constant = constant(StatusCode::CREATED, body.clone()).await?;
    let same = request(Method::POST, constant, Some(assign))?;
    let ours = measure(&client, requests.len(), StatusCode::CREATED, |at| {
        again(
            requests
                .get(at)
                .ok_or("there are as many as were asked for")?,
        )
    });
    let ours = ours.await?;
    let theirs = measure(&client, requests.len(), StatusCode::CREATED, |_| {
        again(&same)
    })
    .await?;
    let name = format!("POST /api/v1/users/{{userId}}/roles, {} bytes", body.len());
    report(&name, vec![ours], vec![theirs]);
    Ok(())
}

fn again(request: &Request) -> Result<Request, Problem> {
    request
        .try_clone()
        .ok_or_else(|| "its body is a stream".into())
}

/// The ids of the first users.
async fn ids(
    client: &Client,
    base: &str,
    authorization: &str,
    count: usize,
) -> Result<Vec<String>, Problem> {
    let mut ids = Vec::new();
    let mut next = Some(format!("{base}/api/v1/users?limit=200"));
    while let Some(url) = next.take().filter(|_| ids.len() < count) {
        let answer = client
            .get(url)
            .header("authorization", authorization)
            .send()
            .await?;
        let mut links = answer
            .headers()
            .get_all("link")
            .iter()
            .filter_map(|link| link.to_str().ok());
        let target = links.rfind(|link| link.contains("rel=\"next\""));
        next = target.and_then(|link| Some(link.split_once('<')?.1.split_once('>')?.0.to_owned()));
        let page: Value = serde_json::from_slice(&answer.bytes().await?)?;
        let page = page.as_array().into_iter().flatten();
        ids.extend(page.filter_map(|user| Some(user["id"].as_str()?.to_owned())));
    }
    ids.truncate(count);
    Ok(ids)
}

/// A server that answers everything with the same; its origin.
async fn constant(status: StatusCode, body: Bytes) -> Result<String, Problem> {
    let answer = move |sent: Bytes| {
        let body = body.clone();
        async move {
            drop(sent);
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            let json = http::HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(answer))).await });
    Ok(origin)
}

async fn measure(
    client: &Client,
    count: usize,
    expected: StatusCode,
    make: impl Fn(usize) -> Result<Request, Problem>,
) -> Result<Measured, Problem> {
    let requests: Vec<Request> = (0..count).map(&make).collect::<Result<_, _>>()?;
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let workers = (0..AT_ONCE).map(|_| {
        let (client, requests, next) = (client.clone(), Arc::clone(&requests), Arc::clone(&next));
        tokio::spawn(async move {
            let (mut each, mut other) = (Vec::new(), 0);
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some(request) = request.try_clone() else {
                    continue;
                };
                let begun = Instant::now();
                let answer = client.execute(request).await?;
                other += usize::from(answer.status() != expected);
                answer.bytes().await?;
                each.push(begun.elapsed());
            }
            Ok::<_, reqwest::Error>((each, other))
        })
    });
    let mut measured = Measured {
        each: Vec::new(),
        total: Duration::ZERO,
        other: 0,
    };
    for worker in workers.collect::<Vec<_>>() {
        let (each, other) = worker.await??;
        measured.each.extend(each);
        measured.other += other;
    }
    measured.total = started.elapsed();
    Ok(measured)
}

/// Prints a row for ours and one for the constant.
fn report(name: &str, ours: Vec<Measured>, theirs: Vec<Measured>) {
    let rate = |all: &[Measured]| {
        let count: usize = all.iter().map(|one| one.each.len()).sum();
        let seconds: f64 = all.iter().map(|one| one.total.as_secs_f64()).sum();
        count as f64 / seconds
    };
    let ratio = rate(&theirs) / rate(&ours);
    let row = |name: &str, all: Vec<Measured>, note: String| {
        let per_second = rate(&all);
        let mut each: Vec<Duration> = all.into_iter().flat_map(|one| one.each).collect();
        each.sort_unstable();
        let at = |share: f64| {
            let at = (each.len() as f64 * share) as usize;
            each.get(at)
                .or(each.last())
                .map_or(0.0, Duration::as_secs_f64)
                * 1e6
        };
        let (half, most) = (at(0.5), at(0.99));
        println!("| {name} | {per_second:.0} | {half:.0} µs | {most:.0} µs | {note} |");
    };
    let other: usize = ours.iter().map(|one| one.other).sum();
    if other > 0 {
        println!("| ({other} of these were answered with another status) | | | | |");
    }
    row(name, ours, format!("{ratio:.2} times the time"));
    row("the constant", theirs, String::new());
}
