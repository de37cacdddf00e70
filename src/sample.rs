//! The sample party: loaded by the same code that uploads use.

use crate::ledger::{Failure, Ledger, now};
use crate::plan::command::{ApplyUpload, Ask, Conditions, Request, Role};
use crate::plan::event::PlanPatch;
use crate::plan::upload::{Choices, UploadKind};
use crate::plan::{BatchId, Patch, Seats, Text};
use crate::sheet::{self, Mapping};
use crate::store::{Account, ApiToken, Store};
use crate::web::{new_token, password};
use anyhow::Context;
use std::sync::Arc;
use uuid::Uuid;

/// The sample's workbooks, in the order in which a new party is set up.
const WORKBOOKS: [(UploadKind, &str, &[u8]); 5] = [
    (UploadKind::Tables, "tables.xlsx", include_bytes!("../sample/tables.xlsx")),
    (UploadKind::Floor, "floor.xlsx", include_bytes!("../sample/floor.xlsx")),
    (UploadKind::Guests, "guests.xlsx", include_bytes!("../sample/guests.xlsx")),
    (UploadKind::VipPlacement, "vip-placement.xlsx", include_bytes!("../sample/vip-placement.xlsx")),
    (UploadKind::Draw, "draw.xlsx", include_bytes!("../sample/draw.xlsx")),
];
/// The batches have the same ids everywhere, so that an interrupted loading goes on where it stopped.
const FIRST_BATCH: u128 = 0x0193_0000_0000_7000_8000_5a3b_1e00_0000;
/// The token that each start with `--sample` makes anew.
const TOKEN: &str = "sample-admin";
/// The account whose password it makes anew.
const ACCOUNT: &str = "sample";

/// What the plan says of itself when it begins as a sample.
#[must_use]
pub fn about() -> PlanPatch {
    PlanPatch {
        title: Patch::Set(Text::stored("Winter Ball")),
        date: Patch::Set(jiff::civil::date(2026, 12, 11)),
        default_seats: Patch::Set(Seats::USUAL),
        notice: Patch::Keep,
    }
}

/// Loads the sample party into an empty plan; where it was begun, it goes on. False where there is another party.
///
/// # Errors
/// A workbook is refused, or the store fails.
pub async fn load(ledger: &Ledger) -> anyhow::Result<bool> {
    let first = BatchId(Uuid::from_u128(FIRST_BATCH));
    let position = ledger.snapshot().plan.position.0;
    // Behind `plan_created` there is nothing yet, or the sample's first batch.
    if position > 1 && ledger.store().batch(first)?.is_empty() {
        return Ok(false);
    }
    for (index, (kind, file, bytes)) in WORKBOOKS.into_iter().enumerate() {
        let id = BatchId(Uuid::from_u128(FIRST_BATCH + index as u128));
        let upload = Arc::new(sheet::read(kind, file, bytes, &Mapping::new()).with_context(|| file.to_owned())?);
        let ask = Ask::Upload(Box::new(ApplyUpload { upload, choices: Choices::default(), expected: None }));
        let request = Request { id, actor: Arc::from("system"), at: now(), conditions: Conditions::default(), ask };
        ledger.submit(request).await.map_err(|failure: Failure| anyhow::anyhow!("{file}: {failure}"))?;
    }
    Ok(true)
}

/// How to sign in to the sample.
#[derive(Debug)]
pub struct Sample {
    pub name: &'static str,
    pub password: String,
    pub token: String,
}

/// A password and a token that were not there before; those of the start before end.
///
/// # Errors
/// The store fails, or the system gives no random numbers.
pub fn fresh_sign_in(store: &dyn Store) -> anyhow::Result<Sample> {
    let (token, sha256) = new_token()?;
    store.revoke_token(TOKEN)?;
    store.add_token(&ApiToken { name: TOKEN.to_owned(), role: Role::Admin, sha256, created_at: now() })?;
    let password = password::make_up()?;
    let hash = password::hash(&password)?;
    if store.account(ACCOUNT)?.is_some() {
        store.set_password(ACCOUNT, &hash)?;
        store.end_sessions_of(ACCOUNT)?;
    } else {
        let account = Account {
            name: ACCOUNT.to_owned(),
            role: Role::Admin,
            password_hash: Some(hash),
            created_at: now(),
            disabled_at: None,
            language: None,
        };
        store.add_account(&account)?;
    }
    Ok(Sample { name: ACCOUNT, password, token })
}
