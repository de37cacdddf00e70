//! Mails to guests: who is to have one comes from the stream; here they are written out and handed to a server, each once.

mod address;
mod check;
mod next;
mod outcome;
#[cfg_attr(not(feature = "smtp"), path = "no_post.rs")]
mod post;
mod runner;
mod settings;
mod written;

pub use check::{check, send_trial};
pub use runner::{say, start};
pub use settings::{Settings, Tls};
pub use written::as_sent;
