//! A private certificate authority and client certificates, for calls and for signing in.

mod support;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rolecall::auth::oauth::{
    ClientAuthentication, ClientCredentials, Endpoints, OAuthClient, Provider,
};
use rolecall::auth::{StaticToken, TokenSource};
use rolecall::{Error, HttpSettings, Kind, NoRetry, okta, zenml};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;
use support::{Reply, Server, TestClock};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A certificate authority that nobody trusts yet.
struct Ca {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    der: rustls::pki_types::CertificateDer<'static>,
}

/// A certificate with its key.
struct Certified {
    pem: String,
    der: rustls::pki_types::CertificateDer<'static>,
    key: KeyPair,
}

impl Ca {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    fn certify(&self, name: &str) -> Certified {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certified {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            key,
        }
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        roots.into()
    }
}

impl Certified {
    fn identity(&self) -> Vec<u8> {
        format!("{}{}", self.pem, self.key.serialize_pem()).into_bytes()
    }
}

/// TLS in front of a server: of the service and of its authorization server.
struct Tls {
    url: String,
    behind: Server,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Tls {
    /// With a certificate of this authority; wants one of `clients` from whoever comes, if that is given.
    async fn new(ca: &Ca, clients: Option<&Ca>) -> Self {
        let behind = Server::new(|_, request| match request.target.as_str() {
            "/token" | "/auth/login" => {
                Reply::json(r#"{"access_token":"t0k3n","token_type":"Bearer","expires_in":3600}"#)
            }
            _ if request.header("authorization").is_some() => Reply::json(r#"{"id":"00u1"}"#),
            _ => Reply::status("401 Unauthorized", "{}"),
        })
        .await;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let config = config.with_safe_default_protocol_versions().unwrap();
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(clients) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(clients.roots(), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let own = ca.certify("127.0.0.1");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.key.serialize_der()));
        let config = config.with_single_cert(vec![own.der], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let plain = behind.url.strip_prefix("http://").unwrap().to_owned();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, plain) = (acceptor.clone(), plain.clone());
                connections.spawn(async move {
                    // Who does not trust it goes away.
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut plain = TcpStream::connect(plain).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut plain).await;
                });
            }
        });
        Self { url, behind, task }
    }

    fn application(&self) -> ClientCredentials {
        let endpoints = Endpoints::new(format!("{}/token", self.url));
        let app = OAuthClient::builder(Provider::endpoints(endpoints), "app");
        let app = app.authentication(ClientAuthentication::secret_basic("secret"));
        ClientCredentials::new(app.build().unwrap())
    }

    async fn call(&self, http: HttpSettings, source: impl TokenSource) -> Result<(), Error> {
        let client = okta::Client::builder()
            .base_url(&self.url)
            .http(http)
            .retry(NoRetry)
            .clock(TestClock::new())
            .token(source)
            .build()
            .unwrap();
        client.get_user().id("00u1").send().await?;
        Ok(())
    }

    /// What becomes of a call with a token at hand, and of signing in.
    async fn both(&self, http: &HttpSettings) -> [Result<(), Error>; 2] {
        let call = self.call(http.clone(), StaticToken::ssws("token")).await;
        [call, self.call(http.clone(), self.application()).await]
    }
}

fn trusting(ca: &Ca) -> HttpSettings {
    HttpSettings::new().ca_certificates(ca.pem.as_bytes())
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named() {
    let ca = Ca::new();
    let server = Tls::new(&ca, None).await;
    for http in [trusting(&ca), trusting(&ca).only_these_ca_certificates()] {
        for result in server.both(&http).await {
            result.unwrap();
        }
    }
    // Beside others, in one file.
    let bundle = format!("{}{}", Ca::new().pem, ca.pem);
    let http = HttpSettings::new().ca_certificates(bundle.as_bytes());
    for result in server.both(&http).await {
        result.unwrap();
    }
}

#[tokio::test]
async fn other_authorities_are_not_trusted_and_nothing_is_sent() {
    let ca = Ca::new();
    let server = Tls::new(&ca, None).await;
    for http in [HttpSettings::new(), trusting(&Ca::new())] {
        let [call, sign_in] = server.both(&http).await.map(Result::unwrap_err);
        assert_eq!(call.kind(), Kind::Transport, "{call:#}");
        assert_eq!(sign_in.kind(), Kind::Auth, "{sign_in:#}");
        for error in [call, sign_in] {
            let story = format!("{error:#}");
            assert!(story.to_lowercase().contains("certificate"), "{story}");
            assert!(!story.contains("secret"), "{story}");
        }
    }
    assert_eq!(server.behind.count(), 0);
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_those_who_ask() {
    let (ca, clients) = (Ca::new(), Ca::new());
    let server = Tls::new(&ca, Some(&clients)).await;
    let identity = |ca: &Ca| ca.certify("program.example").identity();
    let http = trusting(&ca).client_certificate(&identity(&clients));
    for result in server.both(&http).await {
        result.unwrap();
    }
    let seen = server.behind.count();
    // None, and one that somebody else has certified.
    let stranger = trusting(&ca).client_certificate(&identity(&Ca::new()));
    for http in [trusting(&ca), stranger] {
        for result in server.both(&http).await {
            let error = result.unwrap_err();
            assert!(
                matches!(error.kind(), Kind::Transport | Kind::Auth),
                "{error:#}"
            );
            let story = format!("{error:#}");
            assert!(
                !story.contains("secret") && !story.contains("BEGIN"),
                "{story}"
            );
        }
    }
    assert_eq!(server.behind.count(), seen);
}

#[tokio::test]
async fn traded_keys_take_the_same_way() {
    let ca = Ca::new();
    let server = Tls::new(&ca, None).await;
    let client = |http: HttpSettings| {
        let key = rolecall::zenml::auth::api_key(&server.url, "a-key")
            .build()
            .unwrap();
        let client = zenml::Client::builder().server(&server.url).http(http);
        client.retry(NoRetry).token(key).build().unwrap()
    };
    let call = |client: zenml::Client| async move {
        let call = client.get_current_user().send().await;
        call.map(drop).map_err(Error::from)
    };
    call(client(trusting(&ca))).await.unwrap();
    let error = call(client(HttpSettings::new())).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Auth, "{error:#}");
}
