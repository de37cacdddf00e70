//! Who is asking: API tokens and sessions, looked up in the store and believed for a while.

use crate::lang::Lang;
use crate::ledger::{Failure, Ledger, blocking, now};
use crate::plan::Timestamp;
use crate::plan::command::Role;
use crate::store::{Account, Session, Store, StoreError};
use crate::web::problem::Problem;
use actix_web::HttpMessage;
use actix_web::http::header::{AcceptLanguage, Header as _, LanguageTag, Preference};
use data_encoding::BASE64URL_NOPAD;
use parking_lot::{Mutex, RwLock};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Both are looked up anew after this time: with the pause between two checks of what is open, what was revoked ends within five seconds.
const BELIEVED: Duration = Duration::from_secs(2);
/// What is open for long (sockets, event streams) is checked so often.
pub(super) const CHECKED_EVERY: Duration = Duration::from_secs(2);
/// While the store is away, they are believed for so long.
const BELIEVED_WITHOUT_STORE: Duration = Duration::from_mins(10);
/// Whoever is known waits no longer than this for being looked up again.
const KNOWN_WAIT: Duration = Duration::from_millis(300);
/// More than this are not remembered.
const REMEMBERED: usize = 10_000;
/// What a token begins with, so that leaked ones can be recognised.
const PREFIX: &str = "tafel_";
/// How long somebody stays signed in: one party's weeks of planning would be too long for a lost laptop.
pub(crate) const SESSION_DAYS: i64 = 14;

/// Who is asking, as far as the route's role needs it. Only the gate makes these.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub actor: Arc<str>,
    pub role: Role,
    /// The language of pages for this account, or, where it has none of its own, of this browser.
    pub lang: Lang,
    /// The account's own language.
    pub own: Option<Lang>,
}

/// The language that a browser asks for, as far as there is one of them.
pub(crate) fn preferred(request: &impl HttpMessage) -> Lang {
    let ranked = AcceptLanguage::parse(request).map(|accepted| accepted.ranked()).unwrap_or_default();
    let known = |tag: &Preference<LanguageTag>| tag.item().and_then(|tag| tag.primary_language().parse().ok());
    ranked.iter().find_map(known).unwrap_or_default()
}

/// What a request proves itself by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof<'a> {
    Token(&'a str),
    /// The secret in the cookie.
    Session(&'a str),
}

/// A new secret in letters, and its sha256, which is all that the store keeps.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) fn new_secret(prefix: &str) -> Result<(String, [u8; 32]), getrandom::Error> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let text = format!("{prefix}{}", BASE64URL_NOPAD.encode(&secret));
    let sha256 = sha256(&text);
    Ok((text, sha256))
}

/// A new API token, and what the store keeps of it.
///
/// # Errors
/// The system gives no random numbers.
pub fn new_token() -> Result<(String, [u8; 32]), getrandom::Error> {
    new_secret(PREFIX)
}

pub(crate) fn sha256(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Signs the account in; answers the cookie's secret.
///
/// # Errors
/// The store fails, or the system gives no random numbers.
pub(crate) fn sign_in(store: &dyn Store, account: &str) -> Result<String, StoreError> {
    let (secret, sha256) = new_secret("").map_err(|error| StoreError::Unavailable(Arc::new(error)))?;
    let now = now();
    let expires_at = Timestamp(now.0 + SESSION_DAYS * 86_400 * 1_000_000);
    store.add_session(&Session { sha256, account: account.to_owned(), created_at: now, expires_at }, now)?;
    Ok(secret)
}

/// Those who have proved themselves lately. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Known {
    callers: Arc<RwLock<HashMap<[u8; 32], Believed>>>,
    /// Those who are being looked up: a store that hangs is not asked for the same one again and again.
    looking: Arc<Mutex<HashSet<[u8; 32]>>>,
    /// Changes whenever somebody is forgotten: what was read before that is not remembered.
    forgotten: Arc<AtomicU64>,
}

#[derive(Clone)]
struct Believed {
    caller: Caller,
    is_token: bool,
    looked_up: Instant,
}

impl Known {
    /// Who it is; `None` where the proof is none.
    pub(crate) async fn caller(&self, ledger: &Ledger, proof: Proof<'_>) -> Result<Option<Caller>, Problem> {
        let (Proof::Token(secret) | Proof::Session(secret)) = proof;
        let sha256 = sha256(secret);
        let is_token = matches!(proof, Proof::Token(_));
        // A session's secret is no token, whoever has just shown it.
        let known = self.callers.read().get(&sha256).filter(|known| known.is_token == is_token).cloned();
        if let Some(known) = &known
            && known.looked_up.elapsed() < BELIEVED
        {
            return Ok(Some(known.caller.clone()));
        }
        let known = known.filter(|known| known.looked_up.elapsed() < BELIEVED_WITHOUT_STORE);
        if let Some(known) = &known
            && !self.looking.lock().insert(sha256)
        {
            return Ok(Some(known.caller.clone()));
        }
        let (here, store) = (self.clone(), ledger.store().clone());
        // It is carried through even if nobody waits for it: what was revoked is forgotten all the same.
        let looking_up = tokio::spawn(async move {
            let found = here.look_up(store, sha256, is_token).await;
            here.looking.lock().remove(&sha256);
            found
        });
        let Some(known) = known else {
            return looking_up.await.map_err(|error| Problem::from(Failure::Unreadable(error.to_string())))?.map_err(|error| {
                tracing::warn!(%error, "nobody can be looked up");
                Problem::unavailable("The store is away, so nobody new can sign in.")
            });
        };
        // A store that is away, or slow, is no reason to let those wait who are known.
        let patience = if ledger.is_store_up() { KNOWN_WAIT } else { Duration::ZERO };
        match tokio::time::timeout(patience, looking_up).await {
            Ok(Ok(Ok(found))) => Ok(found),
            _ => Ok(Some(known.caller)),
        }
    }

    async fn look_up(&self, store: Arc<dyn Store>, sha256: [u8; 32], is_token: bool) -> Result<Option<Caller>, Failure> {
        let (began, forgotten) = (Instant::now(), self.forgotten.load(Ordering::SeqCst));
        let found = blocking(move || look_up(&*store, &sha256, is_token)).await??;
        if found.is_none() {
            self.forget(&sha256);
        }
        if let Some(caller) = &found {
            self.remember(sha256, Believed { caller: caller.clone(), is_token, looked_up: began }, forgotten);
        }
        Ok(found)
    }

    fn remember(&self, sha256: [u8; 32], known: Believed, forgotten: u64) {
        let mut callers = self.callers.write();
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            return;
        }
        if callers.len() >= REMEMBERED {
            callers.clear();
        }
        callers.insert(sha256, known);
    }

    pub(crate) fn forget(&self, sha256: &[u8; 32]) {
        let mut callers = self.callers.write();
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        callers.remove(sha256);
    }

    /// Everybody is looked up again: a role or a password has changed.
    pub(crate) fn forget_all(&self) {
        let mut callers = self.callers.write();
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        callers.clear();
    }
}

fn look_up(store: &dyn Store, sha256: &[u8; 32], is_token: bool) -> Result<Option<Caller>, StoreError> {
    if is_token {
        let token = store.token_by_sha256(sha256)?;
        return Ok(token.map(|token| Caller {
            actor: format!("token:{}", token.name).into(),
            role: token.role,
            lang: Lang::En,
            own: None,
        }));
    }
    let account = store.account_in_session(sha256, now())?;
    Ok(account.map(|account| Caller {
        own: account.language.as_deref().and_then(|lang| lang.parse().ok()),
        lang: Lang::En,
        actor: account.name.into(),
        role: account.role,
    }))
}

/// Whether there is somebody who could sign in as an admin.
pub(crate) fn has_admin(store: &dyn Store) -> Result<bool, StoreError> {
    let is_admin = |account: &Account| account.role == Role::Admin && account.disabled_at.is_none() && account.password_hash.is_some();
    Ok(store.accounts()?.iter().any(is_admin))
}

/// The link that makes the first admin: it works once, and only while there is none.
#[derive(Default)]
pub struct Setup {
    sha256: Mutex<Option<[u8; 32]>>,
}

impl Setup {
    /// The link's key, if there is nobody who could sign in as an admin.
    ///
    /// # Errors
    /// The store fails, or the system gives no random numbers.
    pub fn offer(&self, store: &dyn Store) -> anyhow::Result<Option<String>> {
        if has_admin(store)? {
            return Ok(None);
        }
        let (key, sha256) = new_secret("")?;
        *self.sha256.lock() = Some(sha256);
        Ok(Some(key))
    }

    pub(crate) fn is_key(&self, key: &str) -> bool {
        self.sha256.lock().is_some_and(|expected| expected == sha256(key))
    }

    /// True for exactly one of those who come with the key.
    pub(crate) fn take(&self, key: &str) -> bool {
        self.sha256.lock().take_if(|expected| *expected == sha256(key)).is_some()
    }
}
