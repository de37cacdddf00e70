//! What holds after every event, whatever was retracted: checked by the tests after each step, and by whoever verifies a log.

use super::{GuestId, Plan};
use std::collections::{BTreeSet, HashSet};

/// The invariants that do not hold, in words. Nothing, unless this program is wrong.
#[must_use]
pub fn broken_invariants(plan: &Plan) -> Vec<String> {
    let mut broken = Vec::new();
    let mut expect = |holds: bool, what: &str, of: &str| {
        if !holds {
            broken.push(format!("{of}: {what}"));
        }
    };
    let (mut numbers, mut spots) = (HashSet::new(), HashSet::new());
    for (id, table) in &plan.tables {
        let of = format!("table {}", table.number);
        expect(table.id == *id, "has another id", &of);
        expect(numbers.insert(table.number.as_str().to_lowercase()), "its number is held twice", &of);
        expect(plan.table_by_number(table.number.as_str()) == Some(*id), "is not found by its number", &of);
        if let Some(spot) = table.spot {
            expect(spots.insert(spot), "shares its spot", &of);
            expect(plan.spots.contains_key(&spot), "stands on a spot that is gone", &of);
            expect(plan.table_on(spot) == Some(*id), "is not found on its spot", &of);
        }
        let seated: BTreeSet<GuestId> = plan.guests_at(*id).collect();
        let planned: BTreeSet<GuestId> = plan.guests.values().filter(|guest| guest.table == Some(*id)).map(|guest| guest.id).collect();
        expect(seated == planned, "has other guests than sit there", &of);
    }
    let (mut employee_nos, mut emails) = (HashSet::new(), HashSet::new());
    for (id, guest) in &plan.guests {
        let of = format!("guest {id}");
        expect(guest.table.is_none_or(|table| plan.tables.contains_key(&table)), "sits at a table that is gone", &of);
        if let Some(number) = &guest.employee_no {
            expect(employee_nos.insert(number.as_str().to_lowercase()), "the employee number is held twice", &of);
            expect(plan.guest_by_employee_no(number.as_str()) == Some(*id), "is not found by the employee number", &of);
        }
        if let Some(email) = &guest.email {
            expect(emails.insert(email.as_str().to_lowercase()), "the e-mail is held twice", &of);
            expect(plan.guest_by_email(email.as_str()) == Some(*id), "is not found by the e-mail", &of);
        }
        if let Some(party) = &guest.party {
            expect(plan.party(party.as_str()).any(|member| member == *id), "is not found in the party", &of);
        }
    }
    let mut codes = HashSet::new();
    for (id, spot) in &plan.spots {
        let of = format!("spot {}", spot.code);
        expect(codes.insert(spot.code.as_str().to_lowercase()), "its code is held twice", &of);
        expect(plan.spot_by_code(spot.code.as_str()) == Some(*id), "is not found by its code", &of);
        expect(plan.rooms.contains_key(&spot.room), "is in a room that is gone", &of);
        expect(plan.spots_in(spot.room).any(|other| other == *id), "is not found in its room", &of);
        let carries = plan.table_on(*id).is_none_or(|table| plan.table(table).is_some_and(|table| table.spot == Some(*id)));
        expect(carries, "carries a table that stands elsewhere", &of);
    }
    let mut names = HashSet::new();
    for (id, room) in &plan.rooms {
        let of = format!("room {id}");
        expect(names.insert(room.name.as_str().to_lowercase()), "its name is held twice", &of);
        expect(plan.room_by_name(room.name.as_str()) == Some(*id), "is not found by its name", &of);
    }
    let mut texts = HashSet::new();
    for template in plan.templates.values() {
        expect(texts.insert(template.name.as_str().to_lowercase()), "its name is held twice", &format!("text {}", template.id));
    }
    broken
}
