//! The overview: what is left to do, and what happened last.

use super::batches::Batch;
use super::words::when;
use crate::plan::{Plan, Rsvp, Subject};
use askama::Template;

struct RoomLine {
    id: u64,
    name: String,
    seated: usize,
    seats: u32,
}

#[derive(Template)]
#[template(path = "overview.html")]
pub struct Overview {
    title: String,
    date: String,
    guests: usize,
    unseated: usize,
    seated: usize,
    declined: usize,
    overfull: Vec<(u64, String)>,
    too_small: usize,
    without_spot: usize,
    vips_unseated: Vec<(u64, String)>,
    /// Where to look, what was lost, by whom the later change was.
    collisions: Vec<(String, String)>,
    rooms: Vec<RoomLine>,
    latest: Vec<Batch>,
    is_empty: bool,
}

/// So many names are listed; the rest is behind a link.
const NAMED: usize = 12;

impl Overview {
    #[must_use]
    pub fn of(plan: &Plan, latest: Vec<Batch>) -> Self {
        let status = super::Status::of(plan, true);
        let overfull = plan.tables.values().filter(|table| plan.seated_at(table.id) > table.seats.get());
        let is_too_small =
            |table: &crate::plan::Table| table.spot.and_then(|spot| plan.spot(spot)).is_some_and(|spot| spot.seats < table.seats);
        let vips = plan.guests.values().filter(|guest| guest.vip && guest.table.is_none() && guest.rsvp != Rsvp::Declined);
        let rooms = plan.rooms.values().map(|room| {
            let tables = plan.spots_in(room.id).filter_map(|spot| plan.table_on(spot)).filter_map(|table| plan.table(table));
            let (seated, seats) =
                tables.fold((0, 0), |(seated, seats), table| (seated + plan.guests_at(table.id).count(), seats + table.seats.get()));
            RoomLine { id: room.id.0, name: room.name.to_string(), seated, seats }
        });
        let collisions = plan.open_collisions().map(|collision| {
            let href = match collision.subject {
                Subject::Guest(id) => format!("/guests/{id}"),
                Subject::Table(id) => format!("/tables/{id}"),
                _ => "/floor".to_owned(),
            };
            (href, format!("{} lost its {}: {}", plan.label(collision.subject), collision.field.replace('_', " "), collision.lost))
        });
        Self {
            title: plan.about.title.as_ref().map(ToString::to_string).unwrap_or_default(),
            date: plan.about.date.map(|date| date.strftime("%-d %B %Y").to_string()).unwrap_or_default(),
            guests: plan.guests.len(),
            unseated: status.unseated,
            seated: status.seated,
            declined: status.declined,
            overfull: overfull.map(|table| (table.id.0, table.label())).collect(),
            too_small: plan.tables.values().filter(|table| is_too_small(table)).count(),
            without_spot: status.without_spot,
            vips_unseated: vips.take(NAMED).map(|guest| (guest.id.0, guest.label())).collect(),
            collisions: collisions.collect(),
            rooms: rooms.collect(),
            latest,
            is_empty: plan.guests.is_empty() && plan.tables.is_empty(),
        }
    }

    fn when(batch: &Batch) -> String {
        when(batch.recorded_at)
    }
}
