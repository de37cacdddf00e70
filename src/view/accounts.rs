//! Accounts, as admins see them.

use super::words::when;
use crate::lang::T;
use crate::plan::command::Role;
use crate::store::Account;
use askama::Template;

struct Line {
    name: String,
    role: Role,
    is_disabled: bool,
    since: String,
    sessions: usize,
}

#[derive(Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage {
    t: T,
    lines: Vec<Line>,
}

impl AccountsPage {
    #[must_use]
    pub fn of(t: T, accounts: Vec<Account>, sessions: &[(String, usize)]) -> Self {
        let line = |account: Account| Line {
            sessions: sessions.iter().find(|(name, _)| *name == account.name).map_or(0, |(_, count)| *count),
            name: account.name,
            role: account.role,
            is_disabled: account.disabled_at.is_some(),
            since: when(t, account.created_at),
        };
        Self { t, lines: accounts.into_iter().map(line).collect() }
    }
}
