//! The web server: translates requests into the ledger's words and its answers into HTTP. No rule of the plan lives here.

pub(crate) mod api;
mod assets;
mod auth;
mod client_errors;
mod connections;
mod gate;
mod health;
mod here;
mod limits;
mod live;
mod pages;
pub mod password;
mod problem;
mod routes;

pub use auth::new_token;
pub(crate) use pages::BUILD;
pub use routes::{Needs, ROUTES, Route};

use crate::config::Settings;
use crate::ledger::Ledger;
use crate::plan::command::Role;
use crate::reader::{Limits, ReadError, Reader};
use crate::watch::Metrics;
use actix_web::dev::Server;
use actix_web::{HttpRequest, HttpResponse, HttpServer, middleware, web};
use parking_lot::RwLock;
use problem::{Kind, Problem};
use std::io;
use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// What JSON bodies may hold; a thousand commands are far below it.
const BODY_BYTES: usize = 4 * 1024 * 1024;
/// How long open requests may take when the server is told to stop.
const DRAIN_SECONDS: u64 = 8;

/// What every request sees.
pub struct App {
    ledger: OnceLock<Ledger>,
    pub(crate) settings: Settings,
    pub(crate) known: auth::Known,
    pub setup: auth::Setup,
    pub(crate) limits: limits::Limits,
    pub(crate) connections: connections::Connections,
    pub(crate) hub: live::Hub,
    pub(crate) here: here::Here,
    pub(crate) readers: api::consumers::Readers,
    pub(crate) parsed: api::parsed::Parsed,
    pub(crate) metrics: Metrics,
    draining: AtomicBool,
    /// What a start waits for.
    awaited: RwLock<String>,
}

impl App {
    #[must_use]
    pub fn new(settings: Settings, metrics: Metrics) -> Self {
        let limits = Limits { memory_mib: settings.reader_memory_mib, ..Limits::default() };
        Self {
            ledger: OnceLock::new(),
            known: auth::Known::default(),
            setup: auth::Setup::default(),
            limits: limits::Limits::default(),
            connections: connections::Connections::within_the_limit(),
            hub: live::Hub::default(),
            here: here::Here::default(),
            readers: api::consumers::Readers::default(),
            parsed: api::parsed::Parsed::new(Reader::new(settings.reader.clone(), limits)),
            settings,
            metrics,
            draining: AtomicBool::new(false),
            awaited: RwLock::new("The stream is being replayed.".to_owned()),
        }
    }

    /// The plan can be served from now on.
    pub fn is_replayed(&self, ledger: Ledger) {
        // A second one would be a second start, which there is not.
        let _ = self.ledger.set(ledger);
    }

    pub(crate) fn ledger(&self) -> Result<&Ledger, Problem> {
        self.ledger.get().ok_or_else(|| Problem::unavailable(self.awaited.read().clone()))
    }

    /// Starts a reader, and has it read a list.
    ///
    /// # Errors
    /// It cannot be started, or does not read.
    pub async fn try_a_reader(&self) -> Result<(), ReadError> {
        self.parsed.try_a_reader().await
    }

    /// A start waits for this, and says so to whoever asks.
    pub fn waits_for(&self, what: &str) {
        what.clone_into(&mut self.awaited.write());
    }

    /// Not ready any more: whoever distributes requests should send them elsewhere.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
        self.connections.end_unproven();
    }

    /// The least role that is enough for what a route needs.
    fn least(&self, needs: Needs) -> Role {
        match needs {
            Needs::Nothing => Role::Viewer,
            Needs::Role(needed) => needed,
            Needs::Upload if self.settings.staff_may_upload => Role::Staff,
            Needs::Upload => Role::Admin,
        }
    }

    fn may(&self, needs: Needs, role: Role) -> bool {
        role >= self.least(needs)
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// A server on that listener; it runs when it is awaited.
///
/// # Errors
/// The listener cannot be used.
pub fn server(listener: TcpListener, app: web::Data<App>) -> io::Result<Server> {
    let (workers, connections) = (app.settings.workers, app.connections.clone());
    let most = connections.most();
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(app.clone())
            .app_data(web::PayloadConfig::new(BODY_BYTES))
            .app_data(web::FormConfig::default().limit(BODY_BYTES))
            .configure(routes::configure)
            .default_service(web::to(last_resort))
            .wrap(middleware::from_fn(gate::gate))
            .wrap(middleware::Compress::default())
    });
    Ok(server
        .workers(workers)
        .shutdown_timeout(DRAIN_SECONDS)
        .client_request_timeout(connections::HEAD_WITHIN)
        // Ours are ended before the server would leave new ones waiting.
        .max_connections(most)
        .on_connect(move |connection, extensions| connections.note(connection, extensions))
        .disable_signals()
        .listen(listener)?
        .run())
}

/// Whatever no route has taken.
async fn last_resort(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = request.match_info().as_str();
    let others: Vec<&str> = ROUTES
        .iter()
        .filter(|route| route.method != request.method().as_str() && routes::takes(route.path, path))
        .map(|route| route.method)
        .collect();
    if others.is_empty() {
        return Err(Problem::not_found(Kind::NotFound));
    }
    Err(Problem::not_allowed(path, &others))
}

/// Reading a request's query.
pub(crate) trait Request {
    /// All values of the name.
    fn queries(&self, name: &str) -> Vec<String>;
    /// The first value of the name.
    fn query(&self, name: &str) -> Option<String> {
        self.queries(name).into_iter().next()
    }
    /// The value as a number.
    ///
    /// # Errors
    /// It is none.
    fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let number = |text: String| text.parse().map_err(|_| Problem::bad_request(format!("{name} must be a whole number, not {text:?}.")));
        self.query(name).map(number).transpose()
    }
}

impl Request for HttpRequest {
    fn queries(&self, name: &str) -> Vec<String> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(self.query_string()).map(web::Query::into_inner);
        pairs.unwrap_or_default().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect()
    }
}
