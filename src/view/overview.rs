//! The overview: what is left to do, how far it has come, and what happened last.

use super::batches::Batch;
use super::guests::{is_tight, split_parties};
use super::words::{civil_day, day, long_date, when};
use crate::lang::{Reader, T, field, number};
use crate::plan::command::Role;
use crate::plan::{Mark, Plan, Rsvp, Subject, Table, Tally};
use askama::Template;
use std::collections::{BTreeMap, BTreeSet};

/// A bar: a part of a whole.
struct Bar {
    href: String,
    label: String,
    part: u64,
    whole: u64,
    words: String,
}

impl Bar {
    /// Of a drawing that is a hundred wide.
    fn width(&self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let share = self.part as f64 / self.whole.max(1) as f64;
        (share * 100.0).clamp(0.0, 100.0)
    }

    fn is_over(&self) -> bool {
        self.part > self.whole
    }
}

/// The end of a day, as a column.
struct Day {
    label: String,
    tally: Tally,
    x: f64,
    width: f64,
    height: f64,
    href: String,
}

/// Something that is to be done, and where; nothing is left of it where the count is none.
struct ToDo {
    href: &'static str,
    count: usize,
    words: String,
    /// A few of them by name, with their links.
    named: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "overview.html")]
pub struct Overview {
    t: T,
    title: String,
    date: String,
    iso_date: String,
    default_seats: u32,
    notice: String,
    guests: usize,
    tally: Tally,
    to_do: Vec<ToDo>,
    rooms: Vec<Bar>,
    diets: Vec<Bar>,
    days: Vec<Day>,
    latest: Vec<Batch>,
    is_empty: bool,
    is_admin: bool,
}

/// So many names are listed; the rest is behind a link.
const NAMED: usize = 12;
/// So many days are drawn, the newest.
const DAYS: usize = 42;
/// The height of a day on which all are seated.
const DAY_HEIGHT: f64 = 90.0;

impl Overview {
    #[must_use]
    pub fn of(plan: &Plan, latest: Vec<Batch>, reader: Reader) -> Self {
        let t = reader.lang.texts();
        let about = &plan.about;
        Self {
            t,
            title: about.title.as_ref().map(ToString::to_string).unwrap_or_default(),
            date: about.date.map(|date| long_date(t, date)).unwrap_or_default(),
            iso_date: about.date.map(|date| date.to_string()).unwrap_or_default(),
            default_seats: about.default_seats.get(),
            notice: about.notice.as_ref().map(ToString::to_string).unwrap_or_default(),
            guests: plan.guests.len(),
            tally: plan.tally(),
            to_do: to_do(plan, t),
            rooms: rooms(plan, t),
            diets: diets(plan, t),
            days: days(plan, t),
            latest,
            is_empty: plan.guests.is_empty() && plan.tables.is_empty() && plan.rooms.is_empty(),
            is_admin: reader.role == Role::Admin,
        }
    }

    fn when(&self, batch: &Batch) -> String {
        when(self.t, batch.recorded_at)
    }
}

fn to_do(plan: &Plan, t: T) -> Vec<ToDo> {
    let tables = |is_wanted: &dyn Fn(&Table) -> bool| {
        let wanted = plan.tables.values().filter(|table| is_wanted(table));
        wanted.map(|table| (format!("/tables/{}", table.id), table.label())).collect::<Vec<_>>()
    };
    let guests = |is_wanted: &dyn Fn(&crate::plan::Guest) -> bool| {
        let wanted = plan.guests.values().filter(|guest| is_wanted(guest));
        wanted.map(|guest| (format!("/guests/{}", guest.id), guest.label())).collect::<Vec<_>>()
    };
    let collisions = plan.open_collisions().map(|collision| {
        let href = match collision.subject {
            Subject::Guest(id) => format!("/guests/{id}"),
            Subject::Table(id) => format!("/tables/{id}"),
            _ => "/floor".to_owned(),
        };
        (href, t.lost_its(plan.label(collision.subject), field(t, collision.field), collision.lost.as_str()))
    });
    let is_too_small = |table: &Table| table.spot.and_then(|spot| plan.spot(spot)).is_some_and(|spot| spot.seats < table.seats);
    let split = split_parties(plan).len();
    let one = |href, words, mut named: Vec<(String, String)>, are_named: bool| {
        let count = named.len();
        named.truncate(if are_named { NAMED } else { 0 });
        ToDo { href, count, words, named }
    };
    vec![
        one(
            "/guests?show=unseated",
            t.guests_without_seat(),
            guests(&|guest| guest.table.is_none() && guest.rsvp != Rsvp::Declined),
            false,
        ),
        one(
            "/guests?show=vip-unseated",
            t.vips_without_seat(),
            guests(&|guest| guest.vip && guest.table.is_none() && guest.rsvp != Rsvp::Declined),
            true,
        ),
        one("/tables?show=overfull", t.overfull_tables(), tables(&|table| plan.seated_at(table.id) > table.seats.get()), true),
        one("/tables?show=without-spot", t.tables_without_spot(), tables(&|table| table.spot.is_none()), true),
        one("/tables?show=too-small", t.tables_on_small_spot(), tables(&is_too_small), false),
        ToDo { href: "/guests?show=split&sort=party", count: split, words: t.parties_split(), named: Vec::new() },
        one("/guests?show=tight", t.wheelchairs_tight(), guests(&|guest| is_tight(plan, guest)), true),
        one("/guests?show=outdated", t.guests_know_outdated(), guests(&|guest| plan.knows_outdated_table(guest.id)), true),
        one("/history", t.collisions_open(), collisions.collect(), true),
    ]
}

fn rooms(plan: &Plan, t: T) -> Vec<Bar> {
    let bar = |room: &crate::plan::Room| {
        let tables = plan.spots_in(room.id).filter_map(|spot| plan.table_on(spot)).filter_map(|table| plan.table(table));
        let (part, whole) = tables.fold((0_u64, 0_u64), |(seated, seats), table| {
            (seated + u64::from(plan.seated_at(table.id)), seats + u64::from(table.seats.get()))
        });
        Bar {
            href: format!("/floor/{}", room.id),
            label: room.name.to_string(),
            part,
            whole,
            words: t.part_of_whole(number(t, part), number(t, whole)),
        }
    };
    plan.rooms.values().map(|room| bar(room)).collect()
}

/// How many need what, and at how many tables.
fn diets(plan: &Plan, t: T) -> Vec<Bar> {
    let mut diets: BTreeMap<&str, (u64, BTreeSet<u64>)> = BTreeMap::new();
    for guest in plan.guests.values().filter(|guest| guest.rsvp != Rsvp::Declined) {
        if let Some(diet) = &guest.diet {
            let entry = diets.entry(diet.as_str()).or_default();
            entry.0 += 1;
            entry.1.extend(guest.table.map(|table| table.0));
        }
    }
    let most = diets.values().map(|(count, _)| *count).max().unwrap_or_default();
    let mut bars: Vec<Bar> = diets
        .into_iter()
        .map(|(diet, (count, tables))| {
            let href = super::Address::parse("/guests?sort=table").with("diet", diet).to_string();
            let words = t.diet_at_tables(tables.len(), count);
            Bar { href, label: diet.to_owned(), part: count, whole: most, words }
        })
        .collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.part));
    bars.truncate(NAMED);
    bars
}

/// The end of each day, and today so far.
#[allow(clippy::cast_precision_loss)] // A drawing.
fn days(plan: &Plan, t: T) -> Vec<Day> {
    let landmarks = plan.landmarks.by_day(civil_day);
    let begun = landmarks
        .into_iter()
        .filter_map(|landmark| if let Mark::Quarter(tally) = &landmark.mark { Some((landmark, *tally)) } else { None });
    let begun: Vec<_> = begun.collect();
    // What a day's first event found is how the day before has ended.
    let ends = begun.iter().enumerate().map(|(index, (landmark, _))| {
        let next = begun.get(index + 1);
        let tally = next.map_or_else(|| plan.tally(), |(_, tally)| *tally);
        let href = next.map_or_else(|| "/".to_owned(), |(next, _)| format!("/?at={}", next.position.0.saturating_sub(1)));
        (day(t, landmark.recorded_at), tally, href)
    });
    let ends: Vec<_> = ends.collect();
    let ends = &ends[ends.len().saturating_sub(DAYS)..];
    let most = ends.iter().map(|(_, tally, _)| tally.seated + tally.unseated).max().unwrap_or_default().max(1) as f64;
    let step = 600.0 / (ends.len().max(7)) as f64;
    let bar = |(index, (label, tally, href)): (usize, &(String, Tally, String))| Day {
        label: if index % ends.len().div_ceil(10).max(1) == 0 { label.clone() } else { String::new() },
        tally: *tally,
        x: index as f64 * step,
        width: step * 0.8,
        height: tally.seated as f64 / most * DAY_HEIGHT,
        href: href.clone(),
    };
    ends.iter().enumerate().map(bar).collect()
}
