//! Log lines, gathered in memory and written by a thread of their own.
//!
//! A system call for each would cost more than a command. None is dropped; who logs faster than the lines can be
//! written waits.

use parking_lot::{Condvar, Mutex};
use std::io::{self, Write};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// So much may wait to be written.
const WAITING_BYTES: usize = 1024 * 1024;
/// Lines are gathered for so long, unless there is much already.
const GATHER: Duration = Duration::from_millis(10);
const MUCH_BYTES: usize = WAITING_BYTES / 4;

/// Keeps the log flowing; what is left is written when it goes away.
#[must_use]
#[derive(Default)]
pub struct Log(Option<(Lines, JoinHandle<()>)>);

impl Drop for Log {
    fn drop(&mut self) {
        let Some((lines, thread)) = self.0.take() else { return };
        lines.0.waiting.lock().is_closed = true;
        lines.0.changed.notify_all();
        // A thread that crashed has nothing more to write.
        let _ = thread.join();
    }
}

/// Where lines are left.
#[derive(Clone)]
pub(super) struct Lines(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    written: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    is_closed: bool,
}

/// Lines that are written to the target. A failure costs lines, and stops nothing.
pub(super) fn to(mut target: impl Write + Send + 'static) -> (Lines, Log) {
    let lines = Lines(Arc::new(Shared { waiting: Mutex::default(), changed: Condvar::new(), written: Condvar::new() }));
    let shared = lines.0.clone();
    let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || {
        let mut taken = Vec::new();
        while shared.take(&mut taken) {
            let _ = target.write_all(&taken);
            let _ = target.flush();
            taken.clear();
        }
    });
    // A process that cannot have a second thread cannot serve either.
    let log = Log(thread.ok().map(|thread| (lines.clone(), thread)));
    (lines, log)
}

impl Shared {
    /// Waits for lines, and gathers some; false when there will be none any more.
    fn take(&self, taken: &mut Vec<u8>) -> bool {
        let mut waiting = self.waiting.lock();
        while waiting.bytes.is_empty() {
            if waiting.is_closed {
                return false;
            }
            self.changed.wait(&mut waiting);
        }
        if !waiting.is_closed && waiting.bytes.len() < MUCH_BYTES {
            self.changed.wait_for(&mut waiting, GATHER);
        }
        std::mem::swap(&mut waiting.bytes, taken);
        self.written.notify_all();
        true
    }
}

impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let Shared { waiting, changed, written } = &*self.0;
        let mut waiting = waiting.lock();
        while waiting.bytes.len() >= WAITING_BYTES && !waiting.is_closed {
            written.wait(&mut waiting);
        }
        let before = waiting.bytes.len();
        waiting.bytes.extend_from_slice(line);
        let is_first = before == 0;
        let is_much = before < MUCH_BYTES && waiting.bytes.len() >= MUCH_BYTES;
        drop(waiting);
        if is_first || is_much {
            changed.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that shows what was written, slowly.
    #[derive(Clone, Default)]
    struct Slow(Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            std::thread::sleep(Duration::from_millis(1));
            let part = bytes.len().min(300_000);
            self.0.lock().extend_from_slice(&bytes[..part]);
            Ok(part)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    #[allow(clippy::unwrap_used)] // A test.
    fn every_line_is_written_whole_however_many_come() {
        let target = Slow::default();
        let (lines, log) = to(target.clone());
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let lines = &lines;
                let line = move |number| format!("{writer} {number:0>200}\n");
                scope.spawn(move || (0..5_000).for_each(|number| (&mut &*lines).write_all(line(number).as_bytes()).unwrap()));
            }
        });
        drop(log);
        let written = String::from_utf8(target.0.lock().clone()).unwrap();
        assert_eq!(written.lines().count(), 20_000);
        assert!(written.lines().all(|line| line.len() == 202));
    }
}
