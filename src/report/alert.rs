//! Telling people: a signed webhook, and e-mail.

use super::attempt::{Trouble, attempt};
use super::mailer;
use super::settings::{Alerts, Secret};
use crate::outbound::{self, Scheme};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;
use tokio::time::Instant;

/// For so long it is tried to tell somebody.
const TRIED_FOR: Duration = Duration::from_mins(3);
pub(super) const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// What somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Telling {
    /// The same for the same thing.
    pub key: String,
    pub subject: String,
    pub message: String,
    pub date: Option<String>,
    pub revision: Option<u32>,
}

/// Tells everybody who is to be told; what does not work is in the log. False where nobody could be.
pub(super) async fn tell(settings: &Alerts, telling: &Telling) -> bool {
    tracing::error!(alert = telling.key, subject = telling.subject, message = telling.message, "alert");
    metrics::counter!("tafel_report_alerts_total").increment(1);
    let over = Instant::now() + TRIED_FOR;
    let posted = async {
        let Some(webhook) = &settings.webhook else { return None };
        Some(attempt(over, "webhook", async |_| post(webhook, settings.webhook_secret.as_ref(), telling).await).await)
    };
    let mailed = async {
        let (Some(smtp), Some(from), false) = (&settings.smtp, &settings.mail_from, settings.mail_to.is_empty()) else { return None };
        Some(attempt(over, "mail", async |_| mailer::send(smtp, from, &settings.mail_to, telling).await).await)
    };
    // Neither waits for the other.
    let (posted, mailed) = tokio::join!(posted, mailed);
    for (channel, told) in [("webhook", &posted), ("e-mail", &mailed)] {
        if let Some(Err(why)) = told {
            tracing::error!(alert = telling.key, channel, %why, "nobody was told");
        }
    }
    // Whoever has heard of it one way does not hear it again because the other is broken.
    let told = [posted, mailed];
    told.iter().all(Option::is_none) || told.iter().flatten().any(Result::is_ok)
}

/// `sha256=` and the HMAC-SHA256 of the body in hexadecimal.
fn signature(secret: &Secret, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).ok()?;
    mac.update(body.as_bytes());
    Some(format!("sha256={}", HEXLOWER.encode(&mac.finalize().into_bytes())))
}

async fn post(url: &Secret, secret: Option<&Secret>, telling: &Telling) -> Result<(), Trouble> {
    let Telling { key, subject, message, date, revision } = telling;
    let body = json!({ "key": key, "subject": subject, "message": message, "date": date, "revision": revision }).to_string();
    let signature = secret.and_then(|secret| signature(secret, &body));
    let url = url.reveal().to_owned();
    let posting = tokio::task::spawn_blocking(move || {
        let mut request = outbound::agent(ANSWERS_WITHIN, Scheme::Any).post(&url).header("content-type", "application/json");
        if let Some(signature) = signature {
            request = request.header("x-tafel-signature", signature);
        }
        let answer = request.send(&body).map_err(|error| shown(&error))?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("it answers {}", answer.status())) }
    });
    posting
        .await
        .map_err(|error| error.to_string())
        .and_then(|posted| posted)
        .map_err(|why| Trouble::Passing(format!("the webhook: {why}")))
}

/// Without the address, which may be a secret.
fn shown(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) => "its address is not understood".to_owned(),
        other => other.to_string(),
    }
}

/// Connects to the webhook, and tells it nothing.
///
/// # Errors
/// Why that is not possible.
pub(super) async fn try_webhook(url: &Secret) -> Result<(), String> {
    let url = url.reveal().to_owned();
    let asking = tokio::task::spawn_blocking(move || {
        outbound::agent(ANSWERS_WITHIN, Scheme::Any).head(&url).call().map(drop).map_err(|error| shown(&error))
    });
    asking.await.map_err(|error| error.to_string())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_everybody_does_it() {
        // As `printf body | openssl dgst -sha256 -hmac secret` says.
        let signed = signature(&Secret::new("secret"), "body").unwrap();
        assert_eq!(signed, "sha256=dc46983557fea127b43af721467eb9b3fde2338fe3e14f51952aa8478c13d355");
    }
}
