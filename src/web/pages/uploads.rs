//! Uploads by form: taking a file, showing what it would change, applying it.

use super::form::{Pairs, value};
use super::rendered;
use crate::lang::T;
use crate::ledger::{Failure, Ledger, Snapshot};
use crate::plan::upload::assess;
use crate::plan::{BatchId, Position};
use crate::sheet::{self, Mapping};
use crate::view::{self, Address, ColumnsPage, UploadPage};
use crate::web::App;
use crate::web::api::id_in_path;
use crate::web::api::uploads::{apply_choices, keep_or_ask, load, mapped_anew, read_anew, received};
use crate::web::auth::Caller;
use crate::web::connections::while_waited_for;
use crate::web::problem::Problem;
use actix_multipart::Multipart;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// What an upload's page says once it is applied.
#[derive(Template)]
#[template(path = "upload_applied.html")]
struct Applied {
    t: T,
    id: String,
    is_retracted: bool,
    /// The file is still kept.
    can_apply_anew: bool,
}

pub(super) fn see(target: String) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, target)).finish()
}

pub(crate) async fn receive_upload(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    form: Multipart,
) -> Result<HttpResponse, Problem> {
    let kept = async { keep_or_ask(&app, &caller, received(&app, &path, form).await?).await };
    let id = while_waited_for(&request, kept).await?;
    Ok(see(format!("/uploads/{id}")))
}

/// The preview of an upload that waits. Blocks its thread.
pub(super) fn upload_block(
    app: &web::Data<App>,
    ledger: &Ledger,
    snapshot: &Snapshot,
    t: T,
    id: &str,
    address: &Address,
) -> Result<(String, &'static str, String), Problem> {
    let id = id_in_path(id)?;
    if ledger.store().head(BatchId(id)).map_err(Failure::from)?.is_some() {
        let is_retracted = snapshot.validity.retraction_of(BatchId(id)).is_some();
        let can_apply_anew = is_retracted && ledger.store().upload(id).map_err(Failure::from)?.is_some();
        let applied = Applied { t, id: id.to_string(), is_retracted, can_apply_anew };
        return Ok((t.an_upload(), "Uploads", rendered(&applied)?));
    }
    let upload = match tokio::runtime::Handle::current().block_on(load(app, id)) {
        Ok((_, upload)) => upload,
        Err(problem) => {
            let Some((kind, row, columns)) = problem.headless() else { return Err(problem) };
            let page = ColumnsPage::of(id, t, (kind, row), columns, sheet::fields(kind), sheet::wanted(t, Some(kind)))
                .once_more(!address.get("again").is_empty());
            return Ok((t.which_columns(), "Uploads", rendered(&page)?));
        }
    };
    let choices = view::choices(address).map_err(Problem::bad_request)?;
    let (preview, _) = assess(&snapshot.plan, &upload, &choices)?;
    ledger.store().previewed(id, preview.position).map_err(Failure::from)?;
    let page = UploadPage::of(id, t, &upload, &preview, &choices, sheet::fields(upload.kind), address).named(&snapshot.plan);
    Ok((upload.file.to_string(), "Uploads", rendered(&page)?))
}

pub(crate) async fn apply_upload(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let id = id_in_path(&path)?;
    let chosen = Address { path: String::new(), query: pairs.into_inner() };
    let choices = view::choices(&chosen).map_err(Problem::bad_request)?;
    let answer = apply_choices(&app, &caller, id, choices, chosen.number("position").map(Position)).await?;
    Ok(see(format!("/history/{}", answer.batch.0)))
}

/// A file that was applied and taken back is read once more, as another upload.
pub(crate) async fn apply_anew(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let kept = async { keep_or_ask(&app, &caller, read_anew(&app, id_in_path(&path)?).await?).await };
    let id = while_waited_for(&request, kept).await?;
    Ok(see(format!("/uploads/{id}")))
}

/// The columns stand for something else than was thought.
pub(crate) async fn map_columns(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let id = id_in_path(&path)?;
    let columns = pairs.iter().filter_map(|(name, _)| name.strip_prefix("column "));
    let mapping: Mapping = columns
        .map(|header| {
            let field = value(&pairs, &format!("column {header}")).filter(|field| !field.is_empty());
            (header.to_owned(), field.map(str::to_owned))
        })
        .collect();
    // Two columns cannot be the same; of what is kept under its own name, there may be any number.
    let chosen: Vec<&str> = mapping.values().flatten().map(String::as_str).filter(|field| *field != "extra").collect();
    let is_twice = chosen.iter().enumerate().any(|(at, field)| chosen[..at].contains(field));
    let kept = async { keep_or_ask(&app, &caller, mapped_anew(&app, id, mapping).await?).await };
    let id = while_waited_for(&request, kept).await?;
    Ok(see(format!("/uploads/{id}?again={}", if is_twice { "twice" } else { "1" })))
}
