//! The one seam for errors: refusals and faults to problem documents (RFC 9457).

use crate::lang::Lang;
use crate::ledger::Failure;
use crate::plan::mail::MailRefusal;
use crate::plan::{InvalidField, Refusal, ReportRefusal};
use crate::sheet::SheetError;
use crate::view::refusals;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::Arc;

/// An answer that is not what was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    title: String,
    detail: String,
    fields: Map<String, Value>,
    /// In seconds.
    retry_after: Option<u32>,
    /// What it was made of, for whoever reads another language.
    refusal: Option<Arc<Refusal>>,
    /// Seldom there.
    more: Option<Box<More>>,
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
    pub(crate) fn new(status: StatusCode, code: &'static str, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { status, code, title: title.into(), detail: detail.into(), fields: Map::new(), retry_after: None, refusal: None, more: None }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", "The request is not understood", detail)
    }

    pub(crate) fn not_found(code: &'static str, title: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, title, "Look at the address again.")
    }

    pub(crate) fn invalid(errors: &[InvalidField]) -> Self {
        Refusal::Invalid { errors: errors.to_vec() }.into()
    }

    pub(crate) fn too_large(limit: &str) -> Self {
        let detail = format!("The limit is {limit}.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large", detail)
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not now", detail);
        Self { retry_after: Some(1), ..problem }
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "Send the header Authorization: Bearer TOKEN, with a token that tafel token add has printed.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "There is no valid token", detail)
    }

    /// Nobody is signed in where somebody must be.
    pub(crate) fn signed_out() -> Self {
        let detail = "Open the sign-in page in another tab, then send this again: what you typed is still here.";
        Self::new(StatusCode::UNAUTHORIZED, "signed_out", "You are not signed in", detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "role_too_low", "Your role does not allow this", detail)
    }

    /// For a refusal that the framework has made.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("4 MiB for a form or a body, 10 MiB for a file"),
            StatusCode::INTERNAL_SERVER_ERROR => {
                Self::new(status, "fault", "Something broke in Tafel", "The log has the details under the instance.")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                status,
                "unsupported_media_type",
                "The request is not understood",
                "Send the Content-Type that belongs here: application/json, a form's, or multipart/form-data for a file.",
            ),
            _ => Self::new(
                status,
                "bad_request",
                "The request is not understood",
                status.canonical_reason().unwrap_or("It is not HTTP as it should be."),
            ),
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
        self.code
    }

    /// Title and detail in a language. In English as they are; in others, what is rare is told by its kind.
    pub(crate) fn in_words(&self, lang: Lang) -> (String, String) {
        let (own, t) = ((self.title.clone(), self.detail.clone()), lang.texts());
        if lang == Lang::En {
            return own;
        }
        if let Some(refusal) = &self.refusal {
            return (refusals::title(t, refusal), refusals::detail(t, refusal));
        }
        match self.code {
            "role_too_low" => (t.problem_forbidden(), t.problem_forbidden_detail()),
            "signed_out" => (t.problem_signed_out(), t.problem_signed_out_detail()),
            "too_many" => (t.problem_too_many(), t.problem_too_many_detail()),
            "too_large" => (t.problem_too_large(), own.1),
            "fault" => (t.problem_fault(), t.problem_fault_detail()),
            "store_away" => (t.problem_unavailable(), t.problem_unavailable_detail()),
            "unavailable" => (t.problem_unavailable(), t.problem_not_decided_detail()),
            "bad_request" => (t.problem_bad_request(), own.1),
            "nothing_to_undo" => (t.problem_nothing_to_undo(), t.problem_nothing_to_undo_detail()),
            "not_a_spreadsheet" => (t.problem_not_spreadsheet(), own.1),
            "damaged_spreadsheet" => (t.problem_damaged(), own.1),
            "password_protected" => (t.problem_password(), own.1),
            "no_header" => (t.problem_no_header(), own.1),
            "no_rows" => (t.problem_no_rows(), own.1),
            "empty_file" => (t.problem_empty_file(), own.1),
            _ if self.status == StatusCode::NOT_FOUND => (t.problem_not_found(), t.problem_not_found_detail()),
            _ => own,
        }
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
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The method is not allowed here", detail);
        Self { more: Some(Box::new(More::Allow(allow))), ..problem }
    }

    /// What is wrong with which field, or what stands there by now, a line each.
    pub(crate) fn lines(&self, lang: Lang) -> Vec<String> {
        match self.refusal.as_deref() {
            Some(refusal) if lang != Lang::En => refusals::lines(lang.texts(), refusal),
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
        if let Some(More::Allow(allow)) = self.more.as_deref()
            && let Ok(allow) = HeaderValue::from_str(allow)
        {
            response.headers_mut().insert(ALLOW, allow);
        }
    }

    pub(crate) fn too_many(detail: impl Into<String>, retry_after: u32) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", "Too many tries", detail);
        Self { retry_after: Some(retry_after), ..problem }
    }

    fn fault_named(id: &str) -> Self {
        let detail = format!("Nothing was changed. The log has the details under {id}.");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "Something broke in Tafel", detail)
    }

    /// The response; `instance` is the request's id, by which the log can be searched.
    pub(crate) fn response(&self, instance: Option<&str>) -> HttpResponse {
        let mut body = Map::new();
        body.insert("type".to_owned(), Value::String(format!("/problems/{}", self.code)));
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
        f.write_str(self.code)
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
        let problem = Self::new(status, refusal.code(), refusal.title(), refusal.detail());
        Self { fields: refusal.fields(), refusal: Some(Arc::new(refusal)), ..problem }
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
                let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_away", "The store is away", detail);
                Self { retry_after: Some(2), ..problem }
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
            SheetError::EmptyFile | SheetError::NotASpreadsheet { .. } | SheetError::Damaged { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            SheetError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            SheetError::PasswordProtected | SheetError::NoHeader { .. } | SheetError::NoRows | SheetError::Mapping(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        };
        Self::new(status, error.code(), error.to_string(), error.detail())
    }
}
