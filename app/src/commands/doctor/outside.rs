//! What can be seen of the outside: gateways, the mail server, the sender's address, the collector of traces.

use std::time::Duration;

use kernel::Fault;
use runtime::settings::{ocart, shop};
use runtime::{Settings, Tx};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::{Outcome, host, is_public};
use crate::configuration::Configuration;
use crate::wiring::Application;

/// The outside has as long to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Can people pay, and only with money?
pub(super) fn gateways(application: &Application) -> Outcome {
    let names: Vec<&str> = application.engine.gateways().map(runtime::ports::Gateway::id).collect();
    if names.is_empty() {
        return Err("no payment gateway is on and nobody can pay; set a gateway's keys".to_owned());
    }
    if names.contains(&"test") && is_public(&application.configuration) {
        return Err(
            "the test gateway is on at a public address: anybody buys with the card number 4242…; set \
                    CARTWRIGHT_TEST_GATEWAY=false and a real gateway's keys"
                .to_owned(),
        );
    }
    Ok(names.join(", "))
}

/// Is the store paired, does it answer a signed call, and is everything that it announced worked off?
pub(super) async fn wordpress(application: &Application) -> Outcome {
    let engine = &application.engine;
    let link = engine.ask(woocommerce::TheLink).await.map_err(|fault| fault.message)?;
    let told: serde_json::Value = link
        .call("hello", &serde_json::json!({}), ANSWER)
        .await
        .map_err(|fault| format!("{} ({})", fault.message, link.url()))?;
    let waiting = engine.read(woocommerce::inbox::queries::waiting).await.map_err(|fault| fault.message)?;
    if waiting.failed > 0 {
        return Err(format!(
            "{} announcements of the store could not be read; see the column problem of cartwright_inbox",
            waiting.failed
        ));
    }
    let version = |name: &str| told[name].as_str().unwrap_or("?").to_owned();
    Ok(format!(
        "WooCommerce {} on WordPress {} at {}, plugin {}; {} announcements wait",
        version("woocommerce"),
        version("wordpress"),
        link.url(),
        version("connector"),
        waiting.waiting
    ))
}

/// Host and port of an SMTP address, as the mailer takes it.
fn mail_address(url: &str) -> String {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let port = authority.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
    let usual = match url {
        _ if url.starts_with("smtps:") => 465,
        _ if url.contains("tls=required") => 587,
        _ => 25,
    };
    format!("{}:{}", host(url), port.unwrap_or(usual))
}

/// Does the mail server answer?
pub(super) async fn mail_server(configuration: &Configuration) -> Outcome {
    let Some(url) = &configuration.smtp_url else {
        if is_public(configuration) {
            return Err("no mail server is set: letters stay in the built-in outbox and reach nobody; set \
                        CARTWRIGHT_SMTP_URL=smtps://user:password@host"
                .to_owned());
        }
        return Ok("none: mail goes to the built-in outbox".to_owned());
    };
    let address = mail_address(url);
    let greets = !url.starts_with("smtps:");
    match tokio::time::timeout(ANSWER, greeting(&address, greets)).await {
        Ok(Ok(())) => Ok(format!("{address} answers")),
        Ok(Err(problem)) => Err(format!("{address}: {problem}; check CARTWRIGHT_SMTP_URL and the firewall")),
        Err(_) => {
            Err(format!("{address} does not answer in time; check CARTWRIGHT_SMTP_URL and the firewall"))
        }
    }
}

async fn greeting(address: &str, greets: bool) -> Result<(), String> {
    let mut stream =
        TcpStream::connect(address).await.map_err(|error| format!("no connection ({})", error.kind()))?;
    if !greets {
        return Ok(());
    }
    let mut first = [0_u8; 3];
    stream.read_exact(&mut first).await.map_err(|_| "it greets nobody".to_owned())?;
    if &first == b"220" { Ok(()) } else { Err("this is no mail server, or it refuses us".to_owned()) }
}

/// Did the last mail go out?
pub(super) async fn mail(application: &Application) -> Outcome {
    let rejected =
        application.engine.read(recovery::mail_rejected).await.map_err(|fault| fault.to_string())?;
    match rejected {
        Some((detail, at)) => Err(format!(
            "{detail}, last at {at}; check CARTWRIGHT_SMTP_URL and the sender's address; what waits is tried again"
        )),
        None => Ok("the mail server has not refused us".to_owned()),
    }
}

/// Whom do letters say they come from?
pub(super) async fn sender(application: &Application) -> Outcome {
    let from = application.engine.read(sender_address).await.map_err(|fault| fault.to_string())?;
    let domain = from.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase()).unwrap_or_default();
    let nobodys = domain.is_empty()
        || !domain.contains('.')
        || ["example.com", "example.org", "example.net"].iter().any(|example| domain.ends_with(example))
        || [".test", ".invalid", ".example", ".localhost", ".local"].iter().any(|end| domain.ends_with(end));
    if nobodys && is_public(&application.configuration) {
        return Err(format!(
            "letters come from {from}, whose domain is nobody's, so mail servers throw them away; run: cartwright option \
             update {} {} you@your-domain",
            shop::OPTION,
            shop::GENERAL_EMAIL.key
        ));
    }
    Ok(from)
}

fn sender_address(tx: &mut Tx) -> Result<String, Fault> {
    let recovery = Settings::load(tx, ocart::OPTION)?.text(&ocart::RECOVERY_FROM_EMAIL);
    let general = Settings::load(tx, shop::OPTION)?.text(&shop::GENERAL_EMAIL);
    Ok(if recovery.trim().is_empty() { general } else { recovery })
}

/// Does the collector of traces answer?
pub(super) async fn collector(configuration: &Configuration) -> Outcome {
    let Some(url) = &configuration.observation.otlp_url else {
        return Ok("none: no traces are sent".to_owned());
    };
    let endpoint = otlp::endpoint(url).map_err(|fault| fault.to_string())?;
    let (host, port) = (endpoint.host().unwrap_or_default(), endpoint.port_u16().unwrap_or(80));
    match tokio::time::timeout(ANSWER, TcpStream::connect((host.trim_matches(['[', ']']), port))).await {
        Ok(Ok(_)) => Ok(format!("{host}:{port} answers")),
        _ => Err(format!("{host}:{port} does not answer; start the collector or unset CARTWRIGHT_OTLP_URL")),
    }
}
