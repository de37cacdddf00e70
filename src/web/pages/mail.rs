//! The pages of mails, and what their buttons do.

use super::form::{self, Pairs, invalid};
use super::write::{back, outcome};
use super::{html, rendered};
use crate::lang::Reader;
use crate::ledger::{Ledger, Snapshot, blocking};
use crate::mail::{as_sent, say, send_trial};
use crate::plan::mail::{Language, MailAsk, MailRefusal, Press, Texts};
use crate::plan::{GuestId, Invalid, Position, Refusal, TemplateId, Text};
use crate::view::{Address, LetterPage, MailSendPage, MailTextPage, MailingPage, Printed, mail_asked};
use crate::web::App;
use crate::web::auth::Caller;
use crate::web::problem::{Kind, Problem};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

fn gone() -> Problem {
    Refusal::from(MailRefusal::Unknown).into()
}

/// Title and content of a page below `/mail`. Blocks its thread.
pub(super) fn mail_block(
    app: &App,
    ledger: &Ledger,
    snapshot: &Snapshot,
    address: &Address,
    reader: Reader,
) -> Result<(String, String), Problem> {
    let (plan, settings, t) = (&snapshot.plan, app.settings.mail.as_deref(), reader.lang.texts());
    let number = |text: &str| text.parse::<u64>().map_err(|_| gone());
    match address.parts()[..] {
        ["mail", "texts", id] => {
            let id = TemplateId(number(id)?);
            let page = MailTextPage::of(plan, id, address, reader, settings.is_some());
            let page = page.ok_or_else(|| Problem::from(Refusal::UnknownTemplate(id)))?;
            Ok((page.title(), rendered(&page)?))
        }
        ["mail", "texts", id, "send"] => {
            let id = TemplateId(number(id)?);
            let text = plan.template(id).ok_or_else(|| Problem::from(Refusal::UnknownTemplate(id)))?;
            let page = MailSendPage::of(plan, text, address, reader, settings.map(|settings| settings.per_minute));
            Ok((t.who_gets_it(), rendered(&page)?))
        }
        ["mail", id] => {
            let mailing = plan.mails.get(Position(number(id)?)).ok_or_else(gone)?;
            let page = MailingPage::of(plan, mailing, address, reader);
            Ok((page.title(), rendered(&page)?))
        }
        ["mail", id, letter] => {
            let mailing = plan.mails.get(Position(number(id)?)).ok_or_else(gone)?;
            let letter = letter.parse::<u32>().map_err(|_| gone())?;
            let found = mailing.letter(letter).ok_or_else(gone)?;
            let page = LetterPage::of(plan, t, mailing, found, as_sent(ledger, mailing, letter)?);
            Ok((page.title(), rendered(&page)?))
        }
        _ => Err(Problem::no_page()),
    }
}

fn text_in_path(path: &str) -> Result<TemplateId, Problem> {
    path.parse().map(TemplateId).map_err(|_| Problem::not_found(Kind::UnknownTemplate))
}

/// The text as the form has it by now, for one guest: nothing is saved.
pub(crate) async fn preview_text(
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let typed = |name: &str| match form::value(&pairs, name).filter(|text| !text.trim().is_empty()) {
        Some(text) => Text::parse(text).map(Some).map_err(|why| invalid(name, why)),
        None => Ok(None),
    };
    let texts = Texts {
        subject_en: typed("subject_en")?,
        body_en: typed("body_en")?,
        subject_de: typed("subject_de")?,
        body_de: typed("body_de")?,
    };
    let guest = form::value(&pairs, "guest").and_then(|id| id.parse().ok()).map(GuestId);
    let (snapshot, t) = (app.ledger()?.snapshot(), caller.lang.texts());
    let page = blocking(move || rendered(&Printed::of(&snapshot.plan, t, &texts, guest))).await??;
    Ok(html(StatusCode::OK, page))
}

/// A mail to whoever wants to see it. It is no guest's, so it is no event.
pub(crate) async fn send_trial_mail(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let id = text_in_path(&path)?;
    let settings = settings(&app)?;
    let to = form::value(&pairs, "to").unwrap_or_default().trim().to_owned();
    if to.parse::<lettre::Address>().is_err() {
        return Err(invalid("to", Invalid::NotAnAddress));
    }
    let guest = form::value(&pairs, "guest").and_then(|id| id.parse().ok()).map(GuestId);
    let guest = guest.ok_or_else(|| invalid("guest", Invalid::MustBeChosen))?;
    let mail = {
        let plan = &app.ledger()?.snapshot().plan;
        let text = plan.template(id).ok_or_else(|| Problem::from(Refusal::UnknownTemplate(id)))?;
        let texts = Texts::now(text);
        let press = Press::of(plan, &texts).ok().and_then(|press| press.print(&[guest], Language::En).ok());
        press.ok_or_else(|| Problem::from(Refusal::from(MailRefusal::CannotStart)))?
    };
    send_trial(settings, &to, &mail).await.map_err(|why| {
        tracing::warn!(why, "a trial mail was not sent");
        Problem::new(Kind::MailServer, why)
    })?;
    tracing::info!(actor = &*caller.actor, "a trial mail was sent");
    Ok(outcome(&request, &pairs, &format!("/mail/texts/{id}"), caller.lang.texts().trial_sent(to)))
}

fn settings(app: &App) -> Result<&crate::mail::Settings, Problem> {
    app.settings.mail.as_deref().ok_or_else(|| {
        let detail = "The section mail of tafel.toml names the server.";
        Problem::new(Kind::MailOff, detail)
    })
}

/// Starts a batch of mails: the very ones that the form's digest stands for.
pub(crate) async fn start_mails(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let (id, template) = (form::id(&pairs, &caller, "start mails")?, text_in_path(&path)?);
    settings(&app)?;
    // A form that does not say what was shown has shown something else.
    let expected = form::value(&pairs, "expected").unwrap_or_default().to_owned();
    let address = Address { path: String::new(), query: pairs.0.clone() };
    let ledger = app.ledger()?;
    let asked = mail_asked(&ledger.snapshot().plan, caller.lang.texts(), template, &address);
    // Whoever repeats a form has its answer from the stream, whatever else is written to by now.
    let answer = say(ledger, id, &caller.actor, MailAsk::Start { asked: Box::new(asked), expected }).await?;
    let started = answer.events.first().map(|event| event.position);
    Ok(super::uploads::see(started.map_or_else(|| "/mail".to_owned(), |position| format!("/mail/{position}"))))
}

pub(crate) async fn steer_mails(
    path: web::Path<(u64, String)>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let (id, action) = path.into_inner();
    let mailing = Position(id);
    let ask = match action.as_str() {
        "pause" => MailAsk::Pause { mailing },
        "resume" => MailAsk::Resume { mailing },
        "stop" => MailAsk::Stop { mailing },
        "retry" => MailAsk::Retry { mailing },
        _ => return Err(Problem::no_page()),
    };
    say(app.ledger()?, form::id(&pairs, &caller, &format!("{action} mails {id}"))?, &caller.actor, ask).await?;
    Ok(back(&pairs, &format!("/mail/{id}")))
}

pub(crate) async fn decide_letter(
    path: web::Path<(u64, u32)>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let (id, letter) = path.into_inner();
    let was_received = match form::value(&pairs, "received") {
        Some("yes") => true,
        Some("no") => false,
        _ => return Err(Problem::bad_request("The form must say received=yes or received=no.")),
    };
    let ask = MailAsk::Decide { mailing: Position(id), letter, was_received };
    say(app.ledger()?, form::id(&pairs, &caller, &format!("decide mail {id} {letter}"))?, &caller.actor, ask).await?;
    Ok(back(&pairs, &format!("/mail/{id}")))
}
