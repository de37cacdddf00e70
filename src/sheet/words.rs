//! What people write in cells, to values: yes and no, answers, diets, numbers with something around them.

use crate::plan::{Invalid, Rsvp, Seats, Shape, Text};

/// A text without what nobody sees in it, which comes along when cells are copied from pages and mails.
pub(super) fn visible(text: &str) -> String {
    let is_unseen = |char: char| matches!(char, '\u{200b}' | '\u{2060}' | '\u{feff}');
    let text = text.trim_matches(|char: char| char.is_whitespace() || is_unseen(char));
    if text.contains(is_unseen) { text.replace(is_unseen, "") } else { text.to_owned() }
}

/// Words for "nothing yet" under any column but one of free text.
const NOT_YET: &[&str] = &[
    "n/a",
    "na",
    "none",
    "null",
    "nil",
    "tbd",
    "tba",
    "tbc",
    "unknown",
    "unassigned",
    "not assigned",
    "unseated",
    "open",
    "?",
    "—",
    "--",
    "offen",
    "noch offen",
    "keine",
    "keiner",
    "kein",
    "unbekannt",
    "nicht zugeteilt",
    "ohne",
    "folgt",
];

/// Whether the text says that there is nothing to say yet.
pub(super) fn is_not_yet(text: &str) -> bool {
    NOT_YET.contains(&plain(text).trim_matches(['(', ')', '[', ']', '<', '>']))
}

/// The address in `Anna Bauer <anna@b.example>` and `mailto:anna@b.example`; none where somebody answered without one.
pub(super) fn address(text: &str) -> Option<&str> {
    if is_not_yet(text) || matches!(plain(text).as_str(), "anonymous" | "anonym") {
        return None;
    }
    let within = text.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or(text).trim();
    Some(within.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).map_or(within, |scheme| &within[scheme.len()..]))
}

/// A word as it is looked up: without case, and without what stands around it.
fn plain(text: &str) -> String {
    let is_around = |char: char| char.is_whitespace() || matches!(char, '.' | '!' | ',' | ';' | ':' | '"');
    text.trim_matches(is_around).replace('’', "'").to_lowercase()
}

/// What stands before a remark: "kommt (mit Kind)", "Confirmed - late".
fn without_remark(plain: &str) -> &str {
    let end = ["(", " - ", " – ", ",", ";", ":", "/"].iter().filter_map(|sign| plain.find(sign)).min();
    plain[..end.unwrap_or(plain.len())].trim()
}

/// The first word, where more follows: "Yes - 2 guests", "ja (Rollator)".
fn first_word(plain: &str) -> &str {
    plain.split(|char: char| char.is_whitespace() || matches!(char, ',' | ';' | ':' | '.' | '!' | '(')).next().unwrap_or(plain)
}

const YES: &[&str] = &["yes", "y", "true", "t", "1", "x", "on", "✓", "✔", "☑", "ja", "j", "wahr"];
const NO: &[&str] = &["no", "n", "false", "f", "0", "off", "✗", "✘", "☐", "nein", "falsch"];

fn yes_or_no(plain: &str) -> Option<bool> {
    let is_one_of = |words: &[&str]| words.contains(&plain);
    if is_one_of(YES) { Some(true) } else { is_one_of(NO).then_some(false) }
}

pub(super) fn yes_no(text: &str) -> Result<bool, Invalid> {
    let plain = plain(text);
    match plain.as_str() {
        "none" | "n/a" | "kein" | "keine" | "keiner" => Ok(false),
        _ => yes_or_no(&plain).or_else(|| yes_or_no(first_word(&plain))).ok_or(Invalid::NotYesOrNo),
    }
}

/// Whether somebody is a VIP: the column may also say so by its own word.
pub(super) fn vip(text: &str) -> Result<bool, Invalid> {
    let plain = text.replace(['.', ' '], "").to_lowercase();
    if ["vip", "★", "⭐", "☆", "*"].contains(&plain.as_str()) { Ok(true) } else { yes_no(text) }
}

const ACCEPTED: &[&str] = &[
    "accepted",
    "accept",
    "accepts",
    "approved",
    "attending",
    "attends",
    "will attend",
    "coming",
    "is coming",
    "confirmed",
    "going",
    "zugesagt",
    "zusage",
    "kommt",
    "nimmt teil",
    "dabei",
    "angemeldet",
    "bestätigt",
];
const MAYBE: &[&str] = &[
    "maybe",
    "perhaps",
    "possibly",
    "tentative",
    "tentatively",
    "interested",
    "unsure",
    "not sure",
    "undecided",
    "vielleicht",
    "evtl",
    "eventuell",
    "unsicher",
    "unter vorbehalt",
    "mit vorbehalt",
    "unentschieden",
    "weiß nicht",
    "weiss nicht",
];
const DECLINED: &[&str] = &[
    "declined",
    "decline",
    "declines",
    "cancelled",
    "canceled",
    "not attending",
    "will not attend",
    "won't attend",
    "cannot attend",
    "can't attend",
    "not coming",
    "not going",
    "regret",
    "regrets",
    "abgesagt",
    "absage",
    "abgemeldet",
    "kommt nicht",
    "nimmt nicht teil",
    "nicht dabei",
    "storniert",
    "verhindert",
];
const INVITED: &[&str] = &[
    "invited",
    "open",
    "pending",
    "pending approval",
    "pending_approval",
    "waitlist",
    "waitlisted",
    "on waitlist",
    "warteliste",
    "auf warteliste",
    "awaiting",
    "no answer",
    "no reply",
    "no response",
    "not answered",
    "unknown",
    "n/a",
    "?",
    "eingeladen",
    "offen",
    "ausstehend",
    "steht aus",
    "keine antwort",
    "keine rückmeldung",
    "unbekannt",
];

pub(super) fn rsvp(text: &str) -> Result<Rsvp, Invalid> {
    let plain = plain(text);
    let known = [(ACCEPTED, Rsvp::Accepted), (MAYBE, Rsvp::Maybe), (DECLINED, Rsvp::Declined), (INVITED, Rsvp::Invited)];
    let answer = |words: &str| known.iter().find(|(known, _)| known.contains(&words)).map(|(_, answer)| *answer);
    if let Some(answer) = answer(&plain).or_else(|| answer(without_remark(&plain))) {
        return Ok(answer);
    }
    match yes_or_no(&plain).or_else(|| yes_or_no(first_word(&plain))) {
        Some(true) => Ok(Rsvp::Accepted),
        Some(false) => Ok(Rsvp::Declined),
        None if MAYBE.contains(&first_word(&plain)) => Ok(Rsvp::Maybe),
        None => Err(Invalid::NotAnAnswer),
    }
}

/// A number that identifies something, without the `.0` that a spreadsheet program or a database has added.
pub(super) fn whole(text: &str) -> &str {
    match text.split_once('.') {
        Some((digits, zeros)) if !digits.is_empty() && !zeros.is_empty() => {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && zeros.bytes().all(|byte| byte == b'0');
            if is_number { digits } else { text }
        }
        _ => text,
    }
}

/// A diet by its English name where it is a known one; others as they are.
pub(super) fn diet(text: &str) -> Result<Text, Invalid> {
    let known = match text.to_lowercase().as_str() {
        "vegetarian" | "veggie" | "vegetarisch" | "vegetarier" | "vegetarierin" => "vegetarian",
        "vegan" | "veganer" | "veganerin" => "vegan",
        "halal" => "halal",
        "kosher" | "koscher" => "kosher",
        "gluten-free" | "gluten free" | "glutenfree" | "glutenfrei" => "gluten-free",
        "lactose-free" | "lactose free" | "lactosefree" | "laktosefrei" | "lactosefrei" => "lactose-free",
        _ => text,
    };
    Text::parse(known)
}

/// A language by its code where it is a known one.
pub(super) fn language(text: &str) -> Result<Text, Invalid> {
    let known = match text.to_lowercase().as_str() {
        "de" | "german" | "deutsch" | "ger" => "de",
        "en" | "english" | "englisch" | "eng" => "en",
        _ => text,
    };
    Text::parse(known)
}

pub(super) fn shape(text: &str) -> Result<Shape, Invalid> {
    match text.to_lowercase().as_str() {
        "round" | "circle" | "rund" | "kreis" => Ok(Shape::Round),
        "rect" | "rectangle" | "rectangular" | "square" | "eckig" | "rechteckig" | "rechteck" | "quadratisch" => Ok(Shape::Rect),
        _ => Err(Invalid::NotAShape),
    }
}

pub(super) fn seats(text: &str) -> Result<Seats, Invalid> {
    let text = text.replace(',', ".");
    // "10 seats", but not "10 to 12".
    let number = text.split_once(' ').filter(|(_, unit)| unit.chars().all(char::is_alphabetic)).map_or(text.as_str(), |(number, _)| number);
    whole(number).parse::<u32>().ok().and_then(|seats| Seats::try_from(seats).ok()).ok_or(Invalid::NotSeats)
}

/// A decimal number, with a point or with a comma.
pub(super) fn number(text: &str) -> Result<f64, Invalid> {
    text.replace(',', ".").parse().map_err(|_| Invalid::NotANumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_in_both_languages() {
        assert_eq!(yes_no("JA"), Ok(true));
        assert_eq!(yes_no("nein"), Ok(false));
        assert!(yes_no("maybe").is_err());
        for (words, expected) in [("V.I.P.", Ok(true)), ("Gold", Err(Invalid::NotYesOrNo)), ("n", Ok(false)), ("✔", Ok(true))] {
            assert_eq!(vip(words), expected, "{words}");
        }
        for (words, expected) in [("ja (Rollator)", Ok(true)), ("1 x", Ok(true)), ("none", Ok(false)), ("often", Err(Invalid::NotYesOrNo))]
        {
            assert_eq!(yes_no(words), expected, "{words}");
        }
        for words in [
            "Zugesagt",
            "y",
            "Attending",
            "Going",
            "TRUE",
            "Confirmed",
            "x",
            "Yes - 2 guests",
            "nimmt teil",
            "✓",
            "Yes!",
            "zugesagt (2 Pers.)",
            "kommt (mit Kind)",
        ] {
            assert_eq!(rsvp(words), Ok(Rsvp::Accepted), "{words}");
        }
        for words in ["n", "Not attending", "Regrets", "No, sorry", "FALSE", "Can’t attend", "nimmt nicht teil", "0"] {
            assert_eq!(rsvp(words), Ok(Rsvp::Declined), "{words}");
        }
        for words in ["No response", "?", "offen", "Keine Antwort", "waitlist", "pending_approval"] {
            assert_eq!(rsvp(words), Ok(Rsvp::Invited), "{words}");
        }
        for words in ["Maybe", "vielleicht", "tentative", "evtl.", "Maybe, if the train comes"] {
            assert_eq!(rsvp(words), Ok(Rsvp::Maybe), "{words}");
        }
        assert!(rsvp("42").is_err());
        assert_eq!(["42.0", "1.0", "1.5", "T1.0", "007", ".0", "0."].map(whole), ["42", "1", "1.5", "T1.0", "007", ".0", "0."]);
        assert_eq!(diet("Vegetarisch").unwrap().as_str(), "vegetarian");
        assert_eq!(diet("no onions").unwrap().as_str(), "no onions");
        assert_eq!(number("1,5"), Ok(1.5));
        for (words, expected) in [("10", Some(10)), ("10 Plätze", Some(10)), ("8,0", Some(8)), ("10 to 12", None), ("ten", None)] {
            assert_eq!(seats(words).ok().map(Seats::get), expected, "{words}");
        }
        assert_eq!(["\u{200b}Anna ", "An\u{200b}na", " \u{feff}\u{200b} "].map(visible), ["Anna", "Anna", ""]);
        assert_eq!(address("Anna Bauer <anna@b.example>"), Some("anna@b.example"));
        assert_eq!([address("mailto:anna@b.example"), address("anonymous"), address("n/a")], [Some("anna@b.example"), None, None]);
        assert!(["TBD", "(unassigned)", "n/a", "noch offen", "?"].into_iter().all(is_not_yet) && !is_not_yet("7"));
    }
}
