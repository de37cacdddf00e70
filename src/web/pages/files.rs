//! The list of guests as it is shown, as a file.

use crate::ledger::{Failure, blocking};
use crate::plan::upload::{Choices, Problem as UploadProblem, UploadKind};
use crate::plan::{Code, Guest, Plan};
use crate::report::harmless;
use crate::sheet::{mark, template};
use crate::view::past::asked;
use crate::view::troubles::trouble;
use crate::view::{Address, Listed, listed};
use crate::web::App;
use crate::web::api::id_in_path;
use crate::web::api::uploads::{assess_aside, load};
use crate::web::auth::Caller;
use crate::web::connections::while_waited_for;
use crate::web::problem::{Kind, Problem};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::collections::BTreeSet;

pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// Headers that an upload understands, and the guest's field under each.
const COLUMNS: [(&str, &str); 16] = [
    ("Employee no.", "employee_no"),
    ("First name", "first_name"),
    ("Last name", "last_name"),
    ("E-mail", "email"),
    ("Company", "company"),
    ("Department", "department"),
    ("Party", "party"),
    ("Plus one of", "plus_one_of"),
    ("VIP", "vip"),
    ("Diet", "diet"),
    ("Allergies", "allergies"),
    ("Wheelchair", "wheelchair"),
    ("RSVP", "rsvp"),
    ("Language", "language"),
    ("Notes", "notes"),
    ("Table", "table"),
];

fn cell(plan: &Plan, guest: &Guest, field: &str) -> String {
    plan.shown(crate::plan::Subject::Guest(guest.id), field).unwrap_or_default()
}

/// The headers of the plan's own fields, which stand behind the others.
fn own_headers(guests: &[Listed<'_>]) -> Vec<String> {
    let headers: BTreeSet<&str> = guests.iter().flat_map(|listed| listed.guest.extra.keys()).map(Code::as_str).collect();
    headers.into_iter().map(str::to_owned).collect()
}

fn own_cell(guest: &Guest, header: &str) -> String {
    guest.extra.iter().find(|(name, _)| name.as_str() == header).map(|(_, value)| value.to_string()).unwrap_or_default()
}

fn csv(plan: &Plan, guests: &[Listed<'_>]) -> Result<Vec<u8>, csv::Error> {
    let own = own_headers(guests);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let headers = COLUMNS.iter().map(|(header, _)| (*header).to_owned());
    writer.write_record(headers.chain(own.iter().map(|header| harmless(header).into_owned())))?;
    for listed in guests {
        let cells = COLUMNS.iter().map(|(_, field)| cell(plan, listed.guest, field));
        let cells = cells.chain(own.iter().map(|header| own_cell(listed.guest, header)));
        writer.write_record(cells.map(|cell| harmless(&cell).into_owned()))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn xlsx(plan: &Plan, guests: &[Listed<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Guests")?;
    let bold = Format::new().set_bold();
    let own = own_headers(guests);
    let headers = COLUMNS.iter().map(|(header, _)| *header).chain(own.iter().map(String::as_str));
    for (column, header) in (0_u16..).zip(headers) {
        sheet.write_string_with_format(0, column, header, &bold)?;
    }
    for (row, listed) in (1_u32..).zip(guests) {
        let cells = COLUMNS.iter().map(|(_, field)| cell(plan, listed.guest, field));
        let cells = cells.chain(own.iter().map(|header| own_cell(listed.guest, header)));
        for (column, text) in (0_u16..).zip(cells) {
            if !text.is_empty() {
                sheet.write_string(row, column, text)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    // Uploaded again it is compared with the plan that it came from.
    if let Some(stream) = plan.stream {
        mark(&mut workbook, stream, plan.position, &own)?;
    }
    workbook.save_to_buffer()
}

/// `/guests.csv` and `/guests.xlsx`, with the list's own query.
pub(crate) async fn guests_file(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let address = Address::new(request.path(), request.query_string());
    let ledger = app.ledger()?.clone();
    let is_csv = address.path == "/guests.csv";
    let fault = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a list cannot be written");
        Problem::fault()
    };
    let file = blocking(move || {
        let newest = ledger.snapshot();
        let plan = match asked(&address, newest.plan.position) {
            Some(at) => ledger.past(at)?,
            None => newest.plan.clone(),
        };
        let guests = listed(&plan, &address);
        if is_csv { csv(&plan, &guests).map_err(|error| fault(&error)) } else { xlsx(&plan, &guests).map_err(|error| fault(&error)) }
    });
    let (name, content_type) = if is_csv { ("guests.csv", CSV) } else { ("guests.xlsx", XLSX) };
    Ok(download(name, content_type, file.await??))
}

pub(super) fn download(name: &str, content_type: &str, file: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(file)
}

/// `/uploads/KIND/template.xlsx`: an empty workbook with the headers that such an upload understands.
pub(crate) async fn template_file(path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let kind: UploadKind = path.parse().map_err(|()| Problem::not_found(Kind::UnknownSheet))?;
    let file = template(kind).map_err(|error| {
        tracing::error!(%error, "a template cannot be written");
        Problem::fault()
    })?;
    Ok(download(&format!("{}.xlsx", kind.as_str()), XLSX, file))
}

/// `/uploads/ID/problems.xlsx`: the file again, with what is wrong marked where it stands.
pub(crate) async fn problems_file(
    request: HttpRequest,
    path: web::Path<String>,
    caller: web::ReqData<Caller>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id_in_path(&path)?;
    let (_, upload) = while_waited_for(&request, load(&app, id)).await?;
    let preview = assess_aside(app.ledger()?.snapshot().plan.clone(), upload.clone(), Choices::default()).await?;
    let store = app.ledger()?.store().clone();
    let kept = blocking(move || store.upload(id)).await?.map_err(Failure::from)?;
    let kept = kept.ok_or_else(|| Problem::not_found(Kind::UnknownUpload))?;
    let t = caller.lang.texts();
    let worded = |problem: UploadProblem| {
        let words = trouble(t, &problem.message);
        (problem, words)
    };
    let marked = app.parsed.marked(upload.kind, kept, preview.problems.into_iter().map(worded).collect());
    let file = while_waited_for(&request, marked).await?;
    Ok(download("problems.xlsx", XLSX, file))
}
