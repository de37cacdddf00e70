//! The plan as pages show it: pure, from a snapshot to what a template prints.

mod accounts;
mod address;
mod audience;
pub mod batches;
mod between;
mod changes;
mod drawn;
pub mod find;
mod floor;
mod guests;
mod here;
mod history;
pub mod kinds;
mod lists;
mod mail;
mod mailing;
mod overview;
pub mod past;
pub mod refusals;
mod reports;
mod status;
mod tables;
pub mod troubles;
mod uploads;
pub mod words;

pub use accounts::AccountsPage;
pub use address::Address;
pub use audience::asked as mail_asked;
pub use between::{ChangesPage, usual_start};
pub use changes::Shown;
pub use floor::{FloorPage, RoomPage};
pub use guests::{GuestPage, GuestsPage, Listed, listed};
pub use here::Here;
pub use history::{BatchPage, HistoryPage, is_letter, is_wanted};
pub use lists::{ListPage, ListsPage, Sheet};
pub use mail::{MailPage, MailSendPage, MailTextPage, Printed};
pub use mailing::{LetterPage, MailingPage};
pub use overview::Overview;
pub use reports::{ReportPage, ReportsPage, Upcoming};
pub use status::Status;
pub use tables::{TablePage, TablesPage};
pub use uploads::{ColumnsPage, UploadPage, UploadsPage, choices};

/// Stands in forms where the id of the view goes: blocks are rendered for many, and each page puts its own there.
pub const NO_VIEW: &str = "00000000-0000-0000-0000-000000000000";

/// Stands in forms where the position goes that a page was made from: a block is another one only where it shows something else.
pub const SEEN: &str = "00000000-seen-at-0000";
