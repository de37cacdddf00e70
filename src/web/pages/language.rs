//! The language of one's pages.

use super::form::{Pairs, value};
use super::write::back;
use crate::lang::Lang;
use crate::ledger::{Failure, blocking};
use crate::web::App;
use crate::web::auth::Caller;
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};

/// Kept with the account, so it is the same on every device.
pub(crate) async fn change_language(
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let lang: Lang =
        value(&pairs, "lang").and_then(|lang| lang.parse().ok()).ok_or_else(|| Problem::bad_request("There is no such language."))?;
    let (store, name) = (app.ledger()?.store().clone(), caller.actor.to_string());
    blocking(move || store.set_language(&name, &lang)).await?.map_err(Failure::from)?;
    app.known.forget_all();
    Ok(back(&pairs, "/"))
}
