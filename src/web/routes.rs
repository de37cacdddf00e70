//! The one table of routes: what is there, and which role it needs. What is not in it cannot be reached.

use super::{api, assets, client_errors, health, live, pages};
use crate::plan::command::Role;
use actix_web::web::{self, ServiceConfig};

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anybody may, also while the plan is still being replayed.
    Nothing,
    /// A role, or one above it.
    Role(Role),
    /// Admin; staff, too, where the settings say so.
    Upload,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub needs: Needs,
}

macro_rules! routes {
    ($($method:ident $verb:ident $path:literal $needs:expr => $handler:path;)*) => {
        /// Every route there is.
        pub const ROUTES: &[Route] = &[$(Route { method: stringify!($method), path: $path, needs: $needs }),*];

        pub(crate) fn configure(config: &mut ServiceConfig) {
            $(
                config.route($path, web::$verb().to($handler));
                // The server leaves the body of an answer to HEAD away by itself.
                if stringify!($method) == "GET" {
                    config.route($path, web::head().to($handler));
                }
            )*
        }
    };
}

const VIEWER: Needs = Needs::Role(Role::Viewer);

routes! {
    GET  get  "/healthz"                               Needs::Nothing          => health::healthz;
    GET  get  "/readyz"                                Needs::Nothing          => health::readyz;
    GET  get  "/metrics"                               Needs::Nothing          => health::metrics;
    GET  get  "/api/v1/openapi.json"                   Needs::Nothing          => api::openapi::document;
    GET  get  "/api/v1/plan"                           VIEWER                  => api::plan::plan;
    GET  get  "/api/v1/plan/digest"                    VIEWER                  => api::plan::digest;
    // Each command asks for its own role besides.
    POST post "/api/v1/commands"                       Needs::Role(Role::Door) => api::commands::submit;
    GET  get  "/api/v1/events"                         VIEWER                  => api::events::page;
    GET  get  "/api/v1/events/live"                    VIEWER                  => api::follow::live;
    GET  get  "/api/v1/consumers/{name}/events"        Needs::Role(Role::Admin) => api::consumers::events;
    GET  get  "/api/v1/consumers/{name}"               Needs::Role(Role::Admin) => api::consumers::state;
    PUT  put  "/api/v1/consumers/{name}"               Needs::Role(Role::Admin) => api::consumers::set;
    DELETE delete "/api/v1/consumers/{name}"           Needs::Role(Role::Admin) => api::consumers::forget;
    POST post "/api/v1/uploads/{id}"                   Needs::Upload           => api::uploads::receive;
    GET  get  "/api/v1/uploads/{id}"                   Needs::Upload           => api::uploads::preview;
    POST post "/api/v1/uploads/{id}/apply"             Needs::Upload           => api::uploads::apply;
    GET  get  "/api/v1/batches"                        VIEWER                  => api::batches::list;
    GET  get  "/api/v1/batches/{id}/retraction"        VIEWER                  => api::batches::preview;
    // Only an admin may retract what is not their own latest batch.
    POST post "/api/v1/batches/{id}/retract"           Needs::Role(Role::Door) => api::batches::retract;
    POST post "/api/v1/batches/{id}/reinstate"         Needs::Role(Role::Door) => api::batches::reinstate;

    GET  get  "/api/v1/reports"                        VIEWER                  => api::reports::list;
    GET  get  "/api/v1/reports/{date}"                 VIEWER                  => api::reports::state;
    POST post "/api/v1/reports/{date}"                 Needs::Role(Role::Admin) => api::reports::start;
    POST post "/api/v1/reports/{date}/retry"           Needs::Role(Role::Admin) => api::reports::retry;
    POST post "/api/v1/reports/{date}/decide"          Needs::Role(Role::Admin) => api::reports::decide;
    GET  get  "/api/v1/reports/{date}/file"            VIEWER                  => api::reports::file;

    POST post "/api/v1/clock/confirm"                  Needs::Role(Role::Admin) => api::clock::confirm;

    GET  get  "/api/docs"                              Needs::Nothing          => pages::reference;
    GET  get  "/static/{file}"                         Needs::Nothing          => assets::file;
    GET  get  "/sign-in"                               Needs::Nothing          => pages::sign_in;
    POST post "/sign-in"                               Needs::Nothing          => pages::do_sign_in;
    GET  get  "/setup"                                 Needs::Nothing          => pages::setup;
    POST post "/setup"                                 Needs::Nothing          => pages::do_setup;
    POST post "/language"                              VIEWER                  => pages::change_language;
    POST post "/sign-out"                              VIEWER                  => pages::sign_out;
    POST post "/client-errors"                         Needs::Nothing          => client_errors::report;
    GET  get  "/live"                                  VIEWER                  => live::socket;
    GET  get  "/"                                      VIEWER                  => pages::show;
    GET  get  "/guests"                                VIEWER                  => pages::show;
    GET  get  "/guests.csv"                            VIEWER                  => pages::guests_file;
    GET  get  "/guests.xlsx"                           VIEWER                  => pages::guests_file;
    GET  get  "/guests/{id}"                           VIEWER                  => pages::show;
    GET  get  "/tables"                                VIEWER                  => pages::show;
    GET  get  "/tables/{id}"                           VIEWER                  => pages::show;
    GET  get  "/floor"                                 VIEWER                  => pages::show;
    GET  get  "/floor/{id}"                            VIEWER                  => pages::show;
    GET  get  "/history"                               VIEWER                  => pages::show;
    GET  get  "/history/{id}"                          VIEWER                  => pages::show;
    GET  get  "/uploads"                               Needs::Upload           => pages::show;
    // A kind of upload, or the id of one that waits.
    GET  get  "/uploads/{id}"                          Needs::Upload           => pages::show;
    POST post "/uploads/{id}"                          Needs::Upload           => pages::receive_upload;
    GET  get  "/uploads/{kind}/template.xlsx"          Needs::Upload           => pages::template_file;
    GET  get  "/uploads/{id}/problems.xlsx"            Needs::Upload           => pages::problems_file;
    POST post "/uploads/{id}/apply"                    Needs::Upload           => pages::apply_upload;
    POST post "/uploads/{id}/columns"                  Needs::Upload           => pages::map_columns;
    POST post "/uploads/{id}/anew"                     Needs::Upload           => pages::apply_anew;
    POST post "/clock/confirm"                         Needs::Role(Role::Admin) => pages::confirm_clock;
    GET  get  "/changes"                               VIEWER                  => pages::show;
    GET  get  "/history/at/{position}"                 VIEWER                  => pages::batch_at;
    GET  get  "/find"                                  VIEWER                  => pages::show;
    GET  get  "/find/list"                             VIEWER                  => pages::found;
    GET  get  "/lists"                                 VIEWER                  => pages::show;
    GET  get  "/lists/{list}"                          VIEWER                  => pages::show;
    GET  get  "/lists/{list}/{file}"                   VIEWER                  => pages::list_file;
    GET  get  "/mail"                                  VIEWER                  => pages::show;
    GET  get  "/mail/texts/{id}"                       VIEWER                  => pages::show;
    GET  get  "/mail/texts/{id}/send"                  VIEWER                  => pages::show;
    POST post "/mail/texts/{id}/preview"               Needs::Role(Role::Staff) => pages::preview_text;
    POST post "/mail/texts/{id}/trial"                 Needs::Role(Role::Staff) => pages::send_trial_mail;
    POST post "/mail/texts/{id}/start"                 Needs::Role(Role::Staff) => pages::start_mails;
    GET  get  "/mail/{id}"                             VIEWER                  => pages::show;
    GET  get  "/mail/{id}/{letter}"                    VIEWER                  => pages::show;
    // Pause, resume, stop or retry.
    POST post "/mail/{id}/{action}"                    Needs::Role(Role::Staff) => pages::steer_mails;
    POST post "/mail/{id}/{letter}/decide"             Needs::Role(Role::Staff) => pages::decide_letter;
    GET  get  "/reports"                               VIEWER                  => pages::show;
    GET  get  "/reports/{date}"                        VIEWER                  => pages::show;
    GET  get  "/reports/{date}/file"                   VIEWER                  => api::reports::file;
    POST post "/reports/{date}/start"                  Needs::Role(Role::Admin) => pages::start_report;
    POST post "/reports/{date}/retry"                  Needs::Role(Role::Admin) => pages::retry_report;
    POST post "/reports/{date}/decide"                 Needs::Role(Role::Admin) => pages::decide_report;
    // Each command asks for its own role besides.
    POST post "/commands"                              Needs::Role(Role::Door) => pages::command;
    POST post "/history/{id}/retract"                  Needs::Role(Role::Door) => pages::retract;
    POST post "/history/{id}/reinstate"                Needs::Role(Role::Door) => pages::reinstate;
    GET  get  "/undo"                                  Needs::Role(Role::Door) => pages::undo;
    GET  get  "/accounts"                              Needs::Role(Role::Admin) => pages::show;
    POST post "/accounts"                              Needs::Role(Role::Admin) => pages::change_account;
}

/// The route of this method that takes the path.
#[must_use]
pub(crate) fn route(method: &str, path: &str) -> Option<&'static Route> {
    let method = if method == "HEAD" { "GET" } else { method };
    ROUTES.iter().find(|route| route.method == method && takes(route.path, path))
}

/// Whether the pattern takes the path, part by part, as the router does.
#[must_use]
pub(crate) fn takes(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part == segment || (part.starts_with('{') && !segment.is_empty()) => {}
            _ => return false,
        }
    }
}
