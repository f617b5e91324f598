//! Configuration, strongest first: flag, environment, `cartwright.toml`, default. Read once, here.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};
use kernel::Fault;
use serde::Deserialize;

use crate::bounds::Bounds;
use crate::log::LogFormat;

/// `cartwright.toml`: every key is optional, an unknown one is an error that names it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    database_url: Option<String>,
    table_prefix: Option<String>,
    public_url: Option<String>,
    secret_key_file: Option<String>,
    admin_user: Option<String>,
    admin_password: Option<String>,
    smtp_url: Option<String>,
    time_zone: Option<String>,
    log: Option<String>,
    log_format: Option<String>,
    metrics_token: Option<String>,
    otlp_url: Option<String>,
    trust_forwarded: Option<bool>,
    test_gateway: Option<bool>,
    wordpress_url: Option<String>,
    wordpress_key: Option<String>,
    header_seconds: Option<u32>,
    body_seconds: Option<u32>,
    idle_seconds: Option<u32>,
    connections: Option<u32>,
    connections_per_address: Option<u32>,
}

/// What this installation is told.
#[derive(Clone)]
pub struct Configuration {
    /// Address to listen on.
    pub listen: String,
    /// `sqlite:…` or `mysql://…`.
    pub database_url: String,
    /// In front of every table name.
    pub table_prefix: String,
    /// Where shoppers reach this server, without a slash at the end.
    pub public_url: String,
    /// File of the secret key.
    pub secret_key_file: PathBuf,
    /// The secret key itself, when given.
    pub secret_key: Option<String>,
    /// Login name of the first administrator.
    pub admin_user: String,
    /// Password of the first administrator; a random one is printed unless given.
    pub admin_password: Option<String>,
    /// SMTP server; without one mail goes to the built-in outbox.
    pub smtp_url: Option<String>,
    /// Time zone of the shop.
    pub time_zone: String,
    /// Log filter, such as `info`.
    pub log: String,
    /// Believe the proxy's `X-Forwarded-*`.
    pub trust_forwarded: bool,
    /// Offer the test gateway.
    pub test_gateway: bool,
    /// Milliseconds for which the test gateway keeps an answer back after it has charged, for crash tests.
    pub test_gateway_hold_ms: u64,
    /// Database of the test gateway's own record; with none it stands beside the shop's.
    pub test_gateway_url: Option<String>,
    /// What calls in the test gateway's name are signed with; with none there are no such calls.
    pub test_gateway_webhook_secret: Option<String>,
    /// The WooCommerce that is the shop of record; with none the embedded shop is.
    pub wordpress: Option<WordPress>,
    /// What it tells of itself.
    pub observation: Observation,
    /// What clients may take of it.
    pub bounds: Bounds,
}

/// A WordPress with the plugin.
#[derive(Clone)]
pub struct WordPress {
    /// Where it is, without a slash at the end.
    pub url: String,
    /// A key that both sides are given instead of pairing them: `key id:64 hexadecimal digits`.
    pub key: Option<String>,
}

/// What this installation tells of itself, and to whom.
#[derive(Clone, Default)]
pub struct Observation {
    /// How a line of the log is written.
    pub log_format: LogFormat,
    /// Opens `/metrics` to whoever shows it; without one only this machine and administrators see it.
    pub metrics_token: Option<String>,
    /// OpenTelemetry collector that gets spans; none: nothing is recorded.
    pub otlp_url: Option<String>,
}

impl std::fmt::Debug for Observation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Observation").field("log_format", &self.log_format).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Configuration {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Configuration").field("listen", &self.listen).finish_non_exhaustive()
    }
}

/// Flag, environment variable, help.
const OPTIONS: [(&str, &str, &str); 21] = [
    ("listen", "CARTWRIGHT_LISTEN", "Address to listen on [default: 127.0.0.1:8480]"),
    (
        "database-url",
        "CARTWRIGHT_DATABASE_URL",
        "sqlite:FILE or mysql://user:password@host:port/name [default: sqlite:cartwright.db]",
    ),
    ("table-prefix", "CARTWRIGHT_TABLE_PREFIX", "In front of every table name [default: wp_]"),
    (
        "public-url",
        "CARTWRIGHT_PUBLIC_URL",
        "Where shoppers reach this server [default: http:// and the listen address]",
    ),
    (
        "secret-key-file",
        "CARTWRIGHT_SECRET_KEY_FILE",
        "File of the secret key [default: cartwright.key beside the database]",
    ),
    (
        "smtp-url",
        "CARTWRIGHT_SMTP_URL",
        "smtp://user:password@host:port; none: mail goes to the built-in outbox",
    ),
    ("time-zone", "CARTWRIGHT_TIME_ZONE", "Time zone of the shop, such as Europe/Berlin [default: UTC]"),
    ("log", "CARTWRIGHT_LOG", "error, warn, info, debug, or a filter by module [default: warn]"),
    ("log-format", "CARTWRIGHT_LOG_FORMAT", "text or json [default: text]"),
    (
        "otlp-url",
        "CARTWRIGHT_OTLP_URL",
        "OpenTelemetry collector for traces, such as http://127.0.0.1:4318 [default: none]",
    ),
    (
        "trust-forwarded",
        "CARTWRIGHT_TRUST_FORWARDED",
        "true behind a proxy that sets X-Forwarded-For and X-Forwarded-Proto",
    ),
    (
        "test-gateway",
        "CARTWRIGHT_TEST_GATEWAY",
        "false takes the test gateway away, as a production shop must [default: true]",
    ),
    ("config", "CARTWRIGHT_CONFIG", "Configuration file [default: cartwright.toml, if there is one]"),
    (
        "wordpress-url",
        "CARTWRIGHT_WORDPRESS_URL",
        "A WordPress whose WooCommerce is the shop [default: the embedded shop]",
    ),
    (
        "test-gateway-hold-ms",
        "CARTWRIGHT_TEST_GATEWAY_HOLD_MS",
        "Keep the test gateway's answers back, for crash tests",
    ),
    (
        "test-gateway-url",
        "CARTWRIGHT_TEST_GATEWAY_URL",
        "sqlite:FILE or mysql://… for the test gateway's own record [default: the shop's database]",
    ),
    ("header-seconds", "CARTWRIGHT_HEADER_SECONDS", "Longest time for the head of a request [default: 10]"),
    (
        "body-seconds",
        "CARTWRIGHT_BODY_SECONDS",
        "Longest time for the body of a request, for each mebibyte that may be sent [default: 30]",
    ),
    (
        "idle-seconds",
        "CARTWRIGHT_IDLE_SECONDS",
        "Longest time between two requests of a connection [default: 60]",
    ),
    (
        "connections",
        "CARTWRIGHT_CONNECTIONS",
        "Connections at a time [default: 1024, and never more than the process may open]",
    ),
    (
        "connections-per-address",
        "CARTWRIGHT_CONNECTIONS_PER_ADDRESS",
        "Connections of one address at a time [default: 256; behind a proxy all there are]",
    ),
];

/// Values that come from the environment only, so that they never stand in a process list.
const SECRET: [(&str, &str); 6] = [
    ("metrics-token", "CARTWRIGHT_METRICS_TOKEN"),
    ("secret-key", "CARTWRIGHT_SECRET_KEY"),
    ("wordpress-key", "CARTWRIGHT_WORDPRESS_KEY"),
    ("admin-user", "CARTWRIGHT_ADMIN_USER"),
    ("admin-password", "CARTWRIGHT_ADMIN_PASSWORD"),
    ("test-gateway-webhook-secret", "CARTWRIGHT_TEST_GATEWAY_WEBHOOK_SECRET"),
];

/// Adds the flags to the root command.
#[must_use]
pub fn arguments(command: clap::Command) -> clap::Command {
    let shown = OPTIONS.map(|(name, variable, help)| {
        // The values may be addresses with a password in them.
        Arg::new(name).long(name).env(variable).hide_env_values(true).help(help).global(true)
    });
    let hidden = SECRET.map(|(name, variable)| {
        Arg::new(name).long(name).env(variable).hide(true).hide_env_values(true).global(true)
    });
    command.args(shown).args(hidden)
}

impl Configuration {
    /// What holds when nothing is said but where the database is.
    #[must_use]
    pub fn usual(database_url: &str, table_prefix: &str) -> Self {
        let listen = "127.0.0.1:8480".to_owned();
        Self {
            public_url: format!("http://{listen}"),
            listen,
            secret_key_file: beside(database_url),
            secret_key: None,
            database_url: database_url.to_owned(),
            table_prefix: table_prefix.to_owned(),
            admin_user: "admin".to_owned(),
            admin_password: None,
            smtp_url: None,
            time_zone: "UTC".to_owned(),
            log: "warn".to_owned(),
            trust_forwarded: false,
            test_gateway: true,
            test_gateway_hold_ms: 0,
            test_gateway_url: None,
            test_gateway_webhook_secret: None,
            wordpress: None,
            observation: Observation::default(),
            bounds: Bounds::default(),
        }
    }

    /// From the parsed command line, the environment behind it, and the file.
    pub fn read(matches: &ArgMatches) -> Result<Self, Fault> {
        let given = |name: &str| matches.get_one::<String>(name).filter(|text| !text.is_empty()).cloned();
        let file = read_file(given("config").as_deref())?;
        let database_url =
            given("database-url").or(file.database_url).unwrap_or_else(|| "sqlite:cartwright.db".to_owned());
        let table_prefix = given("table-prefix").or(file.table_prefix).unwrap_or_else(|| "wp_".to_owned());
        let usual = Self::usual(&database_url, &table_prefix);
        let listen = given("listen").or(file.listen).unwrap_or(usual.listen);
        let public_url =
            given("public-url").or(file.public_url).unwrap_or_else(|| format!("http://{listen}"));
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            return Err(Fault::invalid("public-url", "Start it with http:// or https://."));
        }
        let key_file = given("secret-key-file").or(file.secret_key_file).map(PathBuf::from);
        let file_bounds = [
            file.header_seconds,
            file.body_seconds,
            file.idle_seconds,
            file.connections,
            file.connections_per_address,
        ];
        let trust_forwarded = given("trust-forwarded");
        let trust_forwarded =
            truth("trust-forwarded", trust_forwarded, file.trust_forwarded, usual.trust_forwarded)?;
        Ok(Self {
            secret_key_file: key_file.unwrap_or(usual.secret_key_file),
            secret_key: given("secret-key"),
            listen,
            public_url: public_url.trim_end_matches('/').to_owned(),
            admin_user: given("admin-user").or(file.admin_user).unwrap_or(usual.admin_user),
            admin_password: given("admin-password").or(file.admin_password),
            smtp_url: given("smtp-url").or(file.smtp_url),
            time_zone: given("time-zone").or(file.time_zone).unwrap_or(usual.time_zone),
            log: given("log").or(file.log).unwrap_or(usual.log),
            trust_forwarded,
            test_gateway: truth(
                "test-gateway",
                given("test-gateway"),
                file.test_gateway,
                usual.test_gateway,
            )?,
            test_gateway_hold_ms: match given("test-gateway-hold-ms") {
                Some(text) => text
                    .parse()
                    .map_err(|_| Fault::invalid("test-gateway-hold-ms", "Give a number of milliseconds."))?,
                None => usual.test_gateway_hold_ms,
            },
            observation: Observation {
                log_format: given("log-format")
                    .or(file.log_format)
                    .map_or_else(|| Ok(LogFormat::default()), |name| LogFormat::parse(&name))?,
                metrics_token: metrics_token(given("metrics-token").or(file.metrics_token))?,
                otlp_url: given("otlp-url").or(file.otlp_url),
            },
            bounds: Bounds::read(&given, &file_bounds, trust_forwarded)?,
            test_gateway_url: given("test-gateway-url"),
            test_gateway_webhook_secret: given("test-gateway-webhook-secret"),
            wordpress: wordpress(
                given("wordpress-url").or(file.wordpress_url),
                given("wordpress-key").or(file.wordpress_key),
            )?,
            database_url,
            table_prefix,
        })
    }
}

fn wordpress(url: Option<String>, key: Option<String>) -> Result<Option<WordPress>, Fault> {
    let Some(url) = url else { return Ok(None) };
    let url = woocommerce::transport_http::address(&url)?;
    key.as_deref().map(woocommerce::calls::rules::given_key).transpose()?;
    Ok(Some(WordPress { url, key }))
}

/// A short token would soon be guessed.
fn metrics_token(token: Option<String>) -> Result<Option<String>, Fault> {
    let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
    match token {
        Some(token) if token.len() < 16 => {
            Err(Fault::invalid("CARTWRIGHT_METRICS_TOKEN", "The metrics token needs at least 16 characters."))
        }
        token => Ok(token),
    }
}

fn truth(name: &str, given: Option<String>, file: Option<bool>, default: bool) -> Result<bool, Fault> {
    match given.as_deref() {
        None => Ok(file.unwrap_or(default)),
        Some("true" | "1" | "yes" | "on") => Ok(true),
        Some("false" | "0" | "no" | "off") => Ok(false),
        Some(_) => Err(Fault::invalid(name, "Use true or false.")),
    }
}

/// `cartwright.key` beside the SQLite file, or in the working folder.
fn beside(database_url: &str) -> PathBuf {
    database_url
        .strip_prefix("sqlite:")
        .filter(|path| *path != ":memory:")
        .and_then(|path| Path::new(path).parent())
        .unwrap_or_else(|| Path::new(""))
        .join("cartwright.key")
}

fn read_file(named: Option<&str>) -> Result<File, Fault> {
    let path = named.unwrap_or("cartwright.toml");
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| {
            Fault::invalid(path, format!("The configuration file does not read: {}", error.message()))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(File::default()),
        Err(error) => Err(Fault::invalid(path, format!("The configuration file cannot be read: {error}"))),
    }
}
