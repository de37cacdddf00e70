//! What a batch of mails would be: to whom, what each says, and what is wrong with it. Pure.

use super::render::Press;
use super::sandbox::{Broken, Used};
use super::{Language, MailingId, PLACES, Rendered, Texts};
use crate::plan::guest::Guest;
use crate::plan::id::{GuestId, Position, TemplateId};
use crate::plan::state::Plan;
use crate::plan::template::Template;
use crate::plan::value::{Email, Key, Rsvp, Text};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// What somebody wants to be written, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub template: TemplateId,
    pub guests: Vec<GuestId>,
    /// Who is meant, in words.
    pub audience: Text,
    /// For guests whose language is not known.
    pub fallback: Language,
    /// Guests who share an address get a mail each.
    pub one_each: bool,
}

/// A mail as it would be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    pub guests: Vec<GuestId>,
    pub to: Email,
    pub mail: Rendered,
}

/// What would be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct MailPreview {
    /// The plan that it was computed against.
    pub position: Position,
    pub letters: Vec<Drafted>,
    /// They do not come, so they are not written to.
    pub declined: Vec<GuestId>,
    pub without_address: Vec<GuestId>,
    /// What they have is no address that a mail could go to.
    pub bad_address: Vec<GuestId>,
    /// Fields that the text prints, and for whom there is nothing to print.
    pub empty: BTreeMap<String, Vec<GuestId>>,
    /// What is wrong with a text: its language, whether it is the subject, and what.
    pub broken: Vec<(Language, bool, Broken)>,
    /// They have a mail of this text already, or one that waits to be sent.
    pub again: Vec<GuestId>,
    /// The languages in which the text says where to sit.
    pub telling: Vec<Language>,
    /// The newest batch that there was: two people who start the same are not both right.
    pub newest: Option<MailingId>,
    /// There is neither an English nor a German text with a subject.
    pub has_no_text: bool,
}

impl MailPreview {
    #[must_use]
    pub fn can_start(&self) -> bool {
        !self.letters.is_empty() && self.broken.is_empty() && !self.has_no_text
    }

    /// Two previews of one digest send the same to the same.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.newest.map_or(0, |newest| newest.0).to_le_bytes());
        for Drafted { guests, to, mail } in &self.letters {
            for guest in guests {
                hash.update(guest.0.to_le_bytes());
            }
            for text in [to.as_str(), &mail.subject, &mail.body] {
                hash.update(text.len().to_le_bytes());
                hash.update(text.as_bytes());
            }
        }
        data_encoding::HEXLOWER.encode(&hash.finalize())
    }
}

/// Where the guest is written to: who has no address of their own, by way of whom they accompany.
#[must_use]
pub fn address_of<'a>(plan: &'a Plan, guest: &'a Guest) -> Option<&'a Email> {
    guest.email.as_ref().or_else(|| plan.guest(plan.plus_one_of(guest)?)?.email.as_ref())
}

/// Whether a mail can be sent there at all.
#[must_use]
pub fn is_address(email: &Email) -> bool {
    email.as_str().parse::<lettre::Address>().is_ok()
}

#[must_use]
pub fn assess(plan: &Plan, template: &Template, asked: &Asked) -> MailPreview {
    let texts = Texts::now(template);
    let mut preview = MailPreview {
        position: plan.position,
        letters: Vec::new(),
        declined: Vec::new(),
        without_address: Vec::new(),
        bad_address: Vec::new(),
        empty: BTreeMap::new(),
        broken: Vec::new(),
        again: Vec::new(),
        telling: Vec::new(),
        newest: plan.mails.all.get_max().map(|(id, _)| *id),
        has_no_text: Language::ALL.iter().all(|language| texts.of(*language).is_none()),
    };
    let groups = groups(plan, asked, &mut preview);
    let press = match Press::of(plan, &texts) {
        Ok(press) if !preview.has_no_text => press,
        Ok(_) => return preview,
        Err(broken) => {
            preview.broken = broken;
            return preview;
        }
    };
    let speaks_of_places = |used: &Used| PLACES.iter().any(|place| used.printed.contains(*place) || used.asked.contains(*place));
    preview.telling = press.used.iter().filter(|(_, used)| speaks_of_places(used)).map(|(language, _)| *language).collect();
    let has_it = |guest: &GuestId| {
        plan.mails.of(*guest).any(|(mailing, _, letter)| mailing.template == template.id && !letter.state.is_lost(mailing.state))
    };
    for (to, guests) in groups {
        preview.again.extend(guests.iter().filter(|guest| has_it(guest)));
        match press.print(&guests, asked.fallback) {
            Ok(mail) => {
                for guest in guests.iter().filter_map(|id| plan.guest(*id)) {
                    for field in press.empty_for(guest, mail.language) {
                        preview.empty.entry(field).or_default().push(guest.id);
                    }
                }
                preview.letters.push(Drafted { guests, to, mail });
            }
            // It may be too long for some and not for others; one is enough to say so.
            Err(broken) => {
                let language = guests.first().and_then(|id| plan.guest(*id)).and_then(|guest| press.language(guest, asked.fallback));
                preview.broken.push((language.unwrap_or(asked.fallback), false, broken));
                return preview;
            }
        }
    }
    preview
}

/// The addresses, and who is written to there: in the order of the guests, each once.
fn groups(plan: &Plan, asked: &Asked, preview: &mut MailPreview) -> Vec<(Email, Vec<GuestId>)> {
    let mut groups: Vec<(Email, Vec<GuestId>)> = Vec::new();
    let mut of_address: HashMap<Key, usize> = HashMap::new();
    let mut ids = asked.guests.clone();
    ids.sort_unstable();
    ids.dedup();
    for guest in ids.iter().filter_map(|id| plan.guest(*id)) {
        let email = match address_of(plan, guest) {
            _ if guest.rsvp == Rsvp::Declined => {
                preview.declined.push(guest.id);
                continue;
            }
            None => {
                preview.without_address.push(guest.id);
                continue;
            }
            Some(email) if !is_address(email) => {
                preview.bad_address.push(guest.id);
                continue;
            }
            Some(email) => email,
        };
        let known = of_address.get(&Key::of(email.as_str())).filter(|_| !asked.one_each).and_then(|index| groups.get_mut(*index));
        if let Some((_, guests)) = known {
            // Whose address it is goes first: the mail is to them.
            let is_own = guest.email.is_some();
            guests.insert(if is_own { 0 } else { guests.len() }, guest.id);
        } else {
            of_address.insert(Key::of(email.as_str()), groups.len());
            groups.push((email.clone(), vec![guest.id]));
        }
    }
    groups
}
