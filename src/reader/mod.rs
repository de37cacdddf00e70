//! Reading a stranger's spreadsheet in a process of its own: whatever the file does to the parsers, it is one refused upload.
//!
//! The program starts itself, hands the file over, and gets back its cells (`line.rs`). The reader limits itself before it looks at the
//! file (`child.rs`): its memory, its processor time, what it may open. This side bounds what comes back, and how long it waits.

pub mod child;
mod line;

use crate::sheet::{Book, Damage, Guards, SheetError};
use line::{FromLines, Request};
use metrics::{counter, gauge, histogram};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// The hidden command under which the program is a reader.
pub const COMMAND: &str = "read-sheet";
/// So much memory a reader may take, unless it is set.
pub const MEMORY_MIB: u64 = 256;
/// With less it would not even start.
pub const LEAST_MEMORY_MIB: u64 = 128;
/// No machine needs more for a file of 10 MiB.
pub const MOST_MEMORY_MIB: u64 = 4_096;

/// So many read at a time, and so many wait for it: each holds a file in memory.
pub const AT_WORK: usize = 2;
pub const WAITING: usize = 20;
/// What may come back: the cells of the largest list that can be read are a fraction of it.
const OUTPUT_BYTES: usize = 64 * 1024 * 1024;
/// Of what it says of itself; more is not listened to.
const STDERR_BYTES: u64 = 2_048;

/// What one reader may take.
#[derive(Debug, Clone)]
pub struct Limits {
    pub memory_mib: u64,
    /// Of the processor.
    pub processor_s: u64,
    /// By the clock on the wall, for one that only sleeps.
    pub within: Duration,
    pub guards: Guards,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_mib: MEMORY_MIB, processor_s: 10, within: Duration::from_mins(1), guards: Guards::On }
    }
}

/// Starts readers.
pub struct Reader {
    program: PathBuf,
    limits: Limits,
    at_work: Arc<Semaphore>,
    waiting: Semaphore,
}

/// Why there are no cells.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is the file's fault.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error("too many files wait to be read")]
    Busy,
    /// Whoever stops the server may stop its readers, too.
    #[error("the reader was stopped")]
    Stopped,
    #[error("the reader cannot be started: {0}")]
    NotStarted(io::Error),
}

impl ReadError {
    /// For the metrics.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Sheet(error) => error.code(),
            Self::Busy => "busy",
            Self::Stopped => "stopped",
            Self::NotStarted(_) => "not_started",
        }
    }
}

/// How a reader ended.
enum End {
    /// With all that it had to say.
    Answered(Vec<u8>),
    /// With a status, and what it said of it.
    Died(ExitStatus, String),
    SaidTooMuch,
    TookTooLong,
}

impl Reader {
    /// `program` is one that understands [`COMMAND`].
    #[must_use]
    pub fn new(program: PathBuf, limits: Limits) -> Self {
        Self { program, limits, at_work: Arc::new(Semaphore::new(AT_WORK)), waiting: Semaphore::new(AT_WORK + WAITING) }
    }

    /// This program, also where its file was replaced since it started.
    ///
    /// # Errors
    /// It is not known.
    pub fn this_program() -> io::Result<PathBuf> {
        let link = Path::new("/proc/self/exe");
        if link.exists() { Ok(link.to_owned()) } else { std::env::current_exe() }
    }

    /// Reads the cells of a file, and makes something of them on a thread of its own. Dropping the future ends the reader.
    ///
    /// # Errors
    /// The file cannot be read, too many wait already, or the reader cannot be started; or what `make` says.
    pub async fn read<T: Send + 'static>(
        &self,
        file: &str,
        bytes: Arc<Vec<u8>>,
        make: impl FnOnce(Book) -> Result<T, SheetError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let mut counted = Counted { outcome: "given_up", began: Instant::now() };
        let read = self.read_in_turn(file, bytes, make).await;
        counted.outcome = read.as_ref().map_or_else(ReadError::outcome, |_| "read");
        read
    }

    async fn read_in_turn<T: Send + 'static>(
        &self,
        file: &str,
        bytes: Arc<Vec<u8>>,
        make: impl FnOnce(Book) -> Result<T, SheetError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let _place = self.waiting.try_acquire().map_err(|_| ReadError::Busy)?;
        // Neither semaphore is ever closed. What comes back is as large as what reads, so its turn lasts until something is made of it.
        let turn = self.at_work.clone().acquire_owned().await.map_err(|_| ReadError::Busy)?;
        let _at_work = AtWork::new();
        let end = self.run(file, &bytes).await.map_err(ReadError::NotStarted)?;
        let (size, owned) = (bytes.len(), file.to_owned());
        let not_survived = |error: ReadError, stderr: &str| {
            tracing::warn!(bytes = size, outcome = error.outcome(), stderr, "a reader did not survive a file");
            error
        };
        match end {
            End::Answered(output) => {
                let made = tokio::task::spawn_blocking(move || {
                    let _turn = turn;
                    let sheets = FromLines::all(&output)?;
                    drop(output);
                    Ok(sheets.and_then(|sheets| make(Book::new(&owned, &bytes, sheets))))
                });
                match made.await.unwrap_or_else(|error| Err(format!("what it said could not be taken: {error}"))) {
                    Ok(made) => Ok(made?),
                    Err(nonsense) => Err(not_survived(SheetError::Damaged(Damage::Fatal).into(), &nonsense)),
                }
            }
            End::Died(status, stderr) => Err(not_survived(cause_of_death(status, &stderr), &format!("{status}: {}", first_line(&stderr)))),
            End::SaidTooMuch => Err(not_survived(SheetError::TakesTooMuch.into(), "it said too much")),
            End::TookTooLong => Err(not_survived(SheetError::TakesTooLong.into(), "it took too long by the clock")),
        }
    }

    async fn run(&self, file: &str, bytes: &[u8]) -> io::Result<End> {
        let mut command = Command::new(&self.program);
        command
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // What ends the server from a terminal is none of the reader's business: it is answered first.
        #[cfg(unix)]
        command.arg0("tafel").process_group(0);
        let mut child = command.spawn()?;
        let Limits { memory_mib, processor_s, within, guards } = self.limits;
        let request = Request { file: file.to_owned(), memory_mib, processor_s, guards, bytes: bytes.len() };
        match tokio::time::timeout(within, talk(&mut child, &request, bytes)).await {
            Ok(end) => end,
            Err(_) => Ok(End::TookTooLong),
        }
    }
}

/// Hands the file over and listens. A reader that has died does not take all of it.
async fn talk(child: &mut Child, request: &Request, bytes: &[u8]) -> io::Result<End> {
    let gone = || io::Error::other("a pipe to the reader is missing");
    let (mut input, output, stderr) =
        (child.stdin.take().ok_or_else(gone)?, child.stdout.take().ok_or_else(gone)?, child.stderr.take().ok_or_else(gone)?);
    let head = request.to_line()?;
    let hand_over = async move {
        // Its end says more than that a pipe broke.
        let _ = async {
            input.write_all(&head).await?;
            input.write_all(bytes).await?;
            input.shutdown().await
        }
        .await;
    };
    let ((), output, stderr) = tokio::join!(hand_over, all_of(output), beginning_of(stderr));
    let Some(output) = output? else {
        child.start_kill()?;
        return Ok(End::SaidTooMuch);
    };
    let status = child.wait().await?;
    Ok(if status.success() { End::Answered(output) } else { End::Died(status, stderr) })
}

/// Nothing, where it is more than it may be.
async fn all_of(output: impl AsyncRead + Unpin) -> io::Result<Option<Vec<u8>>> {
    let mut read = Vec::new();
    output.take(OUTPUT_BYTES as u64 + 1).read_to_end(&mut read).await?;
    Ok((read.len() <= OUTPUT_BYTES).then_some(read))
}

async fn beginning_of(stderr: impl AsyncRead + Unpin) -> String {
    let mut read = Vec::new();
    let _ = stderr.take(STDERR_BYTES).read_to_end(&mut read).await;
    String::from_utf8_lossy(&read).into_owned()
}

fn first_line(stderr: &str) -> &str {
    stderr.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

/// The limits end a reader by signals, a parser's fault by a panic.
fn cause_of_death(status: ExitStatus, stderr: &str) -> ReadError {
    #[cfg(unix)]
    {
        use nix::sys::signal::Signal;
        use std::os::unix::process::ExitStatusExt as _;
        match status.signal().and_then(|number| Signal::try_from(number).ok()) {
            Some(Signal::SIGXCPU) => return SheetError::TakesTooLong.into(),
            // So the system ends what takes too much of its memory.
            Some(Signal::SIGKILL) => return SheetError::TakesTooMuch.into(),
            Some(Signal::SIGHUP | Signal::SIGINT | Signal::SIGQUIT | Signal::SIGTERM) => return ReadError::Stopped,
            _ => {}
        }
    }
    if status.code() == Some(i32::from(child::NOT_READY)) {
        return ReadError::NotStarted(io::Error::other(first_line(stderr).to_owned()));
    }
    if stderr.contains(child::OUT_OF_MEMORY) { SheetError::TakesTooMuch.into() } else { SheetError::Damaged(Damage::Fatal).into() }
}

/// Shown in the metrics for as long as it is at work.
struct AtWork;

impl AtWork {
    fn new() -> Self {
        gauge!("tafel_readers").increment(1);
        Self
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        gauge!("tafel_readers").decrement(1);
    }
}

/// Counted when it is over, however it ends.
struct Counted {
    outcome: &'static str,
    began: Instant,
}

impl Drop for Counted {
    fn drop(&mut self) {
        histogram!("tafel_reader_seconds").record(self.began.elapsed().as_secs_f64());
        counter!("tafel_readers_total", "outcome" => self.outcome).increment(1);
    }
}

/// Whether these arguments ask for a reader. Looked at before the command line is parsed, so that it is not in its help.
#[must_use]
pub fn is_reader(mut arguments: impl Iterator<Item = OsString>) -> bool {
    arguments.nth(1).is_some_and(|command| command == COMMAND)
}
