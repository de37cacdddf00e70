//! The plan of the past: which pages have one, the slider over the plan's life, and links that stay in it.

use super::Address;
use super::batches::Batch;
use super::words::{civil_day, day, when};
use crate::lang::T;
use crate::plan::{Landmark, Mark, Plan, Position};
use askama::Template;

/// Whether the page can be looked at as it was: all that is about the plan. Accounts, and files that wait, are not of it.
#[must_use]
pub fn has_past(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    matches!(first, "" | "guests" | "tables" | "floor" | "find" | "history" | "reports" | "mail" | "lists" | "guests.csv" | "guests.xlsx")
}

/// The position that the address looks at, if it is one of the past.
#[must_use]
pub fn asked(address: &Address, newest: Position) -> Option<Position> {
    let at = address.number("at").map(Position).filter(|_| has_past(&address.path))?;
    (at.0 >= 1 && at < newest).then_some(at)
}

/// The address without a position that is not one of the past: the newest plan, and whatever is beyond it, is the present.
#[must_use]
pub fn present(address: Address, newest: Position) -> Address {
    let is_past = asked(&address, newest).is_some();
    if is_past || address.get("at").is_empty() { address } else { address.with("at", "") }
}

/// A mark under the slider.
struct Tick {
    /// How far along, in per cent.
    x: f64,
    label: String,
    class: &'static str,
    href: String,
}

/// The bar over a page of the past.
#[derive(Template)]
#[template(path = "past.html")]
pub struct PastBar<'a> {
    t: T,
    address: &'a Address,
    at: Position,
    newest: Position,
    when: String,
    /// What was done last, there.
    last: Option<Batch>,
    /// Behind the batch before, and behind the next one.
    earlier: Option<Position>,
    later: Option<Position>,
    ticks: Vec<Tick>,
}

/// So many uploads and retractions are marked, the newest.
const TICKS: usize = 200;
/// Days whose names are written; of more, every second or third one is.
const NAMED_DAYS: usize = 12;

impl<'a> PastBar<'a> {
    /// `now` is the newest plan, `then` the one that is looked at.
    #[must_use]
    pub fn of(address: &'a Address, t: T, now: &Plan, then: &Plan, last: Option<Batch>, later: Option<Position>) -> Self {
        let (at, newest) = (then.position, now.position);
        #[allow(clippy::cast_precision_loss)]
        let x = |position: Position| (position.0 as f64 / newest.0.max(1) as f64) * 100.0;
        let href = |position: Position| address.with("at", &position.to_string()).to_string();
        let landmarks = now.landmarks.by_day(civil_day);
        let is_day = |landmark: &Landmark| matches!(landmark.mark, Mark::Quarter(_));
        let days = landmarks.iter().filter(|landmark| is_day(landmark)).count();
        let (mut nth, mut written) = (0, -100.0);
        let others = landmarks.len() - days;
        let mut passed = 0;
        let is_shown = move |landmark: &&Landmark| {
            passed += usize::from(!is_day(landmark));
            is_day(landmark) || passed + TICKS > others
        };
        let ticks = landmarks.into_iter().filter(is_shown).map(|landmark| {
            let (label, class) = match &landmark.mark {
                Mark::Quarter(_) => {
                    nth += 1;
                    // Names do not stand on one another.
                    let is_named = (days <= NAMED_DAYS || nth % days.div_ceil(NAMED_DAYS) == 0) && x(landmark.position) - written > 7.0;
                    if is_named {
                        written = x(landmark.position);
                    }
                    (if is_named { day(t, landmark.recorded_at) } else { String::new() }, "day")
                }
                Mark::Upload(file) => (t.nth_upload(file.as_str()), "upload"),
                Mark::Retraction => (t.taken_or_brought_back(), "retraction"),
            };
            Tick { x: x(landmark.position), label, class, href: href(landmark.position) }
        });
        let earlier = last.as_ref().map(|last| Position(last.first.0.saturating_sub(1))).filter(|earlier| earlier.0 >= 1);
        Self { t, address, at, newest, when: when(t, then.recorded_at), ticks: ticks.collect(), last, earlier, later }
    }

    fn is_day(tick: &Tick) -> bool {
        tick.class == "day"
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // Templates pass references.
    fn to(&self, position: &Position) -> String {
        self.address.with("at", &position.to_string()).to_string()
    }

    fn now(&self) -> String {
        self.address.with("at", "").to_string()
    }

    fn others(&self) -> impl Iterator<Item = &(String, String)> {
        self.address.query.iter().filter(|(name, _)| name != "at")
    }
}

/// The page with its links and searches leading to where it stands: to pages as they were, too.
#[must_use]
pub fn carried(html: &str, at: Position) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(found) = rest.find("href=\"/") {
        let (before, link) = rest.split_at(found + "href=\"".len());
        out.push_str(before);
        let end = link.find('"').unwrap_or(link.len());
        let (href, behind) = link.split_at(end);
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        let is_said = query.split('&').any(|pair| pair.trim_start_matches("amp;").trim_start_matches("#38;").starts_with("at="));
        out.push_str(href);
        if has_past(path) && !is_said {
            out.push_str(if query.is_empty() { "?at=" } else { "&amp;at=" });
            out.push_str(&at.to_string());
        }
        rest = behind;
    }
    out.push_str(rest);
    // Every search ends its form's tag with this.
    out.replace(" data-search>", &format!(" data-search><input type=\"hidden\" name=\"at\" value=\"{at}\">"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_past_stay_in_it() {
        let page = r#"<a href="/guests/7">A</a><a href="/tables?show=free">B</a><a href="/uploads">C</a><a href="/guests?at=3&amp;q=x">D</a><a href="/accounts">E</a>"#;
        let carried = carried(page, Position(12));
        assert!(carried.contains(r#"href="/guests/7?at=12""#) && carried.contains(r#"href="/tables?show=free&amp;at=12""#), "{carried}");
        assert!(carried.contains(r#"href="/uploads""#) && carried.contains(r#"href="/guests?at=3&amp;q=x""#), "{carried}");
        assert!(carried.contains(r#"href="/accounts""#), "accounts are not of the plan: {carried}");
    }

    #[test]
    fn only_a_position_before_the_newest_is_the_past() {
        let address = |query: &str| Address::parse(&format!("/guests?at={query}"));
        assert_eq!(asked(&address("3"), Position(9)), Some(Position(3)));
        assert_eq!(
            (asked(&address("9"), Position(9)), asked(&address("0"), Position(9)), asked(&address("x"), Position(9))),
            (None, None, None)
        );
        assert_eq!(asked(&Address::parse("/accounts?at=3"), Position(9)), None);
    }
}
