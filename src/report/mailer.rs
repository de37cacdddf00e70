//! Alerts by e-mail.

use super::alert::{ANSWERS_WITHIN, Telling};
use super::attempt::Trouble;
use super::settings::{Alerts, Secret};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

/// # Errors
/// The address is not one of a mail server.
pub(super) fn check_address(url: &Secret) -> Result<(), String> {
    transport(url).map(drop)
}

fn transport(url: &Secret) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
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

/// # Errors
/// The server does not take it.
pub(super) async fn send(smtp: &Secret, from: &str, to: &[String], telling: &Telling) -> Result<(), Trouble> {
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
pub(super) async fn try_out(settings: &Alerts) -> Result<(), String> {
    let Some(smtp) = &settings.smtp else { return Ok(()) };
    match transport(smtp)?.test_connection().await {
        Ok(true) => Ok(()),
        Ok(false) => Err("the mail server does not answer as one".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
