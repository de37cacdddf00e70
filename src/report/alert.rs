//! Telling people: a signed webhook, and e-mail.

use super::attempt::{Trouble, attempt};
use super::settings::{Alerts, Secret};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;
use tokio::time::Instant;

/// For so long it is tried to tell somebody.
const TRIED_FOR: Duration = Duration::from_mins(3);
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

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

/// # Errors
/// The address is not one of a mail server.
pub(super) fn transport(url: &Secret) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let url = url.reveal();
    // Between machines nothing travels in the clear, unless the address says so.
    let is_here = url::Url::parse(url).is_ok_and(|url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")));
    let asked = if url.starts_with("smtp:") && !url.contains("tls=") && !is_here {
        format!("{url}{}tls=required", if url.contains('?') { '&' } else { '?' })
    } else {
        url.to_owned()
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&asked);
    // The error would repeat the password.
    let builder = builder.map_err(|_| "it is no address like smtp://user:password@host:587 or smtps://host".to_owned())?;
    Ok(builder.timeout(Some(ANSWERS_WITHIN)).build())
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
        Some(attempt(over, "mail", async |_| mail(smtp, from, &settings.mail_to, telling).await).await)
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
        let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(ANSWERS_WITHIN)).build().into();
        let mut request = agent.post(&url).header("content-type", "application/json");
        if let Some(signature) = signature {
            request = request.header("x-tafel-signature", signature);
        }
        request.send(&body).map(drop).map_err(|error| shown(&error))
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
        ureq::Error::StatusCode(status) => format!("it answers {status}"),
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
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(ANSWERS_WITHIN)).http_status_as_error(false).build().into();
        agent.head(&url).call().map(drop).map_err(|error| shown(&error))
    });
    asking.await.map_err(|error| error.to_string())?
}

async fn mail(smtp: &Secret, from: &str, to: &[String], telling: &Telling) -> Result<(), Trouble> {
    let lasting = |what: &str, error: String| Trouble::Lasting(format!("{what}: {error}"));
    let mailbox = |address: &str| address.parse::<Mailbox>().map_err(|error| lasting(address, error.to_string()));
    let mut builder = Message::builder().from(mailbox(from)?).subject(format!("Tafel: {}", telling.subject));
    for address in to {
        builder = builder.to(mailbox(address)?);
    }
    let message = builder
        .header(ContentType::TEXT_PLAIN)
        .body(format!("{}\r\n", telling.message))
        .map_err(|error| lasting("the mail", error.to_string()))?;
    let sent = transport(smtp).map_err(|error| lasting("smtp", error))?.send(message).await;
    sent.map(drop).map_err(|error| {
        let words = format!("the mail server: {error}");
        if error.is_permanent() { Trouble::Lasting(words) } else { Trouble::Passing(words) }
    })
}

/// Connects to the mail server and says nothing.
///
/// # Errors
/// Why that is not possible.
pub(super) async fn try_mail(settings: &Alerts) -> Result<(), String> {
    let Some(smtp) = &settings.smtp else { return Ok(()) };
    match transport(smtp)?.test_connection().await {
        Ok(true) => Ok(()),
        Ok(false) => Err("the mail server does not answer as one".to_owned()),
        Err(error) => Err(error.to_string()),
    }
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
