//! Signing in and out, and the link that makes the first admin.

use super::{Bare, html, rendered};
use crate::lang::{Lang, T};
use crate::ledger::{Failure, blocking, now};
use crate::plan::command::Role;
use crate::store::{Account, StoreError};
use crate::view::Address;
use crate::web::App;
use crate::web::auth::preferred;
use crate::web::auth::{self, Caller, SESSION_DAYS};
use crate::web::limits::address_of;
use crate::web::password::{self, Unsuitable};
use crate::web::problem::{Kind, Problem};
use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use tokio::sync::Semaphore;

/// The session's cookie: only over TLS or on this machine, only for this host, never for scripts.
pub(crate) const COOKIE: &str = "__Host-tafel";
/// So many passwords are checked at a time: each takes 19 MiB for a moment.
static CHECKING: Semaphore = Semaphore::const_new(2);

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    t: T,
    next: &'a str,
    name: &'a str,
    wrong: &'a str,
}

#[derive(Template)]
#[template(path = "setup.html")]
struct Setup<'a> {
    t: T,
    key: &'a str,
    name: &'a str,
    wrong: &'a str,
}

pub(crate) async fn sign_in(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let address = Address::new("/sign-in", request.query_string());
    let lang = preferred(&request);
    form(lang, StatusCode::OK, &SignIn { t: lang.texts(), next: local(address.get("next")), name: "", wrong: "" })
}

fn form(lang: Lang, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
    let main = rendered(page)?;
    Ok(html(status, rendered(&Bare { lang, title: &lang.texts().sign_in(), main: &main })?))
}

/// A path of ours, whatever is asked for: nobody is sent elsewhere.
pub(super) fn local(next: &str) -> &str {
    // Browsers take a backslash for a slash, and drop tabs and line breaks.
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn do_sign_in(
    request: HttpRequest,
    app: web::Data<App>,
    form_data: web::Form<Credentials>,
) -> Result<HttpResponse, Problem> {
    let Credentials { name, password, next } = form_data.into_inner();
    let (name, next) = (name.trim().to_owned(), local(&next).to_owned());
    let address = address_of(&request);
    if !app.limits.may_sign_in(&name, address) {
        tracing::warn!(actor = name, outcome = "limited", "sign-in");
        return Err(Problem::too_many("Wait a minute, then try again.", 60));
    }
    let store = app.ledger()?.store().clone();
    let _permit = CHECKING.acquire().await.map_err(|_| Problem::unavailable("The server is stopping."))?;
    let old = request.cookie(COOKIE).map(|cookie| auth::sha256(cookie.value()));
    let wanted = name.clone();
    let secret = blocking(move || -> Result<Option<(String, String)>, StoreError> {
        let account = store.account(&wanted)?.filter(|account| account.disabled_at.is_none());
        let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let (true, Some(account)) = (password::verify(&password, hash), &account) else { return Ok(None) };
        // The session before ends: a cookie that somebody planted is worth nothing after a sign-in.
        if let Some(old) = old {
            store.end_session(&old)?;
        }
        Ok(Some((auth::sign_in(&*store, &account.name)?, account.name.clone())))
    })
    .await?
    .map_err(Failure::from)?;
    if let Some(old) = old {
        app.known.forget(&old);
    }
    let Some((secret, account)) = secret else {
        tracing::warn!(actor = name, outcome = "refused", "sign-in");
        let lang = preferred(&request);
        return form(
            lang,
            StatusCode::UNAUTHORIZED,
            &SignIn { t: lang.texts(), next: &next, name: &name, wrong: &lang.texts().wrong_password() },
        );
    };
    tracing::info!(actor = account, outcome = "accepted", "sign-in");
    Ok(HttpResponse::SeeOther().cookie(cookie(secret, CookieAge::days(SESSION_DAYS))).insert_header((LOCATION, next)).finish())
}

fn cookie(secret: String, age: CookieAge) -> Cookie<'static> {
    Cookie::build(COOKIE, secret).path("/").secure(true).http_only(true).same_site(SameSite::Lax).max_age(age).finish()
}

pub(crate) async fn sign_out(request: HttpRequest, app: web::Data<App>, caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    if let Some(sent) = request.cookie(COOKIE) {
        let sha256 = auth::sha256(sent.value());
        let store = app.ledger()?.store().clone();
        blocking(move || store.end_session(&sha256)).await?.map_err(Failure::from)?;
        app.known.forget(&sha256);
    }
    tracing::info!(actor = &*caller.actor, "signed out");
    Ok(HttpResponse::SeeOther().cookie(cookie(String::new(), CookieAge::ZERO)).insert_header((LOCATION, "/sign-in")).finish())
}

pub(crate) async fn setup(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let address = Address::new("/setup", request.query_string());
    let key = address.get("key");
    if !app.setup.is_key(key) {
        return Err(used_up());
    }
    let lang = preferred(&request);
    form(lang, StatusCode::OK, &Setup { t: lang.texts(), key, name: "", wrong: "" })
}

fn used_up() -> Problem {
    let detail =
        "It works once, and only until the server ends. Start the server again for another, or use tafel account add NAME --role admin.";
    Problem::new(Kind::UsedUp, detail)
}

#[derive(Deserialize)]
pub(crate) struct FirstAdmin {
    key: String,
    name: String,
    password: String,
}

pub(crate) async fn do_setup(request: HttpRequest, app: web::Data<App>, form_data: web::Form<FirstAdmin>) -> Result<HttpResponse, Problem> {
    let FirstAdmin { key, name, password } = form_data.into_inner();
    let name = name.trim().to_owned();
    if !app.setup.is_key(&key) {
        return Err(used_up());
    }
    let lang = preferred(&request);
    let wrong =
        |wrong: String| form(lang, StatusCode::UNPROCESSABLE_ENTITY, &Setup { t: lang.texts(), key: &key, name: &name, wrong: &wrong });
    if let Err(unsuitable) = password::check_name(&name) {
        return wrong(unsuitable.in_words(lang.texts()));
    }
    let _permit = CHECKING.acquire().await.map_err(|_| Problem::unavailable("The server is stopping."))?;
    let hash: Result<String, Unsuitable> = blocking(move || password::hash(&password)).await?;
    let hash = match hash {
        Ok(hash) => hash,
        Err(unsuitable) => return wrong(unsuitable.in_words(lang.texts())),
    };
    let store = app.ledger()?.store().clone();
    let (reading, wanted) = (store.clone(), name.clone());
    let looked_up = blocking(move || Ok::<_, StoreError>((auth::has_admin(&*reading)?, reading.account(&wanted)?.is_some())));
    let (has_admin, is_taken) = looked_up.await?.map_err(Failure::from)?;
    // Another instance has a link of its own, and may have been faster.
    if has_admin {
        return Err(used_up());
    }
    if is_taken {
        return wrong(lang.texts().account_there_already(name.as_str()));
    }
    if !app.setup.take(&key) {
        return Err(used_up());
    }
    let account =
        Account { name: name.clone(), role: Role::Admin, password_hash: Some(hash), created_at: now(), disabled_at: None, language: None };
    let secret = blocking(move || -> Result<String, StoreError> {
        store.add_account(&account)?;
        auth::sign_in(&*store, &account.name)
    })
    .await?
    .map_err(Failure::from)?;
    tracing::info!(actor = name, "the first admin was made");
    Ok(HttpResponse::SeeOther().cookie(cookie(secret, CookieAge::days(SESSION_DAYS))).insert_header((LOCATION, "/")).finish())
}
