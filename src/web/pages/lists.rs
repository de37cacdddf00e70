//! Lists for paper: the page, and the same as a file.

use super::files::{CSV, XLSX, download};
use super::rendered;
use crate::lang::Reader;
use crate::ledger::{Ledger, blocking};
use crate::plan::print::List;
use crate::plan::{Plan, Position};
use crate::report::harmless;
use crate::view::past::asked;
use crate::view::words::list_name;
use crate::view::{Address, ListPage, Sheet};
use crate::web::App;
use crate::web::auth::Caller;
use crate::web::problem::{Kind, Problem};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

fn list(name: &str) -> Result<List, Problem> {
    name.parse().map_err(|()| Problem::not_found(Kind::UnknownList))
}

/// The plan that differences are shown from, where the address names one.
fn before(ledger: &Ledger, address: &Address, newest: Position) -> Result<Option<Plan>, Problem> {
    let since = address.number("since").map(Position).filter(|since| since.0 >= 1 && *since <= newest);
    Ok(since.map(|since| ledger.past(since)).transpose()?)
}

/// Title and content of `/lists/NAME`. Blocks its thread.
pub(super) fn list_page(ledger: &Ledger, plan: &Plan, name: &str, address: &Address, reader: Reader) -> Result<(String, String), Problem> {
    let list = list(name)?;
    let before = before(ledger, address, plan.position)?;
    let page = ListPage::of(plan, before.as_ref(), list, address, reader);
    Ok((page.title(), rendered(&page)?))
}

/// `/lists/NAME/file.csv` and `.xlsx`: what the page shows.
pub(crate) async fn list_file(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let (name, file) = path.into_inner();
    let list = list(&name)?;
    let address = Address::new(&format!("/lists/{name}"), request.query_string());
    let (ledger, t) = (app.ledger()?.clone(), caller.lang.texts());
    let is_csv = match file.as_str() {
        "file.csv" => true,
        "file.xlsx" => false,
        _ => return Err(Problem::no_page()),
    };
    let made = blocking(move || {
        let snapshot = ledger.snapshot();
        let at = asked(&address, snapshot.plan.position);
        let plan = at.map_or_else(|| Ok(snapshot.plan.clone()), |at| ledger.past(at))?;
        let mut sheet = Sheet::of(&plan, t, list);
        if let Some(before) = before(&ledger, &address, plan.position)? {
            sheet = sheet.since(&Sheet::of(&before, t, list), list);
        }
        let head = t.plan_as_of(plan.position.to_string());
        if is_csv { csv(&sheet) } else { xlsx(&sheet, &list_name(t, list), &head) }.map_err(|error| {
            tracing::error!(error, "a list cannot be written");
            Problem::fault()
        })
    });
    let (kind, ending) = if is_csv { (CSV, "csv") } else { (XLSX, "xlsx") };
    Ok(download(&format!("{list}.{ending}"), kind, made.await??))
}

/// A line for each row, led by its group; a card without rows is a line, too.
fn lines(sheet: &Sheet) -> impl Iterator<Item = Vec<&str>> {
    let has_groups = sheet.groups.iter().any(|group| !group.title.is_empty());
    sheet.groups.iter().flat_map(move |group| {
        let lead = move || if has_groups { vec![group.title.as_str(), group.note.as_str()] } else { Vec::new() };
        let empty = group.rows.is_empty().then(lead);
        let rows = group.rows.iter().map(move |row| lead().into_iter().chain(row.cells.iter().map(String::as_str)).collect());
        empty.into_iter().chain(rows)
    })
}

fn head(sheet: &Sheet) -> Vec<&str> {
    let has_groups = sheet.groups.iter().any(|group| !group.title.is_empty());
    let lead = if has_groups { vec!["", ""] } else { Vec::new() };
    lead.into_iter().chain(sheet.columns.iter().map(String::as_str)).collect()
}

fn csv(sheet: &Sheet) -> Result<Vec<u8>, String> {
    let mut writer = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    for line in std::iter::once(head(sheet)).chain(lines(sheet)) {
        writer.write_record(line.iter().map(|cell| harmless(cell).into_owned())).map_err(|error| error.to_string())?;
    }
    writer.into_inner().map_err(|error| error.to_string())
}

fn xlsx(sheet: &Sheet, name: &str, position: &str) -> Result<Vec<u8>, String> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let page = workbook.add_worksheet();
        page.set_name(name.chars().filter(|letter| !"[]:*?/\\".contains(*letter)).take(31).collect::<String>())?;
        page.set_header(format!("&L{} &R{position}", name.replace('&', "&&"))).set_footer("&R&P / &N").set_repeat_rows(0, 0)?;
        for (column, words) in (0..).zip(head(sheet)) {
            page.write_string_with_format(0, column, words, &bold)?;
        }
        for (row, cells) in (1..).zip(lines(sheet)) {
            for (column, cell) in (0..).zip(cells) {
                page.write_string(row, column, cell)?;
            }
        }
        page.autofit();
        page.set_freeze_panes(1, 0)?;
        workbook.save_to_buffer()
    };
    write().map_err(|error| error.to_string())
}
