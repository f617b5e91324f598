//! What the program weighs: its start, its memory, its size.

use std::fmt::Write as _;
use std::path::Path;

use kernel::Fault;

use crate::{http, server};

/// Starts that are measured; the middle one counts.
const STARTS: usize = 9;

/// The table of weights, beside their goals.
pub async fn measure(program: &Path, oha: &Path) -> Result<String, Fault> {
    let folder = tempfile::tempdir().map_err(|error| Fault::bug(error.to_string()))?;
    let shop = folder.path().join("shop");
    server::play(program, &shop)?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(server::serve(program, &shop)?.start);
    }
    starts.sort_unstable();
    let start = starts.get(STARTS / 2).copied().unwrap_or_default();
    let server = server::serve(program, &shop)?;
    let idle = server.memory()?;
    http::load(&server, oha)?;
    let loaded = server.memory()?;
    let size = std::fs::metadata(program).map_err(|error| Fault::bug(error.to_string()))?.len();
    let mut text = "| what | figure | goal |\n|---|--:|--:|\n".to_owned();
    let _ = writeln!(text, "| from start to the first answer | {} ms | < 100 ms |", start.as_millis());
    let _ = writeln!(text, "| memory, idle | {} MiB | < 40 MiB |", idle / 1_024);
    let _ = writeln!(text, "| memory after pages at 16 clients | {} MiB | < 150 MiB |", loaded / 1_024);
    let _ = writeln!(text, "| the binary | {} MiB | |", size / 1_048_576);
    Ok(text)
}
