//! HTTP/1.1, over TLS where the address asks for it; one connection a call.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kernel::Fault;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::transport::{Answer, Outgoing, Transport};

/// An answer that is larger is none of ours.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// The real one.
#[derive(Clone)]
pub struct HttpTransport {
    tls: Arc<ClientConfig>,
}

impl std::fmt::Debug for HttpTransport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("HttpTransport")
    }
}

impl HttpTransport {
    /// Trusts the certificates that browsers trust.
    pub fn new() -> Result<Self, Fault> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Fault::bug(format!("TLS cannot be set up: {error}")))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: Arc::new(tls) })
    }
}

/// Checks an address of the configuration: `http://` or `https://`, a host, no query. Gives it without a slash at the end.
pub fn address(text: &str) -> Result<String, Fault> {
    let invalid = || {
        Fault::invalid(
            "wordpress-url",
            "Write the store's address as WordPress shows it: https://shop.example.",
        )
    };
    let trimmed = text.trim().trim_end_matches('/');
    let uri: Uri = trimmed.parse().map_err(|_| invalid())?;
    let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    if scheme && uri.host().is_some_and(|host| !host.is_empty()) && uri.query().is_none() {
        Ok(trimmed.to_owned())
    } else {
        Err(invalid())
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn post(&self, call: &Outgoing) -> Result<Answer, String> {
        let uri: Uri = call.url.parse().map_err(|_| "the address is not one".to_owned())?;
        let secure = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream =
            TcpStream::connect((host.as_str(), port)).await.map_err(|error| error.kind().to_string())?;
        // Small calls that wait for their answers.
        stream.set_nodelay(true).map_err(|error| error.kind().to_string())?;
        if !secure {
            return exchange(stream, &uri, call).await;
        }
        let name = ServerName::try_from(host).map_err(|_| "the host's name is not one".to_owned())?;
        let secured = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await;
        exchange(secured.map_err(|error| format!("TLS: {error}"))?, &uri, call).await
    }
}

async fn exchange<S>(stream: S, uri: &Uri, call: &Outgoing) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    // Ends with the call, also when the caller stops waiting.
    let mut driver = tokio::task::JoinSet::new();
    driver.spawn(connection);
    let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    let mut request = Request::post(path)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, concat!("Cartwright/", env!("CARGO_PKG_VERSION")));
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(call.body.clone())).map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let location = location.unwrap_or_default().to_owned();
    let body: Bytes = Limited::new(answer.into_body(), ANSWER_BYTES)
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();
    Ok(Answer { status, location, body })
}
