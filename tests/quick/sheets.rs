//! Files that are made to hurt: what they claim, and what they are allowed to cost.

use std::io::{Cursor, Write};
use tafel::plan::upload::UploadKind;
use tafel::sheet::{Limit, Mapping, SheetError, read};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn xlsx(sheet: &str) -> Vec<u8> {
    archive(&[
        ("[Content_Types].xml", r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        (
            "_rels/.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!(
                r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#
            ),
        ),
    ])
}

fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<?xml version=\"1.0\"?><manifest/>"),
        ("content.xml", &content),
    ])
}

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
    let far = xlsx(&format!(r#"{HEADER}<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>T1</t></is></c></row>"#));
    assert_eq!(outcome(&far), Ok(1));
    let wide = xlsx(&format!(r#"{HEADER}<row r="2"><c r="XFD2" t="inlineStr"><is><t>T1</t></is></c></row>"#));
    assert_eq!(outcome(&wide), Err(SheetError::TooLarge(Limit::Columns)));
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
    assert_eq!(outcome(&ods(&format!("{header}<table:table-row>{}{}</table:table-row>", cell("", "T1"), cell("", "S1")))), Ok(1));
    let columns = format!("{header}<table:table-row>{}</table:table-row>", cell(r#"table:number-columns-repeated="16384""#, "T1"));
    assert_eq!(outcome(&ods(&columns)), Err(SheetError::TooLarge(Limit::Columns)));
    let rows = format!(r#"{header}<table:table-row table:number-rows-repeated="1000000">{}</table:table-row>"#, cell("", "T1"));
    assert_eq!(outcome(&ods(&rows)), Err(SheetError::TooLarge(Limit::Rows)));
    // Programs do end their sheets with a million empty rows.
    let empty = format!(
        r#"{header}<table:table-row>{}{}</table:table-row><table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#,
        cell("", "T1"),
        cell("", "S1")
    );
    assert_eq!(outcome(&ods(&empty)), Ok(1));
}

#[test]
fn other_archives_and_other_office_files_are_no_spreadsheets() {
    assert!(matches!(outcome(&archive(&[("readme.txt", "hello")])), Err(SheetError::NotASpreadsheet(_))));
    assert!(matches!(outcome(b"PK\x03\x04 and nothing else"), Err(SheetError::Damaged(_))));
    assert!(matches!(outcome(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing else"), Err(SheetError::Damaged(_))));
    assert!(matches!(outcome(&xlsx("<row><c><v>")), Err(SheetError::Damaged(_))));
}

#[test]
fn a_title_above_the_header_is_passed_over_and_rows_keep_their_numbers() {
    let sheet = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Draw of the evening</t></is></c></row>
        <row r="4"><c r="B4" t="inlineStr"><is><t>TABLE</t></is></c><c r="C4" t="inlineStr"><is><t>Spot:</t></is></c></row>
        <row r="9"><c r="B9"><v>17</v></c><c r="C9" t="inlineStr"><is><t>S1</t></is></c></row>"#;
    let upload = read(UploadKind::Draw, "../../etc/pass\u{7}wd.xlsx", &xlsx(sheet), &Mapping::new()).unwrap();
    let tafel::plan::upload::Rows::Placement(rows) = &upload.rows else { panic!() };
    assert_eq!((rows[0].at.row, rows[0].value.table.as_ref().unwrap().as_str()), (9, "17"), "a number is digits");
    assert_eq!(upload.file.as_str(), "passwd.xlsx", "no folders and no control characters");
}

/// Bytes changed at random: an error or an upload, never a crash.
#[test]
fn damaged_bytes_never_crash_the_reader() {
    for name in ["draw-wrong.xlsx", "draw-wrong.xls", "draw-wrong.ods", "draw-wrong.csv"] {
        let bytes = crate::harness::workbook(name);
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..150 {
            let mut damaged = bytes.clone();
            for _ in 0..8 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let at = usize::try_from(seed >> 8).unwrap() % damaged.len();
                damaged[at] = seed.to_le_bytes()[0];
            }
            damaged.truncate(damaged.len() - usize::try_from(seed >> 32).unwrap() % 40);
            let _ = read(UploadKind::Draw, name, &damaged, &Mapping::new());
        }
    }
}
