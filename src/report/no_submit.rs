//! In place of SFTP, in a build without it: the settings say what is missing, and nothing can be submitted.

use super::attempt::Trouble;
use super::parcel::Parcel;
use super::settings::Sftp;
use crate::capability::{Capability, NotBuiltIn};

const MISSING: NotBuiltIn = NotBuiltIn { setting: "report.sftp", capability: Capability::Sftp };

pub(super) fn problems(_: &Sftp) -> Vec<String> {
    vec![MISSING.to_string()]
}

/// There is none.
pub(super) enum Submission {}

impl Submission {
    pub(super) async fn connect(_: &Sftp) -> Result<Self, Trouble> {
        Err(Trouble::Lasting(MISSING.to_string()))
    }

    pub(super) async fn submit<E>(&self, _: &Parcel<'_>, _: impl AsyncFnOnce(String) -> Result<(), E>) -> Result<(), Trouble>
    where
        Trouble: From<E>,
    {
        match *self {}
    }

    pub(super) async fn clean_up(&self, _: &str, _: u64) {
        match *self {}
    }

    pub(super) async fn try_out(&self, _: &str) -> Result<(), Trouble> {
        match *self {}
    }
}
