//! A way to a server that a test can freeze or cut.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

const OPEN: u8 = 0;
const FROZEN: u8 = 1;
const CUT: u8 = 2;

pub struct Way {
    pub port: u16,
    state: Arc<AtomicU8>,
}

impl Way {
    /// To the server, by `host:port`.
    pub fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(AtomicU8::new(OPEN));
        let shared = state.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // Dropped at once, whoever dials is refused as soon as he says something.
                if shared.load(Ordering::SeqCst) == CUT {
                    continue;
                }
                let far = TcpStream::connect(&server).unwrap();
                for (from, to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                    let state = shared.clone();
                    std::thread::spawn(move || forward(from, to, &state));
                }
            }
        });
        Self { port, state }
    }

    /// Nothing gets through, and nobody is told.
    pub fn freeze(&self) {
        self.state.store(FROZEN, Ordering::SeqCst);
    }

    /// Connections end, and there are no new ones.
    pub fn cut(&self) {
        self.state.store(CUT, Ordering::SeqCst);
    }

    pub fn open(&self) {
        self.state.store(OPEN, Ordering::SeqCst);
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, state: &AtomicU8) {
    const LOOK_EVERY: Duration = Duration::from_millis(50);
    from.set_read_timeout(Some(LOOK_EVERY)).unwrap();
    let mut bytes = [0; 16 * 1024];
    loop {
        match state.load(Ordering::SeqCst) {
            FROZEN => std::thread::sleep(LOOK_EVERY),
            CUT => break,
            _ => match from.read(&mut bytes) {
                Ok(0) => break,
                Ok(count) if to.write_all(&bytes[..count]).is_err() => break,
                Err(error) if !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => break,
                Ok(_) | Err(_) => {}
            },
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
