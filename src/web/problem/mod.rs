//! The one seam for errors: refusals and faults to problem documents (RFC 9457).

mod kind;

pub(crate) use kind::Kind;

use crate::lang::{Lang, english};
use crate::ledger::Failure;
use crate::plan::mail::MailRefusal;
use crate::plan::upload::{Column, UploadKind};
use crate::plan::{InvalidField, Refusal, ReportRefusal};
use crate::reader::ReadError;
use crate::sheet::SheetError;
use crate::view::refusals;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::Arc;

/// What a refusal's `final` says, for scripts that get a page.
const FINAL: HeaderName = HeaderName::from_static("tafel-final");

/// An answer that is not what was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    title: String,
    detail: String,
    fields: Map<String, Value>,
    /// In seconds.
    retry_after: Option<u32>,
    /// What it was made of, for whoever reads another language.
    cause: Cause,
    /// Seldom there.
    more: Option<Box<More>>,
}

#[derive(Debug, Clone)]
enum Cause {
    Kind(Kind),
    Refusal(Arc<Refusal>),
    Sheet(Arc<SheetError>),
}

/// A field that two people have written, as they read it.
#[derive(Debug, Clone)]
pub(crate) struct Conflict {
    /// As the form has it.
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) mine: String,
    pub(crate) theirs: String,
    pub(crate) actor: String,
    pub(crate) when: String,
}

#[derive(Debug, Clone)]
enum More {
    /// The form that was refused, as it may be sent again.
    Again(Vec<(String, String)>, Vec<Conflict>),
    /// The methods that are allowed, where this one is not.
    Allow(String),
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self::made(kind.status(), kind.title().to_owned(), detail.into(), Cause::Kind(kind))
    }

    fn made(status: StatusCode, title: String, detail: String, cause: Cause) -> Self {
        Self { status, title, detail, fields: Map::new(), retry_after: None, cause, more: None }
    }

    /// Says more exactly what it is about.
    pub(crate) fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, detail)
    }

    /// Of a kind that is about something which is not there.
    pub(crate) fn not_found(kind: Kind) -> Self {
        Self::new(kind, "Look at the address again.")
    }

    /// The address leads to no page.
    pub(crate) fn no_page() -> Self {
        Self::not_found(Kind::NotFound).titled("There is no such page")
    }

    pub(crate) fn invalid(errors: &[InvalidField]) -> Self {
        Refusal::Invalid { errors: errors.to_vec() }.into()
    }

    pub(crate) fn too_large(limit: &str) -> Self {
        Self::new(Kind::TooLarge, format!("The limit is {limit}."))
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self { retry_after: Some(1), ..Self::new(Kind::Unavailable, detail) }
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "Send the header Authorization: Bearer TOKEN, with a token that tafel token add has printed.";
        Self::new(Kind::Unauthorized, detail)
    }

    /// Nobody is signed in where somebody must be.
    pub(crate) fn signed_out() -> Self {
        let detail = "Open the sign-in page in another tab, then send this again: what you typed is still here.";
        Self::new(Kind::SignedOut, detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(Kind::RoleTooLow, detail)
    }

    /// For a refusal that the framework has made.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("4 MiB for a form or a body, 10 MiB for a file"),
            StatusCode::INTERNAL_SERVER_ERROR => Self::new(Kind::Fault, "The log has the details under the instance."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                Kind::UnsupportedMediaType,
                "Send the Content-Type that belongs here: application/json, a form's, or multipart/form-data for a file.",
            ),
            _ => {
                let detail = status.canonical_reason().unwrap_or("It is not HTTP as it should be.");
                Self { status, ..Self::bad_request(detail) }
            }
        }
    }

    /// Something broke, and the log says what.
    pub(crate) fn fault() -> Self {
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn code(&self) -> &'static str {
        match &self.cause {
            Cause::Kind(kind) => kind.code(),
            Cause::Refusal(refusal) => refusal.code(),
            Cause::Sheet(error) => error.code(),
        }
    }

    /// Title and detail in a language; in English as they are.
    pub(crate) fn in_words(&self, lang: Lang) -> (String, String) {
        if lang == Lang::En {
            return (self.title.clone(), self.detail.clone());
        }
        let t = lang.texts();
        match &self.cause {
            Cause::Kind(kind) => kind.in_words(t, &self.detail),
            Cause::Refusal(refusal) => (refusals::title(t, refusal), refusals::detail(t, refusal)),
            Cause::Sheet(error) => (error.title(t), error.detail(t)),
        }
    }

    /// The kind of a file, and the columns of its likely header in a row, where it is only not known which of them is what.
    pub(crate) fn headless(&self) -> Option<(UploadKind, u32, &[Column])> {
        match &self.cause {
            Cause::Sheet(error) => match &**error {
                SheetError::NoHeader { kind: Some(kind), row, columns } if !columns.is_empty() => Some((*kind, *row, columns)),
                _ => None,
            },
            _ => None,
        }
    }

    /// What became of a command: of a refusal it is said whether an earlier try that is still under way could yet be carried out.
    pub(crate) fn undone(failure: Failure, is_final: bool) -> Self {
        let is_refusal = matches!(failure, Failure::Refused(_));
        let mut problem = Self::from(failure);
        if is_refusal {
            problem.fields.insert("final".to_owned(), Value::Bool(is_final));
        }
        problem
    }

    /// Offers the form once more, to whoever has read why it was refused.
    pub(crate) fn with_again(self, again: Vec<(String, String)>, conflicts: Vec<Conflict>) -> Self {
        Self { more: Some(Box::new(More::Again(again, conflicts))), ..self }
    }

    pub(crate) fn again(&self) -> &[(String, String)] {
        match self.more.as_deref() {
            Some(More::Again(again, _)) => again,
            _ => &[],
        }
    }

    /// The values that stand against each other.
    pub(crate) fn conflicts(&self) -> &[Conflict] {
        match self.more.as_deref() {
            Some(More::Again(_, conflicts)) => conflicts,
            _ => &[],
        }
    }

    pub(crate) fn not_allowed(path: &str, methods: &[&str]) -> Self {
        let allow = methods.join(", ");
        let detail = format!("There is {allow} {path}.");
        Self { more: Some(Box::new(More::Allow(allow))), ..Self::new(Kind::MethodNotAllowed, detail) }
    }

    /// What is wrong with which field, or what stands there by now, a line each.
    pub(crate) fn lines(&self, lang: Lang) -> Vec<String> {
        match &self.cause {
            Cause::Refusal(refusal) if lang != Lang::En => refusals::lines(lang.texts(), refusal),
            _ => self.own_lines(),
        }
    }

    fn own_lines(&self) -> Vec<String> {
        let newer = self.fields.get("fields").and_then(Value::as_array).into_iter().flatten().filter_map(|field| {
            let said = |name: &str| field.get(name).and_then(Value::as_str);
            let value = match field.get("value")? {
                Value::Null => "nothing".to_owned(),
                Value::String(text) => format!("\u{201c}{text}\u{201d}"),
                other => other.to_string(),
            };
            Some(format!("{} says {value} now, by {}", said("field")?.replace('_', " "), said("actor")?))
        });
        let newer: Vec<String> = newer.collect();
        if !newer.is_empty() {
            return newer;
        }
        let errors = self.fields.get("errors").and_then(Value::as_array);
        let line = |error: &Value| {
            let pointer = error.get("pointer").and_then(Value::as_str).unwrap_or_default();
            let field = pointer.rsplit('/').next().unwrap_or_default().replace('_', " ");
            format!("{field} {}", error.get("message").and_then(Value::as_str).unwrap_or_default())
        };
        errors.into_iter().flatten().map(line).collect()
    }

    /// The headers that belong to the status.
    pub(crate) fn add_headers(&self, response: &mut HttpResponse) {
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if let Some(Value::Bool(is_final)) = self.fields.get("final") {
            response.headers_mut().insert(FINAL, HeaderValue::from_static(if *is_final { "true" } else { "false" }));
        }
        if let Some(More::Allow(allow)) = self.more.as_deref()
            && let Ok(allow) = HeaderValue::from_str(allow)
        {
            response.headers_mut().insert(ALLOW, allow);
        }
    }

    pub(crate) fn too_many(detail: impl Into<String>, retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(Kind::TooMany, detail) }
    }

    fn fault_named(id: &str) -> Self {
        Self::new(Kind::Fault, format!("Nothing was changed. The log has the details under {id}."))
    }

    /// The response; `instance` is the request's id, by which the log can be searched.
    pub(crate) fn response(&self, instance: Option<&str>) -> HttpResponse {
        let mut body = Map::new();
        body.insert("type".to_owned(), Value::String(format!("/problems/{}", self.code())));
        body.insert("title".to_owned(), Value::String(self.title.clone()));
        body.insert("status".to_owned(), json!(self.status.as_u16()));
        body.insert("detail".to_owned(), Value::String(self.detail.clone()));
        body.extend(instance.map(|id| ("instance".to_owned(), Value::String(id.to_owned()))));
        body.extend(self.fields.clone());
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        let mut response = response.body(Value::Object(body).to_string());
        self.add_headers(&mut response);
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.response(None)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::UnknownGuest(_)
            | Refusal::UnknownTable(_)
            | Refusal::UnknownRoom(_)
            | Refusal::UnknownSpot(_)
            | Refusal::UnknownTemplate(_)
            | Refusal::Mail(MailRefusal::Unknown)
            | Refusal::UnknownParty(_)
            | Refusal::UnknownBatch
            | Refusal::Report(ReportRefusal::Unknown) => StatusCode::NOT_FOUND,
            _ => StatusCode::CONFLICT,
        };
        let fields = refusal.fields();
        let (title, detail) = (refusal.title(), refusal.detail());
        Self { fields, ..Self::made(status, title, detail, Cause::Refusal(Arc::new(refusal))) }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => (*refusal).into(),
            Failure::Forbidden(why) => Self::forbidden(why),
            Failure::Unavailable(why) => {
                tracing::warn!(why, "answered 503");
                let detail = "The database does not answer, so the outcome is unknown. Send the same again, with the same id: nothing is done twice.";
                Self { retry_after: Some(2), ..Self::new(Kind::StoreAway, detail) }
            }
            Failure::Unreadable(why) => {
                tracing::warn!(why, "answered 503");
                let detail = "The database does not answer, so the past cannot be read. Ask again in a while.";
                Self { retry_after: Some(2), ..Self::new(Kind::StoreAway, detail) }
            }
            Failure::NotDecided(why) => {
                tracing::warn!(why, "answered 503");
                Self { retry_after: Some(2), ..Self::unavailable(format!("Nothing was changed: {why}. Send the same again in a while.")) }
            }
            Failure::Crashed(id) => Self::fault_named(&id.to_string()),
            failure @ (Failure::Rejected(_) | Failure::Broken(_)) => {
                let id = uuid::Uuid::now_v7().to_string();
                tracing::error!(id, error = %failure, "a fault");
                Self::fault_named(&id)
            }
        }
    }
}

impl From<SheetError> for Problem {
    fn from(error: SheetError) -> Self {
        let status = match error {
            SheetError::EmptyFile | SheetError::NotASpreadsheet(_) | SheetError::Damaged(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            SheetError::TooLarge(_) | SheetError::TakesTooMuch => StatusCode::PAYLOAD_TOO_LARGE,
            SheetError::PasswordProtected
            | SheetError::TakesTooLong
            | SheetError::NoHeader { .. }
            | SheetError::NoRows
            | SheetError::Mapping { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let (title, detail) = (error.title(english()), error.detail(english()));
        Self::made(status, title, detail, Cause::Sheet(Arc::new(error)))
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Sheet(error) => error.into(),
            ReadError::Busy => Self { retry_after: Some(5), ..Self::unavailable("Many files are being read just now. Send yours again.") },
            ReadError::Stopped => Self { retry_after: Some(5), ..Self::unavailable("The server is stopping. Send the file again.") },
            ReadError::NotStarted(error) => {
                tracing::error!(%error, "a reader cannot be started");
                Self { retry_after: Some(5), ..Self::unavailable("The file could not be read just now. Nothing was changed.") }
            }
        }
    }
}
