//! `GET /api/v1/events/live`: the stream as server-sent events, resumable, as fast as the reader reads.

use super::commands::EventJson;
use crate::ledger::{Ledger, blocking};
use crate::plan::Position;
use crate::store::Ahead;
use crate::web::auth::{CHECKED_EVERY, Caller, Proof};
use crate::web::gate::bearer;
use crate::web::problem::Problem;
use crate::web::{App, Request as _};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Events in one piece of the answer.
const PIECE_EVENTS: u64 = 256;
/// A line of no meaning keeps the connection, and finds out who has gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often it is looked whether the server is about to end.
const LOOK: Duration = Duration::from_secs(1);

struct Follower {
    app: web::Data<App>,
    ledger: Ledger,
    ahead: Ahead,
    after: Position,
    secret: String,
    checked: Instant,
}

/// The stream from a position on, for as long as it is read.
#[utoipa::path(get, path = "/api/v1/events/live", tag = "stream", params(
    ("after" = Option<u64>, Query, description = "The position to read on from; without it, from the beginning"),
    ("Last-Event-ID" = Option<u64>, Header, description = "The same, as a browser sends it when it comes again; goes before `after`"),
), responses((status = 200, description = "id: the position, event: the kind, data: the event", content_type = "text/event-stream")))]
pub(crate) async fn live(request: HttpRequest, app: web::Data<App>, _caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let resumed = request.headers().get("last-event-id").map(|id| id.to_str().ok().and_then(|id| id.trim().parse().ok()));
    let after = request.number("after")?;
    let after = match resumed {
        Some(position) => position.ok_or_else(|| Problem::bad_request("Last-Event-ID is not a position."))?,
        None => after.unwrap_or(0),
    };
    let ledger = app.ledger()?.clone();
    let secret = bearer(request.headers()).unwrap_or_default().to_owned();
    let follower = Follower { app, ledger, ahead: Ahead::default(), after: Position(after), secret, checked: Instant::now() };
    let pieces = stream::unfold(follower, |mut follower| async move {
        let piece = follower.piece().await?;
        Some((Ok::<_, Infallible>(web::Bytes::from(piece)), follower))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // A compressor would keep events back until it has enough of them.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(pieces))
}

impl Follower {
    /// Whether the token is still good, looked up now and then, however many events come. A store that is away refuses nobody.
    async fn may_go_on(&mut self) -> bool {
        if self.checked.elapsed() < CHECKED_EVERY {
            return true;
        }
        self.checked = Instant::now();
        !matches!(self.app.known.caller(&self.ledger, Proof::Token(&self.secret)).await, Ok(None))
    }

    /// The next events, or a sign of life; `None` at the end. It is only asked for when the one before has been sent.
    async fn piece(&mut self) -> Option<String> {
        let began = Instant::now();
        let last = loop {
            if self.app.is_draining() || !self.may_go_on().await {
                return None;
            }
            if let Some(snapshot) = self.ledger.wait_for(self.after.next(), LOOK).await {
                break snapshot.plan.position;
            }
            if began.elapsed() >= KEEP_ALIVE {
                return Some(": still here\n\n".to_owned());
            }
        };
        let (store, after, mut ahead) = (self.ledger.store().clone(), self.after, std::mem::take(&mut self.ahead));
        let read = blocking(move || ahead.page(&*store, after, last, PIECE_EVENTS).map(|page| (page, ahead))).await;
        // With the store away it ends, and the reader comes again where it left.
        let (page, ahead) = read.ok()?.ok()?;
        self.ahead = ahead;
        let mut piece = String::new();
        for event in page.iter() {
            let json = serde_json::to_string(&EventJson::of(event).ok()?).ok()?;
            let _ = write!(piece, "id: {}\nevent: {}\ndata: {json}\n\n", event.position, event.kind);
        }
        self.after = page.last()?.position;
        Some(piece)
    }
}
