//! Who is asking: API tokens, looked up in the store and believed for a while.

use crate::ledger::{Ledger, blocking};
use crate::plan::command::Role;
use crate::store::{ApiToken, StoreError};
use crate::web::problem::Problem;
use data_encoding::BASE64URL_NOPAD;
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tokens are looked up anew after this time, so that a revoked one ends soon.
const BELIEVED: Duration = Duration::from_secs(5);
/// While the store is away, they are believed for so long.
const BELIEVED_WITHOUT_STORE: Duration = Duration::from_mins(10);
/// More tokens than this are not remembered.
const REMEMBERED: usize = 10_000;
/// What a token begins with, so that leaked ones can be recognised.
const PREFIX: &str = "tafel_";

/// Who is asking, as far as the route's role needs it. Only the gate makes these.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub actor: Arc<str>,
    pub role: Role,
}

/// A new token, and what the store keeps of it.
///
/// # Errors
/// The system gives no random numbers.
pub fn new_token() -> Result<(String, [u8; 32]), getrandom::Error> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let token = format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&secret));
    let sha256 = Sha256::digest(token.as_bytes()).into();
    Ok((token, sha256))
}

#[derive(Default)]
pub(crate) struct Tokens {
    known: RwLock<HashMap<[u8; 32], Known>>,
}

#[derive(Clone)]
struct Known {
    caller: Caller,
    looked_up: Instant,
}

impl Tokens {
    /// Who the token belongs to.
    pub(crate) async fn caller(&self, ledger: &Ledger, token: &str) -> Result<Caller, Problem> {
        let sha256: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let known = self.known.read().get(&sha256).cloned();
        if let Some(known) = &known
            && known.looked_up.elapsed() < BELIEVED
        {
            return Ok(known.caller.clone());
        }
        let store = ledger.store().clone();
        let found: Result<Option<ApiToken>, StoreError> = blocking(move || store.token_by_sha256(&sha256)).await?;
        match (found, known) {
            (Ok(Some(token)), _) => Ok(self.remember(sha256, &token)),
            (Ok(None), _) => {
                self.known.write().remove(&sha256);
                Err(Problem::unauthorized())
            }
            (Err(_), Some(known)) if known.looked_up.elapsed() < BELIEVED_WITHOUT_STORE => Ok(known.caller),
            (Err(error), _) => {
                tracing::warn!(%error, "a token cannot be looked up");
                Err(Problem::unavailable("The store is away, so nobody new can sign in."))
            }
        }
    }

    fn remember(&self, sha256: [u8; 32], token: &ApiToken) -> Caller {
        let caller = Caller { actor: format!("token:{}", token.name).into(), role: token.role };
        let mut known = self.known.write();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(sha256, Known { caller: caller.clone(), looked_up: Instant::now() });
        caller
    }
}
