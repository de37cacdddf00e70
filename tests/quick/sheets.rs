//! Files that are made to hurt: what they claim, and what they are allowed to cost.

use crate::harness::files::{archive, compound, ods, ods_content, xlsx};
use std::io::{Cursor, Write};
use tafel::plan::upload::{Row, Rows, UploadKind};
use tafel::sheet::{Limit, Mapping, NotASheet, SheetError, read};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

#[test]
fn the_likely_header_is_the_first_row_that_is_more_than_a_title() {
    let row_of = |text: &str| match read(UploadKind::Guests, "list.csv", text.as_bytes(), &Mapping::new()) {
        Err(SheetError::NoHeader { row, columns, .. }) => (row, columns.into_iter().map(|column| column.header).collect::<Vec<_>>()),
        other => panic!("{other:?}"),
    };
    let guests =
        (1..15).fold(String::new(), |guests, n| guests + &format!("Gast{n},Nummer{n},{}\n", if n == 12 { "kommt später" } else { "" }));
    assert_eq!(row_of(&format!("Prénom,Nom de famille,\n{guests}")), (1, vec!["Prénom".to_owned(), "Nom de famille".to_owned()]));
    assert_eq!(row_of(&format!("Liste,,\n\nPrénom,Nom,Remarque\n{guests}")).0, 3);
    assert_eq!(row_of(&format!("Liste,,\n{guests}\nPrénom,Company,Notes\n")).0, 17, "what is known says more");
}

fn outcome(bytes: &[u8]) -> Result<usize, SheetError> {
    read(UploadKind::Draw, "x.xlsx", bytes, &Mapping::new()).map(|upload| match upload.rows {
        tafel::plan::upload::Rows::Placement(rows) => rows.len(),
        _ => 0,
    })
}

const HEADER: &str =
    r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Table</t></is></c><c r="B1" t="inlineStr"><is><t>Spot</t></is></c></row>"#;

#[test]
fn two_cells_in_opposite_corners_cost_two_cells() {
    let far = xlsx(&[("S", &format!(r#"{HEADER}<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>T1</t></is></c></row>"#))]);
    assert_eq!(outcome(&far), Ok(1));
    let wide = xlsx(&[("S", &format!(r#"{HEADER}<row r="2"><c r="XFD2" t="inlineStr"><is><t>T1</t></is></c></row>"#))]);
    assert_eq!(outcome(&wide), Err(SheetError::TooLarge(Limit::Columns)));
}

/// What is not read does not have to be within the limits.
#[test]
fn only_what_is_read_counts() {
    let text = |cell: &str, text: &str| format!(r#"<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let list = format!("{HEADER}<row r=\"2\">{}{}</row>", text("A2", "T1"), text("B2", "S1"));
    let wide = format!("<row r=\"1\">{}{}</row>", text("A1", "x"), text("XFD1", "y"));
    let long: Vec<String> = (1..=30_000).map(|row| format!("<row r=\"{row}\">{}</row>", text(&format!("A{row}"), "x"))).collect();
    let long = long.concat();
    assert_eq!(outcome(&xlsx(&[("Draw", &list), ("Wide", &wide), ("Long", &long)])), Ok(1));
    assert_eq!(outcome(&xlsx(&[("Long", &long), ("Wide", &wide), ("Draw", &list)])), Ok(1));
    // A long text in a column that is left out is nobody's business; in one that is read, it is the row's.
    let row = |notes: &str, spot: &str| {
        let (columns, cells) = (text("C1", "Remarks"), text("C2", notes));
        let header = HEADER.replace("</row>", &format!("{columns}</row>"));
        xlsx(&[("S", &format!("{header}<row r=\"2\">{}{}{cells}</row>", text("A2", "T1"), text("B2", spot)))])
    };
    let problems = |bytes: &[u8]| {
        let upload = read(UploadKind::Draw, "x.xlsx", bytes, &Mapping::new()).unwrap();
        let Rows::Placement(rows) = upload.rows else { panic!() };
        rows[0].problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert!(problems(&row(&"x".repeat(5_000), "S1")).is_empty());
    assert_eq!(problems(&row("", &"x".repeat(5_000))), ["cell_too_long"]);
    assert!(problems(&row("", &format!("{}S1", " ".repeat(5_000)))).is_empty(), "spaces are no text");
}

#[test]
fn a_small_file_that_unpacks_to_much_is_refused_before_it_is_read() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
    for _ in 0..65 {
        archive.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    assert_eq!(outcome(&archive.finish().unwrap().into_inner()), Err(SheetError::TooLarge(Limit::Unpacked)));
}

#[test]
fn cells_that_say_a_million_times_are_refused() {
    let cell = |attributes: &str, text: &str| {
        format!(r#"<table:table-cell {attributes} office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let header = format!("<table:table-row>{}{}</table:table-row>", cell("", "Table"), cell("", "Spot"));
    assert_eq!(outcome(&ods(&[("S", &format!("{header}<table:table-row>{}{}</table:table-row>", cell("", "T1"), cell("", "S1")))])), Ok(1));
    let columns = format!("{header}<table:table-row>{}</table:table-row>", cell(r#"table:number-columns-repeated="16384""#, "T1"));
    assert_eq!(outcome(&ods(&[("S", &columns)])), Err(SheetError::TooLarge(Limit::Columns)));
    let rows = format!(r#"{header}<table:table-row table:number-rows-repeated="1000000">{}</table:table-row>"#, cell("", "T1"));
    assert_eq!(outcome(&ods(&[("S", &rows)])), Err(SheetError::TooLarge(Limit::Rows)));
    // Programs do end their sheets with a million empty rows.
    let empty = format!(
        r#"{header}<table:table-row>{}{}</table:table-row><table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#,
        cell("", "T1"),
        cell("", "S1")
    );
    assert_eq!(outcome(&ods(&[("S", &empty)])), Ok(1));
    // Some write them with an end of their own.
    let ended = empty.replace(r#"repeated="16384"/>"#, r#"repeated="16384"></table:table-cell>"#);
    assert_ne!(ended, empty);
    assert_eq!(outcome(&ods(&[("S", &ended)])), Ok(1));
    assert_eq!(outcome(&ods(&[("S", &empty), ("Another", &empty)])), Ok(1), "each sheet ends so");
    let texts = format!(
        r#"{header}<table:table-row table:number-rows-repeated="19000">{}</table:table-row>"#,
        cell(r#"table:number-columns-repeated="100""#, &"x".repeat(4_000))
    );
    assert_eq!(outcome(&ods(&[("S", &texts)])), Err(SheetError::TooLarge(Limit::Unpacked)));
    let spaces = format!("{header}<table:table-row>{}</table:table-row>", cell("", r#"<text:s text:c="2000000000"/>"#));
    assert_eq!(outcome(&ods(&[("S", &spaces)])), Err(SheetError::TooLarge(Limit::Unpacked)));
}

#[test]
fn other_archives_and_other_office_files_are_no_spreadsheets() {
    assert!(matches!(outcome(&archive(&[("readme.txt", "hello")])), Err(SheetError::NotASpreadsheet(_))));
    assert!(matches!(outcome(b"PK\x03\x04 and nothing else"), Err(SheetError::Damaged(_))));
    assert!(matches!(outcome(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing else"), Err(SheetError::Damaged(_))));
    assert!(matches!(outcome(&xlsx(&[("S", "<row><c><v>")])), Err(SheetError::Damaged(_))));
}

/// As other programs write them, and open them.
#[test]
fn packages_are_read_whatever_their_parts_are_called() {
    let list = format!("{HEADER}<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c></row>");
    let strings = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>T1</t></si><si><t>S1</t></si></sst>"#;
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{list}</sheetData></worksheet>"#
    );
    let links = |links: &[(&str, &str, &str)]| {
        let links: Vec<String> = links
            .iter()
            .map(|(id, kind, target)| {
                format!(r#"<Relationship Id="{id}" Type="http://schemas.x/relationships/{kind}" Target="{target}"/>"#)
            })
            .collect();
        let links = links.concat();
        format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>"#)
    };
    let book = |sheets: &str| {
        format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{sheets}</sheets></workbook>"#
        )
    };
    let one = book(r#"<sheet name="S" sheetId="1" r:id="a"/>"#);
    let macros = book(r#"<sheet name="M" sheetId="2" r:id="m"/><sheet name="S" sheetId="1" r:id="a"/>"#);
    let packages: [&[(&str, &str)]; 4] = [
        // Parts with names of their own, in a folder of their own.
        &[
            ("_rels/.rels", &links(&[("r", "officeDocument", "/book/list.xml")])),
            ("book/list.xml", &one),
            ("book/_rels/list.xml.rels", &links(&[("a", "worksheet", "one.xml"), ("s", "sharedStrings", "../texts/all.xml")])),
            ("book/one.xml", &sheet),
            ("texts/all.xml", strings),
        ],
        // All in one folder, which is none.
        &[
            ("_rels/.rels", &links(&[("r", "officeDocument", "workbook.xml")])),
            ("workbook.xml", &one),
            ("_rels/workbook.xml.rels", &links(&[("a", "worksheet", "./sheet.xml"), ("s", "sharedStrings", "/strings.xml")])),
            ("sheet.xml", &sheet),
            ("strings.xml", strings),
        ],
        // Windows' own separators, another case, and no list of what the package is.
        &[
            ("xl\\Workbook.xml", &one),
            (
                "xl\\_rels\\workbook.xml.rels",
                &links(&[("a", "worksheet", "worksheets\\Sheet1.xml"), ("s", "sharedStrings", "SharedStrings.xml")]),
            ),
            ("xl\\worksheets\\sheet1.xml", &sheet),
            ("xl\\sharedstrings.xml", strings),
        ],
        // A sheet of macros is passed over.
        &[
            ("_rels/.rels", &links(&[("r", "officeDocument", "xl/workbook.xml")])),
            ("xl/workbook.xml", &macros),
            (
                "xl/_rels/workbook.xml.rels",
                &links(&[
                    ("a", "worksheet", "sheet1.xml"),
                    ("m", "xlMacrosheet", "macro.xml"),
                    ("s", "sharedStrings", "sharedStrings.xml"),
                ]),
            ),
            ("xl/sheet1.xml", &sheet),
            ("xl/macro.xml", "<macrosheet/>"),
            ("xl/sharedStrings.xml", strings),
        ],
    ];
    for parts in packages {
        assert_eq!(outcome(&archive(parts)), Ok(1), "{:?}", parts[0].0);
    }
    // An ods without its first entry, and with an indented content.
    let content = ods_content(&[(
        "S",
        "\n <table:table-row>\n  <table:table-cell office:value-type=\"string\">\n   <text:p>\n    Table\n   </text:p>\n  </table:table-cell>\n
            <!-- a word -->\n  <table:table-cell office:value-type=\"string\"><text:p>Spot</text:p></table:table-cell>\n </table:table-row>\n
            <table:table-row>\n<table:table-cell office:value-type=\"string\"><text:p>T1</text:p></table:table-cell>\n
            <table:table-cell office:value-type=\"string\"><text:p>S1 &amp; <text:span>more</text:span></text:p></table:table-cell>\n</table:table-row>",
    )]);
    let upload = read(UploadKind::Draw, "x.ods", &archive(&[("content.xml", &content)]), &Mapping::new()).unwrap();
    let Rows::Placement(rows) = &upload.rows else { panic!() };
    assert_eq!(rows[0].value.spot, tafel::plan::Patch::Set(tafel::plan::Code::parse("S1 & more").unwrap()));
}

/// A cell of an ods says in several ways what is in it, and beside that, what is not.
#[test]
fn texts_of_ods_cells_are_what_a_reader_of_the_sheet_sees() {
    let typed = |content: &str| format!(r#"<table:table-cell office:value-type="string">{content}</table:table-cell>"#);
    for (cell, expected) in [
        (typed("<text:p>T1</text:p>"), "T1"),
        ("<table:table-cell><text:p>T1</text:p></table:table-cell>".to_owned(), "T1"),
        (r#"<table:table-cell office:value-type="string" office:string-value=""><text:p>T1</text:p></table:table-cell>"#.to_owned(), "T1"),
        (r#"<table:table-cell office:value-type="float"><text:p>T1</text:p></table:table-cell>"#.to_owned(), "T1"),
        (typed("T1"), "T1"),
        (typed("<text:p><![CDATA[T1 & T2]]></text:p>"), "T1 & T2"),
        (typed("<text:p>T1<text:s/> T2</text:p>"), "T1 T2"),
        (typed("<text:p>T1 <text:a href=\"x\">T2</text:a></text:p>"), "T1 T2"),
        (typed("<draw:custom-shape><text:p>a drawing</text:p></draw:custom-shape><text:p>T1</text:p>"), "T1"),
        (typed("<office:annotation><text:p>a note</text:p></office:annotation><text:p>T1</text:p>"), "T1"),
        (
            typed(
                "<text:p>T1</text:p><table:table table:name=\"inner\"><table:table-row><table:table-cell/></table:table-row></table:table>",
            ),
            "T1",
        ),
    ] {
        let rows = format!(
            "<table:table-row>{}{}</table:table-row><table:table-row>{cell}{}</table:table-row>",
            typed("<text:p>Table</text:p>"),
            typed("<text:p>Spot</text:p>"),
            typed("<text:p>S1</text:p>")
        );
        let upload = read(UploadKind::Draw, "x.ods", &ods(&[("S", &rows)]), &Mapping::new()).unwrap();
        let Rows::Placement(rows) = &upload.rows else { panic!() };
        let table = rows[0].value.table.as_ref().map(|table| table.as_str().split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(table.as_deref(), Some(expected), "{cell}");
        assert_eq!(rows[0].value.spot, tafel::plan::Patch::Set(tafel::plan::Code::parse("S1").unwrap()), "{cell}");
    }
}

/// What is wrong in every cell of a large list is not said of every cell.
#[test]
fn problems_are_named_up_to_a_number() {
    let row = format!("<row>{}</row>", r#"<c t="e"><v>#N/A</v></c>"#.repeat(100));
    let headers: Vec<String> = (0..100)
        .map(|column| {
            format!(r#"<c t="inlineStr"><is><t>{}</t></is></c>"#, if column == 0 { "E-mail".to_owned() } else { format!("H{column}") })
        })
        .collect();
    let bytes = xlsx(&[("S", &format!("<row>{}</row>{}", headers.concat(), row.repeat(2_000)))]);
    let mapping: Mapping = (1..100).map(|column| (format!("H{column}"), Some("extra".to_owned()))).collect();
    let upload = read(UploadKind::Guests, "x.xlsx", &bytes, &mapping).unwrap();
    let tafel::plan::upload::Rows::Guests(rows) = &upload.rows else { panic!() };
    let problems: Vec<usize> = rows.iter().map(|row| row.problems.len()).collect();
    assert!(problems.iter().all(|count| *count > 0), "each row is refused");
    assert!(problems[0] > 1 && problems.iter().sum::<usize>() < 10_000, "{}", problems.iter().sum::<usize>());
}

#[test]
fn what_is_protected_says_so() {
    let manifest = |entry: &str| format!("<manifest:manifest><manifest:file-entry>{entry}</manifest:file-entry></manifest:manifest>");
    let encrypted = manifest("<manifest:encryption-data/>");
    let whole = archive(&[("mimetype", "x"), ("META-INF/manifest.xml", &encrypted), ("encrypted-package", "x")]);
    let single = archive(&[("META-INF/manifest.xml", &encrypted), ("content.xml", "\u{1}\u{2} nothing of XML")]);
    // FILEPASS stands before all that it makes unreadable, also a cell in column 60,000.
    let mut stream = vec![0x09, 0x08, 0, 0, 0x2f, 0, 6, 0, 0, 0, 1, 0, 1, 0];
    stream.extend([0x03, 0x02, 14, 0, 1, 0, 0x60, 0xea, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for bytes in [whole, single, compound("/Workbook", &stream), compound("/EncryptedPackage", b"x")] {
        assert_eq!(outcome(&bytes), Err(SheetError::PasswordProtected));
    }
}

#[test]
fn what_is_no_spreadsheet_is_called_by_its_name() {
    let of = |file: &str, bytes: &[u8]| match read(UploadKind::Draw, file, bytes, &Mapping::new()) {
        Err(SheetError::NotASpreadsheet(what)) => what,
        other => panic!("{file}: {other:?}"),
    };
    let types = ("[Content_Types].xml", "<Types/>");
    assert_eq!(of("x.xlsb", &archive(&[types, ("xl/workbook.bin", "x")])), NotASheet::Xlsb);
    assert_eq!(of("x.docx", &archive(&[types, ("word/document.xml", "x")])), NotASheet::Document);
    assert_eq!(of("x.pptx", &archive(&[types, ("ppt/presentation.xml", "x")])), NotASheet::OtherOffice);
    assert_eq!(of("x.numbers", &archive(&[("Index/Document.iwa", "x")])), NotASheet::Numbers);
    assert_eq!(of("x.pages", &archive(&[("Index/Document.iwa", "x")])), NotASheet::Pages);
    let text = [("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<x/>")];
    assert_eq!(of("x.odt", &archive(&text)), NotASheet::Document);
    assert_eq!(of("x.doc", &compound("/WordDocument", b"x")), NotASheet::Document);
    assert_eq!(of("x.csv", b"<!DOCTYPE html><html><body>Please sign in"), NotASheet::WebPage);
}

#[test]
fn a_title_above_the_header_is_passed_over_and_rows_keep_their_numbers() {
    let sheet = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Draw of the evening</t></is></c></row>
        <row r="4"><c r="B4" t="inlineStr"><is><t>TABLE</t></is></c><c r="C4" t="inlineStr"><is><t>Spot:</t></is></c></row>
        <row r="9"><c r="B9"><v>17</v></c><c r="C9" t="inlineStr"><is><t>S1</t></is></c></row>"#;
    let upload = read(UploadKind::Draw, "../../etc/pass\u{7}wd.xlsx", &xlsx(&[("S", sheet)]), &Mapping::new()).unwrap();
    let Rows::Placement(rows) = &upload.rows else { panic!() };
    assert_eq!((rows[0].at.row, rows[0].value.table.as_ref().unwrap().as_str()), (9, "17"), "a number is digits");
    assert_eq!(upload.file.as_str(), "passwd.xlsx", "no folders and no control characters");
}

/// Prepared rows say nothing as long as nobody has filled them in; a formula that was never computed is another thing.
#[test]
fn a_formula_whose_result_is_no_letters_is_empty() {
    let text = |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let row = |number: u32, cells: &[String]| format!(r#"<row r="{number}">{}</row>"#, cells.concat());
    let empty = |at: &str| format!(r#"<c r="{at}" t="str"><f>IF(1=1,"","x")</f><v></v></c>"#);
    let rows = [
        row(1, &[text("A1", "First name"), text("B1", "Last name"), text("C1", "Table")]),
        row(2, &[text("A2", "Anna"), empty("B2"), empty("C2")]),
        row(3, &[empty("A3"), empty("B3"), empty("C3")]),
        row(4, &[text("A4", "Ben"), r#"<c r="C4"><f>Sheet2!A1</f></c>"#.to_owned()]),
    ];
    let problems = |file: &str, bytes: &[u8]| {
        let upload = read(UploadKind::Guests, file, bytes, &Mapping::new()).unwrap();
        let Rows::Guests(rows) = upload.rows else { panic!("{file} holds guests") };
        let codes = |row: &Row<_>| row.problems.iter().map(|problem| problem.code).collect::<Vec<_>>();
        rows.iter().map(|row| (row.at.row, codes(row))).collect::<Vec<_>>()
    };
    let expected = vec![(2, vec![]), (4, vec!["formula_without_value"])];
    assert_eq!(problems("list.xlsx", &xlsx(&[("S", &rows.concat())])), expected);

    let text = |text: &str| format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#);
    let empty = r#"<table:table-cell table:formula="of:=IF(1=1;&quot;&quot;;&quot;x&quot;)" office:value-type="string" office:string-value=""></table:table-cell>"#;
    let row = |cells: &[&str]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let rows =
        [row(&[&text("First name"), &text("Last name"), &text("Table")]), row(&[&text("Anna"), empty, empty]), row(&[empty, empty, empty])];
    assert_eq!(problems("list.ods", &ods(&[("S", &rows.concat())])), [(2, vec![])]);
}

#[test]
fn names_are_read_out_of_one_column_or_two() {
    let names = |list: &str| {
        let upload = read(UploadKind::Guests, "list.csv", list.as_bytes(), &Mapping::new()).unwrap();
        let Rows::Guests(rows) = upload.rows else { panic!("{list} holds guests") };
        let name = |row: &Row<tafel::plan::upload::GuestRow>| {
            let set = &row.value.set;
            let text = |name: &tafel::plan::Patch<tafel::plan::Text>| name.set().map_or("", |name| name.as_str()).to_owned();
            (text(&set.first_name), text(&set.last_name))
        };
        rows.iter().map(name).collect::<Vec<_>>()
    };
    let mara = vec![("Mara".to_owned(), "Quendt".to_owned())];
    for list in [
        "Full name,E-mail\nMara Quendt,mara@example.org\n",
        "Name,E-mail\nMara Quendt,mara@example.org\n",
        "Name;Table\n\"Quendt, Mara\";1\n",
        "Name,Vorname,Tisch\nQuendt,Mara,1\n",
        "api_id,name,first_name,last_name,email,approval_status\ng1,Mara Quendt,Mara,Quendt,mara@example.org,approved\n",
        "Order code,Attendee name,Attendee name: Given name,Attendee name: Family name,Attendee email\nA1,Mara Quendt,Mara,Quendt,mara@example.org\n",
        "First,Last,Email\nMara,Quendt,mara@example.org\n",
        "Full name,First name,E-mail\nMara Quendt,Mara,mara@example.org\n",
    ] {
        assert_eq!(names(list), mara, "{list}");
    }
}
