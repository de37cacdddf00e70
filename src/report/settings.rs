//! What can be set about reports, as it is written in the file, and checked.

use super::schedule::{BadSchedule, Schedule};
use crate::capability::Capability;
use crate::plan::report::Order;
use jiff::SignedDuration;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What must not be shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self(secret.to_owned())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An error of the library's would show it.
        String::deserialize(deserializer).map(Self).map_err(|_| D::Error::custom("it must be a text in quotes"))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The section `report`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// IANA, as Europe/Berlin.
    pub zone: String,
    /// `HH:MM` of the date; absent: its end.
    pub cut_off: Option<String>,
    /// `HH:MM`, the first such time after the cut-off.
    #[serde(default = "six")]
    pub deadline: String,
    /// Seconds after the cut-off before anybody begins.
    #[serde(default = "ten")]
    pub start_after_s: u32,
    /// The first date; absent: the one that is not over when reports are switched on.
    pub from: Option<Date>,
    #[serde(default)]
    pub order: Order,
    /// For how long whoever works on a report has it for himself.
    #[serde(default = "five_minutes")]
    pub claim_s: u32,
    pub sftp: Option<Sftp>,
    pub archive: Option<Archive>,
    #[serde(default)]
    pub alerts: Alerts,
}

fn six() -> String {
    "06:00".to_owned()
}

fn ten() -> u32 {
    10
}

fn five_minutes() -> u32 {
    300
}

const AN_HOUR: u32 = 60;
/// A first day further away than this is a slip of the pen.
const FAR_DAYS: i32 = 400;

fn ssh() -> u16 {
    22
}

fn half_a_minute() -> u32 {
    30
}

fn here() -> String {
    ".".to_owned()
}

/// The authority's server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sftp {
    pub host: String,
    #[serde(default = "ssh")]
    pub port: u16,
    pub user: String,
    pub password: Option<Secret>,
    /// A private key in a file, ed25519 or ECDSA.
    pub key: Option<PathBuf>,
    pub key_passphrase: Option<Secret>,
    /// The server's own key, as a line of `known_hosts` has it: `ssh-ed25519 AAAA…`
    pub host_key: Option<String>,
    pub known_hosts: Option<PathBuf>,
    #[serde(default = "here")]
    pub directory: String,
    /// Within which each answer must come.
    #[serde(default = "half_a_minute")]
    pub timeout_s: u32,
}

/// Where the file is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// A folder on this machine, or one that all instances share.
    pub folder: Option<PathBuf>,
    pub bucket: Option<String>,
    pub endpoint: Option<String>,
    pub region: Option<String>,
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<Secret>,
    #[serde(default)]
    pub prefix: String,
    /// `AES256`, or the name of a KMS key.
    pub encryption: Option<String>,
    /// Without encryption on the way: for trying it out.
    #[serde(default)]
    pub allow_http: bool,
    #[serde(default = "half_a_minute")]
    pub timeout_s: u32,
}

/// Who is told when something is wrong.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alerts {
    /// How long before the deadline a report that is not submitted is worth an alert.
    pub minutes_before_deadline: Option<u32>,
    pub webhook: Option<Secret>,
    /// What the webhook's body is signed with.
    pub webhook_secret: Option<Secret>,
    /// `smtp://user:password@host:587`, or `smtps://…`.
    pub smtp: Option<Secret>,
    pub mail_from: Option<String>,
    pub mail_to: Vec<String>,
}

impl Alerts {
    /// At most half of the time that there is, unless the settings say.
    pub(super) fn before_deadline_us(&self, schedule: &Schedule) -> i64 {
        let usual = i64::from(AN_HOUR).min(schedule.window_minutes() / 2);
        self.minutes_before_deadline.map_or(usual, i64::from) * 60_000_000
    }
}

impl Settings {
    /// # Errors
    /// The zone or the times cannot be kept.
    pub fn schedule(&self) -> Result<Schedule, BadSchedule> {
        Schedule::new(&self.zone, self.cut_off.as_deref(), &self.deadline, SignedDuration::from_secs(self.start_after_s.into()))
    }

    #[must_use]
    pub fn claim(&self) -> Duration {
        Duration::from_secs(self.claim_s.into())
    }

    /// What can be found without asking anybody, each with the field's name.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        match self.schedule() {
            Err(error) => problems.push(format!("report.{error}")),
            Ok(schedule) => {
                let minutes = i64::from(self.alerts.minutes_before_deadline.unwrap_or(0));
                if minutes * 60 + i64::from(self.start_after_s) >= schedule.window_minutes() * 60 {
                    let window = schedule.window_minutes();
                    problems.push(format!(
                        "report.alerts.minutes_before_deadline: from the cut-off to the deadline are {window} minutes, so everything would be late"
                    ));
                }
                let today = schedule.current(crate::ledger::now());
                if let Some(from) = self.from
                    && from.since(today).map_or(i32::MAX, |span| span.get_days().abs()) > FAR_DAYS
                {
                    problems.push(format!("report.from: {from} is more than {FAR_DAYS} days away: is that meant?"));
                }
            }
        }
        if self.claim_s < 10 || self.claim_s > 3_600 {
            problems.push("report.claim_s: between 10 and 3600 seconds are possible".to_owned());
        }
        match &self.sftp {
            None => problems.push("report.sftp: there is no server to submit to".to_owned()),
            Some(sftp) => sftp.problems(&mut problems),
        }
        match &self.archive {
            None => problems.push("report.archive: there is neither a folder nor a bucket to archive in".to_owned()),
            Some(archive) => archive.problems(&mut problems),
        }
        self.alerts.problems(&mut problems);
        problems
    }
}

impl Sftp {
    fn problems(&self, problems: &mut Vec<String>) {
        if self.host.trim().is_empty() {
            problems.push("report.sftp.host: it is empty".to_owned());
        }
        if self.user.trim().is_empty() {
            problems.push("report.sftp.user: it is empty".to_owned());
        }
        if self.password.is_none() && self.key.is_none() {
            problems.push("report.sftp: a password or a key is needed".to_owned());
        }
        problems.extend(super::submit::problems(self));
        match (&self.host_key, &self.known_hosts) {
            (None, None) => problems.push("report.sftp: host_key or known_hosts must say who the server is".to_owned()),
            (None, Some(path)) => {
                if let Err(error) = std::fs::metadata(path) {
                    problems.push(format!("report.sftp.known_hosts: {}: {error}", path.display()));
                }
            }
            (Some(_), _) => {}
        }
        if self.timeout_s == 0 {
            problems.push("report.sftp.timeout_s: it must be more than nothing".to_owned());
        }
    }
}

impl Archive {
    fn problems(&self, problems: &mut Vec<String>) {
        match (&self.folder, &self.bucket) {
            (None, None) => problems.push("report.archive: a folder or a bucket is needed".to_owned()),
            (Some(_), Some(_)) => problems.push("report.archive: a folder or a bucket, not both".to_owned()),
            _ => {}
        }
        if self.timeout_s == 0 {
            problems.push("report.archive.timeout_s: it must be more than nothing".to_owned());
        }
        // A folder is made when it is needed.
        if self.folder.is_none()
            && let Err(error) = super::archive::open(self)
        {
            problems.push(format!("report.archive: {error}"));
        }
    }
}

impl Alerts {
    fn problems(&self, problems: &mut Vec<String>) {
        if let Some(url) = &self.webhook {
            match url::Url::parse(url.reveal()) {
                Ok(url) if url.scheme() == "http" => {}
                Ok(url) if url.scheme() == "https" => {
                    problems.extend(Capability::Tls.require("report.alerts.webhook").err().map(|missing| missing.to_string()));
                }
                _ => problems.push("report.alerts.webhook: it is no address that begins with https:// or http://".to_owned()),
            }
            if self.webhook_secret.is_none() {
                problems.push("report.alerts.webhook_secret: without it nobody can tell who has sent an alert".to_owned());
            }
        }
        let mails = !self.mail_to.is_empty();
        if mails && (self.smtp.is_none() || self.mail_from.is_none()) {
            problems.push("report.alerts: mail_to needs smtp and mail_from".to_owned());
        }
        if !mails && self.smtp.is_some() {
            problems.push("report.alerts.mail_to: there is a mail server, and nobody to write to".to_owned());
        }
        for address in self.mail_to.iter().chain(&self.mail_from) {
            if let Err(error) = address.parse::<lettre::message::Mailbox>() {
                problems.push(format!("report.alerts: {address:?} is no e-mail address: {error}"));
            }
        }
        if let Some(smtp) = &self.smtp
            && let Err(error) = super::mailer::check_address(smtp)
        {
            problems.push(format!("report.alerts.smtp: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::Capability;

    #[test]
    fn what_was_left_out_of_the_build_is_said_by_its_setting() {
        let settings: Settings = toml::from_str(
            "zone = \"Europe/Berlin\"\n[sftp]\nhost = \"h\"\nuser = \"u\"\npassword = \"p\"\nhost_key = \"\
             ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ\"\n\
             [archive]\nbucket = \"b\"\naccess_key_id = \"i\"\nsecret_access_key = \"s\"\n\
             [alerts]\nwebhook = \"https://h\"\nwebhook_secret = \"s\"\nsmtp = \"smtp://h\"\nmail_from = \"a@b.example\"\n\
             mail_to = [\"a@b.example\"]\n",
        )
        .unwrap();
        let problems = settings.problems();
        for capability in [Capability::Sftp, Capability::S3, Capability::Smtp, Capability::Tls] {
            let is_missing = problems.iter().any(|problem| problem.contains(&format!("without {capability};")));
            assert_eq!(is_missing, !capability.is_built_in(), "{capability}: {problems:?}");
        }
        assert!(cfg!(not(feature = "default")) || problems.is_empty(), "{problems:?}");
    }
}
