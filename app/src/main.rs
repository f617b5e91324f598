//! The binary `cartwright`.

use std::io::Write as _;
use std::process::ExitCode;

/// Pages are made of many small pieces. C code keeps the allocator of the system: taking that over as well breaks under
/// what the tests preload to move the clock.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (output, code) = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(app::command_line::run(std::env::args_os())),
        Err(error) => (app::command_line::Printed::error(&format!("Error: {error}\n")), 1),
    };
    // A reader that went away (`cartwright … | head`) is no failure of ours.
    let _ = std::io::stdout().write_all(output.out.as_bytes());
    let _ = std::io::stderr().write_all(output.error.as_bytes());
    ExitCode::from(code)
}
