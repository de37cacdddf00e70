//! Pages: an address to HTML. What is personal stands around the blocks; the blocks are the same for everybody of a role.

mod accounts;
mod files;
mod form;
mod language;
mod lists;
mod live_blocks;
mod mail;
mod reference;
mod reports;
mod script;
mod sign_in;
mod undo;
mod uploads;
mod write;

pub(crate) use live_blocks::{Blocks, blocks};
pub(crate) use {
    accounts::*, files::*, language::*, lists::*, mail::*, reference::*, reports::*, sign_in::*, undo::*, uploads::*, write::*,
};

use super::App;
use super::auth::Caller;
use super::problem::{Conflict, Problem};
use super::routes::Needs;
use crate::lang::{Lang, Reader, T};
use crate::ledger::blocking;
use crate::plan::command::Role;
use crate::view::find::{FoundList, LIST_RESULTS, Question, find};
use crate::view::past::{asked, carried, has_past, present};
use crate::view::{Address, NO_VIEW, SEEN};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

/// The build that made a page.
pub(crate) const BUILD: &str = env!("TAFEL_BUILD");

/// What stands around the blocks.
#[derive(Template)]
#[template(path = "frame.html")]
struct Frame<'a> {
    t: T,
    lang: Lang,
    /// What the script says, as JSON.
    words: String,
    plan: &'a str,
    title: &'a str,
    section: &'a str,
    address: &'a str,
    account: &'a str,
    role: Role,
    position: u64,
    may_upload: bool,
    /// The bar over a page of the past; empty where it is the present.
    past: &'a str,
    /// The page as it is now, for looking back from it; empty where it has no past.
    then: String,
    status: &'a str,
    /// Said once, to this visitor: no push takes it away.
    notice: &'a str,
    main: &'a str,
    build: &'a str,
}

/// What stands around a page for somebody who is not signed in, and around an error.
#[derive(Template)]
#[template(path = "bare.html")]
pub(crate) struct Bare<'a> {
    pub(crate) lang: Lang,
    pub(crate) title: &'a str,
    pub(crate) main: &'a str,
}

impl Frame<'_> {
    fn is_section(&self, name: &str) -> bool {
        self.section == name
    }

    /// Address, name, icon and label of each section.
    fn sections(&self) -> [(&'static str, &'static str, &'static str, String); 9] {
        let t = self.t;
        [
            ("/", "Overview", "overview", t.overview()),
            ("/guests", "Guests", "guests", t.guests()),
            ("/tables", "Tables", "tables", t.tables()),
            ("/floor", "Floor", "floor", t.floor()),
            ("/mail", "Mail", "mail", t.mail()),
            ("/lists", "Lists", "lists", t.lists()),
            ("/uploads", "Uploads", "uploads", t.uploads()),
            ("/history", "History", "history", t.history()),
            ("/reports", "Reports", "reports", t.reports()),
        ]
    }

    /// From the past to the same past, where the page has one.
    fn staying(&self, href: &str) -> String {
        if self.past.is_empty() || !has_past(href) { href.to_owned() } else { format!("{href}?at={}", self.position) }
    }

    fn other_language(&self) -> Lang {
        if self.lang == Lang::En { Lang::De } else { Lang::En }
    }

    /// Whether a phone shows the section in the menu, since its bar has room for five.
    fn is_minor(name: &str) -> bool {
        matches!(name, "Mail" | "Lists" | "Uploads" | "Reports")
    }

    fn may_see(&self, href: &str) -> bool {
        href != "/uploads" || self.may_upload
    }
}

pub(crate) fn html(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status).insert_header(ContentType::html()).insert_header((CACHE_CONTROL, "no-cache, private")).body(body)
}

/// A template that fails is a fault of ours.
pub(crate) fn rendered(template: &impl Template) -> Result<String, Problem> {
    template.render().map_err(|error| {
        tracing::error!(%error, "a template fails");
        Problem::fault()
    })
}

/// A page, whichever it is.
pub(crate) async fn show(request: HttpRequest, app: web::Data<App>, caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let requested = Address::new(request.match_info().as_str(), request.query_string());
    let address = present(requested.clone(), app.ledger()?.snapshot().plan.position);
    if address != requested {
        // As it was sent: what it stands for may not stand in a header.
        let address = Address { path: request.path().to_owned(), ..address };
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, address.to_string())).finish());
    }
    framed(&app, &caller, &address, StatusCode::OK, "").await
}

/// What is under the field while somebody types.
pub(crate) async fn found(request: HttpRequest, app: web::Data<App>, caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let address = Address::new("/find", request.query_string());
    let (ledger, t) = (app.ledger()?.clone(), caller.lang.texts());
    let list = blocking(move || -> Result<String, Problem> {
        let newest = ledger.snapshot();
        let at = asked(&address, newest.plan.position);
        let plan = at.map_or_else(|| Ok(newest.plan.clone()), |at| ledger.past(at))?;
        let list = rendered(&FoundList { t, found: find(&plan, t, &Question::of(address.get("q")), LIST_RESULTS) })?;
        Ok(at.map_or_else(|| list.clone(), |at| carried(&list, at)))
    });
    Ok(html(StatusCode::OK, list.await??))
}

/// The page at the address, with a line on top of it.
async fn framed(
    app: &web::Data<App>,
    caller: &Caller,
    address: &Address,
    status: StatusCode,
    notice: &str,
) -> Result<HttpResponse, Problem> {
    let (ledger, reader, address) = (app.ledger()?.clone(), Reader { role: caller.role, lang: caller.lang }, address.clone());
    let may_upload = app.may(Needs::Upload, caller.role);
    let (caller, app, notice) = (caller.clone(), app.clone(), notice.to_owned());
    let page = blocking(move || {
        let snapshot = ledger.snapshot();
        let Blocks { title, section, past, status, main, position, .. } = blocks(&app, &ledger, &snapshot, &address, reader)?;
        let plan = snapshot.plan.about.title.as_ref().map_or_else(|| "Tafel".to_owned(), ToString::to_string);
        let frame = Frame {
            t: reader.lang.texts(),
            lang: reader.lang,
            words: script::words(reader.lang.texts()),
            plan: &plan,
            title: &title,
            section,
            address: &address.to_string(),
            account: &caller.actor,
            role: reader.role,
            position: position.0,
            may_upload,
            past: &past,
            then: if has_past(&address.path) {
                address.with("at", &snapshot.plan.position.0.saturating_sub(1).to_string()).to_string()
            } else {
                String::new()
            },
            status: &status,
            notice: &notice,
            main: &main,
            build: BUILD,
        };
        Ok::<_, Problem>(rendered(&frame)?.replace(SEEN, &position.to_string()))
    })
    .await??;
    let page = page.replace(NO_VIEW, &Uuid::now_v7().to_string());
    Ok(html(status, page))
}

/// A problem as a page: what happened, what to do, and the id under which the log has more.
pub(crate) fn problem(problem: &Problem, id: &str, lang: Lang) -> HttpResponse {
    let t = lang.texts();
    let (again, conflicts) = (problem.again(), problem.conflicts());
    let lines = if conflicts.is_empty() { problem.lines(lang) } else { Vec::new() };
    let (title, detail) = problem.in_words(lang);
    let error = Failed { t, title: &title, detail: &detail, id, code: problem.code(), lines, again, conflicts };
    let main = error.render().unwrap_or_else(|_| title.clone());
    let page = Bare { lang, title: &title, main: &main }.render().unwrap_or(main);
    let mut response = html(problem.status(), page);
    problem.add_headers(&mut response);
    response
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Failed<'a> {
    t: T,
    title: &'a str,
    detail: &'a str,
    id: &'a str,
    code: &'a str,
    lines: Vec<String>,
    /// The form once more, about the newest plan: for whoever has read what is new, and means it.
    again: &'a [(String, String)],
    /// Both values of each field, to choose from.
    conflicts: &'a [Conflict],
}
