//! What became of a letter that was handed to the mail server.

#[cfg_attr(not(feature = "smtp"), expect(dead_code, reason = "nothing is handed over without SMTP"))]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The server has it, and has said so.
    Taken(String),
    /// The server will not have it, today or tomorrow.
    Refused(String),
    /// The server does not want this one now.
    Later(String),
    /// The server wants nothing of us, or is gone; this letter had not been handed over.
    Server(String),
    /// The server hung up, or was about to, before anything was said of this letter.
    Stale(String),
    /// It was handed over, and what came of it was not to be heard.
    Unknown(String),
}
