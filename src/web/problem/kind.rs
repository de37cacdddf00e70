//! The kinds of problems that are no refusals of the plan's: each with its status, its stable name, and its words.

use crate::lang::T;
use actix_web::http::StatusCode;

/// What kind of problem it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    BadRequest,
    BeyondTheEnd,
    Fault,
    ForeignOrigin,
    MailOff,
    MailServer,
    MethodNotAllowed,
    MovedElsewhere,
    NotFound,
    NothingToUndo,
    OwnAccount,
    ReportsOff,
    RoleTooLow,
    SignedOut,
    StoreAway,
    StreamRestored,
    TooLarge,
    TooMany,
    TooSlow,
    Unauthorized,
    Unavailable,
    UnknownAccount,
    UnknownBatch,
    UnknownConsumer,
    UnknownSheet,
    UnknownList,
    UnknownPosition,
    UnknownTemplate,
    UnknownUpload,
    UnsupportedMediaType,
    UsedUp,
}

impl Kind {
    /// The stable name, which is the last part of the problem's `type`.
    pub(crate) fn code(self) -> &'static str {
        self.parts().1
    }

    pub(super) fn status(self) -> StatusCode {
        self.parts().0
    }

    /// In English; programs are always told in English.
    pub(super) fn title(self) -> &'static str {
        self.parts().2
    }

    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as Is;
        match self {
            Self::BadRequest => (Is::BAD_REQUEST, "bad_request", "The request is not understood"),
            Self::BeyondTheEnd => (Is::CONFLICT, "beyond_the_end", "There is no such event yet"),
            Self::Fault => (Is::INTERNAL_SERVER_ERROR, "fault", "Something broke in Tafel"),
            Self::ForeignOrigin => (Is::FORBIDDEN, "foreign_origin", "The request is not one of ours"),
            Self::MailOff => (Is::CONFLICT, "mail_off", "No mail server is set up"),
            Self::MailServer => (Is::BAD_GATEWAY, "mail_server", "The mail server did not take it"),
            Self::MethodNotAllowed => (Is::METHOD_NOT_ALLOWED, "method_not_allowed", "The method is not allowed here"),
            Self::MovedElsewhere => (Is::CONFLICT, "moved_elsewhere", "The consumer stands elsewhere"),
            Self::NotFound => (Is::NOT_FOUND, "not_found", "There is nothing here"),
            Self::NothingToUndo => (Is::NOT_FOUND, "nothing_to_undo", "There is nothing to take back"),
            Self::OwnAccount => (Is::CONFLICT, "own_account", "This is your own account"),
            Self::ReportsOff => (Is::CONFLICT, "reports_off", "Reports are not switched on"),
            Self::RoleTooLow => (Is::FORBIDDEN, "role_too_low", "Your role does not allow this"),
            Self::SignedOut => (Is::UNAUTHORIZED, "signed_out", "You are not signed in"),
            Self::StreamRestored => (Is::CONFLICT, "stream_restored", "The stream was restored from a backup"),
            Self::StoreAway => (Is::SERVICE_UNAVAILABLE, "store_away", "The store is away"),
            Self::TooLarge => (Is::PAYLOAD_TOO_LARGE, "too_large", "The request is too large"),
            Self::TooSlow => (Is::REQUEST_TIMEOUT, "too_slow", "The request took too long"),
            Self::TooMany => (Is::TOO_MANY_REQUESTS, "too_many", "Too many tries"),
            Self::Unauthorized => (Is::UNAUTHORIZED, "unauthorized", "There is no valid token"),
            Self::Unavailable => (Is::SERVICE_UNAVAILABLE, "unavailable", "Not now"),
            Self::UnknownAccount => (Is::NOT_FOUND, "unknown_account", "There is no such account"),
            Self::UnknownBatch => (Is::NOT_FOUND, "unknown_batch", "There is no such batch"),
            Self::UnknownConsumer => (Is::NOT_FOUND, "unknown_consumer", "There is no such consumer"),
            Self::UnknownSheet => (Is::NOT_FOUND, "unknown_kind", "There is no such kind of upload"),
            Self::UnknownList => (Is::NOT_FOUND, "unknown_list", "There is no such list"),
            Self::UnknownPosition => (Is::NOT_FOUND, "unknown_position", "The stream does not reach that far"),
            Self::UnknownTemplate => (Is::NOT_FOUND, "unknown_template", "There is no such text"),
            Self::UnknownUpload => (Is::NOT_FOUND, "unknown_upload", "There is no such upload; a preview is kept for an hour"),
            Self::UnsupportedMediaType => (Is::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The request is not understood"),
            Self::UsedUp => (Is::NOT_FOUND, "used_up", "This link does not work any more"),
        }
    }

    /// Title and detail for people who read another language; `own` is the detail in English.
    ///
    /// What only a program can bring about is told by what it amounts to.
    pub(super) fn in_words(self, t: T, own: &str) -> (String, String) {
        match self {
            Self::BadRequest | Self::UnsupportedMediaType | Self::MethodNotAllowed => {
                (t.problem_bad_request(), t.problem_bad_request_detail())
            }
            Self::BeyondTheEnd | Self::MovedElsewhere | Self::StreamRestored => (t.plan_moved_on(), t.problem_bad_request_detail()),
            Self::Fault => (t.problem_fault(), t.problem_fault_detail()),
            Self::ForeignOrigin => (t.problem_foreign(), t.problem_foreign_detail()),
            Self::MailOff => (t.problem_mail_off(), t.problem_mail_off_detail()),
            // The server's own words, whatever language it speaks.
            Self::MailServer => (t.problem_mail_server(), own.to_owned()),
            Self::NotFound
            | Self::UnknownAccount
            | Self::UnknownConsumer
            | Self::UnknownSheet
            | Self::UnknownList
            | Self::UnknownPosition
            | Self::UnknownTemplate => (t.problem_not_found(), t.problem_not_found_detail()),
            Self::NothingToUndo => (t.problem_nothing_to_undo(), t.problem_nothing_to_undo_detail()),
            Self::OwnAccount => (t.problem_own_account(), t.problem_own_account_detail()),
            Self::ReportsOff => (t.reports_off(), t.problem_reports_off_detail()),
            Self::RoleTooLow => (t.problem_forbidden(), t.problem_forbidden_detail()),
            Self::SignedOut | Self::Unauthorized => (t.problem_signed_out(), t.problem_signed_out_detail()),
            Self::StoreAway => (t.problem_unavailable(), t.problem_unavailable_detail()),
            Self::TooLarge => (t.problem_too_large(), t.problem_too_large_detail()),
            Self::TooSlow => (t.problem_too_slow(), t.problem_too_slow_detail()),
            Self::TooMany => (t.problem_too_many(), t.problem_too_many_detail()),
            Self::Unavailable => (t.problem_unavailable(), t.problem_not_decided_detail()),
            Self::UnknownBatch => (t.unknown_batch_title(), t.unknown_batch_detail()),
            Self::UnknownUpload => (t.problem_upload_gone(), t.problem_upload_gone_detail()),
            Self::UsedUp => (t.problem_used_up(), t.problem_used_up_detail()),
        }
    }
}
