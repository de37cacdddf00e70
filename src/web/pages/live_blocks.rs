//! Which page an address is, and its blocks: the same bytes for everybody of a role who looks at it.

use super::rendered;
use crate::lang::{Lang, Reader, T};
use crate::ledger::{Failure, Ledger, Snapshot};
use crate::plan::command::Role;
use crate::plan::event::Event;
use crate::plan::{BatchId, GuestId, Position, RoomId, TableId};
use crate::store::codec::Decoder;
use crate::view::batches::{Told, Wanted};
use crate::view::find::{FindPage, PAGE_RESULTS, Question, find};
use crate::view::past::{PastBar, asked, carried};
use crate::view::{self, Address, Status};
use crate::web::App;
use crate::web::problem::{Kind, Problem};
use actix_web::http::StatusCode;
use actix_web::web;
use std::panic::{AssertUnwindSafe, catch_unwind};
use uuid::Uuid;

/// Batches on a page of the history, and on the overview.
const BATCHES: usize = 100;
const LATEST: usize = 8;
/// Events that the overview looks through: letters by the thousand may be among them.
const LATEST_LOOKED_AT: usize = 4_000;
/// Events that a page of the history looks through for what is asked for; the next page looks further.
const LOOKED_AT: usize = 20_000;

/// A page, rendered.
pub(crate) struct Blocks {
    pub(crate) title: String,
    /// The section that is marked in the navigation.
    pub(crate) section: &'static str,
    /// The bar over a page of the past; empty where it is the present.
    pub(crate) past: String,
    pub(crate) status: String,
    pub(crate) main: String,
    pub(crate) position: Position,
    pub(crate) is_up: bool,
}

/// Renders the page. Blocks its thread.
///
/// # Errors
/// There is no such page, the role is too low, or the store is needed and away.
pub(crate) fn blocks(
    app: &web::Data<App>,
    ledger: &Ledger,
    snapshot: &Snapshot,
    address: &Address,
    reader: Reader,
) -> Result<Blocks, Problem> {
    if let Some(at) = asked(address, snapshot.plan.position) {
        return past_blocks(app, ledger, snapshot, address, at, reader.lang);
    }
    let (is_up, t) = (ledger.is_up(), reader.lang.texts());
    let (is_doubted, may_confirm) = (ledger.clock().is_awaited(), reader.role == Role::Admin);
    let risks = if may_confirm { ledger.store().risks().join(", ") } else { String::new() };
    let status = isolated("status", t, || rendered(&Status::of(&snapshot.plan, t, is_up, is_doubted, may_confirm, risks)))?;
    let mut heading = (String::new(), "");
    let main = isolated("main", t, || {
        let (title, section, main) = main(app, ledger, snapshot, address, reader)?;
        heading = (title, section);
        Ok(main)
    })?;
    Ok(Blocks { title: heading.0, section: heading.1, past: String::new(), status, main, position: snapshot.plan.position, is_up })
}

/// The page as it was known at a position: nobody can change anything there.
fn past_blocks(
    app: &web::Data<App>,
    ledger: &Ledger,
    now: &Snapshot,
    address: &Address,
    at: Position,
    lang: Lang,
) -> Result<Blocks, Problem> {
    let then = Snapshot { plan: ledger.past(at)?, validity: now.validity.clone() };
    let t = lang.texts();
    let last = told(ledger, &then, t, at.next(), 1)?.batches.pop();
    let next = ledger.event_at(at.next())?.map(|event| ledger.store().batch(event.batch)).transpose().map_err(Failure::from)?;
    let later = next.and_then(|events| events.last().map(|event| event.position)).filter(|later| *later < now.plan.position);
    let bar = rendered(&PastBar::of(address, t, &now.plan, &then.plan, last, later))?;
    let status = rendered(&Status::of(&then.plan, t, true, false, false, String::new()))?;
    let reader = Reader { role: Role::Viewer, lang };
    let found = match address.parts()[..] {
        ["history", id] => batch(ledger, &then, id, reader, true),
        _ => main(app, ledger, &then, address, reader),
    };
    let (title, section, main) = match found {
        // Whoever is younger than that is not there yet.
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            (t.not_there(), "", format!("<p class=\"empty\">{}</p>", t.not_there_then()))
        }
        found => found?,
    };
    Ok(Blocks { title, section, past: bar, status: carried(&status, at), main: carried(&main, at), position: at, is_up: true })
}

/// A block that crashes leaves its error, with an id, where it would have stood; the rest of the page goes on.
fn isolated(name: &'static str, t: T, render: impl FnOnce() -> Result<String, Problem>) -> Result<String, Problem> {
    catch_unwind(AssertUnwindSafe(render)).unwrap_or_else(|_| {
        let id = Uuid::now_v7();
        tracing::error!(%id, block = name, "a block crashed");
        Ok(format!("<section class=\"notice over\" role=\"alert\"><p>{} <code>{id}</code></p></section>", t.block_broke()))
    })
}

/// Title, section and content.
type Main = (String, &'static str, String);

fn main(app: &web::Data<App>, ledger: &Ledger, snapshot: &Snapshot, address: &Address, reader: Reader) -> Result<Main, Problem> {
    let t = reader.lang.texts();
    let plan = &snapshot.plan;
    let gone = |what: &str| Problem::not_found(Kind::NotFound).titled(format!("There is no such {what}, or it was removed"));
    match address.parts()[..] {
        [] => {
            // The figures are there also while the store is away.
            let before = plan.position.next();
            let is_wanted = |events: &[Event]| !view::is_letter(events);
            let wanted = Wanted { t, before, limit: LATEST, events: LATEST_LOOKED_AT, is_wanted: &is_wanted, is_whole: false };
            let latest = view::batches::read(&**ledger.store(), snapshot, &wanted).unwrap_or_default();
            Ok((t.overview(), "Overview", rendered(&view::Overview::of(plan, latest.batches, reader))?))
        }
        ["guests"] => Ok((t.guests(), "Guests", rendered(&view::GuestsPage::of(plan, address, reader))?)),
        ["guests", id] => {
            let page = id.parse().ok().and_then(|id| view::GuestPage::of(plan, GuestId(id), reader)).ok_or_else(|| gone("guest"))?;
            Ok((page.title(), "Guests", rendered(&page)?))
        }
        ["tables"] => Ok((t.tables(), "Tables", rendered(&view::TablesPage::of(plan, address, reader))?)),
        ["tables", id] => {
            let page =
                id.parse().ok().and_then(|id| view::TablePage::of(plan, TableId(id), address, reader)).ok_or_else(|| gone("table"))?;
            Ok((page.title(), "Tables", rendered(&page)?))
        }
        ["floor"] => Ok((t.floor(), "Floor", rendered(&view::FloorPage::of(plan, t))?)),
        ["floor", id] => {
            let page = id.parse().ok().and_then(|id| view::RoomPage::of(plan, RoomId(id), address, reader)).ok_or_else(|| gone("room"))?;
            Ok((page.title(), "Floor", rendered(&page)?))
        }
        ["history"] => history(ledger, snapshot, t, address),
        ["history", id] => batch(ledger, snapshot, id, reader, false),
        ["changes"] => {
            let newest = plan.position;
            let from = address.number("from").map_or_else(|| view::usual_start(plan), Position).min(newest);
            let to = address.number("to").map_or(newest, Position).min(newest);
            let (before, after) = (ledger.past(from)?, if to == newest { plan.clone() } else { ledger.past(to)? });
            Ok((t.what_changed(), "History", rendered(&view::ChangesPage::of(address, t, plan, &before, &after))?))
        }
        ["find"] => {
            let asked = address.get("q").to_owned();
            let found = find(plan, t, &Question::of(&asked), PAGE_RESULTS);
            Ok((t.find(), "", rendered(&FindPage { t, asked, found })?))
        }
        ["lists"] => Ok((t.lists(), "Lists", rendered(&view::ListsPage::of(plan, t))?)),
        ["lists", name] => {
            let (title, main) = super::list_page(ledger, plan, name, address, reader)?;
            Ok((title, "Lists", main))
        }
        ["mail"] => Ok((t.mail(), "Mail", rendered(&view::MailPage::of(plan, address, reader, app.settings.mail.is_some()))?)),
        ["mail", ..] => {
            let (title, main) = super::mail_block(app, ledger, snapshot, address, reader)?;
            Ok((title, "Mail", main))
        }
        ["reports"] => Ok((t.reports(), "Reports", super::list_block(app, ledger, snapshot, t)?)),
        ["reports", date] => {
            let (title, main) = super::report_block(app, ledger, snapshot, date, address, reader)?;
            Ok((title, "Reports", main))
        }
        ["accounts"] => {
            let store = ledger.store();
            let accounts = store.accounts().map_err(Failure::from)?;
            let sessions = store.sessions(crate::ledger::now()).map_err(Failure::from)?;
            Ok((t.accounts(), "", rendered(&view::AccountsPage::of(t, accounts, &sessions))?))
        }
        ["uploads"] => {
            let page = view::UploadsPage::of(t, None);
            Ok((page.title(), "Uploads", rendered(&page)?))
        }
        ["uploads", kind_or_id] => match kind_or_id.parse() {
            Ok(kind) => {
                let page = view::UploadsPage::of(t, Some(kind));
                Ok((page.title(), "Uploads", rendered(&page)?))
            }
            Err(()) => super::upload_block(app, ledger, snapshot, t, kind_or_id, address),
        },
        _ => Err(Problem::no_page()),
    }
}

fn told(ledger: &Ledger, snapshot: &Snapshot, t: T, before: Position, limit: usize) -> Result<Told, Failure> {
    let wanted = Wanted { t, before, limit, events: LOOKED_AT, is_wanted: &|_| true, is_whole: false };
    view::batches::read(&**ledger.store(), snapshot, &wanted)
}

fn history(ledger: &Ledger, snapshot: &Snapshot, t: T, address: &Address) -> Result<Main, Problem> {
    // Whom people type is whom the search on every page would lead to.
    let found = find(&snapshot.plan, t, &Question::of(address.get("about")), PAGE_RESULTS).into_iter().map(|found| found.href);
    let named = found.filter_map(|href| href.strip_prefix('/')?.split_once('/').map(|(kind, id)| (kind.to_owned(), id.to_owned())));
    let named = named.into_iter().find(|(kind, _)| matches!(kind.as_str(), "guests" | "tables"));
    let address = match named.filter(|_| !address.get("about").is_empty()) {
        Some((kind, id)) => address.with("about", "").with("guest", "").with("table", "").with(kind.trim_end_matches('s'), &id),
        None => address.clone(),
    };
    let address = &address;
    let end = snapshot.plan.position.next();
    let before = address.number("before").map_or(end, Position).min(end);
    let store = ledger.store();
    let is_whole = ["guest", "table"].iter().any(|name| !address.get(name).is_empty());
    let wanted = Wanted { t, before, limit: BATCHES, events: LOOKED_AT, is_wanted: &|events| view::is_wanted(address, events), is_whole };
    // Nobody is like that: then nothing has happened to them.
    let told = if address.get("about").is_empty() { view::batches::read(&**store, snapshot, &wanted)? } else { Told::default() };
    let page = view::HistoryPage::of(address, &snapshot.plan, t, told);
    Ok((t.history(), "History", rendered(&page)?))
}

fn batch(ledger: &Ledger, snapshot: &Snapshot, id: &str, reader: Reader, is_past: bool) -> Result<Main, Problem> {
    let id = BatchId(Uuid::parse_str(id).map_err(|_| Problem::no_page())?);
    let stored = ledger.store().batch(id).map_err(Failure::from)?;
    let last = stored.last().map(|event| event.position);
    // Another instance may have written it a moment ago; of the past it is known whether it was there.
    let last = last.filter(|last| !is_past || *last <= snapshot.plan.position);
    let last = last.ok_or_else(|| Problem::not_found(Kind::UnknownBatch))?;
    let mut decoder = Decoder::default();
    let events: Vec<Event> = stored
        .iter()
        .map(|event| decoder.decode(event.raw()))
        .collect::<Result<_, _>>()
        .map_err(|error| Problem::from(Failure::from(crate::ledger::ReplayError::from(error))))?;
    let told = told(ledger, snapshot, reader.lang.texts(), last.next(), 1)?.batches.pop();
    let told = told.ok_or_else(|| Problem::not_found(Kind::UnknownBatch))?;
    let preview = match (!is_past).then(|| ledger.preview_now(snapshot, id)) {
        // What taking it back would change is a question to the plan as it is.
        None => Err(reader.lang.texts().asked_of_the_present()),
        Some(Ok(preview)) => Ok(preview),
        Some(Err(failure)) => {
            let problem = Problem::from(failure);
            if problem.status() == StatusCode::CONFLICT { Err(problem.in_words(reader.lang).1) } else { return Err(problem) }
        }
    };
    let page = view::BatchPage::of(&snapshot.plan, told, &events, preview.as_ref().map_err(Clone::clone), reader);
    Ok((page.title(), "History", rendered(&page)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::english;

    #[test]
    #[allow(clippy::panic)] // It is what the block has to survive.
    fn a_block_that_crashes_leaves_an_id_and_the_others_go_on() {
        let broken = isolated("main", english(), || panic!("a table of no seats")).unwrap_or_default();
        assert!(broken.contains("This part of the page could not be shown") && broken.contains("<code>"), "{broken}");
        assert!(!broken.contains("no seats"), "{broken}");
        assert_eq!(isolated("status", english(), || Ok("<p>".to_owned())).ok().as_deref(), Some("<p>"));
    }
}
