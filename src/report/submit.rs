//! Bringing the file to the authority by SFTP, so that it is there once and whole, whoever is killed on the way.
//!
//! The file goes up under a name that carries the claim's token, and is renamed without overwriting anything. Before that,
//! the renaming is announced in the stream. A name that was announced and is still there was not renamed: it is put aside,
//! so that whoever announced it, and was held up, cannot do it any more. One that is gone, with nothing under the final name,
//! may have been renamed and fetched: nobody can know, so a person is asked.

use super::attempt::Trouble;
use super::mark;
use super::parcel::Parcel;
use super::settings::{Secret, Sftp};
use russh::Preferred;
use russh::client::{self, AuthResult, Handle};
use russh::keys::known_hosts::known_host_keys_path;
use russh::keys::{Algorithm, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate, check_known_hosts_path, load_secret_key};
use russh_sftp::client::SftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::protocol::StatusCode;
use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// So much is written between two looks at the clock.
const PIECE_BYTES: usize = 64 * 1024;

/// What is wrong with the keys in the settings: ours, and the server's.
pub(super) fn problems(settings: &Sftp) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(path) = &settings.key
        && let Err(error) = load_secret_key(path, settings.key_passphrase.as_ref().map(Secret::reveal))
    {
        problems.push(format!("report.sftp.key: {}: {error}", path.display()));
    }
    if let Some(key) = &settings.host_key
        && let Err(error) = host_key(key)
    {
        problems.push(format!("report.sftp.host_key: {error}"));
    }
    problems
}

fn host_key(line: &str) -> Result<PublicKey, String> {
    PublicKey::from_openssh(line.trim()).map_err(|error| format!("{line:?} is no public key like \"ssh-ed25519 AAAA…\": {error}"))
}

/// Believes one key only.
struct Believes {
    settings: Sftp,
    /// Why it was not believed.
    refused: Arc<parking_lot::Mutex<Option<String>>>,
}

impl client::Handler for Believes {
    type Error = russh::Error;

    async fn check_server_key(&mut self, offered: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let refused = match offered {
            PublicKeyOrCertificate::PublicKey { key, .. } => self.judge(key).err(),
            PublicKeyOrCertificate::Certificate(_) => Some("the server shows a certificate, which is not supported".to_owned()),
        };
        let is_believed = refused.is_none();
        *self.refused.lock() = refused;
        Ok(is_believed)
    }
}

impl Believes {
    fn judge(&self, offered: &PublicKey) -> Result<(), String> {
        let Sftp { host, port, host_key: pinned, known_hosts, .. } = &self.settings;
        let fingerprint = offered.fingerprint(russh::keys::HashAlg::Sha256);
        if let Some(pinned) = pinned {
            let pinned = host_key(pinned)?;
            return if pinned.key_data() == offered.key_data() {
                Ok(())
            } else {
                Err(format!("the server's key is not the one in the settings; it shows {fingerprint}. Somebody may be in between"))
            };
        }
        let Some(path) = known_hosts else { return Err("no key of the server is known".to_owned()) };
        match check_known_hosts_path(host, *port, offered, path) {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("the server is not in {}; it shows {fingerprint}", path.display())),
            Err(russh::keys::Error::KeyChanged { line }) => Err(format!(
                "the server's key has CHANGED from the one in {}, line {line}; it shows {fingerprint}. Somebody may be in between",
                path.display()
            )),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }
}

/// Of the keys that are known of the server: it is asked for one of these, and not for whichever we like best.
fn known_algorithms(settings: &Sftp) -> Vec<Algorithm> {
    let known: Vec<Algorithm> = match (&settings.host_key, &settings.known_hosts) {
        (Some(line), _) => host_key(line).map(|key| key.algorithm()).into_iter().collect(),
        (None, Some(path)) => {
            let keys = known_host_keys_path(&settings.host, settings.port, path).unwrap_or_default();
            keys.into_iter().map(|(_, key)| key.algorithm()).collect()
        }
        (None, None) => Vec::new(),
    };
    if known.is_empty() { Preferred::default().key.into_owned() } else { known }
}

/// A connection to the server.
pub(super) struct Submission {
    sftp: SftpSession,
    directory: String,
    within: Duration,
    // Ends the connection when it is dropped.
    _session: Handle<Believes>,
}

async fn in_time<T>(within: Duration, doing: &str, work: impl Future<Output = Result<T, SftpError>>) -> Result<T, Trouble> {
    match tokio::time::timeout(within, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(trouble(doing, &error)),
        Err(_) => Err(Trouble::Passing(format!("{doing}: no answer within {} s", within.as_secs()))),
    }
}

fn trouble(doing: &str, error: &SftpError) -> Trouble {
    let words = format!("{doing}: {error}");
    match error {
        SftpError::Status(status) => match status.status_code {
            StatusCode::PermissionDenied | StatusCode::NoSuchFile | StatusCode::OpUnsupported => Trouble::Lasting(words),
            _ => Trouble::Passing(words),
        },
        _ => Trouble::Passing(words),
    }
}

/// The claim's token in the name of a try at a file.
fn token_of(left: &str, name: &str) -> Option<u64> {
    let rest = left.strip_prefix('.')?.strip_prefix(name)?.strip_prefix('.')?;
    rest.split(['-', '.']).next()?.parse().ok()
}

fn is_missing(error: &SftpError) -> bool {
    matches!(error, SftpError::Status(status) if status.status_code == StatusCode::NoSuchFile)
}

impl Submission {
    /// Connects and signs in.
    ///
    /// # Errors
    /// Nobody answers, it is not who it should be, or it does not let us in.
    pub(super) async fn connect(settings: &Sftp) -> Result<Self, Trouble> {
        let within = Duration::from_secs(settings.timeout_s.into());
        let config = client::Config {
            inactivity_timeout: Some(within * 2),
            keepalive_interval: Some(within),
            nodelay: true,
            preferred: Preferred { key: Cow::Owned(known_algorithms(settings)), ..Preferred::default() },
            ..client::Config::default()
        };
        let refused = Arc::new(parking_lot::Mutex::new(None));
        let believes = Believes { settings: settings.clone(), refused: refused.clone() };
        let place = format!("{}:{}", settings.host, settings.port);
        let connecting = client::connect(Arc::new(config), (settings.host.clone(), settings.port), believes);
        let mut session = match tokio::time::timeout(within, connecting).await {
            Ok(Ok(session)) => session,
            Ok(Err(error)) => {
                return Err(match refused.lock().take() {
                    Some(why) => Trouble::Person(format!("{place}: {why}")),
                    None => Trouble::Passing(format!("{place}: {error}")),
                });
            }
            Err(_) => return Err(Trouble::Passing(format!("{place}: no answer within {} s", within.as_secs()))),
        };
        let signing_in = sign_in(&mut session, settings);
        match tokio::time::timeout(within, signing_in).await {
            Ok(result) => result?,
            Err(_) => return Err(Trouble::Passing(format!("{place}: signing in took longer than {} s", within.as_secs()))),
        }
        let opening = async {
            let channel = session.channel_open_session().await?;
            channel.request_subsystem(true, "sftp").await?;
            Ok::<_, russh::Error>(channel)
        };
        let passing = |error: String| Trouble::Passing(format!("{place}: {error}"));
        let channel = match tokio::time::timeout(within, opening).await {
            Ok(channel) => channel.map_err(|error| passing(error.to_string()))?,
            Err(_) => return Err(passing(format!("no answer within {} s", within.as_secs()))),
        };
        let sftp = in_time(within, &place, SftpSession::new(channel.into_stream())).await?;
        sftp.set_timeout(settings.timeout_s.into());
        let directory = settings.directory.trim_end_matches('/').to_owned();
        Ok(Self { sftp, directory, within, _session: session })
    }

    fn path(&self, name: &str) -> String {
        if self.directory == "." { name.to_owned() } else { format!("{}/{name}", self.directory) }
    }

    /// Submits it. `announce` makes it durable that the name is about to be renamed.
    ///
    /// # Errors
    /// It is not there, or nobody knows.
    pub(super) async fn submit<E>(&self, parcel: &Parcel<'_>, announce: impl AsyncFnOnce(String) -> Result<(), E>) -> Result<(), Trouble>
    where
        Trouble: From<E>,
    {
        let is_lost = self.put_aside(parcel).await?;
        if self.is_there(parcel).await? {
            return Ok(());
        }
        if is_lost {
            return Err(Trouble::Uncertain(format!(
                "it was about to be renamed to {}, and neither name is there: the authority may have fetched it",
                parcel.name
            )));
        }
        let name = format!(".{}.{}.part", parcel.name, parcel.mark);
        self.upload(&name, parcel.content).await?;
        mark("uploaded").await;
        announce(name.clone()).await?;
        mark("announced").await;
        let renaming = self.sftp.rename(self.path(&name), self.path(parcel.name));
        let renamed = in_time(self.within, "renaming", renaming).await;
        mark("renamed").await;
        if let Err(trouble) = renamed {
            // Whether it was done is seen by looking, with the next connection.
            return Err(match trouble {
                Trouble::Lasting(words) => Trouble::Lasting(words),
                other => Trouble::Passing(other.to_string()),
            });
        }
        // The server has said so. It may be fetched by now, so there is nothing to be looked at.
        Ok(())
    }

    /// Takes from everybody else's half-done tries what they could still rename. True where one that was announced is gone.
    async fn put_aside(&self, parcel: &Parcel<'_>) -> Result<bool, Trouble> {
        let names = self.names().await?;
        let prefix = format!(".{}.", parcel.name);
        let mut aside: Vec<String> = Vec::new();
        for name in names.iter().filter(|name| name.starts_with(&prefix)) {
            if name.strip_suffix(".void").is_some() {
                aside.push(name.clone());
            } else if name.strip_suffix(".part").is_some() {
                let void = format!("{name}.void");
                match tokio::time::timeout(self.within, self.sftp.rename(self.path(name), self.path(&void))).await {
                    Ok(Ok(())) => aside.push(void),
                    // Whoever held it was faster.
                    Ok(Err(error)) if is_missing(&error) => {}
                    Ok(Err(error)) => return Err(trouble("putting an earlier try aside", &error)),
                    Err(_) => return Err(Trouble::Passing("putting an earlier try aside: no answer".to_owned())),
                }
            }
        }
        // One that was never announced cannot have been renamed, so there is nothing to be remembered of it.
        for void in aside.iter().filter(|void| !parcel.announced.iter().any(|name| **void == format!("{name}.void"))) {
            let _ = in_time(self.within, "tidying up", self.sftp.remove_file(self.path(void))).await;
        }
        Ok(parcel.announced.iter().any(|name| !aside.contains(&format!("{name}.void"))))
    }

    /// Whether the file is there, with the same bytes.
    async fn is_there(&self, parcel: &Parcel<'_>) -> Result<bool, Trouble> {
        let path = self.path(parcel.name);
        let found = match tokio::time::timeout(self.within, self.sftp.metadata(path)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) if is_missing(&error) => return Ok(false),
            Ok(Err(error)) => return Err(trouble("looking for the file", &error)),
            Err(_) => return Err(Trouble::Passing("looking for the file: no answer".to_owned())),
        };
        let others = |what: String| Trouble::Person(format!("there is another {} already: {what}", parcel.name));
        if found.size != Some(parcel.content.len() as u64) {
            return Err(others(format!("it has {} bytes, and ours {}", found.size.unwrap_or(0), parcel.content.len())));
        }
        match self.read(parcel.name).await {
            Ok(content) if content == parcel.content => Ok(true),
            Ok(_) => Err(others("it has other bytes".to_owned())),
            // A box into which one may only throw: the size, and that we have announced it, is all there is.
            Err(Trouble::Lasting(_)) if !parcel.announced.is_empty() => Ok(true),
            Err(Trouble::Lasting(words)) => Err(others(format!("it has as many bytes, but cannot be read ({words})"))),
            Err(other) => Err(other),
        }
    }

    async fn upload(&self, name: &str, content: &[u8]) -> Result<(), Trouble> {
        let path = self.path(name);
        let mut file = in_time(self.within, "creating the file", self.sftp.create(path.clone())).await?;
        for (number, piece) in content.chunks(PIECE_BYTES).enumerate() {
            let writing = async { file.write_all(piece).await.map_err(SftpError::from) };
            in_time(self.within, "sending the file", writing).await?;
            if number == 0 {
                mark("half_uploaded").await;
            }
        }
        in_time(self.within, "sending the file", async { file.shutdown().await.map_err(SftpError::from) }).await?;
        let found = in_time(self.within, "looking at what was sent", self.sftp.metadata(path)).await?;
        if found.size != Some(content.len() as u64) {
            let size = found.size.unwrap_or(0);
            return Err(Trouble::Passing(format!("of {} bytes, {size} have arrived", content.len())));
        }
        match self.read(name).await {
            Ok(arrived) if arrived == content => Ok(()),
            Ok(_) => Err(Trouble::Passing("what has arrived is not what was sent".to_owned())),
            // It may not be read; its size was right.
            Err(Trouble::Lasting(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    async fn read(&self, name: &str) -> Result<Vec<u8>, Trouble> {
        let mut file = in_time(self.within, "opening the file", self.sftp.open(self.path(name))).await?;
        let (mut content, mut piece) = (Vec::new(), vec![0; PIECE_BYTES]);
        loop {
            let reading = async { file.read(&mut piece).await.map_err(SftpError::from) };
            match in_time(self.within, "reading the file", reading).await? {
                0 => return Ok(content),
                count => content.extend_from_slice(&piece[..count]),
            }
        }
    }

    /// Removes what tries up to this token have left. It is done without, too.
    pub(super) async fn clean_up(&self, name: &str, token: u64) {
        let is_ours = |left: &str| token_of(left, name).is_some_and(|of| of <= token);
        let tidying = async {
            for left in self.names().await?.iter().filter(|left| is_ours(left)) {
                in_time(self.within, "tidying up", self.sftp.remove_file(self.path(left))).await?;
            }
            Ok::<(), Trouble>(())
        };
        if let Err(why) = tidying.await {
            tracing::debug!(%why, "something was left over at the authority");
        }
    }

    /// The names in the directory.
    async fn names(&self) -> Result<Vec<String>, Trouble> {
        let directory = if self.directory.is_empty() { "/".to_owned() } else { self.directory.clone() };
        let listing = in_time(self.within, "looking into the directory", self.sftp.read_dir(directory)).await?;
        Ok(listing.map(|entry| entry.file_name()).collect())
    }

    /// Writes a small file and removes it again.
    ///
    /// # Errors
    /// Why that is not possible.
    pub(super) async fn try_out(&self, name: &str) -> Result<(), Trouble> {
        self.names().await?;
        self.upload(name, b"a check by tafel, to be removed at once\r\n").await?;
        let (from, to) = (self.path(name), self.path(&format!("{name}.renamed")));
        in_time(self.within, "renaming", self.sftp.rename(from, to.clone())).await?;
        in_time(self.within, "removing", self.sftp.remove_file(to)).await
    }
}

async fn sign_in(session: &mut Handle<Believes>, settings: &Sftp) -> Result<(), Trouble> {
    let passing = |error: russh::Error| Trouble::Passing(format!("signing in: {error}"));
    let mut outcome = None;
    if let Some(path) = &settings.key {
        let key = load_secret_key(path, settings.key_passphrase.as_ref().map(Secret::reveal))
            .map_err(|error| Trouble::Person(format!("the key {}: {error}", path.display())))?;
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
        outcome = Some(session.authenticate_publickey(&settings.user, key).await.map_err(passing)?);
    }
    if !outcome.as_ref().is_some_and(AuthResult::success)
        && let Some(password) = &settings.password
    {
        outcome = Some(session.authenticate_password(&settings.user, password.reveal()).await.map_err(passing)?);
    }
    if outcome.as_ref().is_some_and(AuthResult::success) {
        Ok(())
    } else {
        Err(Trouble::Refused(format!("the server does not let {} in: neither its key nor its password is taken", settings.user)))
    }
}
