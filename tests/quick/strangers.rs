//! Lists as strangers have them: what is read, what is asked about, and what is left as it is.

use crate::harness::files::xlsx;
use crate::harness::plans::{World, add_guest, add_table};
use serde_json::json;
use tafel::plan::upload::{Choices, GuestRow, Preview, Rows, UploadKind, assess};
use tafel::plan::{Patch, Rsvp};
use tafel::sheet::{Mapping, read};

fn guests(text: &str) -> Vec<GuestRow> {
    let upload = read(UploadKind::Guests, "list.csv", text.as_bytes(), &Mapping::new()).unwrap_or_else(|error| panic!("{text}: {error}"));
    let Rows::Guests(rows) = upload.rows else { panic!("these are guests") };
    rows.into_iter().inspect(|row| assert_eq!(row.problems, [], "{text}")).map(|row| row.value).collect()
}

fn names(text: &str) -> Vec<String> {
    let part = |text: Option<&tafel::plan::Text>| text.map(ToString::to_string).unwrap_or_default();
    let name = |row: &GuestRow| format!("{}|{}", part(row.set.first_name.set()), part(row.set.last_name.set()));
    guests(text).iter().map(name).collect()
}

fn preview(world: &World, kind: UploadKind, text: &str) -> Preview {
    let upload = read(kind, "list.csv", text.as_bytes(), &Mapping::new()).unwrap();
    assess(&world.plan, &upload, &Choices::default()).unwrap().0
}

#[test]
fn names_are_found_under_whatever_they_stand() {
    for header in ["Name", "Full Name", "Guest", "Guests", "Gast", "Attendee", "What is your full name?", "Teilnehmer"] {
        assert_eq!(names(&format!("{header}\nTom Ashby\nDr. Ida von der Heide\n")), ["Tom|Ashby", "Dr. Ida|von der Heide"], "{header}");
    }
    assert_eq!(names("Teilnehmername: Vorname;Teilnehmername: Nachname\nTom;Ashby\n"), ["Tom|Ashby"]);
    assert_eq!(names("Guest First Name,Guest Last Name\nTom,Ashby\n"), ["Tom|Ashby"]);
    assert_eq!(names("Vorname;Tisch\nTom;5\n"), ["Tom|"]);
    assert_eq!(
        names("name,first_name,last_name\nTom Ashby,,\nX,Lena,Berg\n"),
        ["Tom|Ashby", "Lena|Berg"],
        "the whole, where the parts are empty"
    );
    assert_eq!(names("Last name,Notes\nvon der Heide,\nSmith Jones,\n"), ["|von der Heide", "|Smith Jones"], "a last name is not split");
}

#[test]
fn a_column_that_somebody_mapped_to_the_last_name_is_split_too() {
    let mapping = Mapping::from([("Who".to_owned(), Some("last_name".to_owned()))]);
    let upload = read(UploadKind::Guests, "list.csv", b"Who,Table\nTom Ashby,1\n", &mapping).unwrap();
    let Rows::Guests(rows) = upload.rows else { panic!("these are guests") };
    let set = &rows[0].value.set;
    assert_eq!((set.first_name.set().unwrap().as_str(), set.last_name.set().unwrap().as_str()), ("Tom", "Ashby"));
}

#[test]
fn the_row_that_explains_most_is_the_header() {
    let text = "Guests of the party\nName: see below,Table plan\n\nFirst name,Last name,E-mail,Table\nTom,Ashby,tom@a.example,5\n";
    assert_eq!(names(text), ["Tom|Ashby"]);
}

#[test]
fn a_list_of_tables_has_no_guests() {
    let tables = read(UploadKind::Guests, "list.csv", b"Table,Name,Seats\n1,Rose,8\n2,Tulip,8\n", &Mapping::new());
    assert!(tables.is_err(), "{tables:?}");
}

#[test]
fn of_several_sheets_the_one_that_says_most_is_read_and_the_others_are_named() {
    let cell = |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let sheet = |header: [&str; 2], row: [&str; 2]| {
        format!(
            r#"<row r="1">{}{}</row><row r="2">{}{}</row>"#,
            cell("A1", header[0]),
            cell("B1", header[1]),
            cell("A2", row[0]),
            cell("B2", row[1])
        )
    };
    let file =
        xlsx(&[("Summary", &sheet(["Name", "Shape"], ["Rose", "x"])), ("List", &sheet(["Name", "E-mail"], ["Tom Ashby", "t@a.example"]))]);
    let upload = read(UploadKind::Guests, "list.xlsx", &file, &Mapping::new()).unwrap();
    assert_eq!(upload.unread, ["Summary"]);
    let Rows::Guests(rows) = upload.rows else { panic!("these are guests") };
    assert_eq!(rows[0].value.set.last_name.set().unwrap().as_str(), "Ashby");
}

#[test]
fn answers_are_understood_and_words_that_are_not_cost_nothing() {
    let answer = |word: &str| guests(&format!("Name,E-mail,RSVP\nTom Ashby,t@a.example,\"{word}\"\n"))[0].set.rsvp.clone();
    for (word, expected) in [
        ("maybe", Rsvp::Maybe),
        ("Tentative", Rsvp::Maybe),
        ("vielleicht", Rsvp::Maybe),
        ("zugesagt (2 Pers.)", Rsvp::Accepted),
        ("kommt (mit Kind)", Rsvp::Accepted),
        ("waitlist", Rsvp::Invited),
        ("Not Attending", Rsvp::Declined),
    ] {
        assert_eq!(answer(word), Patch::Set(expected), "{word}");
    }
    assert_eq!(answer("if the moon is full"), Patch::Keep);

    let mut world = World::default();
    world.does(add_guest(json!({"first_name": "Tom", "last_name": "Ashby", "email": "t@a.example", "rsvp": "accepted"})));
    let text = "Name,E-mail,RSVP,VIP\nTom Ashby,t@a.example,if the moon is full,Gold\nLena Berg,l@b.example,if the moon is full,★\n";
    let preview = preview(&world, UploadKind::Guests, text);
    assert_eq!((preview.can_apply, preview.problems.len(), preview.counts.added), (true, 0, 1));
    let warnings: Vec<_> = preview.warnings.iter().map(|warning| (warning.code, warning.message.to_string())).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().all(|(code, _)| *code == "unknown_word"));
    assert!(warnings[0].1.contains("if the moon is full") && warnings[0].1.ends_with("in 2 rows"), "{warnings:?}");
    assert!(warnings[1].1.contains("Gold"), "{warnings:?}");
}

#[test]
fn tables_are_found_by_what_people_call_them() {
    let mut world = World::default();
    for table in [json!({"number": "1", "name": "Rose"}), json!({"number": "2", "name": "Head Table"}), json!({"number": "T-003"})] {
        world.does(add_table(table));
    }
    let seated = |word: &str| {
        let preview = preview(&world, UploadKind::Guests, &format!("Name,Table\nTom Ashby,{word}\n"));
        let table = preview.changes.iter().find(|change| change.change.field == Some("table"));
        (preview.problems.len(), preview.changes.first().map(|_| table.is_some()))
    };
    for word in ["1", "Table 1", "Tisch 1", "#1", "01", "1.0", "rose", "Head table", "T3", "Table T3", "Tisch Nr. 2"] {
        assert_eq!(seated(word).0, 0, "{word}");
    }
    for word in ["TBD", "n/a", "offen", "(unassigned)"] {
        assert_eq!(seated(word), (0, Some(false)), "{word} is no table");
    }
    assert_eq!(seated("Table 9").0, 1);
}

#[test]
fn what_nobody_sees_is_no_part_of_a_name_or_an_address() {
    let guests = guests("First name,Last name,E-mail\nTom\u{200b},\u{feff}Ashby ,t@a.example\u{200b}\n\u{200b},,lena@b.example\n");
    assert_eq!(guests[0].set.last_name.set().unwrap().as_str(), "Ashby");
    assert_eq!(guests[0].set.email.set().unwrap().as_str(), "t@a.example");
    assert_eq!(guests[1].set.first_name, Patch::Keep);
}

#[test]
fn addresses_are_taken_out_of_what_stands_around_them() {
    let text = "Name,E-mail\nTom,Tom Ashby <t@a.example>\nLena,mailto:l@b.example\nIda,anonymous\nMax,n/a\n";
    let emails: Vec<_> = guests(text).into_iter().map(|row| row.set.email.set().map(ToString::to_string)).collect();
    assert_eq!(emails, [Some("t@a.example".to_owned()), Some("l@b.example".to_owned()), None, None]);
}

#[test]
fn a_file_in_another_encoding_says_how_it_was_read() {
    let upload =
        read(UploadKind::Guests, "list.csv", b"Vorname;Nachname\nJ\xfcrgen;M\xfcller\nUlla;Gr\xf6\xdfl\n", &Mapping::new()).unwrap();
    let preview = assess(&World::default().plan, &upload, &Choices::default()).unwrap().0;
    let read_as: Vec<_> =
        preview.warnings.iter().filter(|warning| warning.code == "read_as").map(|warning| warning.message.to_string()).collect();
    assert!(preview.can_apply && read_as.len() == 1 && read_as[0].contains("windows-1252"), "{read_as:?}");
}
