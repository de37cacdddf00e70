//! Watching: log lines for people and programs, and metrics.

mod lines;

pub use lines::Log;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use parking_lot::Mutex;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Log lines to standard error: for people on a terminal, as JSON otherwise. `TAFEL_LOG` picks levels.
pub fn log() -> Log {
    let filter =
        EnvFilter::try_from_env("TAFEL_LOG").unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn,refinery_core=warn,tiberius=off"));
    // A log that cannot be written (its disk is full, say) must not stop the work that it tells of: reporting the
    // failure to the same place would panic.
    let builder = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    if std::io::stderr().is_terminal() {
        let _ = builder.with_target(false).with_writer(std::io::stderr).try_init();
        return Log::default();
    }
    let (lines, log) = lines::to(std::io::stderr());
    let _ = builder.json().flatten_event(true).with_writer(lines).try_init();
    log
}

/// The process's metrics. Clones show the same.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    process: Collector,
}

/// From a tenth of a millisecond to ten seconds.
const SECONDS: [f64; 12] = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 5.0, 10.0];
const EVENTS: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1_000.0, 10_000.0];

impl Metrics {
    /// Begins to count, or goes on where this process has begun.
    ///
    /// # Errors
    /// Another recorder is installed.
    pub fn start() -> anyhow::Result<Self> {
        static STARTED: Mutex<Option<Metrics>> = Mutex::new(None);
        let mut started = STARTED.lock();
        if let Some(started) = &*started {
            return Ok(started.clone());
        }
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Suffix("_events".to_owned()), &EVENTS)?
            .install_recorder()?;
        let process = Collector::default();
        process.describe();
        Ok(started.insert(Self { handle, process }).clone())
    }

    #[must_use]
    pub fn render(&self) -> String {
        self.process.collect();
        self.handle.run_upkeep();
        self.handle.render()
    }
}
