//! Where the mail server is and how it is spoken to, from its address.

use kernel::Fault;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use url::Url;

/// How the connection is kept from others' eyes.
#[derive(Clone)]
pub(crate) enum Security {
    /// Not at all: a relay on this machine or network.
    None,
    /// STARTTLS where the server has it.
    Opportunistic(TlsParameters),
    /// STARTTLS, or no mail.
    Required(TlsParameters),
    /// TLS from the first byte.
    Wrapped(TlsParameters),
}

/// A mail server.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) hello: ClientId,
    pub(crate) credentials: Option<Credentials>,
}

fn refused() -> Fault {
    Fault::invalid(
        "smtp_url",
        "Use an address such as smtps://user:password@mail.example.com:465 or \
         smtp://user:password@mail.example.com:587?tls=required.",
    )
}

impl Server {
    /// From `smtp://user:password@host:587?tls=required` or `smtps://user:password@host:465`.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let url = Url::parse(text).map_err(|_| refused())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(refused)?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let parameters = || TlsParameters::new(host.to_owned()).map_err(|_| refused());
        let (security, usual) = match (url.scheme(), tls.as_deref()) {
            ("smtp", None) => (Security::None, 25),
            ("smtp", Some("opportunistic")) => (Security::Opportunistic(parameters()?), 587),
            ("smtp", Some("required")) => (Security::Required(parameters()?), 587),
            ("smtps", _) => (Security::Wrapped(parameters()?), 465),
            _ => return Err(refused()),
        };
        let name = url.path().trim_matches('/');
        let hello = if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) };
        let decoded = |text: &str| {
            percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| refused())
        };
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None => None,
        };
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(usual),
            security,
            hello,
            credentials,
        })
    }
}
