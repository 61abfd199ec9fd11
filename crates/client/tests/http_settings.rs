//! Proxies, certificates and user agents, over real sockets.

mod support;

use rolecall_client::{BuildError, HttpSettings, Transport, install_crypto_provider, reqwest};
use support::{Error, OPERATION, Received, Server, answer, call};

/// Calls this address with these settings.
async fn send(base_url: &str, settings: impl Into<HttpSettings>) -> Result<(), Error> {
    let transport = Transport::builder(base_url).http(settings).build().unwrap();
    call(&transport, OPERATION).send_empty().await.map(drop)
}

async fn server() -> Server {
    Server::answering(vec![answer("200 OK", "{}"); 4]).await
}

fn agents(received: &[Received]) -> Vec<&str> {
    received
        .iter()
        .map(|one| one.header("user-agent").unwrap())
        .collect()
}

/// What an environment variable does is seen in a process of its own, since others are read there too.
fn in_a_process(test: &str, variables: &[(&str, &str)]) {
    let this = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(this);
    command
        .args([test, "--exact", "--nocapture"])
        .env("IN_A_PROCESS", "1");
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[tokio::test]
async fn the_environment_counts_with_the_feature_only_and_never_for_this_machine() {
    if std::env::var_os("IN_A_PROCESS").is_none() {
        let proxy = server().await;
        let test = "the_environment_counts_with_the_feature_only_and_never_for_this_machine";
        let url = proxy.url.clone();
        // The proxy answers meanwhile.
        let process = tokio::task::spawn_blocking(move || {
            let named = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"].map(|name| (name, &*url));
            in_a_process(
                test,
                &[&named[..], &[("no_proxy", ""), ("NO_PROXY", "")]].concat(),
            );
        });
        process.await.unwrap();
        let seen = proxy.received();
        let expected = usize::from(cfg!(feature = "system-proxy"));
        assert_eq!(
            seen.len(),
            expected,
            "{:?}",
            seen.iter().map(Received::target).collect::<Vec<_>>()
        );
        return;
    }
    let target = server().await;
    for host in ["127.0.0.1", "localhost"] {
        let url = target.url.replace("127.0.0.1", host);
        send(&url, HttpSettings::new()).await.unwrap();
    }
    assert_eq!(target.received().len(), 2);
    let outcome = send("http://api.invalid", HttpSettings::new()).await;
    assert_eq!(outcome.is_ok(), cfg!(feature = "system-proxy"));
    send("http://api.invalid", HttpSettings::new().no_proxy())
        .await
        .unwrap_err();
}

#[tokio::test]
async fn everything_but_this_machine_goes_through_the_proxy() {
    let proxy = server().await;
    let target = server().await;
    let with = proxy.url.replace("http://", "http://ada:tiger%207@");
    let settings = HttpSettings::new()
        .proxy(with)
        .not_proxied("direct.invalid");
    assert!(!format!("{settings:?}").contains("tiger"));
    send("http://api.invalid/v1", settings.clone())
        .await
        .unwrap();
    let seen = proxy.received();
    assert_eq!(seen[0].target(), "http://api.invalid/v1/things");
    // `ada:tiger 7`.
    assert_eq!(
        seen[0].header("proxy-authorization"),
        Some("Basic YWRhOnRpZ2VyIDc=")
    );
    send(&target.url, settings.clone()).await.unwrap();
    let error = send("http://direct.invalid", settings).await.unwrap_err();
    assert!(error.to_string().contains("direct.invalid:80"), "{error}");
    assert_eq!((proxy.received().len(), target.received().len()), (1, 1));
}

#[tokio::test]
async fn a_proxy_that_fails_is_named() {
    let dead = server().await.url;
    let dead_port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = dead_port.local_addr().unwrap().to_string();
    drop(dead_port);
    for target in ["http://api.invalid", "https://api.invalid"] {
        let settings = HttpSettings::new().proxy(format!("http://ada:tiger@{address}"));
        let error = send(target, settings).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "example doIt: no connection to the proxy {address} could be made: connection refused"
            )
        );
        assert!(!said.contains("tiger"), "{said}");
    }
    // It answers, and opens no tunnel.
    let refuses = Server::answering(vec![answer("503 Service Unavailable", "")]).await;
    let address = refuses.url.strip_prefix("http://").unwrap();
    let settings = HttpSettings::new().proxy(&refuses.url);
    let error = send("https://api.invalid", settings).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "example doIt: the proxy {address} made no connection to api.invalid:443: unsuccessful"
        )
    );
    drop(dead);
}

#[tokio::test]
async fn the_user_agent_stays_unless_another_is_given() {
    let server = server().await;
    let default = concat!("rolecall/", env!("CARGO_PKG_VERSION"));
    let customized = HttpSettings::new().customize(|http| http.tcp_nodelay(true));
    send(&server.url, customized).await.unwrap();
    send(&server.url, HttpSettings::new().user_agent("inventory/1"))
        .await
        .unwrap();
    let own = HttpSettings::new().customize(|http| http.user_agent("own"));
    send(&server.url, own).await.unwrap();
    install_crypto_provider();
    let whole = reqwest::Client::builder()
        .user_agent("whole")
        .build()
        .unwrap();
    send(&server.url, whole).await.unwrap();
    assert_eq!(
        agents(&server.received()),
        [default, "inventory/1", "own", "whole"]
    );
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let problem = |settings: HttpSettings| {
        let built = Transport::builder("https://api.example")
            .http(settings)
            .build();
        match built.unwrap_err() {
            BuildError::HttpSettings(problem) => problem,
            other => panic!("{other:?}"),
        }
    };
    for (proxy, said) in [
        (
            "socks5://ada:tiger@proxy.example",
            "its scheme is neither http nor https",
        ),
        ("ada:tiger", "its scheme is neither http nor https"),
        ("", "relative URL without a base"),
    ] {
        let said = format!("the URL of the proxy: {said}");
        assert_eq!(problem(HttpSettings::new().proxy(proxy)), said);
    }
    #[cfg(feature = "rustls")]
    {
        let none = HttpSettings::new().ca_certificates(b"not PEM");
        assert_eq!(problem(none), "there is no certificate in the PEM text");
        let none = HttpSettings::new().client_certificate(b"not PEM");
        assert_eq!(
            problem(none),
            "the client certificate and its key cannot be read as PEM"
        );
    }
}
