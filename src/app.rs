//! Composition: bind, open the store, replay, serve, and end in order.

use crate::config::Settings;
use crate::ledger::{Ledger, ReplayError, now};
use crate::plan::event::{Body, Event, PlanPatch};
use crate::plan::{BatchId, Patch, Position, Seats, Text, decide};
use crate::store::{self, Access, Append, AppendError, Chunk, End, Origin, Store, StoreError};
use crate::watch::Metrics;
use crate::{mail, report, sample, web};
use anyhow::Context;
use std::borrow::Cow;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How often a database that is away is asked whether it is back.
const ASKED_AGAIN: Duration = Duration::from_secs(1);
/// Whatever happens at the end, it is over by then.
const END_WITHIN: Duration = Duration::from_secs(10);

/// What a start has come to.
#[derive(Debug)]
pub struct Started {
    pub address: SocketAddr,
    pub title: String,
    pub guests: usize,
    pub tables: usize,
    pub position: Position,
    /// How to sign in to the sample.
    pub sample: Option<sample::Sample>,
    /// The key of the link that makes the first admin, once.
    pub setup: Option<String>,
    /// Whether `--sample` found another party, and left it alone.
    pub sample_left_out: bool,
}

/// Serves until `stop` is over. Blocks its thread.
///
/// # Errors
/// The address cannot be bound, the store cannot be opened, or the stream is broken.
pub fn run(settings: Settings, with_sample: bool, started: impl FnOnce(Started), stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(serve(settings, with_sample, started, stop))
}

async fn serve(settings: Settings, with_sample: bool, started: impl FnOnce(Started), stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let report = settings.report.clone();
    if let Some(problems) = report.as_ref().map(|report| report.problems()).filter(|problems| !problems.is_empty()) {
        anyhow::bail!("the settings of the report are not possible:\n  {}", problems.join("\n  "));
    }
    let mail = settings.mail.clone();
    if let Some(problems) = mail.as_ref().map(|mail| mail.problems()).filter(|problems| !problems.is_empty()) {
        anyhow::bail!("the settings of mails are not possible:\n  {}", problems.join("\n  "));
    }
    let listener = TcpListener::bind(settings.listen).with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let url = settings.store.clone();
    let app = actix_web::web::Data::new(web::App::new(settings, Metrics::start()?));
    actix_web::rt::spawn(try_a_reader(app.clone()));
    // Bound before the replay, so that a probe is answered "not ready" instead of not at all.
    let server = web::server(listener, app.clone())?;
    let handle = server.handle();
    let serving = actix_web::rt::spawn(server);
    let mut stop = std::pin::pin!(stop);
    let ledger = match open_patiently(&app, &url, with_sample, stop.as_mut()).await {
        Ok(Some(ledger)) => ledger,
        ended => {
            handle.stop(false).await;
            return ended.map(|_| ());
        }
    };
    let mut ready = Started {
        address,
        title: String::new(),
        guests: 0,
        tables: 0,
        position: Position(0),
        sample: None,
        setup: None,
        sample_left_out: false,
    };
    if with_sample {
        ready.sample_left_out = !sample::load(&ledger).await?;
        ready.sample = Some(sample::fresh_sign_in(&**ledger.store())?);
    }
    let snapshot = ledger.snapshot();
    ready.title = snapshot.plan.about.title.as_ref().map(ToString::to_string).unwrap_or_default();
    (ready.guests, ready.tables, ready.position) = (snapshot.plan.guests.len(), snapshot.plan.tables.len(), snapshot.plan.position);
    drop(snapshot);
    ready.setup = app.setup.offer(&**ledger.store())?;
    app.is_replayed(ledger.clone());
    let runner = report.map(|report| report::start(ledger.clone(), *report)).transpose().map_err(|error| anyhow::anyhow!(error))?;
    let sender = mail.map(|mail| mail::start(ledger.clone(), *mail)).transpose().map_err(|error| anyhow::anyhow!(error))?;
    tracing::info!(%address, position = ready.position.0, "ready");
    started(ready);

    stop.await;
    tracing::info!("ending: what was accepted is answered first");
    app.drain();
    let ended = async {
        let reports = async {
            if let Some(runner) = &runner {
                runner.stop().await;
            }
        };
        let mails = async {
            if let Some(sender) = &sender {
                sender.stop().await;
            }
        };
        tokio::join!(reports, mails, handle.stop(true));
        ledger.stop().await;
    };
    if tokio::time::timeout(END_WITHIN, ended).await.is_err() {
        tracing::error!(within_s = END_WITHIN.as_secs(), "not everything was answered in time");
    }
    serving.abort();
    tracing::info!("ended");
    Ok(())
}

/// Whether spreadsheets can be read here is better known before somebody sends one.
async fn try_a_reader(app: actix_web::web::Data<web::App>) {
    if let Err(error) = app.try_a_reader().await {
        tracing::error!(%error, "spreadsheets cannot be read");
    }
}

/// Opens the store and replays it. A database server that is away is waited for; anything else ends the start. Nothing, where it is
/// told to stop while it waits.
async fn open_patiently(
    app: &web::App,
    url: &str,
    with_sample: bool,
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> anyhow::Result<Option<Ledger>> {
    let mut said = String::new();
    loop {
        let of = url.to_owned();
        let error = match actix_web::rt::task::spawn_blocking(move || open(&of, with_sample)).await? {
            Err(error) if is_away(&error) && !url.starts_with("sqlite:") => error,
            opened => return opened.map(Some),
        };
        let why = format!("{error:#}");
        if why != said {
            tracing::warn!(why, "waiting for the database");
            said.clone_from(&why);
        }
        app.waits_for(&format!("Waiting for the database: {why}."));
        tokio::select! {
            () = tokio::time::sleep(ASKED_AGAIN) => {}
            () = &mut stop => return Ok(None),
        }
    }
}

/// Whether the database only has to come back.
fn is_away(error: &anyhow::Error) -> bool {
    let away = |error: &StoreError| matches!(error, StoreError::Unavailable(_));
    error.chain().any(|cause| {
        cause.downcast_ref().is_some_and(away)
            || cause.downcast_ref().is_some_and(|error| matches!(error, ReplayError::Store(error) if away(error)))
            || cause.downcast_ref().is_some_and(|error| matches!(error, AppendError::Failed(error) if away(error)))
    })
}

fn open(url: &str, with_sample: bool) -> anyhow::Result<Ledger> {
    let store = store::open(url, Access::Serve)?;
    create_plan(&*store, if with_sample { sample::about() } else { usual_about() })?;
    let ledger =
        Ledger::start(store, decide).map_err(|error: ReplayError| anyhow::anyhow!(error)).context("the stream cannot be replayed")?;
    Ok(ledger)
}

fn usual_about() -> PlanPatch {
    PlanPatch { title: Patch::Set(Text::stored("Our party")), default_seats: Patch::Set(Seats::USUAL), ..PlanPatch::default() }
}

/// The first event of a new stream gives it its id.
fn create_plan(store: &dyn Store, set: PlanPatch) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    if runtime.block_on(store.end())?.position > Position(0) {
        return Ok(());
    }
    let body = Body::PlanCreated { stream: Uuid::new_v4(), set };
    let event = Event { position: Position(1), recorded_at: now(), actor: Arc::from("system"), batch: BatchId(Uuid::now_v7()), body };
    let row = store::StoredEvent {
        position: event.position,
        recorded_at: event.recorded_at,
        actor: event.actor.clone(),
        batch: event.batch,
        kind: Cow::Borrowed(event.body.kind()),
        payload: store::codec::encode(&event.body)?,
    };
    let origin = Origin { cause: Some(Cow::Borrowed("create_plan")), ..Origin::default() };
    let append = Append::new(End::NOTHING, [(Chunk::from([row]), origin)]);
    match runtime.block_on(store.append(Arc::new(append))) {
        // Another start was faster: its first event is as good.
        Ok(()) | Err(AppendError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
