//! Live pages: after every change the pages that anybody looks at are rendered once, and the same bytes go to every socket.

use super::auth::{CHECKED_EVERY, Caller, Proof};
use super::pages::{BUILD, Blocks, COOKIE, blocks};
use super::problem::Problem;
use super::{App, Request as _, here};
use crate::lang::Reader;
use crate::ledger::{Ledger, blocking};
use crate::plan::Position;
use crate::plan::command::Role;
use crate::view::Address;
use crate::view::past::{asked, present};
use crate::view::words::summary;
use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, CloseReason, Session};
use bytestring::ByteString;
use futures_util::StreamExt as _;
use metrics::{counter, gauge, histogram};
use parking_lot::Mutex;
use serde_json::json;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Both ends learn within this time that the other is gone.
const PING: Duration = Duration::from_secs(20);
/// What a browser may send; it has nothing to say.
const MESSAGE_BYTES: usize = 1_024;

/// So many different pages are kept rendered; for more, a page has to be loaded anew.
const PAGES_MOST: usize = 512;
/// What the address of a live page may hold: also some thousand guests who were ticked.
const ADDRESS_BYTES: usize = 16_384;

/// A page as a role sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    address: Address,
    reader: Reader,
}

/// What goes to every socket of a page: a line of JSON, then the blocks.
#[derive(Clone, Default)]
struct Frame {
    text: ByteString,
    /// Only what differs from the frame at that position, for whoever has that one.
    since: Option<(Position, ByteString)>,
    /// The page's parts, to see which of them differ next time.
    parts: Parts,
    position: Position,
    is_up: bool,
    /// Of the blocks: a push that would change nothing is not sent.
    hash: u64,
    made: Option<Instant>,
}

/// The pages that anybody looks at, each with a task that renders it.
#[derive(Default)]
pub(crate) struct Hub {
    pages: Mutex<HashMap<Key, watch::Sender<Arc<Frame>>>>,
}

impl Hub {
    /// The page's newest frame, now and after every change; `None` where there are too many pages.
    fn watch(&self, app: &web::Data<App>, ledger: &Ledger, key: &Key) -> Option<watch::Receiver<Arc<Frame>>> {
        let mut pages = self.pages.lock();
        if let Some(page) = pages.get(key) {
            return Some(page.subscribe());
        }
        if pages.len() >= PAGES_MOST {
            return None;
        }
        let (sender, receiver) = watch::channel(Arc::new(Frame::default()));
        pages.insert(key.clone(), sender.clone());
        actix_web::rt::spawn(keep_rendering(app.clone(), ledger.clone(), key.clone(), sender));
        Some(receiver)
    }

    /// Forgets the page, unless somebody has come meanwhile.
    fn forget(&self, key: &Key) -> bool {
        let mut pages = self.pages.lock();
        let is_alone = pages.get(key).is_some_and(|page| page.receiver_count() == 0);
        if is_alone {
            pages.remove(key);
        }
        is_alone
    }
}

/// The hashes of a page's parts, and of all that is around them.
///
/// A part is what a template puts between `<!--part-->` and `<!--/part-->`: one element with an id. Pages of hundreds of
/// tables change by one or two of them at a time.
#[derive(Clone, Default, PartialEq)]
struct Parts {
    around: u64,
    parts: Vec<u64>,
}

const PART: &str = "<!--part-->";
const END_OF_PART: &str = "<!--/part-->";

impl Parts {
    fn of(html: &str) -> (Self, Vec<&str>) {
        let (mut around, mut parts, mut texts) = (DefaultHasher::new(), Vec::new(), Vec::new());
        let mut rest = html;
        while let Some((before, behind)) = rest.split_once(PART)
            && let Some((part, after)) = behind.split_once(END_OF_PART)
        {
            before.hash(&mut around);
            // Which parts there are, in their order, is not a part's own business.
            part.split_once("id=\"").and_then(|(_, id)| id.split_once('"')).map(|(id, _)| id).hash(&mut around);
            parts.push(hash(part));
            texts.push(part);
            rest = after;
        }
        rest.hash(&mut around);
        (Self { around: around.finish(), parts }, texts)
    }

    /// The parts that differ, if all around them is the same.
    fn differing(&self, before: &Self, texts: &[&str]) -> Option<String> {
        if self.around != before.around || self.parts.len() != before.parts.len() || self.parts.is_empty() {
            return None;
        }
        let pairs = self.parts.iter().zip(&before.parts).zip(texts);
        Some(pairs.filter(|((new, old), _)| new != old).map(|(_, text)| standing_alone(text)).collect())
    }
}

/// A part as a browser reads it without what is around it.
fn standing_alone(part: &str) -> Cow<'_, str> {
    match part.trim_start() {
        shape if shape.starts_with("<g ") => format!("<svg>{shape}</svg>").into(),
        row if row.starts_with("<tr ") => format!("<table>{row}</table>").into(),
        _ => part.into(),
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

async fn keep_rendering(app: web::Data<App>, ledger: Ledger, key: Key, sender: watch::Sender<Arc<Frame>>) {
    let (mut positions, mut ups) = (ledger.positions(), ledger.ups());
    loop {
        positions.borrow_and_update();
        ups.borrow_and_update();
        let changed = Instant::now();
        let last = sender.borrow().clone();
        if let Some(frame) = render(&app, &ledger, &key, &last, changed).await {
            sender.send_replace(Arc::new(frame));
        }
        tokio::select! {
            moved = positions.changed() => if moved.is_err() { return },
            turned = ups.changed() => if turned.is_err() { return },
            () = sender.closed() => {
                if app.hub.forget(&key) {
                    return;
                }
            }
        }
    }
}

/// The page's next frame; `None` where nothing that it shows has changed.
async fn render(app: &web::Data<App>, ledger: &Ledger, key: &Key, last: &Frame, changed: Instant) -> Option<Frame> {
    let (rendering, ledger, key) = (app.clone(), ledger.clone(), key.clone());
    let (base, base_parts, base_hash) = (last.position, last.parts.clone(), last.hash);
    let rendered = blocking(move || {
        let snapshot = ledger.snapshot();
        counter!("tafel_renders_total").increment(1);
        let (status, main, position, is_up) = match blocks(&rendering, &ledger, &snapshot, &key.address, key.reader) {
            Ok(Blocks { status, main, position, is_up, .. }) => (status, main, position, is_up),
            // What is looked at may be gone, or the store away.
            Err(problem) => {
                let words =
                    askama::filters::escape(problem.in_words(key.reader.lang).0, askama::filters::Html).map(|safe| safe.to_string());
                let main = format!("<p class=\"notice over\" role=\"status\">{}.</p>", words.unwrap_or_default());
                (String::new(), main, snapshot.plan.position, false)
            }
        };
        let html = format!("{status}\n<main id=\"main\" tabindex=\"-1\">{main}</main>");
        let hash = hash(&html);
        if hash == base_hash {
            return None;
        }
        // Who has done it: said once, to those who look at what it changed.
        let by = ledger.latest_batch(base, position);
        let by = by.first().map(|head| json!({"actor": head.actor, "what": summary(&snapshot.plan, key.reader.lang.texts(), &by)}));
        let head = |base: Option<Position>| json!({"position": position, "build": BUILD, "by": by, "base": base});
        let (parts, texts) = Parts::of(&main);
        let since =
            parts.differing(&base_parts, &texts).map(|differing| (base, format!("{}\n{status}{differing}", head(Some(base))).into()));
        Some(Frame { text: format!("{}\n{html}", head(None)).into(), since, parts, position, is_up, hash, made: Some(changed) })
    });
    rendered.await.ok()?
}

/// A socket: `/live?page=ADDRESS&since=POSITION`.
pub(crate) async fn socket(
    request: HttpRequest,
    body: web::Payload,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let page = request.query("page").filter(|page| page.len() <= ADDRESS_BYTES);
    let address = Address::parse(&page.ok_or_else(|| Problem::bad_request("page is missing, or too long."))?);
    let needs = super::routes::route("GET", &address.path).map(|route| route.needs);
    if !needs.is_some_and(|needs| app.may(needs, caller.role)) {
        return Err(Problem::forbidden("Your role does not allow this page."));
    }
    let since = Position(request.number("since")?.unwrap_or(0));
    let ledger = app.ledger()?.clone();
    // As the page itself speaks: a handshake need not say what the browser asks for elsewhere.
    let lang = request.query("lang").and_then(|lang| lang.parse().ok()).unwrap_or(caller.lang);
    let shown = address.clone();
    let newest = ledger.snapshot().plan.position;
    // What was, stays as it was: nothing is rendered for it again.
    let is_past = asked(&address, newest).is_some();
    let key = Key { address: present(address, newest), reader: Reader { role: caller.role, lang } };
    let too_many = || Problem::too_many("Too many different pages are open. This one is as new as when it was loaded.", 10);
    let (still, stillness) = watch::channel(Arc::new(Frame::default()));
    let frames = if is_past { stillness } else { app.hub.watch(&app, &ledger, &key).ok_or_else(too_many)? };
    let refused = |error: actix_web::Error| Problem::bad_request(format!("It is no WebSocket: {error}."));
    let (response, session, messages) = actix_ws::handle(&request, body).map_err(refused)?;
    let messages = messages.max_frame_size(MESSAGE_BYTES).aggregate_continuations().max_continuation_size(MESSAGE_BYTES);
    let secret = request.cookie(COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    let role = caller.role;
    let (open, here) = here::open(&app, &caller.actor, lang, &shown);
    actix_web::rt::spawn(async move {
        gauge!("tafel_sockets").increment(1.0);
        tokio::select! {
            () = serve(session, messages, frames, here, since) => {}
            // The socket is dropped, which closes it.
            () = until_refused(&app, &ledger, &secret, role) => {}
        }
        drop((open, still));
        gauge!("tafel_sockets").decrement(1.0);
    });
    Ok(response)
}

/// Until the session is over, or its role is another one. A store that is away refuses nobody.
async fn until_refused(app: &App, ledger: &Ledger, secret: &str, role: Role) {
    loop {
        tokio::time::sleep(CHECKED_EVERY).await;
        match app.known.caller(ledger, Proof::Session(secret)).await {
            Ok(Some(caller)) if caller.role == role => {}
            Ok(_) => return,
            Err(_) => {}
        }
    }
}

/// One slot, the newest: whoever is slow skips what came between, and holds nobody up. A push is followed by a ping, and
/// the next one waits for its pong: the socket's own queue would hold dozens of pages for somebody who reads none.
async fn serve(
    mut session: Session,
    mut messages: actix_ws::AggregatedMessageStream,
    mut frames: watch::Receiver<Arc<Frame>>,
    mut here: watch::Receiver<ByteString>,
    since: Position,
) {
    let mut ping = tokio::time::interval(PING);
    let (mut is_alive, mut is_reading) = (true, true);
    let (mut seen, mut told_up) = (since, true);
    frames.mark_changed();
    let hello = format!("{}\n", json!({"build": BUILD}));
    let hello = ByteString::from(hello);
    let mut ended = session.text(hello.clone()).await.is_err();
    while !ended {
        ended = tokio::select! {
            changed = frames.changed(), if is_reading => match changed {
                Ok(()) => {
                    let frame = frames.borrow_and_update().clone();
                    // The page itself was rendered at `since`.
                    if frame.made.is_none() || (frame.position <= seen && frame.is_up == told_up) {
                        false
                    } else {
                        let text = match &frame.since {
                            Some((base, part)) if *base == seen && told_up == frame.is_up => part,
                            _ => &frame.text,
                        };
                        (seen, told_up) = (frame.position, frame.is_up);
                        is_reading = false;
                        let failed = session.text(text.clone()).await.is_err() || session.ping(b"").await.is_err();
                        if let Some(made) = frame.made {
                            histogram!("tafel_push_seconds").record(made.elapsed().as_secs_f64());
                        }
                        failed
                    }
                }
                Err(_) => true,
            },
            changed = here.changed(), if is_reading => match changed {
                Ok(()) => {
                    let told = here.borrow_and_update().clone();
                    is_reading = told.is_empty();
                    !is_reading && (session.text(told).await.is_err() || session.ping(b"").await.is_err())
                }
                Err(_) => true,
            },
            message = messages.next() => match message {
                Some(Ok(AggregatedMessage::Ping(bytes))) => session.pong(&bytes).await.is_err(),
                Some(Ok(AggregatedMessage::Pong(_))) => {
                    (is_alive, is_reading) = (true, true);
                    false
                }
                Some(Ok(AggregatedMessage::Close(_)) | Err(_)) | None => true,
                Some(Ok(_)) => false,
            },
            _ = ping.tick() => {
                let gone = !std::mem::replace(&mut is_alive, false);
                // A page cannot see a ping; it hears from this that the server is there.
                gone || session.ping(b"").await.is_err() || session.text(hello.clone()).await.is_err()
            }
        };
    }
    let _ = session.close(None::<CloseReason>).await;
}
