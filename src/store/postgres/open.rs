//! Reaching a PostgreSQL server: URL, encryption, the pool, migrations, and what it tells of by itself.

use super::{ANSWERS_WITHIN, Fault, connection, on_connection, words};
use crate::store::migrations::{self, Migrations};
use crate::store::{Access, StoreError, without_password};
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use futures_util::StreamExt as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What a finished append is told of under.
const CHANNEL: &str = "tafel_event";
/// Migrations of one database are applied by one process at a time; the number is ours alone.
const MIGRATION_LOCK: i64 = 0x7461_6665_6c00;
const CONNECTIONS: usize = 8;
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// The server ends whatever takes longer by itself: nothing of ours does.
const STATEMENT_SECONDS: u32 = 60;
/// The pauses before a lost listener comes back.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);

/// A server, and how it is reached.
pub(super) struct Server {
    config: Config,
    tls: MakeRustlsConnect,
    /// The URL without its password.
    pub(super) shown: String,
    /// On this machine.
    pub(super) is_here: bool,
}

/// What a statement of the opening has come to.
fn failed(error: tokio_postgres::Error) -> StoreError {
    let fault = Fault::Database(error);
    if fault.is_away() { super::unavailable(fault) } else { StoreError::Migrate(Arc::new(fault)) }
}

fn open_error(shown: &str, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Open { path: shown.to_owned(), source: Arc::new(source) }
}

impl Server {
    /// # Errors
    /// The URL is not understood, or the certificates that it names cannot be read.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let shown = without_password(url);
        let (url, root_file) = take_parameter(url, "sslrootcert");
        let says_mode = url.contains("sslmode=");
        let mut config: Config = url.parse().map_err(|error| open_error(&shown, error))?;
        let is_here = config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()),
            #[cfg(unix)]
            Host::Unix(_) => true,
        });
        // Between machines nothing travels in the clear, and nobody is believed unseen, unless the URL says so.
        if !says_mode {
            config.ssl_mode(if is_here { SslMode::Disable } else { SslMode::Require });
        }
        config.application_name("tafel").connect_timeout(CONNECT_WITHIN).keepalives_idle(Duration::from_secs(15));
        config.tcp_user_timeout(Duration::from_secs(10));
        let tls = tls(root_file.as_deref()).map_err(|error| open_error(&shown, error))?;
        Ok(Self { config, tls, shown, is_here })
    }

    /// A connection beside the pool, without its time-out.
    pub(super) async fn connect(
        &self,
    ) -> Result<(Client, Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>), tokio_postgres::Error> {
        self.config.connect(self.tls.clone()).await
    }

    pub(super) fn pool(&self) -> Result<Pool, StoreError> {
        let manager =
            Manager::from_config(self.config.clone(), self.tls.clone(), ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECT_WITHIN))
            .create_timeout(Some(CONNECT_WITHIN))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    // A commit that is answered before it is on the disk would be acknowledged, and could be lost.
                    let settings = format!(
                        "SET statement_timeout = '{STATEMENT_SECONDS}s'; SET TimeZone = 'UTC'; \
                         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
                    );
                    client.batch_execute(&settings).await.map_err(HookError::Backend)
                })
            }))
            .build();
        pool.map_err(|error| open_error(&self.shown, error))
    }

    /// Tells the other instances of what was appended here: the newest position, as often as it can be told.
    pub(super) fn tell(pool: Pool, handle: &Handle) -> watch::Sender<u64> {
        let (tell, mut newest) = watch::channel(0);
        handle.spawn(async move {
            while newest.changed().await.is_ok() {
                let position = *newest.borrow_and_update();
                // Behind the commit; who misses it asks by himself, so it need not be durable.
                let sql = format!("BEGIN; SET LOCAL synchronous_commit = off; NOTIFY {CHANNEL}, '{position}'; COMMIT");
                let told = on_connection(&pool, ANSWERS_WITHIN, |client| async move { client.batch_execute(&sql).await }).await;
                if let Err(fault) = told {
                    tracing::debug!(error = %fault, "nobody was told of an append");
                }
            }
        });
        tell
    }

    /// Follows what the database tells of; where that ends, it is asked now and then all the same.
    pub(super) fn listen(self: Arc<Self>, handle: &Handle) -> watch::Receiver<u64> {
        let (told, appended) = watch::channel(0);
        handle.spawn(async move {
            while !told.is_closed() {
                if let Err(error) = self.follow(&told).await {
                    tracing::debug!(error = %words(&error), "the database tells of nothing for now");
                }
                tokio::time::sleep(LISTEN_AGAIN).await;
            }
        });
        appended
    }

    async fn follow(&self, told: &watch::Sender<u64>) -> Result<(), tokio_postgres::Error> {
        let (client, mut connection) = self.connect().await?;
        let mut messages = futures_util::stream::poll_fn(move |context| connection.poll_message(context));
        let listen = format!("LISTEN {CHANNEL}");
        let mut listening = std::pin::pin!(client.batch_execute(&listen));
        let mut is_listening = false;
        loop {
            tokio::select! {
                done = &mut listening, if !is_listening => { done?; is_listening = true; }
                message = messages.next() => match message {
                    Some(Ok(AsyncMessage::Notification(note))) => {
                        if let Ok(position) = note.payload().parse() {
                            told.send_if_modified(|known| std::mem::replace(known, position) != position);
                        }
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                    None => return Ok(()),
                },
                () = told.closed() => return Ok(()),
            }
        }
    }
}

/// Takes a parameter out of the URL that only we understand.
fn take_parameter(url: &str, name: &str) -> (String, Option<String>) {
    let Some((address, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let others = pairs.iter().filter(|(key, _)| key != name);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish();
    // What is read as a form may write a space as +, which a URL does not.
    let query = query.replace('+', "%20");
    (if query.is_empty() { address.to_owned() } else { format!("{address}?{query}") }, value)
}

fn tls(root_file: Option<&str>) -> Result<MakeRustlsConnect, std::io::Error> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = root_file {
        let unreadable = |error: rustls::pki_types::pem::Error| std::io::Error::other(format!("sslrootcert={file}: {error}"));
        for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
            roots.add(certificate.map_err(unreadable)?).map_err(std::io::Error::other)?;
        }
    } else {
        // Broken certificates on a machine are not ours to complain of; too few make the connection fail in words.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(std::io::Error::other)?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// Applies the migrations that are missing; answers the version that the schema has.
///
/// # Errors
/// Nobody answers, the database is newer than the program, or a migration fails.
pub(super) async fn migrate(pool: &Pool, shown: String, access: Access) -> Result<(u32, Vec<String>), StoreError> {
    let Migrations { runner, known } = Migrations::of(migrations::POSTGRES)?;
    let opening = |fault: Fault| {
        if fault.is_away() {
            StoreError::Unavailable(Arc::new(std::io::Error::other(format!("{shown}: {fault}"))))
        } else {
            open_error(&shown, fault)
        }
    };
    let mut client = connection(pool).await.map_err(opening)?;
    let risks = risks(&client).await.map_err(failed)?;
    let found = version(&client, known).await?;
    if access == Access::Look {
        return Ok((found, risks));
    }
    if found == known {
        return chain(&mut client).await.map(|()| (known, risks));
    }
    client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await.map_err(failed)?;
    // Another instance may have done it while this one waited.
    let outcome = match version(&client, known).await {
        Ok(found) if found == known => Ok(None),
        Ok(_) => runner.run_async(&mut **client).await.map(Some).map_err(|error| StoreError::Migrate(Arc::new(error))),
        Err(error) => Err(error),
    };
    client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK]).await.map_err(failed)?;
    for migration in outcome?.iter().flat_map(refinery_core::Report::applied_migrations) {
        tracing::info!(version = migration.version(), name = migration.name(), "migrated the database");
    }
    chain(&mut client).await.map(|()| (known, risks))
}

async fn chain(client: &mut deadpool_postgres::Object) -> Result<(), StoreError> {
    let count = super::append::chain(client).await.map_err(failed)?;
    if count > 0 {
        tracing::info!(events = count, "chained the stream");
    }
    Ok(())
}

/// What the server was told to leave out cannot be mended by a client, only be said.
async fn risks(client: &tokio_postgres::Client) -> Result<Vec<String>, tokio_postgres::Error> {
    let off = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";
    let rows = client.query(off, &[]).await?;
    rows.iter().map(|row| row.try_get::<_, &str>(0).map(|name| format!("{name} = off"))).collect()
}

/// The version of the database's schema; an error if it is newer than what this program knows.
async fn version(client: &tokio_postgres::Client, known: u32) -> Result<u32, StoreError> {
    let exists = client.query_one("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[]).await.map_err(failed)?;
    if !exists.get::<_, bool>(0) {
        return Ok(0);
    }
    let newest = client.query_one("SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history", &[]).await.map_err(failed)?;
    let found = u32::try_from(newest.get::<_, i32>(0)).unwrap_or(0);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(found)
}
