//! Given, when, then: every command and every refusal.

use crate::harness::plans::{World, add_guest, add_table, change_guest, change_table, request, set};
use serde_json::json;
use tafel::plan::command::{Command, Role};
use tafel::plan::{GuestId, Position, Refusal, RoomId, SpotId, TableId, Timestamp, decide};

#[track_caller]
fn refused(world: &World, command: Command, code: &str) -> Refusal {
    let refusal = world.refuses(command);
    assert_eq!(refusal.code(), code, "{refusal:?}");
    assert!(!refusal.title().is_empty() && !refusal.detail().is_empty());
    refusal
}

// Guests

#[test]
fn a_guest_is_added_with_what_is_said_and_has_the_position_as_id() {
    let mut world = World::small();
    let next = world.plan.position.next();
    assert_eq!(world.does(add_guest(json!({"last_name": "Žuk", "diet": "vegan", "extra": {"Shuttle": "yes"}}))), ["guest_added"]);
    let guest = world.plan.guest(GuestId(next.0)).unwrap();
    assert_eq!((guest.label().as_str(), guest.diet.as_ref().unwrap().as_str(), guest.extra.len()), ("Žuk", "vegan", 1));
}

#[test]
fn a_guest_without_a_name_is_not_added() {
    refused(&World::small(), add_guest(json!({"employee_no": "1"})), "invalid");
}

#[test]
fn employee_number_and_address_belong_to_one_guest() {
    let mut world = World::small();
    refused(&world, add_guest(json!({"first_name": "Eve", "employee_no": "100001"})), "employee_no_taken");
    refused(&world, add_guest(json!({"first_name": "Eve", "email": "ANNA@example.org"})), "email_taken");
    let ben = world.guest("Ben");
    refused(&world, change_guest(ben, json!({"employee_no": "100001"})), "employee_no_taken");
    refused(&world, change_guest(ben, json!({"email": "anna@example.org"})), "email_taken");
    world.does(change_guest(world.guest("Anna"), json!({"employee_no": null, "email": null})));
    assert_eq!(world.does(change_guest(ben, json!({"employee_no": "100001", "email": "anna@example.org"}))), ["guest_changed"]);
}

#[test]
fn a_change_writes_only_what_differs() {
    let mut world = World::small();
    let anna = world.guest("Anna");
    assert_eq!(world.does(change_guest(anna, json!({"first_name": "Anna"}))), [] as [&str; 0]);
    world.does(change_guest(anna, json!({"first_name": "Anna", "diet": "vegan"})));
    let tafel::plan::event::Body::GuestChanged { set, .. } = &world.events.last().unwrap().body else { panic!() };
    assert_eq!(set.names().collect::<Vec<_>>(), ["diet"]);
}

#[test]
fn a_name_must_remain() {
    let world = World::small();
    refused(&world, change_guest(world.guest("Dan"), json!({"first_name": null})), "invalid");
}

#[test]
fn who_declines_is_unseated_in_the_same_batch() {
    let mut world = World::small();
    let (anna, table) = (world.guest("Anna"), world.table("T1"));
    world.does(Command::SeatGuest { guest: anna, table });
    assert_eq!(world.does(change_guest(anna, json!({"rsvp": "declined"}))), ["guest_changed", "guest_unseated"]);
    assert_eq!(world.plan.guest(anna).unwrap().table, None);
}

#[test]
fn nobody_accompanies_themselves_or_a_stranger() {
    let mut world = World::small();
    let (anna, ben) = (world.guest("Anna"), world.guest("Ben"));
    refused(&world, change_guest(ben, json!({"plus_one_of": ben})), "invalid");
    refused(&world, change_guest(ben, json!({"plus_one_of": 9_999})), "unknown_guest");
    world.does(change_guest(ben, json!({"plus_one_of": anna})));
    world.does(Command::RemoveGuest { guest: anna });
    assert_eq!(world.plan.plus_one_of(world.plan.guest(ben).unwrap()), None, "a link to somebody who is gone is none");
}

#[test]
fn a_guest_is_removed_and_the_seat_is_free() {
    let mut world = World::small();
    let (anna, table) = (world.guest("Anna"), world.table("T1"));
    world.does(Command::SeatGuest { guest: anna, table });
    assert_eq!(world.does(Command::RemoveGuest { guest: anna }), ["guest_unseated", "guest_removed"]);
    assert_eq!(world.plan.seated_at(table), 0);
    refused(&world, Command::RemoveGuest { guest: anna }, "unknown_guest");
    world.does(add_guest(json!({"first_name": "New", "employee_no": "100001", "email": "anna@example.org"})));
}

// Seats

#[test]
fn a_full_table_says_how_many_seats_are_missing() {
    let mut world = World::small();
    let (t1, guests) = (world.table("T1"), ["Anna", "Ben", "Cleo"].map(|name| world.guest(name)));
    let refusal = refused(&world, Command::SeatGuests { guests: guests.to_vec(), table: t1 }, "table_full");
    assert_eq!(refusal.fields()["missing"], 1);
    assert_eq!(world.does(Command::SeatGuests { guests: guests[..2].to_vec(), table: t1 }), ["guest_seated", "guest_seated"]);
    let refusal = refused(&world, Command::SeatGuest { guest: guests[2], table: t1 }, "table_full");
    assert_eq!((refusal.fields()["seated"].clone(), refusal.fields()["missing"].clone()), (json!(2), json!(1)));
    assert_eq!(world.does(Command::SeatGuest { guest: guests[0], table: t1 }), [] as [&str; 0], "who sits there needs no seat");
}

#[test]
fn somebody_named_twice_needs_one_seat() {
    let mut world = World::small();
    let (anna, ben) = (world.guest("Anna"), world.guest("Ben"));
    assert_eq!(world.does(Command::SeatGuests { guests: vec![anna, ben, anna], table: world.table("T1") }).len(), 2);
}

#[test]
fn who_declined_gets_no_seat() {
    let world = World::small();
    let (dan, table) = (world.guest("Dan"), world.table("T1"));
    refused(&world, Command::SeatGuest { guest: dan, table }, "guest_declined");
    refused(&world, Command::SeatGuests { guests: vec![world.guest("Anna"), dan], table }, "guest_declined");
}

#[test]
fn unknown_guests_and_tables_are_refused_by_name() {
    let world = World::small();
    let (anna, t1) = (world.guest("Anna"), world.table("T1"));
    refused(&world, Command::SeatGuest { guest: GuestId(999), table: t1 }, "unknown_guest");
    refused(&world, Command::SeatGuest { guest: anna, table: TableId(999) }, "unknown_table");
    refused(&world, Command::UnseatGuest { guest: GuestId(999) }, "unknown_guest");
    refused(&world, Command::PlaceTable { table: t1, spot: SpotId(999) }, "unknown_spot");
    refused(&world, Command::RemoveRoom { room: RoomId(999) }, "unknown_room");
    refused(&world, Command::SeatParty { party: World::party("nobody"), table: t1 }, "unknown_party");
    refused(&world, change_guest(GuestId(999), json!({})), "unknown_guest");
    refused(&world, change_table(TableId(999), json!({})), "unknown_table");
    refused(&world, Command::ChangeSpot { spot: SpotId(999), set: set(json!({})) }, "unknown_spot");
    refused(&world, Command::ChangeRoom { room: RoomId(999), set: set(json!({})) }, "unknown_room");
    refused(&world, Command::LiftTable { table: TableId(999) }, "unknown_table");
    refused(&world, Command::RemoveTable { table: TableId(999) }, "unknown_table");
    refused(&world, Command::RemoveSpot { spot: SpotId(999) }, "unknown_spot");
    refused(&world, Command::MarkArrived { guest: GuestId(999) }, "unknown_guest");
}

#[test]
fn a_party_is_seated_but_for_those_who_declined() {
    let mut world = World::small();
    world.does(add_guest(json!({"first_name": "Eve", "party": "p1", "rsvp": "declined"})));
    assert_eq!(world.does(Command::SeatParty { party: World::party("P1"), table: world.table("T1") }), ["guest_seated", "guest_seated"]);
    assert_eq!(world.plan.guest(world.guest("Eve")).unwrap().table, None);
    world.does(change_guest(world.guest("Anna"), json!({"rsvp": "declined"})));
    world.does(change_guest(world.guest("Ben"), json!({"rsvp": "declined"})));
    refused(&world, Command::SeatParty { party: World::party("P1"), table: world.table("T2") }, "guest_declined");
}

#[test]
fn a_party_that_does_not_fit_stays_where_it_is() {
    let mut world = World::small();
    world.does(change_guest(world.guest("Cleo"), json!({"party": "P1"})));
    let refusal = refused(&world, Command::SeatParty { party: World::party("P1"), table: world.table("T1") }, "table_full");
    assert_eq!(refusal.fields()["missing"], 1);
}

#[test]
fn two_guests_swap_their_tables_even_if_both_are_full() {
    let mut world = World::small();
    let (anna, ben, cleo) = (world.guest("Anna"), world.guest("Ben"), world.guest("Cleo"));
    refused(&world, Command::SwapGuests { a: anna, b: cleo }, "not_seated");
    world.does(Command::SeatGuests { guests: vec![anna, ben], table: world.table("T1") });
    world.does(Command::SeatGuest { guest: cleo, table: world.table("T2") });
    assert_eq!(world.does(Command::SwapGuests { a: anna, b: cleo }), ["guest_seated", "guest_seated"]);
    assert_eq!(world.plan.guest(anna).unwrap().table, Some(world.table("T2")));
    assert_eq!(world.plan.guest(cleo).unwrap().table, Some(world.table("T1")));
    assert_eq!(world.does(Command::SwapGuests { a: ben, b: cleo }), [] as [&str; 0], "at one table there is nothing to swap");
}

#[test]
fn unseating_twice_is_nothing() {
    let mut world = World::small();
    let anna = world.guest("Anna");
    world.does(Command::SeatGuest { guest: anna, table: world.table("T1") });
    assert_eq!(world.does(Command::UnseatGuest { guest: anna }), ["guest_unseated"]);
    assert_eq!(world.does(Command::UnseatGuest { guest: anna }), [] as [&str; 0]);
}

// Tables

#[test]
fn a_table_has_the_plans_usual_seats_unless_told_otherwise() {
    let mut world = World::small();
    world.does(Command::ChangePlan { set: set(json!({"default_seats": 12})) });
    world.does(add_table(json!({"number": "T9"})));
    assert_eq!(world.plan.table(world.table("T9")).unwrap().seats.get(), 12);
    refused(&world, add_table(json!({"name": "no number"})), "invalid");
}

#[test]
fn a_number_belongs_to_one_table() {
    let world = World::small();
    refused(&world, add_table(json!({"number": "t1"})), "number_taken");
    refused(&world, change_table(world.table("T2"), json!({"number": "T1"})), "number_taken");
    refused(&world, change_table(world.table("T2"), json!({"number": null})), "invalid");
    refused(&world, change_table(world.table("T2"), json!({"seats": null})), "invalid");
}

#[test]
fn a_table_keeps_the_seats_that_are_taken() {
    let mut world = World::small();
    let t1 = world.table("T1");
    world.does(Command::SeatGuests { guests: vec![world.guest("Anna"), world.guest("Ben")], table: t1 });
    let refusal = refused(&world, change_table(t1, json!({"seats": 1})), "too_few_seats");
    assert_eq!(refusal.fields()["seated"], 2);
    assert_eq!(world.does(change_table(t1, json!({"seats": 3, "name": "Window", "host": "Berta", "vip": true}))), ["table_changed"]);
}

#[test]
fn removing_a_table_unseats_and_frees() {
    let mut world = World::small();
    let (t1, s1, anna) = (world.table("T1"), world.spot("S1"), world.guest("Anna"));
    world.does(Command::SeatGuest { guest: anna, table: t1 });
    world.does(Command::PlaceTable { table: t1, spot: s1 });
    assert_eq!(world.does(Command::RemoveTable { table: t1 }), ["guest_unseated", "table_lifted", "table_removed"]);
    assert_eq!((world.plan.guest(anna).unwrap().table, world.plan.table_on(s1)), (None, None));
    world.does(add_table(json!({"number": "T1"})));
}

#[test]
fn a_spot_has_one_table() {
    let mut world = World::small();
    let (t1, t2, s1) = (world.table("T1"), world.table("T2"), world.spot("S1"));
    assert_eq!(world.does(Command::PlaceTable { table: t1, spot: s1 }), ["table_placed"]);
    assert_eq!(world.does(Command::PlaceTable { table: t1, spot: s1 }), [] as [&str; 0]);
    let refusal = refused(&world, Command::PlaceTable { table: t2, spot: s1 }, "spot_taken");
    assert_eq!(refusal.fields()["by"]["label"], "T1");
    world.does(Command::PlaceTable { table: t1, spot: world.spot("S2") });
    assert_eq!(world.does(Command::PlaceTable { table: t2, spot: s1 }), ["table_placed"]);
    assert_eq!(world.does(Command::LiftTable { table: t2 }), ["table_lifted"]);
    assert_eq!(world.does(Command::LiftTable { table: t2 }), [] as [&str; 0]);
}

#[test]
fn two_tables_swap_their_spots_without_a_collision() {
    let mut world = World::small();
    let (t1, t2, s1, s2) = (world.table("T1"), world.table("T2"), world.spot("S1"), world.spot("S2"));
    world.does(Command::PlaceTable { table: t1, spot: s1 });
    refused(&world, Command::SwapTables { a: t1, b: t2 }, "not_placed");
    world.does(Command::PlaceTable { table: t2, spot: s2 });
    world.does(Command::SwapTables { a: t1, b: t2 });
    assert_eq!((world.plan.table_on(s1), world.plan.table_on(s2)), (Some(t2), Some(t1)));
    assert_eq!(world.plan.open_collisions().count(), 0);
}

// Rooms and spots

#[test]
fn rooms_have_a_name_of_their_own_and_a_size() {
    let world = World::small();
    refused(&world, Command::AddRoom { set: set(json!({"name": "hall", "width_m": 1, "depth_m": 1})) }, "name_taken");
    refused(&world, Command::AddRoom { set: set(json!({"name": "Loggia"})) }, "invalid");
    refused(&world, Command::AddRoom { set: set(json!({"name": "Loggia", "width_m": 0, "depth_m": 1})) }, "invalid");
    refused(&world, Command::ChangeRoom { room: world.room("Hall"), set: set(json!({"width_m": null})) }, "invalid");
}

#[test]
fn a_room_does_not_shrink_below_its_spots() {
    let mut world = World::small();
    let hall = world.room("Hall");
    let refusal = refused(&world, Command::ChangeRoom { room: hall, set: set(json!({"width_m": 7})) }, "outside_room");
    assert_eq!(refusal.fields()["spots"][0]["label"], "S3");
    assert_eq!(world.does(Command::ChangeRoom { room: hall, set: set(json!({"width_m": 12, "name": "Great Hall"})) }), ["room_changed"]);
}

#[test]
fn a_room_in_use_is_not_removed_and_an_empty_one_goes_with_its_spots() {
    let mut world = World::small();
    let (hall, t1) = (world.room("Hall"), world.table("T1"));
    world.does(Command::PlaceTable { table: t1, spot: world.spot("S1") });
    refused(&world, Command::RemoveRoom { room: hall }, "room_in_use");
    world.does(Command::LiftTable { table: t1 });
    assert_eq!(world.does(Command::RemoveRoom { room: hall }), ["spot_removed", "spot_removed", "spot_removed", "room_removed"]);
    assert!(world.plan.spots.is_empty());
}

#[test]
fn a_spot_needs_a_code_of_its_own_and_a_place_inside() {
    let mut world = World::small();
    let hall = world.room("Hall");
    let add = |fields: serde_json::Value| Command::AddSpot { set: set(fields) };
    refused(&world, add(json!({"code": "s1", "room": hall, "x_m": 5, "y_m": 2})), "code_taken");
    refused(&world, add(json!({"code": "S9", "room": hall, "x_m": 0.2, "y_m": 2})), "outside_room");
    refused(&world, add(json!({"code": "S9", "room": 999, "x_m": 5, "y_m": 2})), "unknown_room");
    refused(&world, add(json!({"code": "S9", "room": hall})), "invalid");
    world.does(add(json!({"code": "S9", "room": hall, "x_m": 5, "y_m": 2, "seats": 12})));
    assert_eq!(world.plan.spot(world.spot("S9")).unwrap().width_m.get(), 2.16, "a spot without a size gets one from its seats");
}

#[test]
fn a_spot_is_changed_within_the_walls_and_removed_when_free() {
    let mut world = World::small();
    let (s1, s2) = (world.spot("S1"), world.spot("S2"));
    let change = |spot: SpotId, fields: serde_json::Value| Command::ChangeSpot { spot, set: set(fields) };
    refused(&world, change(s1, json!({"x_m": 0})), "outside_room");
    refused(&world, change(s1, json!({"code": "S2"})), "code_taken");
    refused(&world, change(s1, json!({"room": null})), "invalid");
    refused(&world, change(s1, json!({"width_m": -1})), "invalid");
    assert_eq!(world.does(change(s1, json!({"rotation_deg": 45, "shape": "rect"}))), ["spot_changed"]);
    world.does(Command::PlaceTable { table: world.table("T1"), spot: s2 });
    refused(&world, Command::RemoveSpot { spot: s2 }, "spot_in_use");
    assert_eq!(world.does(Command::RemoveSpot { spot: s1 }), ["spot_removed"]);
}

// The door, the plan

#[test]
fn an_arrival_is_marked_once_and_undone_once() {
    let mut world = World::small();
    let anna = world.guest("Anna");
    refused(&world, Command::UndoArrival { guest: anna }, "not_arrived");
    assert_eq!(world.does(Command::MarkArrived { guest: anna }), ["guest_arrived"]);
    assert_eq!(world.plan.guest(anna).unwrap().arrived_at, Some(world.plan.recorded_at));
    refused(&world, Command::MarkArrived { guest: anna }, "already_arrived");
    assert_eq!(world.does(Command::UndoArrival { guest: anna }), ["guest_arrival_undone"]);
}

#[test]
fn the_plan_says_its_title_date_and_usual_seats() {
    let mut world = World::small();
    assert_eq!(world.does(Command::ChangePlan { set: set(json!({"title": "Ball", "date": "2026-12-11"})) }), ["plan_changed"]);
    assert_eq!(world.does(Command::ChangePlan { set: set(json!({"title": "Ball"})) }), [] as [&str; 0]);
    refused(&world, Command::ChangePlan { set: set(json!({"default_seats": null})) }, "invalid");
    world.does(Command::ChangePlan { set: set(json!({"date": null})) });
    assert_eq!(world.plan.about.date, None);
}

// Several in one batch

#[test]
fn several_commands_are_all_or_none_and_build_on_one_another() {
    let mut world = World::small();
    let (anna, t1, t2) = (world.guest("Anna"), world.table("T1"), world.table("T2"));
    let before = world.plan.position;
    let too_much = vec![Command::SeatGuest { guest: anna, table: t1 }, Command::SeatGuest { guest: world.guest("Dan"), table: t1 }];
    assert_eq!(world.refuses_as("berta", None, too_much).code(), "guest_declined");
    assert_eq!(world.plan.position, before);
    let new_table = TableId(before.0 + 1);
    let kinds = world.does_as(
        "berta",
        None,
        vec![add_table(json!({"number": "T7"})), Command::SeatGuest { guest: anna, table: new_table }, Command::RemoveTable { table: t2 }],
    );
    assert_eq!(kinds, ["table_added", "guest_seated", "table_removed"]);
    assert_eq!(world.plan.guest(anna).unwrap().table, Some(new_table));
    let batches: std::collections::HashSet<_> = world.events[before.0 as usize..].iter().map(|event| event.batch).collect();
    assert_eq!(batches.len(), 1);
}

#[test]
fn what_is_invalid_in_one_of_several_is_pointed_to() {
    let world = World::small();
    let commands = vec![add_table(json!({"number": "T7"})), add_table(json!({}))];
    let Refusal::Invalid { errors } = world.refuses_as("berta", None, commands) else { panic!() };
    assert_eq!(errors[0].pointer, "/commands/1/number");
}

// Stale edits

#[test]
fn a_field_that_somebody_else_changed_meanwhile_is_not_overwritten() {
    let mut world = World::small();
    let (anna, seen) = (world.guest("Anna"), world.plan.position);
    world.does_as("carla", None, vec![change_guest(anna, json!({"diet": "halal"}))]);
    let Refusal::ChangedMeanwhile { fields } =
        world.refuses_as("berta", Some(seen), vec![change_guest(anna, json!({"diet": "vegan", "notes": "x"}))])
    else {
        panic!()
    };
    let field = &fields[0];
    assert_eq!((fields.len(), field.field, field.value.as_deref(), field.actor.as_str()), (1, "diet", Some("halal"), "carla"));
    // The same account elsewhere has not seen it, either; but what a client has written itself is no conflict.
    assert_eq!(world.refuses_as("carla", Some(seen), vec![change_guest(anna, json!({"diet": "vegan"}))]).code(), "changed_meanwhile");
    let own = |actor: &str| {
        let mut request = request(actor, Some(seen), vec![change_guest(anna, json!({"diet": "vegan"}))]);
        request.conditions.own = vec![(world.plan.position, world.plan.position)];
        decide(&world.plan, &request)
    };
    assert!(own("carla").is_ok() && own("berta").is_err(), "nobody claims what somebody else has written");
    // Another field, a newer look, or no look at all: each is fine.
    assert!(decide(&world.plan, &request("berta", Some(seen), vec![change_guest(anna, json!({"notes": "x"}))])).is_ok());
    assert!(decide(&world.plan, &request("berta", Some(world.plan.position), vec![change_guest(anna, json!({"diet": "vegan"}))])).is_ok());
    assert!(decide(&world.plan, &request("berta", None, vec![change_guest(anna, json!({"diet": "vegan"}))])).is_ok());
}

#[test]
fn a_seat_and_a_spot_that_changed_meanwhile_are_not_overwritten() {
    let mut world = World::small();
    let (anna, t1, t2, seen) = (world.guest("Anna"), world.table("T1"), world.table("T2"), world.plan.position);
    world.does_as(
        "carla",
        None,
        vec![Command::SeatGuest { guest: anna, table: t1 }, Command::PlaceTable { table: t1, spot: world.spot("S1") }],
    );
    assert_eq!(world.refuses_as("berta", Some(seen), vec![Command::SeatGuest { guest: anna, table: t2 }]).code(), "changed_meanwhile");
    assert_eq!(world.refuses_as("berta", Some(seen), vec![Command::LiftTable { table: t1 }]).code(), "changed_meanwhile");
    assert_eq!(world.refuses_as("berta", Some(Position(0)), vec![Command::RemoveTable { table: t1 }]).code(), "changed_meanwhile");
}

#[test]
fn a_command_comes_in_time_or_not_at_all() {
    let world = World::small();
    let anna = world.guest("Anna");
    let mut request = request("berta", None, vec![change_guest(anna, json!({"diet": "vegan"}))]);
    request.conditions.expected = Some(world.plan.position);
    request.conditions.expires_at = Some(Timestamp(request.at.0 + 1));
    assert!(decide(&world.plan, &request).is_ok());
    request.at.0 += 1;
    assert_eq!(decide(&world.plan, &request).unwrap_err().code(), "expired");
    request.conditions.expires_at = None;
    // Whatever has happened, and wherever.
    let mut later = world.plan.clone();
    later.position = later.position.next();
    let moved = decide(&later, &request).unwrap_err();
    assert_eq!((moved.code(), &moved.fields()["position"]), ("position_moved", &json!(later.position)));
}

#[test]
fn every_command_names_the_role_of_the_interface() {
    let role = |command: Command| command.role();
    assert_eq!(role(Command::MarkArrived { guest: GuestId(1) }), Role::Door);
    assert_eq!(role(Command::SeatGuest { guest: GuestId(1), table: TableId(1) }), Role::Staff);
    assert_eq!(role(Command::RemoveTable { table: TableId(1) }), Role::Staff);
    assert_eq!(role(Command::RemoveSpot { spot: SpotId(1) }), Role::Admin);
    assert_eq!(role(Command::ChangePlan { set: set(json!({})) }), Role::Admin);
}
