//! The list of guests as it is shown, as a file.

use crate::ledger::blocking;
use crate::plan::{Guest, Plan};
use crate::report::harmless;
use crate::view::{Address, Listed, listed};
use crate::web::App;
use crate::web::problem::Problem;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

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

fn csv(plan: &Plan, guests: &[Listed<'_>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS.map(|(header, _)| header))?;
    for listed in guests {
        writer.write_record(COLUMNS.map(|(_, field)| harmless(&cell(plan, listed.guest, field)).into_owned()))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn xlsx(plan: &Plan, guests: &[Listed<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Guests")?;
    let bold = Format::new().set_bold();
    for (column, (header, _)) in (0_u16..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, header, &bold)?;
    }
    for (row, listed) in (1_u32..).zip(guests) {
        for (column, (_, field)) in (0_u16..).zip(COLUMNS) {
            let text = cell(plan, listed.guest, field);
            if !text.is_empty() {
                sheet.write_string(row, column, text)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}

/// `/guests.csv` and `/guests.xlsx`, with the list's own query.
pub(crate) async fn guests_file(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let address = Address::new(request.path(), request.query_string());
    let snapshot = app.ledger()?.snapshot();
    let is_csv = address.path == "/guests.csv";
    let fault = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a list cannot be written");
        Problem::fault()
    };
    let file = blocking(move || {
        let guests = listed(&snapshot.plan, &address);
        if is_csv {
            csv(&snapshot.plan, &guests).map_err(|error| fault(&error))
        } else {
            xlsx(&snapshot.plan, &guests).map_err(|error| fault(&error))
        }
    });
    let (name, content_type) = if is_csv {
        ("guests.csv", "text/csv; charset=utf-8")
    } else {
        ("guests.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(file.await??))
}
