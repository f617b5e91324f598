//! Requests per second at 16 clients, each page beside axum handing out the same bytes.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kernel::Fault;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::server::{self, Server};
use crate::table::Row;

/// Clients at a time.
const CLIENTS: usize = 16;
/// Carts that are captured in turn: the limit of captures is per cart as well as per address.
const CARTS: u64 = 2_000;
const CAPTURE: &str = "/wp-json/ocart/v1/checkout/capture";
const CAPTURED: &str = "{\"email\":\"ada@example.com\",\"consent\":true,\"funnel\":\"everyday\"}";

/// Every page and call, by `oha` except for captures: each of those must come from an address of its own.
pub async fn measure(program: &Path, oha: &Path, seconds: u64) -> Result<Vec<Row>, Fault> {
    let folder = tempfile::tempdir().map_err(|error| Fault::bug(error.to_string()))?;
    let shop = folder.path().join("shop");
    server::play(program, &shop)?;
    let server = server::serve(program, &shop)?;
    let cart = cart(&server)?;
    let cookie = format!("cartwright_cart={cart}");
    let mut rows = Vec::new();
    for (name, path, cookie) in [
        ("checkout page", "/checkout/everyday", cookie.as_str()),
        ("product page", "/product/crest-fleece", ""),
        ("REST hello", "/wp-json/ocart/v1/ping", ""),
    ] {
        let (per_second, p99) = rate(oha, &format!("http://{}{path}", server.address), cookie, seconds)?;
        let (reference, _) = same_bytes(oha, &server, path, seconds).await?;
        rows.push(Row {
            name: format!("{name}, {CLIENTS} clients"),
            per_second,
            p99: Some(p99),
            reference: "axum with the same bytes".to_owned(),
            reference_per_second: Some(reference),
        });
    }
    rows.push(captures(&server, seconds).await?);
    Ok(rows)
}

/// Some seconds of checkout pages.
pub fn load(server: &Server, oha: &Path) -> Result<(), Fault> {
    let cookie = format!("cartwright_cart={}", cart(server)?);
    rate(oha, &format!("http://{}/checkout/everyday", server.address), &cookie, 5).map(|_| ())
}

/// A cart with something in it.
fn cart(server: &Server) -> Result<String, Fault> {
    let listed = server::get(&server.address, "/wp-json/wc/store/v1/products?search=Enamel+Mug")?;
    let products: Value = serde_json::from_slice(&listed.body)?;
    let id = products.pointer("/0/id").cloned().ok_or_else(|| Fault::bug("no such product"))?;
    let body = format!("{{\"id\":{id},\"quantity\":2}}");
    let added = server::post(&server.address, "/wp-json/wc/store/v1/cart/add-item", "", &body)?;
    let token = added.header("Cart-Token").map(str::to_owned);
    token.ok_or_else(|| {
        Fault::bug(format!("no cart: {} {}", added.status, String::from_utf8_lossy(&added.body)))
    })
}

/// What `oha` says: requests per second and the 99th percentile. Anything but 200 is a fault.
fn rate(oha: &Path, address: &str, cookie: &str, seconds: u64) -> Result<(u64, Duration), Fault> {
    let done = Command::new(oha)
        .args([
            "--no-tui",
            "--output-format",
            "json",
            "-c",
            &CLIENTS.to_string(),
            "-z",
            &format!("{seconds}s"),
        ])
        .args(["-H", &format!("Cookie: {cookie}"), address])
        .output()
        .map_err(|error| Fault::bug(format!("oha does not run: {error}")))?;
    let report: Value = serde_json::from_slice(&done.stdout)?;
    let figure = |pointer: &str| report.pointer(pointer).map(ToString::to_string).unwrap_or_default();
    let codes = figure("/statusCodeDistribution");
    if !codes.starts_with("{\"200\":") || codes.contains(',') {
        return Err(Fault::bug(format!("{address} answered {codes}")));
    }
    let whole = figure("/summary/requestsPerSec");
    let per_second = whole.split('.').next().and_then(|text| text.parse().ok()).unwrap_or_default();
    Ok((per_second, decimal_seconds(&figure("/latencyPercentiles/p99"))))
}

/// `0.00123` as a duration, to the microsecond.
fn decimal_seconds(text: &str) -> Duration {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let micros: String = rest.chars().chain("000000".chars()).take(6).collect();
    let micros = if text.contains('e') { "0".to_owned() } else { micros };
    Duration::from_secs(whole.parse().unwrap_or_default())
        + Duration::from_micros(micros.parse().unwrap_or_default())
}

async fn same_bytes(oha: &Path, server: &Server, path: &str, seconds: u64) -> Result<(u64, Duration), Fault> {
    let page = server::get(&server.address, path)?.body;
    let router = axum::Router::new().fallback(move || {
        let page = page.clone();
        async move { page }
    });
    let problem = |error: std::io::Error| Fault::bug(error.to_string());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(problem)?;
    let address = listener.local_addr().map_err(problem)?;
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let oha = oha.to_owned();
    let asked =
        tokio::task::spawn_blocking(move || rate(&oha, &format!("http://{address}/"), "", seconds)).await;
    serving.abort();
    asked.map_err(|error| Fault::bug(error.to_string()))?
}

/// Captures, beside axum giving the same answer to the same requests of the same client.
async fn captures(server: &Server, seconds: u64) -> Result<Row, Fault> {
    let carts = (0..CARTS).map(|_| cart(server)).collect::<Result<Vec<_>, _>>()?;
    let carts = Arc::new(carts);
    let (per_second, p99) = posted(&server.address, &carts, seconds).await?;
    let token = format!("Cart-Token: {}\r\n", carts.first().map_or("", String::as_str));
    let answer = server::post(&server.address, CAPTURE, &token, CAPTURED)?;
    let router = axum::Router::new().fallback(move |_body: String| {
        let answer = answer.body.clone();
        async move { (axum::http::StatusCode::CREATED, answer) }
    });
    let problem = |error: std::io::Error| Fault::bug(error.to_string());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(problem)?;
    let address = listener.local_addr().map_err(problem)?.to_string();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let reference = posted(&address, &carts, seconds).await;
    serving.abort();
    Ok(Row {
        name: format!("capture, {CLIENTS} clients"),
        per_second,
        p99: Some(p99),
        reference: "axum with the same bytes".to_owned(),
        reference_per_second: Some(reference?.0),
    })
}

/// Some seconds of captures, each from another shopper's address, over kept connections: how many a second, and the 99th
/// percentile.
async fn posted(address: &str, carts: &Arc<Vec<String>>, seconds: u64) -> Result<(u64, Duration), Fault> {
    let begun = Instant::now();
    let time = Duration::from_secs(seconds);
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(tokio::spawn(shopper(address.to_owned(), Arc::clone(carts), begun, time)));
    }
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.map_err(|error| Fault::bug(error.to_string()))??);
    }
    let per_second = crate::units::per_second(times.len(), begun.elapsed());
    times.sort_unstable();
    Ok((per_second, times.get(times.len() * 99 / 100).copied().unwrap_or_default()))
}

/// One connection's captures until the time is over; gives what each took.
async fn shopper(
    address: String,
    carts: Arc<Vec<String>>,
    begun: Instant,
    time: Duration,
) -> Result<Vec<Duration>, Fault> {
    static SHOPPER: AtomicU64 = AtomicU64::new(1);
    let problem = |error: std::io::Error| Fault::bug(error.to_string());
    let mut stream = BufReader::new(tokio::net::TcpStream::connect(&address).await.map_err(problem)?);
    let mut times = Vec::new();
    while begun.elapsed() < time {
        let number = SHOPPER.fetch_add(1, Ordering::Relaxed);
        let cart = usize::try_from(number % CARTS).ok().and_then(|index| carts.get(index));
        let cart = cart.map_or("", String::as_str);
        let request = format!(
            "POST {CAPTURE} HTTP/1.1\r\nHost: {address}\r\nCart-Token: {cart}\r\nX-Forwarded-For: 10.{}.{}.{}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{CAPTURED}",
            number >> 16 & 255,
            number >> 8 & 255,
            number & 255,
            CAPTURED.len()
        );
        let before = Instant::now();
        stream.get_mut().write_all(request.as_bytes()).await.map_err(problem)?;
        let status = answer(&mut stream).await?;
        if !status.starts_with('2') {
            return Err(Fault::bug(format!("a capture was answered {status}")));
        }
        times.push(before.elapsed());
    }
    Ok(times)
}

/// Reads one answer; gives its status.
async fn answer(stream: &mut BufReader<tokio::net::TcpStream>) -> Result<String, Fault> {
    let problem = |error: std::io::Error| Fault::bug(error.to_string());
    let mut line = String::new();
    stream.read_line(&mut line).await.map_err(problem)?;
    let status = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await.map_err(problem)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.map_err(problem)?;
    Ok(status)
}
