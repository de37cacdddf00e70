//! `tafel mail check`, and a mail to oneself.

use super::address::message;
use super::outcome::Outcome;
use super::post::Connection;
use super::settings::Settings;
use crate::plan::mail::{Language, Rendered};
use uuid::Uuid;

/// Reads the settings, connects, encrypts and signs in; sends a mail, if somebody is named.
///
/// # Errors
/// What does not work, a line each.
pub async fn check(settings: &Settings, to: Option<&str>) -> Result<Vec<String>, Vec<String>> {
    let problems = settings.problems();
    if !problems.is_empty() {
        return Err(problems);
    }
    let connection = Connection::open(settings).await.map_err(|why| vec![why])?;
    connection.close().await;
    let mut done = vec![format!("{}:{} lets us in", settings.host, settings.port())];
    if let Some(to) = to {
        let mail = Rendered {
            language: Language::En,
            subject: "Tafel can send mails".to_owned(),
            body: "This is the mail that you have asked for to see whether Tafel can send any.\n".to_owned(),
        };
        let reply = send_trial(settings, to, &mail).await.map_err(|why| vec![why])?;
        done.push(format!("a mail to {to} was taken: {reply}"));
    }
    Ok(done)
}

/// Sends a mail to somebody who wants to see it; it is no guest's, and no event.
///
/// # Errors
/// Why it is not sent.
pub async fn send_trial(settings: &Settings, to: &str, mail: &Rendered) -> Result<String, String> {
    let id = format!("<trial.{}@tafel.invalid>", Uuid::new_v4().simple());
    let made = message(settings, to, "", mail, id)?;
    let mut connection = Connection::open(settings).await?;
    let outcome = connection.hand_over(&made).await;
    connection.close().await;
    match outcome {
        Outcome::Taken(reply) => Ok(reply),
        Outcome::Refused(words) | Outcome::Later(words) | Outcome::Server(words) | Outcome::Stale(words) | Outcome::Unknown(words) => {
            Err(words)
        }
    }
}
