//! One connection to the mail server, and one letter after the other: each ends as taken, refused, to be tried later, or not known.

use super::outcome::Outcome;
use super::settings::{Settings, Tls};
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use std::future::Future;
use std::time::Duration;

/// An open connection, signed in.
pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    timeout: Duration,
    /// Whether each answer is the one to what was said last.
    is_in_step: bool,
}

/// What is wrong with the settings, as far as it can be found without asking the server.
pub(super) fn problems(settings: &Settings) -> Vec<String> {
    tls(settings).err().map(|error| format!("mail.ca: {error}")).into_iter().collect()
}

/// What is needed for encryption; nothing where there is none.
///
/// # Errors
/// The certificate cannot be read.
fn tls(settings: &Settings) -> Result<Option<TlsParameters>, String> {
    if settings.tls == Tls::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca {
        let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| format!("{}: {error}", path.display()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map(Some).map_err(|error| error.to_string())
}

async fn within<T>(timeout: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match tokio::time::timeout(timeout, work).await {
        Ok(done) => done.map_err(Trouble::Said),
        Err(_) => Err(Trouble::Silent(timeout)),
    }
}

enum Trouble {
    Said(Error),
    Silent(Duration),
}

impl Trouble {
    fn words(&self) -> String {
        match self {
            Self::Said(error) => match (error.status(), std::error::Error::source(error)) {
                (Some(code), Some(words)) => format!("{code} {words}"),
                (Some(code), None) => code.to_string(),
                (None, Some(cause)) => format!("{error}: {cause}"),
                (None, None) => error.to_string(),
            },
            Self::Silent(timeout) => format!("the server has said nothing for {} seconds", timeout.as_secs()),
        }
    }

    /// The server has answered, and means this letter.
    fn code(&self) -> Option<u16> {
        match self {
            Self::Said(error) => error.status().map(u16::from),
            Self::Silent(_) => None,
        }
    }
}

impl Connection {
    /// Connects, encrypts and signs in, as the settings say.
    ///
    /// # Errors
    /// Why that is not possible, in words.
    pub(super) async fn open(settings: &Settings) -> Result<Self, String> {
        let (timeout, hello, tls) = (settings.timeout(), ClientId::default(), tls(settings)?);
        let at_once = tls.clone().filter(|_| settings.tls == Tls::Implicit);
        let place = (settings.host.as_str(), settings.port());
        let connecting = AsyncSmtpConnection::connect_tokio1(place, Some(timeout), &hello, at_once, None);
        let mut smtp =
            within(timeout, connecting).await.map_err(|trouble| format!("connecting to {}: {}", settings.host, trouble.words()))?;
        if let Some(tls) = tls.filter(|_| settings.tls == Tls::Starttls) {
            if !smtp.can_starttls() {
                smtp.abort().await;
                return Err(format!("{} offers no encryption (STARTTLS)", settings.host));
            }
            within(timeout, smtp.starttls(tls, &hello)).await.map_err(|trouble| format!("encrypting: {}", trouble.words()))?;
        }
        if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            within(timeout, smtp.auth(&mechanisms, &credentials)).await.map_err(|trouble| format!("signing in: {}", trouble.words()))?;
        }
        Ok(Self { smtp, timeout, is_in_step: true })
    }

    /// Whether the server still answers.
    pub(super) async fn is_alive(&mut self) -> bool {
        self.is_in_step && !self.smtp.has_broken() && tokio::time::timeout(self.timeout, self.smtp.test_connected()).await.unwrap_or(false)
    }

    pub(super) async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(2), self.smtp.quit()).await;
    }

    /// Hands one letter over. Whether the connection is good for another one, `is_alive` says.
    pub(super) async fn hand_over(&mut self, message: &Message) -> Outcome {
        let envelope = message.envelope();
        let mut parameters = Vec::new();
        if envelope.from().into_iter().chain(envelope.to()).any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !self.smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Outcome::Refused("the server takes no addresses with other letters than a to z".to_owned());
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let sender = Mail::new(envelope.from().cloned(), parameters);
        if let Err(trouble) = within(self.timeout, self.smtp.command(sender)).await {
            return match trouble.code() {
                Some(421) | None => Outcome::Stale(trouble.words()),
                // Who will not have us as the sender will have none of our letters.
                Some(_) => Outcome::Server(trouble.words()),
            };
        }
        for address in envelope.to() {
            if let Err(trouble) = within(self.timeout, self.smtp.command(Rcpt::new(address.clone(), Vec::new()))).await {
                return self.before_the_text(trouble).await;
            }
        }
        match within(self.timeout, self.smtp.command(Data)).await {
            Ok(response) if response.has_code(354) => {}
            // An answer to something else: from here on nothing it says can be trusted.
            Ok(response) => return self.out_of_step(&response),
            Err(trouble) => return self.before_the_text(trouble).await,
        }
        match within(self.timeout, self.smtp.message(&message.formatted())).await {
            Ok(response) if (200..300).contains(&u16::from(response.code())) => Outcome::Taken(reply(&response)),
            Ok(response) => Outcome::Unknown(format!("an answer that is none to a letter: {}", reply(&response))),
            Err(trouble) => match trouble.code() {
                Some(500..=599) => Outcome::Refused(trouble.words()),
                Some(400..=499) => Outcome::Later(trouble.words()),
                // From here on nobody but the server knows.
                _ => Outcome::Unknown(trouble.words()),
            },
        }
    }

    fn out_of_step(&mut self, response: &Response) -> Outcome {
        self.is_in_step = false;
        Outcome::Server(format!("an answer to something else: {}", reply(response)))
    }

    /// Nothing of the letter itself was said yet.
    async fn before_the_text(&mut self, trouble: Trouble) -> Outcome {
        let words = trouble.words();
        match trouble.code() {
            // It is closing.
            Some(421) | None => Outcome::Server(words),
            Some(code) => {
                // An answer that comes late would be taken for the next one.
                self.is_in_step = within(self.timeout, self.smtp.command(Rset)).await.is_ok();
                if code >= 500 { Outcome::Refused(words) } else { Outcome::Later(words) }
            }
        }
    }
}

fn reply(response: &Response) -> String {
    format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" "))
}
