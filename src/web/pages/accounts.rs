//! Accounts, for admins: who there is, and adding, disabling, roles and passwords.

use super::form::{Pairs, invalid, value};
use super::framed;
use crate::lang::T;
use crate::ledger::{Failure, blocking, now};
use crate::plan::Invalid;
use crate::plan::command::Role;
use crate::store::{Account, Store, StoreError};
use crate::view::Address;
use crate::web::App;
use crate::web::auth::Caller;
use crate::web::password;
use crate::web::problem::{Kind, Problem};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use askama::Template;

/// A password that was made up, shown this once.
#[derive(Template)]
#[template(source = r#"<p class="notice done" role="status">{{ t.password_made(*name) }} <code>{{ password }}</code></p>"#, ext = "html")]
struct MadeUp<'a> {
    t: T,
    name: &'a str,
    password: &'a str,
}

pub(crate) async fn change_account(
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let name = value(&pairs, "name").unwrap_or_default().trim().to_owned();
    let action = value(&pairs, "action").unwrap_or_default().to_owned();
    let role = value(&pairs, "role").and_then(|role| role.parse::<Role>().ok());
    password::check_name(&name).map_err(|why| invalid("name", Invalid::Said(why.in_words(caller.lang.texts()))))?;
    if name.eq_ignore_ascii_case(&caller.actor) && matches!(action.as_str(), "disable" | "role") {
        let detail = "Ask another admin: nobody locks themselves out.";
        return Err(Problem::new(Kind::OwnAccount, detail));
    }
    let store = app.ledger()?.store().clone();
    let (of, doing) = (name.clone(), action.clone());
    let made_up = blocking(move || carry_out(&*store, &of, &doing, role)).await??;
    app.known.forget_all();
    tracing::info!(actor = &*caller.actor, account = name, action, "account changed");
    let Some(password) = made_up else {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/accounts")).finish());
    };
    let notice = super::rendered(&MadeUp { t: caller.lang.texts(), name: &name, password: &password })?;
    framed(&app, &caller, &Address::new("/accounts", ""), StatusCode::OK, &notice).await
}

/// Does it; answers a password that was made up.
fn carry_out(store: &dyn Store, name: &str, action: &str, role: Option<Role>) -> Result<Option<String>, Problem> {
    let failed = |error: StoreError| match error {
        StoreError::Exists { .. } => invalid("name", Invalid::Taken),
        error => Failure::from(error).into(),
    };
    let unknown = || Problem::not_found(Kind::UnknownAccount);
    let made_up = || -> Result<(String, String), Problem> {
        let password = password::make_up().map_err(|_| Problem::fault())?;
        let hash = password::hash(&password).map_err(|_| Problem::fault())?;
        Ok((password, hash))
    };
    match action {
        "add" => {
            let role = role.ok_or_else(|| invalid("role", Invalid::MustBeChosen))?;
            let (password, hash) = made_up()?;
            let account =
                Account { name: name.to_owned(), role, password_hash: Some(hash), created_at: now(), disabled_at: None, language: None };
            store.add_account(&account).map_err(failed)?;
            Ok(Some(password))
        }
        "password" => {
            let (password, hash) = made_up()?;
            if !store.set_password(name, &hash).map_err(failed)? {
                return Err(unknown());
            }
            store.end_sessions_of(name).map_err(failed)?;
            Ok(Some(password))
        }
        "role" => {
            let role = role.ok_or_else(|| invalid("role", Invalid::MustBeChosen))?;
            if store.set_role(name, role).map_err(failed)? { Ok(None) } else { Err(unknown()) }
        }
        "disable" => {
            store.end_sessions_of(name).map_err(failed)?;
            if store.disable_account(name, now()).map_err(failed)? { Ok(None) } else { Err(unknown()) }
        }
        "enable" => {
            if store.enable_account(name).map_err(failed)? {
                Ok(None)
            } else {
                Err(unknown())
            }
        }
        "end-sessions" => {
            store.account(name).map_err(failed)?.ok_or_else(unknown)?;
            store.end_sessions_of(name).map(|_| None).map_err(failed)
        }
        _ => Err(Problem::bad_request("There is no such action.")),
    }
}
