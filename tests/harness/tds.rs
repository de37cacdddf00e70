//! A server that speaks as much of SQL Server's protocol as a gateway or a strict server says to whoever signs in.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What it does with those who sign in.
#[derive(Debug, Clone)]
pub enum Manner {
    /// Sends them on to this port of `localhost`, as Azure SQL's gateway does.
    SendsOn(u16),
    /// Wants encryption, and offers none that could be believed.
    WantsEncryption,
    /// Takes the connection, and says nothing.
    IsSilent,
}

pub struct Gateway {
    pub port: u16,
    connections: Arc<AtomicUsize>,
}

const ANSWER: u8 = 0x04;
const HANDSHAKE: u8 = 0x12;
const PRELOGIN_VERSION: u8 = 0;
const PRELOGIN_ENCRYPTION: u8 = 1;
const PRELOGIN_END: u8 = 0xff;
const ENCRYPTION_NOT_SUPPORTED: u8 = 2;
const ENCRYPTION_REQUIRED: u8 = 3;
const TOKEN_ENVIRONMENT_CHANGE: u8 = 0xe3;
const TOKEN_DONE: u8 = 0xfd;
const CHANGE_OF_ROUTE: u8 = 20;

impl Gateway {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let manner = manner.clone();
                // Whoever hangs up in between has seen what there is to see.
                std::thread::spawn(move || serve(client, &manner));
            }
        });
        Self { port, connections }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(mut client: TcpStream, manner: &Manner) -> std::io::Result<()> {
    read_packet(&mut client)?;
    match manner {
        Manner::IsSilent => client.read_to_end(&mut Vec::new()).map(drop),
        Manner::WantsEncryption => {
            write_packet(&mut client, ANSWER, &prelogin(ENCRYPTION_REQUIRED))?;
            read_packet(&mut client)?;
            write_packet(&mut client, HANDSHAKE, b"this is no handshake")
        }
        Manner::SendsOn(port) => {
            write_packet(&mut client, ANSWER, &prelogin(ENCRYPTION_NOT_SUPPORTED))?;
            read_packet(&mut client)?;
            write_packet(&mut client, ANSWER, &route(*port))
        }
    }
}

fn prelogin(encryption: u8) -> Vec<u8> {
    // Two options of five bytes and the end come first: the values stand behind them.
    let mut packet = vec![PRELOGIN_VERSION, 0, 11, 0, 6, PRELOGIN_ENCRYPTION, 0, 17, 0, 1, PRELOGIN_END];
    packet.extend([16, 0, 0, 0, 0, 0, encryption]);
    packet
}

fn route(port: u16) -> Vec<u8> {
    // As Azure's gateways name it: with an instance behind the host.
    let host: Vec<u8> = r"localhost\instance".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut value = vec![0];
    value.extend(port.to_le_bytes());
    value.extend(u16::try_from(host.len() / 2).unwrap().to_le_bytes());
    value.extend(host);
    let mut change = vec![CHANGE_OF_ROUTE];
    change.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
    change.extend(value);
    change.extend([0, 0]);
    let mut packet = vec![TOKEN_ENVIRONMENT_CHANGE];
    packet.extend(u16::try_from(change.len()).unwrap().to_le_bytes());
    packet.extend(change);
    packet.push(TOKEN_DONE);
    packet.extend([0; 12]);
    packet
}

fn read_packet(client: &mut TcpStream) -> std::io::Result<()> {
    let mut header = [0; 8];
    client.read_exact(&mut header)?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]])).saturating_sub(header.len());
    client.read_exact(&mut vec![0; length])
}

fn write_packet(client: &mut TcpStream, kind: u8, content: &[u8]) -> std::io::Result<()> {
    let length = u16::try_from(content.len() + 8).unwrap().to_be_bytes();
    client.write_all(&[&[kind, 1, length[0], length[1], 0, 0, 1, 0], content].concat())
}
