//! In place of the connection to a mail server, in a build without SMTP: the settings say what is missing.

use super::outcome::Outcome;
use super::settings::Settings;
use crate::capability::{Capability, NotBuiltIn};
use lettre::Message;

const MISSING: NotBuiltIn = NotBuiltIn { setting: "mail", capability: Capability::Smtp };

pub(super) fn problems(_: &Settings) -> Vec<String> {
    vec![MISSING.to_string()]
}

/// There is none.
pub(super) enum Connection {}

impl Connection {
    pub(super) async fn open(_: &Settings) -> Result<Self, String> {
        Err(MISSING.to_string())
    }

    pub(super) async fn is_alive(&mut self) -> bool {
        match *self {}
    }

    pub(super) async fn close(self) {
        match self {}
    }

    pub(super) async fn hand_over(&mut self, _: &Message) -> Outcome {
        match *self {}
    }
}
