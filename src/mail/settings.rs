//! What can be set about mails, as it is written in the file, and checked.

use crate::report::Secret;
use lettre::message::Mailbox;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// The section `mail`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The server that takes our mails.
    pub host: String,
    /// Absent: 587, 465 for implicit TLS, 25 without.
    pub port: Option<u16>,
    #[serde(default)]
    pub tls: Tls,
    /// A certificate in a file (PEM) to trust beside the machine's own.
    pub ca: Option<PathBuf>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// `Winter Ball <party@example.com>`
    pub from: String,
    pub reply_to: Option<String>,
    /// How many mails a minute at most, of all instances together.
    #[serde(default = "five_each_second")]
    pub per_minute: u32,
    /// Within which each answer of the server must come.
    #[serde(default = "half_a_minute")]
    pub timeout_s: u32,
    /// For how long whoever sends has the sending for himself.
    #[serde(default = "five_minutes")]
    pub claim_s: u32,
}

/// How what is said to the server is kept from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Asked for in the clear, and required.
    #[default]
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all: for a server on this machine.
    None,
}

fn five_each_second() -> u32 {
    300
}

fn half_a_minute() -> u32 {
    30
}

fn five_minutes() -> u32 {
    300
}

/// More than this nobody means.
const FASTEST_PER_MINUTE: u32 = 60_000;

impl Settings {
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Tls::Starttls => 587,
            Tls::Implicit => 465,
            Tls::None => 25,
        })
    }

    /// Between two mails.
    #[must_use]
    pub fn interval_us(&self) -> i64 {
        60_000_000 / i64::from(self.per_minute.max(1))
    }

    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s.into())
    }

    #[must_use]
    pub fn claim_us(&self) -> i64 {
        i64::from(self.claim_s) * 1_000_000
    }

    /// What can be found without asking anybody, each with the field's name.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.host.trim().is_empty() {
            problems.push("mail.host: it is empty".to_owned());
        }
        for (name, address) in [("from", Some(&self.from)), ("reply_to", self.reply_to.as_ref())] {
            if let Some(Err(error)) = address.map(|address| address.parse::<Mailbox>()) {
                problems.push(format!("mail.{name}: {:?} is no e-mail address: {error}", address.map_or("", String::as_str)));
            }
        }
        if self.user.is_some() != self.password.is_some() {
            problems.push("mail: user and password belong together".to_owned());
        }
        if self.tls == Tls::None && self.password.is_some() && !matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1") {
            problems.push("mail.tls: without it the password would travel in the clear".to_owned());
        }
        if self.per_minute == 0 || self.per_minute > FASTEST_PER_MINUTE {
            problems.push(format!("mail.per_minute: between 1 and {FASTEST_PER_MINUTE} are possible"));
        }
        if !(1..=600).contains(&self.timeout_s) {
            problems.push("mail.timeout_s: between 1 and 600 seconds are possible".to_owned());
        }
        if !(10..=3_600).contains(&self.claim_s) {
            problems.push("mail.claim_s: between 10 and 3600 seconds are possible".to_owned());
        }
        // What takes long must be over before somebody else takes over.
        if self.claim_s < 10 * self.timeout_s {
            problems.push(format!("mail.claim_s: it must be at least ten times timeout_s, {} seconds", 10 * self.timeout_s));
        }
        problems.extend(super::post::problems(self));
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "smtp"))]
    #[test]
    fn without_smtp_no_mail_can_be_set_up() {
        let settings: Settings = toml::from_str("host = \"h\"\nfrom = \"a@b.example\"\n").unwrap();
        assert_eq!(settings.problems(), ["mail: this program was built without SMTP; build it with the cargo feature \"smtp\""]);
    }

    #[cfg(feature = "smtp")]
    #[test]
    fn what_cannot_be_is_said_by_its_field() {
        let settings: Settings = toml::from_str("host = \"h\"\nfrom = \"nobody\"\nuser = \"u\"\nper_minute = 0\nclaim_s = 5\n").unwrap();
        let problems = settings.problems().join("\n");
        for field in ["mail.from", "mail: user and password", "mail.per_minute", "mail.claim_s"] {
            assert!(problems.contains(field), "{field}: {problems}");
        }
        assert_eq!((settings.port(), settings.tls), (587, Tls::Starttls));
        let fine: Settings = toml::from_str("host = \"h\"\ntls = \"implicit\"\nfrom = \"Ball <a@b.example>\"\nper_minute = 120\n").unwrap();
        assert_eq!((fine.problems(), fine.port(), fine.interval_us()), (Vec::<String>::new(), 465, 500_000));
    }
}
