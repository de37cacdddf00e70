//! `POST /api/v1/uploads/KIND`, the preview, and applying it.

use super::commands::seen_here;
use super::parse::{self, Fields};
use super::upload_form::{Form, read_form, read_mapping};
use super::{id_in_path, json};
use crate::ledger::{Answer, Failure, Ledger, blocking, now};
use crate::plan::command::{ApplyUpload, Ask, Conditions, Request};
use crate::plan::event::Body;
use crate::plan::upload::{Choices, Counts, Origin, Preview, RowRef, Upload, UploadKind, against, assess};
use crate::plan::{BatchId, Invalid, InvalidField, Plan, Position, Refusal, Timestamp};
use crate::sheet::Mapping;
use crate::store::{PendingUpload, codec};
use crate::view::{self, Address};
use crate::web::App;
use crate::web::auth::Caller;
use crate::web::connections::while_waited_for;
use crate::web::problem::{Kind, Problem};
use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;
use uuid::Uuid;

/// A file that was dropped somewhere: its headers say what it is.
const ANY: &str = "any";
/// How long a file waits to be applied.
const KEPT_US: i64 = 3_600 * 1_000_000;

/// What is sent.
#[derive(ToSchema)]
#[allow(dead_code)] // The shape, for the document.
pub(crate) struct FileBody {
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// JSON: header to field, `extra`, or null.
    mapping: Option<String>,
}

/// An upload that waits to be applied, with what it would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadAnswer<'a> {
    id: Uuid,
    kind: UploadKind,
    file: &'a str,
    sha256: &'a str,
    #[serde(flatten)]
    preview: Preview,
}

/// Reads a spreadsheet and shows what it would change. Nothing is written.
#[utoipa::path(post, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = UploadKind, Path, description = "What the file is")),
    request_body(content = inline(FileBody), content_type = "multipart/form-data", description = "The file in the field `file`; optionally a `mapping`, JSON: header to field, `extra`, or null"),
    responses(
    (status = 201, description = "The preview", body = inline(UploadAnswer<'static>)),
    (status = 413, description = "Too large", content_type = "application/problem+json"),
    (status = 415, description = "Not a spreadsheet", content_type = "application/problem+json"),
    (status = 422, description = "A spreadsheet that cannot be read, or not in time", content_type = "application/problem+json"),
    (status = 503, description = "Many files are being read; send it again after Retry-After", content_type = "application/problem+json"),
))]
pub(crate) async fn receive(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    form: Multipart,
) -> Result<HttpResponse, Problem> {
    let kept = async { keep(&app, &caller, received(&app, &path, form).await?).await };
    let (id, upload, preview) = while_waited_for(&request, kept).await?;
    json(StatusCode::CREATED, &answer(id, &upload, preview))
}

/// A file as it came, and how its columns are to be read.
#[derive(Clone)]
pub(crate) struct Received {
    /// Where it is not said, the headers say it.
    kind: Option<UploadKind>,
    file: String,
    content: Arc<Vec<u8>>,
    mapping: Mapping,
    /// Held for as long as the content is.
    room: Arc<Option<OwnedSemaphorePermit>>,
}

/// Reads what the form brings.
pub(crate) async fn received(app: &App, kind: &str, form: Multipart) -> Result<Received, Problem> {
    let unknown = || Problem::not_found(Kind::UnknownSheet).titled(format!("There is no kind of upload {kind:?}"));
    let kind: Option<UploadKind> = if kind == ANY { None } else { Some(kind.parse().map_err(|()| unknown())?) };
    let Form { file, content, mapping, room } = read_form(&app.parsed, form).await?;
    let mapping = read_mapping(mapping.as_deref())?;
    Ok(Received { kind, file, content: Arc::new(content), mapping, room: Arc::new(room) })
}

/// Keeps it, also if its header is not recognised: on its page, a person says which column is what.
pub(crate) async fn keep_or_ask(app: &App, caller: &Caller, received: Received) -> Result<Uuid, Problem> {
    match keep(app, caller, received.clone()).await {
        Err(problem) => {
            let Some((kind, ..)) = problem.headless() else { return Err(problem) };
            let position = app.ledger()?.snapshot().plan.position;
            let id = set_aside(app, caller, kind, received, position).await?;
            app.parsed.keep(id, Err(problem));
            Ok(id)
        }
        Ok((id, ..)) => Ok(id),
    }
}

/// The file again, to be read with other columns.
pub(crate) async fn mapped_anew(app: &App, id: Uuid, mapping: Mapping) -> Result<Received, Problem> {
    let store = app.ledger()?.store().clone();
    let kept = blocking(move || store.upload(id)).await?.map_err(Failure::from)?.ok_or_else(unknown_upload)?;
    let kind = kept.kind.parse().map_err(|()| unknown_upload())?;
    Ok(Received { kind: Some(kind), file: kept.file, content: Arc::new(kept.content), mapping, room: Arc::default() })
}

/// The file again, with the columns as they were.
pub(crate) async fn read_anew(app: &App, id: Uuid) -> Result<Received, Problem> {
    let store = app.ledger()?.store().clone();
    let kept = blocking(move || store.upload(id)).await?.map_err(Failure::from)?.ok_or_else(unknown_upload)?;
    let mapping = read_mapping(Some(kept.mapping.as_bytes()))?;
    mapped_anew(app, id, mapping).await
}

fn unknown_upload() -> Problem {
    Problem::not_found(Kind::UnknownUpload)
}

async fn keep(app: &App, caller: &Caller, received: Received) -> Result<(Uuid, Arc<Upload>, Preview), Problem> {
    let Received { kind, file, content, mapping, .. } = received.clone();
    let upload = match app.parsed.parse(kind, &file, content.clone(), mapping).await {
        Ok(upload) => upload,
        Err(problem) => {
            let sha256 = HEXLOWER.encode(&Sha256::digest(&*content));
            let kind = kind.map_or(ANY, UploadKind::as_str);
            tracing::info!(actor = &*caller.actor, kind, file, sha256, bytes = content.len(), outcome = %problem, "upload refused");
            return Err(problem);
        }
    };
    drop(content);
    let ledger = app.ledger()?;
    let upload = merged(ledger, upload).await?;
    let preview = assess_aside(ledger.snapshot().plan.clone(), upload.clone(), Choices::default()).await?;
    let kind = upload.kind;
    let id = set_aside(app, caller, kind, received, preview.position).await?;
    let counts = preview.counts;
    tracing::info!(
        actor = &*caller.actor, upload = %id, kind = kind.as_str(), file = upload.file.as_str(), sha256 = upload.sha256.as_str(), position = preview.position.0,
        rows = counts.rows, added = counts.added, changed = counts.changed, unchanged = counts.unchanged,
        protected = counts.protected, refused = counts.refused, problems = preview.problems.len(), "upload previewed"
    );
    app.parsed.keep(id, Ok(upload.clone()));
    Ok((id, upload, preview))
}

/// Into the store, for an hour.
async fn set_aside(app: &App, caller: &Caller, kind: UploadKind, received: Received, position: Position) -> Result<Uuid, Problem> {
    let id = Uuid::now_v7();
    let created_at = now();
    let Received { file, content, mapping, room, .. } = received;
    let mapping = serde_json::to_string(&mapping).map_err(|_| Problem::fault())?;
    let (kind, content, actor) = (kind.as_str().to_owned(), Arc::unwrap_or_clone(content), caller.actor.to_string());
    let pending = PendingUpload { id, kind, file, mapping, content, actor, position, created_at };
    let store = app.ledger()?.store().clone();
    blocking(move || store.keep_upload(&pending, Timestamp(created_at.0 - KEPT_US))).await?.map_err(Failure::from)?;
    drop(room);
    Ok(id)
}

/// A list that was exported from this plan says only what was changed in it since.
async fn merged(ledger: &Ledger, upload: Arc<Upload>) -> Result<Arc<Upload>, Problem> {
    let Origin::Exported { stream, position } = upload.origin else { return Ok(upload) };
    if ledger.snapshot().plan.stream == Some(stream) {
        seen_here(ledger, Some(position)).await?;
    } else {
        let foreign = Upload { origin: Origin::Foreign, ..Upload::clone(&upload) };
        return Ok(Arc::new(foreign));
    }
    let base = ledger.plan_at(position, None).await?;
    Ok(blocking(move || Arc::new(against(&upload, &base))).await?)
}

/// A large file takes a while, so not on a thread that answers requests.
pub(crate) async fn assess_aside(plan: Plan, upload: Arc<Upload>, choices: Choices) -> Result<Preview, Problem> {
    Ok(blocking(move || assess(&plan, &upload, &choices)).await??.0)
}

fn answer(id: Uuid, upload: &Upload, preview: Preview) -> UploadAnswer<'_> {
    UploadAnswer { id, kind: upload.kind, file: upload.file.as_str(), sha256: upload.sha256.as_str(), preview }
}

/// A pending upload as it is kept, and what it holds.
pub(crate) async fn load(app: &App, id: Uuid) -> Result<(PendingUpload, Arc<Upload>), Problem> {
    let store = app.ledger()?.store().clone();
    let found = blocking(move || store.upload(id)).await?.map_err(Failure::from)?;
    let expired = now().0 - KEPT_US;
    let Some(mut pending) = found.filter(|pending| pending.created_at.0 >= expired) else {
        return Err(unknown_upload());
    };
    if let Some(known) = app.parsed.get(id) {
        return Ok((pending, known?));
    }
    let kind = pending.kind.parse().map_err(|()| Problem::not_found(Kind::UnknownUpload).titled("Another version kept this upload"))?;
    let mapping = read_mapping(Some(pending.mapping.as_bytes()))?;
    let content = Arc::new(std::mem::take(&mut pending.content));
    let parsed = app.parsed.parse(Some(kind), &pending.file, content, mapping).await;
    if let Err(problem) = &parsed
        && problem.headless().is_some()
    {
        app.parsed.keep(id, Err(problem.clone()));
    }
    let upload = merged(app.ledger()?, parsed?).await?;
    app.parsed.keep(id, Ok(upload.clone()));
    Ok((pending, upload))
}

/// The preview, computed against the newest plan.
#[utoipa::path(get, path = "/api/v1/uploads/{id}", tag = "uploads", params(
    ("id" = Uuid, Path, description = "The upload"),
    ("leave_out" = Option<String>, Query, description = "Rows to leave out, by number: 12,20; where a file has several sheets, Rooms!3"),
    ("move" = Option<String>, Query, description = "Rows whose guests are moved although they sit elsewhere by now"),
    ("mine" = Option<String>, Query, description = "What the file says goes before what the plan says by now: 12:company"),
    ("remove" = Option<String>, Query, description = "Ids of the missing, to be removed"),
), responses(
    (status = 200, description = "The preview", body = inline(UploadAnswer<'static>)),
    (status = 404, description = "There is no such upload, or its hour is over", content_type = "application/problem+json"),
))]
pub(crate) async fn preview(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    _caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let id = id_in_path(&path)?;
    let choices = view::choices(&Address::new("", request.query_string())).map_err(Problem::bad_request)?;
    let (_, upload) = while_waited_for(&request, load(&app, id)).await?;
    let ledger = app.ledger()?;
    let mut preview = assess_aside(ledger.snapshot().plan.clone(), upload.clone(), choices).await?;
    remember_shown(ledger, id, preview.position).await?;
    // What was applied once is not applied again under the same id, also where it was taken back.
    let store = ledger.store().clone();
    preview.can_apply &= blocking(move || store.head(BatchId(id))).await?.map_err(Failure::from)?.is_none();
    json(StatusCode::OK, &answer(id, &upload, preview))
}

pub(crate) async fn remember_shown(ledger: &Ledger, id: Uuid, position: Position) -> Result<(), Problem> {
    let store = ledger.store().clone();
    Ok(blocking(move || store.previewed(id, position)).await?.map_err(Failure::from)?)
}

/// What is applied, and what is not.
#[derive(ToSchema)]
#[allow(dead_code)] // The shape, for the document; `read_choices` reads it, field by field.
pub(crate) struct ApplyBody {
    /// Rows: `12`, or `"Rooms!3"` where the file has several sheets.
    leave_out: Option<Vec<u32>>,
    /// Ids of the missing, to be removed from the plan.
    remove: Option<Vec<u64>>,
    /// Rows whose guest may be moved from another table.
    r#move: Option<Vec<u32>>,
    /// Fields in which the file has its way although somebody else has changed them since the export: `12:company`.
    mine: Option<Vec<String>>,
    /// Of the preview that was confirmed; without it, of the one that was shown last.
    position: Option<Position>,
}

/// What was applied.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplyAnswer {
    position: Position,
    batch: BatchId,
    counts: Counts,
}

/// Applies the upload as one batch, whose id is the upload's. A second time gets the same answer.
#[utoipa::path(post, path = "/api/v1/uploads/{id}/apply", tag = "uploads", params(("id" = Uuid, Path, description = "The upload")),
    request_body = inline(ApplyBody), responses(
    (status = 200, description = "Applied, and durable", body = inline(ApplyAnswer)),
    (status = 409, description = "There are problems, the effect is another one by now, it was applied with other choices, or was taken back since", content_type = "application/problem+json"),
))]
pub(crate) async fn apply(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let id = id_in_path(&path)?;
    let (choices, confirmed) = read_choices(&body)?;
    applied(&apply_choices(&app, &caller, id, choices, confirmed).await?)
}

/// Applies the upload, or answers what it was applied as.
pub(crate) async fn apply_choices(
    app: &App,
    caller: &Caller,
    id: Uuid,
    choices: Choices,
    confirmed: Option<Position>,
) -> Result<Answer, Problem> {
    let ledger = app.ledger()?;
    let store = ledger.store().clone();
    let done = blocking(move || store.batch(BatchId(id))).await?.map_err(Failure::from)?;
    if let Some(retraction) = ledger.snapshot().validity.retraction_of(BatchId(id)) {
        return Err(Refusal::UploadRetracted { position: retraction.position }.into());
    }
    let loaded = load(app, id).await;
    if !done.is_empty() {
        // With the file still at hand, the ledger tells whether it was applied with these choices.
        if let Ok((_, upload)) = loaded {
            let ask = Ask::Upload(Box::new(ApplyUpload { upload, choices, expected: None }));
            return Ok(ledger
                .submit(Request { id: BatchId(id), actor: caller.actor.clone(), at: now(), conditions: Conditions::default(), ask })
                .await?);
        }
        let position = done.last().map_or(Position(0), |event| event.position);
        return Ok(Answer { position, batch: BatchId(id), events: done.into() });
    }
    let (pending, upload) = loaded?;
    // What the person says they saw, or else what was shown last.
    let plan = ledger.snapshot().plan.clone();
    let shown = confirmed.unwrap_or(pending.position);
    let shown = if shown < plan.position { ledger.plan_at(shown, None).await? } else { plan };
    let expected = Some(Box::new(assess_aside(shown, upload.clone(), choices.clone()).await?));
    let ask = Ask::Upload(Box::new(ApplyUpload { upload, choices, expected }));
    let request = Request { id: BatchId(id), actor: caller.actor.clone(), at: now(), conditions: Conditions::default(), ask };
    match ledger.submit(request).await {
        Ok(answer) => Ok(answer),
        Err(failure) => {
            // What the refusal shows is what the person confirms next.
            if let Failure::Refused(refusal) = &failure
                && let Refusal::UploadOutdated { preview } = &**refusal
            {
                remember_shown(ledger, id, preview.position).await?;
            }
            Err(failure.into())
        }
    }
}

fn applied(answer: &Answer) -> Result<HttpResponse, Problem> {
    let head = answer.events.first().and_then(|event| codec::decode(&event.kind, &event.payload).ok());
    let Some(Body::UploadApplied(head)) = head else {
        return Err(Refusal::IdTaken.into());
    };
    json(StatusCode::OK, &ApplyAnswer { position: answer.position, batch: answer.batch, counts: head.counts })
}

fn read_choices(body: &[u8]) -> Result<(Choices, Option<Position>), Problem> {
    if body.is_empty() {
        return Ok((Choices::default(), None));
    }
    let value = parse::json(body)?;
    let read = || -> Result<(Choices, Option<Position>), Vec<InvalidField>> {
        let mut fields = Fields::of("", value)?;
        let leave_out = rows("/leave_out", fields.optional("leave_out")?)?;
        let remove = fields.optional::<BTreeSet<u64>>("remove")?.unwrap_or_default();
        let moves = rows("/move", fields.optional("move")?)?;
        let position = fields.optional("position")?;
        let mine = fields.optional::<Vec<String>>("mine")?.unwrap_or_default();
        fields.end()?;
        let mine = mine.iter().map(|field| field.parse()).collect::<Result<_, _>>();
        let mine = mine.map_err(|words| vec![InvalidField { pointer: "/mine".to_owned(), message: Invalid::Said(words) }])?;
        Ok((Choices { leave_out, remove, moves, mine }, position))
    };
    read().map_err(|errors| Problem::invalid(&errors))
}

fn rows(pointer: &str, values: Option<Vec<Value>>) -> Result<BTreeSet<RowRef>, Vec<InvalidField>> {
    let row = |value: Value| match &value {
        Value::String(text) => text.parse(),
        value => value.to_string().parse(),
    };
    let invalid = |words: String| vec![InvalidField { pointer: pointer.to_owned(), message: Invalid::Said(words) }];
    values.into_iter().flatten().map(row).collect::<Result<_, _>>().map_err(invalid)
}
