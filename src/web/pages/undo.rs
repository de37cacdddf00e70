//! One's own undo: leads to what taking back one's latest change would do.

use crate::ledger::{Failure, blocking, can_be_undone};
use crate::plan::{BatchId, Position};
use crate::store::{RawEvent, Store};
use crate::web::App;
use crate::web::auth::Caller;
use crate::web::problem::{Kind, Problem};
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use std::ops::ControlFlow;

pub(crate) async fn undo(app: web::Data<App>, caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let ledger = app.ledger()?.clone();
    let actor = caller.actor.clone();
    let latest = blocking(move || {
        let snapshot = ledger.snapshot();
        latest_of(&**ledger.store(), &actor, snapshot.plan.position, |batch| !snapshot.validity.voids().contains_key(&batch))
    })
    .await??;
    let Some(batch) = latest else {
        let detail = "You have changed nothing yet, or have taken back all of it.";
        return Err(Problem::new(Kind::NothingToUndo, detail));
    };
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, format!("/history/{}", batch.0))).finish())
}

/// The batch of an event, for links from what it changed.
pub(crate) async fn batch_at(path: web::Path<u64>, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let (ledger, position) = (app.ledger()?.clone(), Position(*path));
    let event = blocking(move || ledger.event_at(position)).await??;
    let event = event.ok_or_else(|| Problem::not_found(Kind::NotFound).titled("There is no such event"))?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, format!("/history/{}", event.batch.0))).finish())
}

fn latest_of(store: &dyn Store, actor: &str, last: Position, counts: impl Fn(BatchId) -> bool) -> Result<Option<BatchId>, Failure> {
    let mut latest = None;
    store.scan_back(last.next(), &mut |raw: RawEvent<'_>| {
        if raw.actor == actor && can_be_undone(raw.kind) && counts(raw.batch) {
            latest = Some(raw.batch);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    Ok(latest)
}
