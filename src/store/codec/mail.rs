//! The payloads of `mail_…` events, but those of texts.

use super::decode::parse;
use super::encode::json;
use crate::plan::mail::{Language, MailEvent, Texts, Told};
use crate::plan::report::Details;
use crate::plan::{Code, GuestId, Position, TemplateId, Text, Timestamp};
use serde::{Deserialize, Serialize};

payloads! {
    BatchStarted {
        template: u64,
        name: String,
        texts: WireTexts,
        audience: String,
        fallback: Language,
        position: u64,
        count: u64,
        letters: Vec<Vec<WireTold>>,
    }
    WireTexts {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject_en: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body_en: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject_de: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body_de: Option<String>,
    }
    WireTold {
        guest: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        table: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        silent: bool,
    }
    /// `mail_batch_paused`, `mail_batch_resumed`, `mail_batch_stopped`.
    Mailing { mailing: u64 }
    Claimed { runner: String, token: u64, until: Timestamp }
    Released { token: u64 }
    Sending { mailing: u64, letter: u32, token: u64 }
    Sent { mailing: u64, letter: u32, token: u64, reply: String }
    Failed {
        mailing: u64,
        letter: u32,
        token: u64,
        failure_details: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        uncertain: bool,
    }
    Skipped { mailing: u64, letter: u32, token: u64, details: String }
    Held { token: u64, details: String, retry_at: Timestamp }
    Retried { mailing: u64, letter: u32 }
    Decided { mailing: u64, letter: u32, received: bool }
}

fn owned(text: &Text) -> String {
    text.as_str().to_owned()
}

pub(super) fn encode(event: &MailEvent) -> Result<String, serde_json::Error> {
    match event {
        MailEvent::BatchStarted { template, name, texts, audience, fallback, position, letters } => {
            let Texts { subject_en, body_en, subject_de, body_de } = texts;
            let text = |text: &Option<Text>| text.as_ref().map(owned);
            let told = |told: &Told| {
                let Told { guest, table, room, is_silent } = told;
                let code = |code: &Option<Code>| code.as_ref().map(|code| code.as_str().to_owned());
                WireTold { guest: guest.0, table: code(table), room: code(room), silent: *is_silent }
            };
            json(&BatchStarted {
                template: template.0,
                name: name.as_str().to_owned(),
                texts: WireTexts {
                    subject_en: text(subject_en),
                    body_en: text(body_en),
                    subject_de: text(subject_de),
                    body_de: text(body_de),
                },
                audience: owned(audience),
                fallback: *fallback,
                position: position.0,
                count: letters.len() as u64,
                letters: letters.iter().map(|letter| letter.iter().map(told).collect()).collect(),
            })
        }
        MailEvent::BatchPaused { mailing } | MailEvent::BatchResumed { mailing } | MailEvent::BatchStopped { mailing } => {
            json(&Mailing { mailing: mailing.0 })
        }
        MailEvent::Claimed { runner, token, until } => json(&Claimed { runner: owned(runner), token: *token, until: *until }),
        MailEvent::Released { token } => json(&Released { token: *token }),
        MailEvent::Sending { mailing, letter, token } => json(&Sending { mailing: mailing.0, letter: *letter, token: *token }),
        MailEvent::Sent { mailing, letter, token, reply } => {
            json(&Sent { mailing: mailing.0, letter: *letter, token: *token, reply: reply.to_string() })
        }
        MailEvent::Failed { mailing, letter, token, details, retry_at, uncertain } => json(&Failed {
            mailing: mailing.0,
            letter: *letter,
            token: *token,
            failure_details: details.to_string(),
            retry_at: *retry_at,
            uncertain: *uncertain,
        }),
        MailEvent::Skipped { mailing, letter, token, details } => {
            json(&Skipped { mailing: mailing.0, letter: *letter, token: *token, details: details.to_string() })
        }
        MailEvent::Held { token, details, retry_at } => json(&Held { token: *token, details: details.to_string(), retry_at: *retry_at }),
        MailEvent::Retried { mailing, letter } => json(&Retried { mailing: mailing.0, letter: *letter }),
        MailEvent::Decided { mailing, letter, was_received } => {
            json(&Decided { mailing: mailing.0, letter: *letter, received: *was_received })
        }
    }
}

/// `None` where the kind is none of a mail's.
///
/// # Errors
/// Why the payload is not understood, in words.
pub(super) fn decode(kind: &str, payload: &str) -> Result<Option<MailEvent>, String> {
    let mailing = || parse::<Mailing>(payload).map(|read| Position(read.mailing));
    Ok(Some(match kind {
        "mail_batch_started" => {
            let BatchStarted { template, name, texts, audience, fallback, position, count, letters } = parse(payload)?;
            if count != letters.len() as u64 {
                return Err(format!("{count} letters are said, and {} are there", letters.len()));
            }
            let WireTexts { subject_en, body_en, subject_de, body_de } = texts;
            let text = |text: Option<String>| text.map(|text| Text::stored(&text));
            let code = |code: Option<String>| code.map(|code| Code::stored(&code));
            let told = |told: WireTold| {
                let WireTold { guest, table, room, silent } = told;
                Told { guest: GuestId(guest), table: code(table), room: code(room), is_silent: silent }
            };
            MailEvent::BatchStarted {
                template: TemplateId(template),
                name: Code::stored(&name),
                texts: Texts { subject_en: text(subject_en), body_en: text(body_en), subject_de: text(subject_de), body_de: text(body_de) },
                audience: Text::stored(&audience),
                fallback,
                position: Position(position),
                letters: letters.into_iter().map(|letter| letter.into_iter().map(told).collect()).collect(),
            }
        }
        "mail_batch_paused" => MailEvent::BatchPaused { mailing: mailing()? },
        "mail_batch_resumed" => MailEvent::BatchResumed { mailing: mailing()? },
        "mail_batch_stopped" => MailEvent::BatchStopped { mailing: mailing()? },
        "mail_claimed" => {
            let Claimed { runner, token, until } = parse(payload)?;
            MailEvent::Claimed { runner: Text::stored(&runner), token, until }
        }
        "mail_released" => MailEvent::Released { token: parse::<Released>(payload)?.token },
        "mail_sending" => {
            let Sending { mailing, letter, token } = parse(payload)?;
            MailEvent::Sending { mailing: Position(mailing), letter, token }
        }
        "mail_sent" => {
            let Sent { mailing, letter, token, reply } = parse(payload)?;
            MailEvent::Sent { mailing: Position(mailing), letter, token, reply: Details::of(&reply) }
        }
        "mail_failed" => {
            let Failed { mailing, letter, token, failure_details, retry_at, uncertain } = parse(payload)?;
            let details = Details::of(&failure_details);
            MailEvent::Failed { mailing: Position(mailing), letter, token, details, retry_at, uncertain }
        }
        "mail_skipped" => {
            let Skipped { mailing, letter, token, details } = parse(payload)?;
            MailEvent::Skipped { mailing: Position(mailing), letter, token, details: Details::of(&details) }
        }
        "mail_held" => {
            let Held { token, details, retry_at } = parse(payload)?;
            MailEvent::Held { token, details: Details::of(&details), retry_at }
        }
        "mail_retried" => {
            let Retried { mailing, letter } = parse(payload)?;
            MailEvent::Retried { mailing: Position(mailing), letter }
        }
        "mail_decided" => {
            let Decided { mailing, letter, received } = parse(payload)?;
            MailEvent::Decided { mailing: Position(mailing), letter, was_received: received }
        }
        _ => return Ok(None),
    }))
}
