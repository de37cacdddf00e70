//! Pages, rendered at the server; one change to a thousand sockets, beside a bare broadcast; what an idle socket holds.

use crate::made::{Cast, party, url};
use crate::{Line, median};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use futures_util::StreamExt as _;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tafel::lang::{Lang, Reader, english};
use tafel::ledger::{Ledger, now};
use tafel::plan::command::Role;
use tafel::plan::event::{Body, Event};
use tafel::plan::mail::{Asked, Language, assess};
use tafel::plan::print::List;
use tafel::plan::{BatchId, Code, Patch, Plan, TemplateId, TemplatePatch, Text, decide, evolve};
use tafel::store::{self, Access, Account, ApiToken, Session};
use tafel::view::find::{LIST_RESULTS, Question, find};
use tafel::view::{self, Address};
use tafel::web::new_token;
use tokio::net::TcpStream;
use tokio::sync::broadcast;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const SOCKETS: usize = 1_000;
const ROUNDS: usize = 9;
const RENDERS: u32 = 200;
/// What the bare broadcast sends.
const BARE_BYTES: usize = 2_048;
const PAGES: [&str; 10] = [
    "/",
    "/floor",
    "/guests?q=anna",
    "/guests?q=bauer",
    "/guests?show=vip",
    "/tables?q=T01",
    "/tables?q=T02",
    "/guests?q=eva",
    "/guests?q=jan",
    "/guests?q=tom",
];

const STAFF: Reader = Reader { role: Role::Staff, lang: Lang::En };

pub fn run() -> Vec<Line> {
    let mut lines = rendered();
    lines.extend(pushed());
    lines
}

fn rendered() -> Vec<Line> {
    use askama::Template as _;
    let folder = tempfile::tempdir().unwrap();
    party(folder.path());
    let ledger = Ledger::start(crate::made::open(folder.path()), decide).unwrap();
    let snapshot = ledger.snapshot();
    let plan = &snapshot.plan;
    let all = Address::parse("/guests?page=all");
    let (tables, room) = (Address::parse("/tables"), *plan.rooms.keys().next().unwrap());
    let anybody = |asked: &str| {
        let found = find(plan, english(), &Question::of(asked), LIST_RESULTS);
        view::find::FoundList { t: english(), found }.render().unwrap().len()
    };
    // A text with all that people put into one, for everybody.
    let (template, with_text) = with_text(plan);
    let asked = Asked {
        template,
        guests: plan.guests.keys().copied().collect(),
        audience: Text::stored("all"),
        fallback: Language::En,
        one_each: false,
    };
    let text = with_text.template(template).unwrap();
    let pages: [(&str, &dyn Fn() -> usize, &'static str); 6] = [
        ("finding somebody, two words with an error each", &|| anybody("mulelr nordlihct") + 1_000, "under 50 ms"),
        ("page with all 1,620 guests", &|| view::GuestsPage::of(plan, &all, STAFF).render().unwrap().len(), "under 3 ms"),
        ("page with all 180 tables", &|| view::TablesPage::of(plan, &tables, STAFF).render().unwrap().len(), "under 1 ms"),
        ("the mails to all 1,620 guests, written and checked", &|| assess(&with_text, text, &asked).letters.len(), "under 100 ms"),
        ("the list of guests for paper", &|| view::Sheet::of(plan, english(), List::Guests).lines(), "under 10 ms"),
        ("the largest room, drawn", &|| view::RoomPage::of(plan, room, &tables, STAFF).unwrap().render().unwrap().len(), "under 1 ms"),
    ];
    pages
        .into_iter()
        .map(|(what, render, to_reach)| {
            let times = (0..ROUNDS).map(|_| {
                let began = Instant::now();
                (0..RENDERS).for_each(|_| assert!(std::hint::black_box(render()) > 1_000));
                began.elapsed().as_secs_f64() * 1e3 / f64::from(RENDERS)
            });
            Line {
                what: what.into(), measured: format!("{:.2} ms", median(times.collect())), baseline: "–".into(), ratio: None, to_reach
            }
        })
        .collect()
}

/// The plan with a text of a mail.
fn with_text(plan: &Plan) -> (TemplateId, Plan) {
    let text = |text: &str| Patch::Set(Text::stored(text));
    let set = TemplatePatch {
        name: Patch::Set(Code::stored("Table")),
        subject_en: text("Your table at {{ title }}"),
        body_en: text(
            "Dear {{ name }},\n\n{% if table %}you sit at {{ table }} in the {{ room }}.{% else %}soon.{% endif %}\n\n{% for g in guests %}{{ g.name }}: {{ g.diet|default('anything') }}\n{% endfor %}",
        ),
        subject_de: text("Ihr Tisch beim {{ title }}"),
        body_de: text("Liebe(r) {{ name }},\n\nSie sitzen an {{ table|default('einem Tisch') }}.\n"),
    };
    let (position, template) = (plan.position.next(), TemplateId(plan.position.next().0));
    let body = Body::TemplateAdded { template, set: Box::new(set) };
    let event =
        Event { position, recorded_at: plan.recorded_at, actor: std::sync::Arc::from("a"), batch: BatchId(uuid::Uuid::nil()), body };
    (template, evolve(plan.clone(), &event))
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(address: SocketAddr, path: &str, cookie: &str) -> Socket {
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    request.headers_mut().insert("Cookie", format!("__Host-tafel={cookie}").parse().unwrap());
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

/// The instant of the last of all sockets' next message that is long enough to be a push.
async fn last_received(sockets: &mut [Socket]) -> Instant {
    let received = sockets.iter_mut().map(|socket| async {
        while socket.next().await.unwrap().unwrap().len() < 200 {}
        Instant::now()
    });
    futures_util::future::join_all(received).await.into_iter().max().unwrap()
}

fn resident_kib(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().trim().trim_end_matches(" kB").parse().unwrap()
}

fn pushed() -> Vec<Line> {
    let folder = tempfile::tempdir().unwrap();
    let cast = party(folder.path());
    let (server, address, token, cookie) = start(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (bare, bare_address) = bare_server();
    let lines = runtime.block_on(async {
        let empty = resident_kib(server.id());
        let mut ours = Vec::with_capacity(SOCKETS);
        for _ in 0..SOCKETS {
            ours.push(open(address, "/live?page=/floor&since=999999999", &cookie).await);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let idle = (resident_kib(server.id()) - empty) / SOCKETS as f64;
        drop(ours);
        tokio::time::sleep(Duration::from_millis(500)).await;

        let before = resident_kib(bare.id());
        let mut bare_sockets = Vec::with_capacity(SOCKETS);
        for _ in 0..SOCKETS {
            bare_sockets.push(open(bare_address, "/", "").await);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let idle_bare = (resident_kib(bare.id()) - before) / SOCKETS as f64;

        let mut sockets = Vec::with_capacity(SOCKETS);
        for index in 0..SOCKETS {
            sockets.push(open(address, &format!("/live?page={}", urlencoded(PAGES[index % PAGES.len()])), &cookie).await);
        }
        last_received(&mut sockets).await;
        let (mut pushes, mut broadcasts) = (Vec::new(), Vec::new());
        let renders = count(address, "tafel_renders_total").await;
        for round in 0..ROUNDS {
            let began = tell(bare_address).await;
            broadcasts.push((last_received(&mut bare_sockets).await - began).as_secs_f64() * 1e3);
            // Everybody's page shows the status line, so every page changes.
            let durable = seat(address, &token, &cast, round).await;
            pushes.push((last_received(&mut sockets).await - durable).as_secs_f64() * 1e3);
        }
        let renders = (count(address, "tafel_renders_total").await - renders) / ROUNDS as f64;
        drop(sockets);
        let (push, broadcast) = (median(pushes), median(broadcasts));
        vec![
            Line {
                what: "one change to 1,000 sockets on 10 pages, durable to last received".into(),
                measured: format!("{push:.1} ms"),
                baseline: format!("{broadcast:.1} ms (bare broadcast of 2 KiB by actix-ws)"),
                ratio: Some(push / broadcast),
                to_reach: "at most 3",
            },
            Line {
                what: "an idle socket".into(),
                measured: format!("{idle:.1} KiB"),
                baseline: format!("{idle_bare:.1} KiB (bare actix-ws socket)"),
                ratio: Some(idle / idle_bare),
                to_reach: "at most 1.5",
            },
            Line {
                what: "renders for a change with 1,000 sockets on 10 pages".into(),
                measured: format!("{renders:.1}"),
                baseline: "–".into(),
                ratio: None,
                to_reach: "10",
            },
        ]
    });
    drop(server);
    lines
}

fn urlencoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Ends the server with the benchmark.
struct Ending(Child);

impl Ending {
    fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &std::path::Path) -> (Ending, SocketAddr, String, String) {
    use sha2::{Digest as _, Sha256};
    let (token, sha256) = new_token().unwrap();
    let store = store::open(&url(folder), Access::Beside).unwrap();
    store.add_token(&ApiToken { name: "bench".to_owned(), role: Role::Staff, sha256, created_at: now() }).unwrap();
    store
        .add_account(&Account {
            name: "bench".to_owned(),
            role: Role::Staff,
            password_hash: None,
            created_at: now(),
            disabled_at: None,
            language: None,
        })
        .unwrap();
    let cookie = "a-secret-of-the-benchmark".to_owned();
    let expires_at = tafel::plan::Timestamp(now().0 + 3_600_000_000);
    let session = Session { sha256: Sha256::digest(&cookie).into(), account: "bench".to_owned(), created_at: now(), expires_at };
    store.add_session(&session, now()).unwrap();
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Command::new(env!("CARGO_BIN_EXE_tafel"))
        .args(["--listen", &address.to_string(), "--store", &url(folder)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(500));
    (Ending(server), address, token, cookie)
}

/// Seats or unseats somebody; the instant at which it was answered, so durable.
async fn seat(address: SocketAddr, token: &str, cast: &Cast, round: usize) -> Instant {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let guest = cast.guests[0];
    let rsvp = if round.is_multiple_of(2) { "declined" } else { "accepted" };
    let body = format!(r#"{{"id":"{}","command":{{"type":"change_guest","guest":{guest},"rsvp":"{rsvp}"}}}}"#, uuid::Uuid::now_v7());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    let durable = Instant::now();
    assert_eq!(&answer, b"HTTP/1.1 200");
    durable
}

async fn count(address: SocketAddr, metric: &str) -> f64 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text.lines().find_map(|line| line.strip_prefix(metric)).map_or(0.0, |value| value.trim().parse().unwrap())
}

/// A bare actix-ws server as a process: what it is told is broadcast to every socket.
fn bare_server() -> (Ending, SocketAddr) {
    use std::io::BufRead as _;
    let program = std::env::current_exe().unwrap();
    let mut server = Command::new(program).arg(BARE).stdout(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    (Ending(server), address.trim().parse().unwrap())
}

/// The argument by which this program becomes the bare server.
pub const BARE: &str = "bare-server";

pub fn serve_bare() {
    let sender = broadcast::channel::<()>(16).0;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    let server = HttpServer::new(move || {
        let app = App::new().app_data(web::Data::new(sender.clone()));
        app.route("/tell", web::get().to(tell_all)).default_service(web::to(bare_socket))
    });
    actix_web::rt::System::new().block_on(server.workers(2).listen(listener).unwrap().run()).unwrap();
}

async fn tell_all(sender: web::Data<broadcast::Sender<()>>) -> HttpResponse {
    sender.send(()).unwrap();
    HttpResponse::Ok().finish()
}

/// The instant before the bare server is told.
async fn tell(address: SocketAddr) -> Instant {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = TcpStream::connect(address).await.unwrap();
    let began = Instant::now();
    stream.write_all(b"GET /tell HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    stream.read_exact(&mut [0; 12]).await.unwrap();
    began
}

async fn bare_socket(
    request: HttpRequest,
    body: web::Payload,
    sender: web::Data<broadcast::Sender<()>>,
) -> Result<HttpResponse, actix_web::Error> {
    let (response, mut session, mut messages) = actix_ws::handle(&request, body)?;
    let mut told = sender.subscribe();
    actix_web::rt::spawn(async move {
        let text = bytestring::ByteString::from("x".repeat(BARE_BYTES));
        loop {
            tokio::select! {
                tell = told.recv() => if tell.is_err() || session.text(text.clone()).await.is_err() { return },
                message = messages.next() => if !matches!(message, Some(Ok(_))) { return },
            }
        }
    });
    Ok(response)
}
