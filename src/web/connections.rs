//! Connections: there is always room for one more, and nobody takes his time for ever.
//!
//! A connection that has not shown yet that somebody is signed in gives way to a newer one where descriptors run short.

use super::problem::{Kind, Problem};
use actix_web::dev::{Extensions, Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest};
use futures_util::{Stream, StreamExt as _};
use metrics::{counter, gauge};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// A request's head is there by then.
pub(super) const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// So long a body may take, and longer as it comes: nobody's line is slower than this.
const BODY_WITHIN: Duration = Duration::from_secs(10);
const BODY_BYTES_PER_SECOND: u64 = 8 * 1024;
/// What the rest of the program may have open: the store's files and connections, peers, the log.
const OTHER_DESCRIPTORS: u64 = 128;
/// How often it is looked whether somebody still waits for what takes long.
const LOOKED_AFTER: Duration = Duration::from_millis(200);
/// What more would be of no use to one machine.
const MOST: u64 = 20_000;

/// Those that are open now.
#[derive(Clone)]
pub(crate) struct Connections {
    open: Arc<Mutex<Open>>,
    most: usize,
}

#[derive(Default)]
struct Open {
    /// The number of the next one.
    next: u64,
    /// Nobody is known to be signed in there; oldest first.
    unproven: BTreeMap<u64, Arc<std::net::TcpStream>>,
    proven: usize,
}

/// An open connection; it is forgotten with this.
pub(super) struct Guest {
    open: Arc<Mutex<Open>>,
    number: u64,
    is_proven: AtomicBool,
    stream: Arc<std::net::TcpStream>,
}

impl Connections {
    /// As many as the system lets this process have.
    #[must_use]
    pub(super) fn within_the_limit() -> Self {
        // What the administrator has set is kept to; what a shell gives by default is little.
        let descriptors = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1_024);
        // To be ended and looked at from elsewhere, a connection needs a second descriptor.
        Self::new((descriptors.saturating_sub(OTHER_DESCRIPTORS) / 2).clamp(16, MOST))
    }

    fn new(most: u64) -> Self {
        Self { open: Arc::default(), most: usize::try_from(most).unwrap_or(usize::MAX) }
    }

    /// How many there can be.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Called by the server for each new one.
    pub(super) fn note(&self, connection: &dyn Any, extensions: &mut Extensions) {
        let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
        if let Some(guest) = duplicate(stream).and_then(|own| self.admit(own)) {
            extensions.insert(guest);
        } else {
            end(stream);
            counter!("tafel_connections_ended_total", "why" => "no_room").increment(1);
        }
    }

    fn admit(&self, own: std::net::TcpStream) -> Option<Guest> {
        let mut open = self.open.lock();
        while open.unproven.len() + open.proven >= self.most {
            // Whoever is signed in stays; of the others the oldest has had the most time.
            let (_, oldest) = open.unproven.pop_first()?;
            let _ = oldest.shutdown(Shutdown::Both);
            counter!("tafel_connections_ended_total", "why" => "too_many").increment(1);
        }
        let number = open.next;
        open.next += 1;
        let stream = Arc::new(own);
        open.unproven.insert(number, stream.clone());
        open.show();
        Some(Guest { open: self.open.clone(), number, is_proven: AtomicBool::new(false), stream })
    }

    /// Ends those in which nobody is signed in: a server that ends waits for nobody who sends nothing.
    pub(crate) fn end_unproven(&self) {
        for (_, stream) in std::mem::take(&mut self.open.lock().unproven) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Open {
    #[allow(clippy::cast_precision_loss)] // A gauge.
    fn show(&self) {
        gauge!("tafel_connections").set((self.unproven.len() + self.proven) as f64);
    }
}

impl Guest {
    /// Somebody is signed in here.
    pub(super) fn prove(&self) {
        let mut open = self.open.lock();
        if open.unproven.remove(&self.number).is_some() {
            open.proven += 1;
            self.is_proven.store(true, Ordering::Relaxed);
        }
    }

    /// Once the client has gone away, as far as the network tells. One that only ends what it sends looks the same: no browser, no
    /// proxy and hardly a library does that.
    async fn has_gone(&self) {
        // A connection that is at its end stays so, whoever has read it.
        let is_over = || match self.stream.peek(&mut [0; 1]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        };
        while !is_over() {
            tokio::time::sleep(LOOKED_AFTER).await;
        }
    }
}

/// Works for as long as the client waits for it. What is begun may be left in the middle, so this is not for what changes the plan.
pub(super) async fn while_waited_for<T>(request: &HttpRequest, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let Some(guest) = request.conn_data::<Guest>() else { return work.await };
    tokio::select! {
        done = work => done,
        () = guest.has_gone() => {
            tracing::info!(path = request.path(), "given up: the client has gone away");
            Err(Problem::bad_request("The connection was closed before the answer was ready."))
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut open = self.open.lock();
        // Where it had to give way it is neither.
        if *self.is_proven.get_mut() {
            open.proven -= 1;
        } else {
            open.unproven.remove(&self.number);
        }
        open.show();
    }
}

/// Needs no descriptor of its own.
fn end(stream: &TcpStream) {
    #[cfg(unix)]
    let _ = rustix::net::shutdown(stream, rustix::net::Shutdown::Both);
    #[cfg(not(unix))]
    let _ = stream;
}

#[cfg(unix)]
fn duplicate(stream: &TcpStream) -> Option<std::net::TcpStream> {
    use std::os::fd::AsFd as _;
    stream.as_fd().try_clone_to_owned().ok().map(std::net::TcpStream::from)
}

#[cfg(not(unix))]
fn duplicate(stream: &TcpStream) -> Option<std::net::TcpStream> {
    use std::os::windows::io::AsSocket as _;
    stream.as_socket().try_clone_to_owned().ok().map(std::net::TcpStream::from)
}

/// Whether the body took too long.
pub(super) struct Slow(Arc<AtomicBool>);

impl Slow {
    /// From now on the request's body has to come in time.
    pub(super) fn watch(request: &mut ServiceRequest) -> Self {
        let is_slow = Arc::new(AtomicBool::new(false));
        let began = Instant::now();
        let body = Timed {
            body: request.take_payload(),
            is_slow: is_slow.clone(),
            until: began + BODY_WITHIN,
            waiting: Box::pin(sleep_until(began + BODY_WITHIN)),
        };
        request.set_payload(Payload::from(Box::pin(body) as Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>));
        Self(is_slow)
    }

    /// What is answered then.
    pub(super) fn problem(&self) -> Option<Problem> {
        self.0
            .load(Ordering::Relaxed)
            .then(|| Problem::new(Kind::TooSlow, "The body did not come in time. Send it again, on a faster line."))
    }
}

/// A body that has to come in time.
struct Timed {
    body: Payload,
    is_slow: Arc<AtomicBool>,
    /// Later with each byte that comes.
    until: Instant,
    waiting: Pin<Box<Sleep>>,
}

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(chunk) = self.body.poll_next_unpin(context) {
            if let Some(Ok(bytes)) = &chunk {
                self.until += Duration::from_micros(bytes.len() as u64 * 1_000_000 / BODY_BYTES_PER_SECOND);
                let until = self.until;
                self.waiting.as_mut().reset(until);
            }
            return Poll::Ready(chunk);
        }
        ready!(self.waiting.as_mut().poll(context));
        self.is_slow.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    /// Whoever is signed in stays, and there is always room for one more of the others.
    #[test]
    fn the_oldest_that_has_shown_nothing_gives_way() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let connections = Connections::new(3);
        let mut clients = Vec::new();
        let mut connect = || {
            clients.push(std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap());
            connections.admit(listener.accept().unwrap().0)
        };
        let first = connect().unwrap();
        first.prove();
        let others: Vec<_> = (0..5).map(|_| connect().unwrap()).collect();
        let counts = || {
            let open = connections.open.lock();
            (open.proven, open.unproven.len())
        };
        assert_eq!(counts(), (1, 2));
        drop(others);
        assert_eq!(counts(), (1, 0));
        drop(first);
        assert_eq!(counts(), (0, 0));
        let mut ended = clients.iter_mut().map(|client| client.read(&mut [0; 1]).unwrap());
        // All that were let go of are at their end; the test has no other hold on them.
        assert!(ended.all(|read| read == 0));
    }
}
