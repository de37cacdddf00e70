//! The plan: values, events, `decide` and `evolve`. Pure: nothing here knows a clock, a database or a browser.

pub mod command;
mod condition;
mod decide;
pub mod diff;
pub mod document;
pub mod event;
mod evolve;
mod floor;
mod guest;
mod id;
mod invalid;
mod invariants;
mod landmark;
pub mod mail;
pub mod print;
mod refusal;
pub mod report;
pub mod retract;
mod state;
mod subject;
mod table;
mod template;
pub mod upload;
mod value;

pub use decide::decide;
pub use evolve::{Effect, Why, apply, evolve};
pub use floor::{Room, RoomPatch, Spot, SpotPatch};
pub use guest::{Guest, GuestPatch};
pub use id::{BatchId, GuestId, Position, RoomId, SpotId, Subject, TableId, TemplateId};
pub use invalid::Invalid;
pub use invariants::broken_invariants;
pub use landmark::{Landmark, Landmarks, Mark, Tally};
pub use refusal::{ChangedField, InvalidField, Lasting, Named, Refusal};
pub use report::ReportRefusal;
pub use state::{About, Collision, Plan};
pub use subject::Touch;
pub use table::{Table, TablePatch};
pub use template::{Template, TemplatePatch};
pub use value::{
    CODE_CHARS, Code, Degrees, Email, EmployeeNo, Extra, ExtraPatch, Key, Metres, Patch, Rsvp, Seats, Shape, TEXT_CHARS, Text, Timestamp,
};
