//! The process that reads: limits itself, then reads the one file that it is given, and says what is in it.

use super::line::{self, Request};
use crate::sheet::{self, FILE_BYTES};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::process::ExitCode;

/// What Rust says before it gives up for want of memory.
pub(super) const OUT_OF_MEMORY: &str = "memory allocation of ";
/// The exit code where it could not limit itself, so has not looked at the file. As in `sysexits.h`: a fault of the configuration.
pub(super) const NOT_READY: u8 = 78;

/// The files that a parser could open: none, beside the pipes.
const DESCRIPTORS: u64 = 3;
/// Whoever asks for pages goes before whoever sends files.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// Reads what comes in, and answers.
#[must_use]
pub fn run() -> ExitCode {
    // A parser's own words may hold what stands in the file, which is none of the log's business.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "panicked at {place}");
    }));
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed { error, code }) => {
            let _ = writeln!(io::stderr(), "{error}");
            code
        }
    }
}

/// Why there is no answer.
struct Failed {
    error: io::Error,
    code: ExitCode,
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self { error, code: ExitCode::FAILURE }
    }
}

fn answer() -> Result<(), Failed> {
    let mut input = io::stdin().lock();
    // It comes from the server, and so does its length; the file comes from anybody.
    let not_ready = |error| Failed { error, code: ExitCode::from(NOT_READY) };
    let request = Request::from(&mut input).map_err(not_ready)?;
    limit(&request).map_err(not_ready)?;
    let mut bytes = Vec::with_capacity(request.bytes.min(FILE_BYTES));
    input.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() != request.bytes {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    let read = sheet::cells(&request.file, &bytes, request.guards);
    drop(bytes);
    let mut output = BufWriter::new(io::stdout().lock());
    line::write(&mut output, read)?;
    Ok(output.flush()?)
}

#[cfg(unix)]
fn limit(request: &Request) -> io::Result<()> {
    use rlimit::{Resource, getrlimit, setrlimit};
    // Nobody can ask for more than the system lets the server have.
    let at_most = |resource: Resource, soft: u64, hard: u64| -> io::Result<()> {
        let (_, most) = getrlimit(resource)?;
        setrlimit(resource, soft.min(most), hard.min(most))
    };
    close_the_rest()?;
    let memory = request.memory_mib.saturating_mul(1024 * 1024);
    at_most(Resource::AS, memory, memory)?;
    // The second one cannot be waited out.
    at_most(Resource::CPU, request.processor_s, request.processor_s + 1)?;
    at_most(Resource::FSIZE, 0, 0)?;
    at_most(Resource::CORE, 0, 0)?;
    at_most(Resource::NOFILE, DESCRIPTORS, DESCRIPTORS)?;
    // Whoever ends the server with force ends its readers, too.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    // A courtesy; it protects nothing.
    let _ = rustix::process::nice(NICENESS);
    Ok(())
}

/// Whatever was handed down to the server, and by it, is none of the reader's.
#[cfg(unix)]
fn close_the_rest() -> io::Result<()> {
    let open = std::fs::read_dir("/dev/fd")?;
    let open: Vec<i32> = open.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
        // The folder's own is closed already.
        let _ = nix::unistd::close(descriptor);
    }
    Ok(())
}

#[cfg(not(unix))]
fn limit(_: &Request) -> io::Result<()> {
    Ok(())
}
