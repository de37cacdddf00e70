//! Find anybody: guests, tables, spots, parties and companies, whatever the accents, the order of the words, or a slip of the finger.

use crate::lang::T;
use crate::plan::{Guest, Key, Plan};
use askama::Template;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Shorter words are not guessed at.
const GUESSED_CHARS: usize = 4;
/// Nobody types more words than this to find somebody.
const WORDS: usize = 8;
/// On the page, and under the field.
pub const PAGE_RESULTS: usize = 100;
pub const LIST_RESULTS: usize = 10;

/// How well a word fits; nothing is better than all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// With one typing error.
    Nearly,
    Within,
    Begins,
    Whole,
}

/// A word as it is compared, in up to two spellings: without its accents, and with ä as ae.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word(String, Option<String>);

impl Word {
    fn of(word: &str) -> Self {
        // Nearly all of them, a hundred times faster.
        if word.is_ascii() {
            return Self(word.to_ascii_lowercase(), None);
        }
        let (mut bare, mut spelt) = (String::with_capacity(word.len()), String::with_capacity(word.len()));
        for char in word.nfc().flat_map(char::to_lowercase) {
            let both = match char {
                'ß' => Some("ss"),
                'æ' => Some("ae"),
                'œ' => Some("oe"),
                'þ' => Some("th"),
                _ => None,
            };
            if let Some(both) = both {
                bare.push_str(both);
                spelt.push_str(both);
                continue;
            }
            match char {
                'ø' => bare.push('o'),
                'ł' => bare.push('l'),
                'đ' | 'ð' => bare.push('d'),
                'ı' => bare.push('i'),
                _ => bare.extend(std::iter::once(char).nfd().filter(|char| !is_combining_mark(*char))),
            }
            match char {
                'ä' => spelt.push_str("ae"),
                'ö' | 'ø' => spelt.push_str("oe"),
                'ü' => spelt.push_str("ue"),
                'å' => spelt.push_str("aa"),
                'ł' => spelt.push('l'),
                'đ' | 'ð' => spelt.push('d'),
                'ı' => spelt.push('i'),
                _ => spelt.extend(std::iter::once(char).nfd().filter(|char| !is_combining_mark(*char))),
            }
        }
        let spelt = (spelt != bare).then_some(spelt);
        Self(bare, spelt)
    }

    fn spellings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.0.as_str()).chain(self.1.as_deref())
    }

    /// How well this word of a question fits a word of what there is.
    fn fit(&self, there: &Self) -> Option<Fit> {
        self.spellings().flat_map(|asked| there.spellings().filter_map(|known| fit(asked, known))).max()
    }
}

fn fit(asked: &str, known: &str) -> Option<Fit> {
    if asked == known {
        return Some(Fit::Whole);
    }
    if known.starts_with(asked) {
        return Some(Fit::Begins);
    }
    if known.contains(asked) {
        return Some(Fit::Within);
    }
    let chars = asked.chars().count();
    // Of numbers, codes and addresses the next one is another one.
    if chars < GUESSED_CHARS || asked.contains(|char: char| char.is_ascii_digit() || char == '@') {
        return None;
    }
    // One error leaves the first or the last third as it is: most words need not be looked at any closer.
    let third = |at: usize| asked.char_indices().nth(at).map_or(asked.len(), |(byte, _)| byte);
    if !known.starts_with(&asked[..third(chars / 3)]) && !known.contains(&asked[third(chars - chars / 3)..]) {
        return None;
    }
    // Somebody may still be typing, so the beginning of the word is enough: as long as the question, one more, or one less.
    let ends = known.char_indices().map(|(at, _)| at).skip(1).chain([known.len()]);
    let is_near = |beginning: &str| strsim::osa_distance(asked, beginning) <= 1;
    ends.zip(1..)
        .filter(|(_, length)| (chars - 1..=chars + 1).contains(length))
        .any(|(end, _)| is_near(&known[..end]))
        .then_some(Fit::Nearly)
}

/// What somebody looks for.
#[derive(Debug, Clone)]
pub struct Question(Vec<Word>);

impl Question {
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(words(text).take(WORDS).map(Word::of).collect())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How well all of its words fit these texts, in whatever order; `None` where one does not.
    fn score<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Option<u32> {
        let known: Vec<Word> = texts.flat_map(words).map(Word::of).collect();
        let mut score = 0;
        for asked in &self.0 {
            let best = known.iter().filter_map(|known| asked.fit(known)).max()?;
            score += 1 + best as u32;
        }
        Some(score)
    }

    /// Whether all of its words are in these texts, in whatever order.
    pub fn fits<'a>(&self, texts: impl Iterator<Item = &'a str>) -> bool {
        self.score(texts).is_some()
    }
}

/// Addresses and codes are words as they are; names are taken apart at what is no letter.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| char.is_whitespace() || ",;()/\"“”„".contains(char)).filter(|word| !word.is_empty())
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub kind: &'static str,
    pub href: String,
    pub label: String,
    pub detail: String,
    score: u32,
}

/// The texts that a guest is found by.
fn of_guest(guest: &Guest) -> impl Iterator<Item = &str> {
    let texts = [&guest.first_name, &guest.last_name, &guest.company];
    let codes = [
        guest.employee_no.as_ref().map(crate::plan::EmployeeNo::as_str),
        guest.email.as_ref().map(crate::plan::Email::as_str),
        guest.party.as_ref().map(crate::plan::Code::as_str),
    ];
    texts.into_iter().flatten().map(crate::plan::Text::as_str).chain(codes.into_iter().flatten())
}

/// The best first.
#[must_use]
pub fn find(plan: &Plan, t: T, question: &Question, limit: usize) -> Vec<Found> {
    if question.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for guest in plan.guests.values() {
        if let Some(score) = question.score(of_guest(guest)) {
            let table = guest.table.and_then(|table| plan.table(table));
            let seat = table.map_or_else(|| t.show_unseated(), |table| t.table_named(table.number.as_str()));
            let company = guest.company.as_ref().map(|company| format!("{company} · ")).unwrap_or_default();
            found.push(Found {
                kind: "guest",
                href: format!("/guests/{}", guest.id),
                label: guest.label(),
                detail: company + &seat,
                score,
            });
        }
    }
    for table in plan.tables.values() {
        let name = table.name.as_ref().map(crate::plan::Text::as_str);
        if let Some(score) = question.score(["table", "tisch"].into_iter().chain([table.number.as_str()]).chain(name)) {
            let spot = table.spot.and_then(|spot| plan.spot(spot)).map(|spot| format!(" · {}", spot.code)).unwrap_or_default();
            let detail = format!("{}{spot}", t.part_of_whole(plan.seated_at(table.id).to_string(), table.seats.to_string()));
            found.push(Found { kind: "table", href: format!("/tables/{}", table.id), label: table.label(), detail, score });
        }
    }
    for spot in plan.spots.values() {
        if let Some(score) = question.score([spot.code.as_str()].into_iter()) {
            let room = plan.room(spot.room).map(crate::plan::Room::label).unwrap_or_default();
            let table = plan
                .table_on(spot.id)
                .and_then(|table| plan.table(table))
                .map(|table| format!(" · {}", t.table_named(table.number.as_str())));
            let detail = room + &table.unwrap_or_default();
            found.push(Found { kind: "spot", href: format!("/floor/{}", spot.room), label: spot.label(), detail, score });
        }
    }
    for (kind, groups) in [
        ("party", groups(plan, |guest| guest.party.as_ref().map(crate::plan::Code::as_str))),
        ("company", groups(plan, |guest| guest.company.as_ref().map(crate::plan::Text::as_str))),
    ] {
        for (name, guests) in groups.into_values() {
            if let Some(score) = question.score([name].into_iter()) {
                let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", name).finish();
                let detail = t.n_of_guests(guests);
                found.push(Found { kind, href: format!("/guests?{query}"), label: name.to_owned(), detail, score });
            }
        }
    }
    // Of what fits as well, in the order of the kinds above.
    found.sort_by_key(|found| std::cmp::Reverse(found.score));
    found.truncate(limit);
    found
}

/// What guests have in common, as it is written first, with how many they are.
fn groups(plan: &Plan, name: impl Fn(&Guest) -> Option<&str>) -> BTreeMap<Key, (&str, u32)> {
    let mut groups = BTreeMap::new();
    for guest in plan.guests.values() {
        if let Some(name) = name(guest) {
            groups.entry(Key::of(name)).or_insert((name, 0)).1 += 1;
        }
    }
    groups
}

impl Found {
    /// What it is, in words.
    fn what(&self, t: &crate::lang::Texts) -> String {
        match self.kind {
            "guest" => t.found_guest(),
            "table" => t.found_table(),
            "spot" => t.found_spot(),
            "party" => t.found_party(),
            _ => t.found_company(),
        }
    }
}

/// What was found, as a page.
#[derive(Template)]
#[template(path = "find.html")]
pub struct FindPage {
    pub t: T,
    pub asked: String,
    pub found: Vec<Found>,
}

/// And under the field, as somebody types.
#[derive(Template)]
#[template(path = "found.html")]
pub struct FoundList {
    pub t: T,
    pub found: Vec<Found>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(question: &str, text: &str) -> bool {
        Question::of(question).fits([text].into_iter())
    }

    #[test]
    fn umlauts_and_accents_are_found_however_they_are_typed() {
        for asked in ["Müller", "Mueller", "Muller", "MÜLLER", "mu\u{308}ller", "mül"] {
            for known in ["Müller", "Mueller", "Mu\u{308}ller"] {
                assert!(fits(asked, known), "{asked} {known}");
            }
        }
        assert!(fits("Muller", "Muller") && fits("Müller", "Muller"));
        for (asked, known) in [
            ("grosz", "Großz"),
            ("strasse", "Straße"),
            ("jose", "José"),
            ("lukasz", "Łukasz"),
            ("aake", "Åke"),
            ("soren", "Søren"),
            ("sören", "Søren"),
        ] {
            assert!(fits(asked, known), "{asked} {known}");
        }
    }

    #[test]
    fn words_come_in_any_order_and_may_hold_one_error() {
        assert!(fits("schmidt anna", "Anna-Lena Schmidt"));
        for asked in ["Schmitd", "Schmdt", "Schmiddt", "Schmixt", "xchmidt", "Schmitt anna"] {
            assert!(fits(asked, "Anna Schmidt"), "{asked}");
        }
        assert!(fits("schmitd", "Schmidtbauer"), "while it is being typed");
        for asked in ["Schmxxt", "ann schulz", "axa"] {
            assert!(!fits(asked, "Anna Schmidt"), "{asked}");
        }
        assert!(!fits("T18", "T17"), "what is short is not guessed at");
    }

    #[test]
    fn what_fits_better_comes_first() {
        let score = |asked: &str, known: &str| Question::of(asked).score([known].into_iter()).unwrap();
        assert!(score("anna", "Anna") > score("anna", "Annabel"));
        assert!(score("anna", "Annabel") > score("anna", "Susanna"));
        assert!(score("anna", "Susanna") > score("anna", "Amna"));
    }
}
