//! A text and a guest to a mail. Pure, and bounded in time and length.

use super::sandbox::{Broken, EXTRA, Flaw, GUESTS, Used, broken, check, syntax};
use super::{Language, Texts};
use crate::plan::guest::Guest;
use crate::plan::id::GuestId;
use crate::plan::state::Plan;
use jiff::civil::Date;
use minijinja::{Environment, UndefinedBehavior, Value, filters, tests as probes};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// The fields that every guest has, as texts name them.
pub const FIELDS: [&str; 21] = [
    "name",
    "first_name",
    "last_name",
    "table",
    "table_name",
    "host",
    "room",
    "spot",
    "party",
    "plus_one_of",
    "company",
    "department",
    "employee_no",
    "email",
    "diet",
    "allergies",
    "wheelchair",
    "vip",
    "notes",
    "title",
    "date",
];

/// A mail is no longer than this, and a subject than that, in bytes.
const BODY_BYTES: usize = 64 * 1024;
const SUBJECT_BYTES: usize = 900;
/// Steps of a text's program: some thousand guests in one mail would need more.
const FUEL: u64 = 200_000;

/// A mail, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub language: Language,
    pub subject: String,
    pub body: String,
}

/// The columns of their own that any guest has.
#[must_use]
pub fn extra_fields(plan: &Plan) -> BTreeSet<String> {
    plan.guests.values().flat_map(|guest| guest.extra.keys()).map(ToString::to_string).collect()
}

/// Texts that were read once and are printed for many.
pub struct Press<'a> {
    plan: &'a Plan,
    texts: &'a Texts,
    env: Environment<'a>,
    /// Of each language that has a text: its subject's and its body's fields.
    pub used: BTreeMap<Language, Used>,
}

impl<'a> Press<'a> {
    /// # Errors
    /// What is wrong with each text, by its language, and whether it is the subject.
    pub fn of(plan: &'a Plan, texts: &'a Texts) -> Result<Self, Vec<(Language, bool, Broken)>> {
        let extra = extra_fields(plan);
        let is_field = |name: &str| FIELDS.contains(&name) || name.strip_prefix("extra.").is_some_and(|column| extra.contains(column));
        let (mut used, mut wrong) = (BTreeMap::new(), Vec::new());
        for language in Language::ALL {
            if texts.is_half(language) {
                let broken = Broken { line: 1, what: Flaw::Half };
                wrong.push((language, true, broken));
            }
            let Some((subject, body)) = texts.of(language) else { continue };
            let all: &mut Used = used.entry(language).or_default();
            for (is_subject, text) in [(true, subject), (false, body)] {
                match check(text, &is_field) {
                    Ok(mut found) => {
                        all.printed.append(&mut found.printed);
                        all.asked.append(&mut found.asked);
                    }
                    Err(broken) => wrong.push((language, is_subject, broken)),
                }
            }
        }
        if wrong.is_empty() { Ok(Self { plan, texts, env: environment(), used }) } else { Err(wrong) }
    }

    /// The language that somebody reads, of those that there are.
    #[must_use]
    pub fn language(&self, guest: &Guest, fallback: Language) -> Option<Language> {
        let wanted = Language::of(guest).unwrap_or(fallback);
        [wanted, Language::En, Language::De].into_iter().find(|language| self.texts.of(*language).is_some())
    }

    /// The mail to these guests, who share it; fields are of the first.
    ///
    /// # Errors
    /// It becomes too long, or takes too long.
    pub fn print(&self, guests: &[GuestId], fallback: Language) -> Result<Rendered, Broken> {
        let there: Vec<&Guest> = guests.iter().filter_map(|id| self.plan.guest(*id)).collect();
        let nobody = || Broken { line: 1, what: Flaw::UnknownField("name".to_owned()) };
        let first = there.first().ok_or_else(nobody)?;
        let language = self.language(first, fallback).ok_or_else(nobody)?;
        let (subject, body) = self.texts.of(language).ok_or_else(nobody)?;
        let mut fields = fields(self.plan, first, language);
        let all: Vec<Value> = there.iter().map(|guest| Value::from(self::fields(self.plan, guest, language))).collect();
        fields.insert(GUESTS.to_owned(), Value::from(all));
        let values = Value::from(fields);
        // A name may hold a line break; a subject is one line, whatever stands in it.
        let subject = self.render(subject, &values, SUBJECT_BYTES)?;
        let subject = subject.split(|letter: char| letter.is_control() || letter.is_whitespace()).filter(|word| !word.is_empty());
        Ok(Rendered { language, subject: subject.collect::<Vec<_>>().join(" "), body: self.render(body, &values, BODY_BYTES)? })
    }

    fn render(&self, text: &str, values: &Value, most: usize) -> Result<String, Broken> {
        let mut out = Bounded { bytes: Vec::new(), most };
        let template = self.env.template_from_str(text).map_err(|error| broken(&error))?;
        template.render_captured_to(values.clone(), &mut out).map_err(|error| broken(&error))?;
        // As forms send them, lines end with two characters.
        Ok(String::from_utf8_lossy(&out.bytes).replace("\r\n", "\n"))
    }

    /// Of the fields that are printed for the guest, those that are empty.
    #[must_use]
    pub fn empty_for(&self, guest: &Guest, language: Language) -> Vec<String> {
        let (fields, extra) = (fields(self.plan, guest, language), &guest.extra);
        let is_empty = |name: &&String| match name.strip_prefix("extra.") {
            Some(column) => !extra.keys().any(|key| key.as_str() == column),
            None => fields.get(*name).is_none_or(|value| !value.is_true()),
        };
        let printed = self.used.get(&language).map(|used| &used.printed);
        printed.into_iter().flatten().filter(is_empty).cloned().collect()
    }
}

/// Nothing but what texts are allowed to say; there is no way from it to files, other texts, or the machine.
fn environment<'a>() -> Environment<'a> {
    let mut env = Environment::empty();
    env.set_syntax(syntax());
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(50);
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    // The lists that texts are checked against name the same.
    env.add_filter("upper", filters::upper);
    env.add_filter("lower", filters::lower);
    env.add_filter("capitalize", filters::capitalize);
    env.add_filter("title", filters::title);
    env.add_filter("trim", filters::trim);
    env.add_filter("default", filters::default);
    env.add_filter("d", filters::default);
    env.add_filter("length", filters::length);
    env.add_filter("first", filters::first);
    env.add_filter("last", filters::last);
    env.add_test("defined", probes::is_defined);
    env.add_test("undefined", probes::is_undefined);
    env.add_test("none", probes::is_none);
    env.add_test("true", probes::is_true);
    env
}

struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(io::Error::other("too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is empty is not there at all, so that `default` finds something to do.
fn fields(plan: &Plan, guest: &Guest, language: Language) -> BTreeMap<String, Value> {
    let table = guest.table.and_then(|id| plan.table(id));
    let spot = table.and_then(|table| table.spot).and_then(|id| plan.spot(id));
    let room = spot.and_then(|spot| plan.room(spot.room));
    let yes = |is: bool| is.then(|| language.yes().to_owned());
    let text = |value: Option<&dyn std::fmt::Display>| value.map(ToString::to_string);
    macro_rules! shown {
        ($value:expr) => {
            $value.as_ref().map(|value| value as &dyn std::fmt::Display)
        };
    }
    let leader = plan.plus_one_of(guest).and_then(|id| plan.guest(id));
    let values: [(&str, Option<String>); FIELDS.len()] = [
        ("name", Some(guest.label())),
        ("first_name", text(shown!(guest.first_name))),
        ("last_name", text(shown!(guest.last_name))),
        ("table", table.map(|table| table.number.to_string())),
        ("table_name", table.and_then(|table| text(shown!(table.name)))),
        ("host", table.and_then(|table| text(shown!(table.host)))),
        ("room", room.map(|room| room.name.to_string())),
        ("spot", spot.map(|spot| spot.code.to_string())),
        ("party", text(shown!(guest.party))),
        ("plus_one_of", leader.map(Guest::label)),
        ("company", text(shown!(guest.company))),
        ("department", text(shown!(guest.department))),
        ("employee_no", text(shown!(guest.employee_no))),
        ("email", text(shown!(guest.email))),
        ("diet", text(shown!(guest.diet))),
        ("allergies", text(shown!(guest.allergies))),
        ("wheelchair", yes(guest.wheelchair)),
        ("vip", yes(guest.vip)),
        ("notes", text(shown!(guest.notes))),
        ("title", text(shown!(plan.about.title))),
        ("date", plan.about.date.map(|date| language.date(date))),
    ];
    let mut fields: BTreeMap<String, Value> =
        values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))).collect();
    let extra = guest.extra.iter().map(|(name, value)| (name.to_string(), Value::from(value.to_string())));
    fields.insert(EXTRA.to_owned(), Value::from(extra.collect::<BTreeMap<String, Value>>()));
    fields
}

impl Language {
    /// What the guest reads, where that is known.
    #[must_use]
    pub fn of(guest: &Guest) -> Option<Self> {
        let language = guest.language.as_ref()?.as_str().to_lowercase();
        Self::ALL.into_iter().find(|known| language.starts_with(known.as_str()))
    }

    fn yes(self) -> &'static str {
        match self {
            Self::En => "yes",
            Self::De => "ja",
        }
    }

    /// A day as people write it in a letter.
    fn date(self, date: Date) -> String {
        const ENGLISH: [&str; 12] =
            ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        const GERMAN: [&str; 12] =
            ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];
        let month = usize::from(date.month().unsigned_abs().saturating_sub(1)).min(11);
        match self {
            Self::En => format!("{} {} {}", date.day(), ENGLISH[month], date.year()),
            Self::De => format!("{}. {} {}", date.day(), GERMAN[month], date.year()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::event::{Body, Event};
    use crate::plan::guest::GuestPatch;
    use crate::plan::{BatchId, Code, Patch, Text, Timestamp, evolve};
    use std::sync::Arc;

    /// A guest with a column of her own, and no table.
    fn plan() -> Plan {
        let set = GuestPatch {
            first_name: Patch::Set(Text::stored("Anna")),
            last_name: Patch::Set(Text::stored("Größl")),
            extra: Patch::Set([(Code::stored("Hotel"), Some(Text::stored("Sacher")))].into()),
            ..GuestPatch::default()
        };
        let body = Body::GuestAdded { guest: GuestId(1), set: Box::new(set) };
        let position = crate::plan::Position(1);
        evolve(
            Plan::default(),
            &Event { position, recorded_at: Timestamp(1), actor: Arc::from("a"), batch: BatchId(uuid::Uuid::nil()), body },
        )
    }

    fn texts(subject: &str, body: &str) -> Texts {
        Texts { subject_en: Some(Text::stored(subject)), body_en: Some(Text::stored(body)), ..Texts::default() }
    }

    fn printed(body: &str) -> Result<String, Flaw> {
        let (plan, texts) = (plan(), texts("S", body));
        let press = Press::of(&plan, &texts).map_err(|wrong| wrong[0].2.what.clone())?;
        press.print(&[GuestId(1)], Language::En).map(|mail| mail.body).map_err(|broken| broken.what)
    }

    #[test]
    fn a_text_has_fields_conditions_and_one_loop() {
        assert_eq!(printed("Dear {{ name }}").unwrap(), "Dear Anna Größl");
        assert_eq!(printed("{{ table|default('no table yet') }}").unwrap(), "no table yet");
        assert_eq!(printed("{% if table %}\nat {{ table }}\n{% else %}\nsoon\n{% endif %}\nBye").unwrap(), "soon\nBye");
        assert_eq!(printed("{{ extra.Hotel }}, {{ extra['Hotel']|upper }}").unwrap(), "Sacher, SACHER");
        assert_eq!(printed("{% for g in guests %}{{ g.name }}{% if not loop.last %}, {% endif %}{% endfor %}").unwrap(), "Anna Größl");
        assert_eq!(printed("<b>{{ first_name }}</b>").unwrap(), "<b>Anna</b>", "plain text is not escaped");
    }

    #[test]
    fn what_could_loop_explode_or_reach_out_is_no_text() {
        for text in [
            "{{ 'x' * 1000000000 }}",
            "{% set a = 'x' %}{{ a }}",
            "{% for a in guests %}{% for b in guests %}x{% endfor %}{% endfor %}",
            "{% for a in range(100000) %}x{% endfor %}",
            "{{ range(10) }}",
            "{{ name|replace('A', 'AAAA') }}",
            "{{ [1, 2, 3] }}",
            "{{ 9 ** 99999 }}",
            "{{ name.upper() }}",
            "{% include 'x' %}",
            "{% macro a() %}{{ a() }}{% endmacro %}",
            "{{ guests[0].name }}",
            "{{ guests }}",
            "{{ guests|first }}",
            "{{ extra }}",
            "{% for name in guests %}{{ name }}{% endfor %}",
            "{{ name ~ name }}",
            "{% for g in guests recursive %}{{ loop(guests) }}{% endfor %}",
        ] {
            assert!(printed(text).is_err(), "{text}");
        }
        assert_eq!(printed("{{ guests|length }}").unwrap(), "1");
        assert_eq!(printed(&format!("{{{{ 1{} }}}}", "|d".repeat(1_900))), Err(Flaw::TooMuch));
        let deep = format!("{}{}", "{% if name %}".repeat(2_000), "{% endif %}".repeat(2_000));
        assert!(printed(&deep).is_err());
        let parentheses = format!("{{{{ {}name{} }}}}", "(".repeat(3_000), ")".repeat(3_000));
        assert!(printed(&parentheses).is_err());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let plan = plan();
        let wrong = |text: &str| Press::of(&plan, &texts("S", text)).err().unwrap().remove(0).2;
        assert_eq!(wrong("Dear\n{{ nmae }}"), Broken { line: 2, what: Flaw::UnknownField("nmae".to_owned()) });
        assert_eq!(wrong("{{ extra.Hotl }}").what, Flaw::UnknownField("extra.Hotl".to_owned()));
        assert!(matches!(wrong("a\nb\n{{ name").what, Flaw::NotUnderstood(_)));
        assert_eq!(wrong("{% for g in guests %}{{ g.nmae }}{% endfor %}").what, Flaw::UnknownField("nmae".to_owned()));
        let long = texts("S", &"{{ name }}".repeat(390));
        let press = Press::of(&plan, &long).unwrap();
        assert!(press.print(&[GuestId(1)], Language::En).is_ok());
        let many = texts(&"x".repeat(1_000), "b");
        assert_eq!(Press::of(&plan, &many).unwrap().print(&[GuestId(1)], Language::En).unwrap_err().what, Flaw::TooMuch);
    }

    #[test]
    fn a_gap_is_only_what_is_printed_with_nothing_to_print() {
        let plan = plan();
        let gaps = |text: &str| {
            let texts = texts("S", text);
            Press::of(&plan, &texts).unwrap().empty_for(plan.guest(GuestId(1)).unwrap(), Language::En)
        };
        assert_eq!(gaps("{{ name }} {{ table }} {{ room }}"), ["room", "table"]);
        assert_eq!(gaps("{% if table %}{{ table }}{% endif %}{{ room|default('?') }}"), Vec::<String>::new());
        assert_eq!(gaps("{% for g in guests %}{{ g.diet }}{% endfor %}"), ["diet"]);
        assert_eq!(gaps("{{ extra.Hotel }}"), Vec::<String>::new());
    }

    #[test]
    fn a_subject_is_one_line_whatever_stands_in_it() {
        let plan = plan();
        let texts = texts("Hello\r\nBcc: x {{ name }}\u{2028}", "b");
        let mail = Press::of(&plan, &texts).unwrap().print(&[GuestId(1)], Language::De).unwrap();
        assert_eq!((mail.subject.as_str(), mail.language), ("Hello Bcc: x Anna Größl", Language::En));
    }
}
