//! In place of alerts by e-mail, in a build without SMTP: each use says what is missing.

use super::alert::Telling;
use super::attempt::Trouble;
use super::settings::{Alerts, Secret};
use crate::capability::{Capability, NotBuiltIn};

const MISSING: NotBuiltIn = NotBuiltIn { setting: "report.alerts.smtp", capability: Capability::Smtp };

pub(super) fn check_address(_: &Secret) -> Result<(), String> {
    Err(MISSING.to_string())
}

pub(super) async fn send(_: &Secret, _: &str, _: &[String], _: &Telling) -> Result<(), Trouble> {
    Err(Trouble::Lasting(MISSING.to_string()))
}

pub(super) async fn try_out(settings: &Alerts) -> Result<(), String> {
    if settings.smtp.is_some() { Err(MISSING.to_string()) } else { Ok(()) }
}
