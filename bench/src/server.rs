//! The shipped binary as a server: a small shop is played, then served.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kernel::Fault;

/// A server that is running; it ends with this value.
pub struct Server {
    child: Child,
    /// `127.0.0.1:port`.
    pub address: String,
    /// From the start of the process to its first answer.
    pub start: Duration,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Server({})", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn fault(what: &str, error: &dyn std::fmt::Display) -> Fault {
    Fault::bug(format!("{what}: {error}"))
}

/// Plays a few days into `folder`.
pub fn play(program: &Path, folder: &Path) -> Result<(), Fault> {
    let done = Command::new(program)
        .args(["demo", "--no-serve", "--days", "3", "--shoppers", "60", "--folder"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| fault("the demo does not start", &error))?;
    if done.success() { Ok(()) } else { Err(Fault::bug("the demo did not come to its end")) }
}

/// Serves the shop in `folder` on a free port and waits for its first answer.
pub fn serve(program: &Path, folder: &Path) -> Result<Server, Fault> {
    let free = std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| fault("no free port", &error))?;
    let address = free.local_addr().map_err(|error| fault("no address", &error))?.to_string();
    drop(free);
    let begun = Instant::now();
    let child = Command::new(program)
        .args(["serve", "--listen", &address, "--trust-forwarded", "true", "--database-url"])
        .arg(format!("sqlite:{}", folder.join("shop.db").display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| fault("the server does not start", &error))?;
    let mut server = Server { child, address, start: Duration::ZERO };
    while begun.elapsed() < Duration::from_secs(20) {
        if get(&server.address, "/wp-json/ocart/v1/ping").is_ok_and(|answer| answer.status == 200) {
            server.start = begun.elapsed();
            return Ok(server);
        }
        std::thread::yield_now();
    }
    Err(Fault::bug("the server does not answer"))
}

impl Server {
    /// Memory in use, in KiB, as the kernel counts it.
    pub fn memory(&self) -> Result<u64, Fault> {
        let path = PathBuf::from(format!("/proc/{}/status", self.child.id()));
        let text = std::fs::read_to_string(path).map_err(|error| fault("no such process", &error))?;
        text.lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse().ok())
            .ok_or_else(|| Fault::bug("the kernel says nothing of memory"))
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Header lines.
    pub head: String,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// GET with a connection of its own.
pub fn get(address: &str, path: &str) -> Result<Answer, Fault> {
    send(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))
}

/// POST of a JSON body with a connection of its own.
pub fn post(address: &str, path: &str, headers: &str, body: &str) -> Result<Answer, Fault> {
    let length = body.len();
    send(
        address,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ),
    )
}

fn send(address: &str, request: &str) -> Result<Answer, Fault> {
    let mut stream = TcpStream::connect(address).map_err(|error| fault("no connection", &error))?;
    stream.write_all(request.as_bytes()).map_err(|error| fault("not sent", &error))?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(|error| fault("no answer", &error))?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    Ok(Answer { status, head, body: bytes.get(end + 4..).unwrap_or_default().to_vec() })
}
