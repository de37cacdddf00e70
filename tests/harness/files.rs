//! Spreadsheets that no program would write: made for what is in them.

use std::fmt::Write as _;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A zip archive.
pub fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A compound file with one stream, as xls files are.
pub fn compound(path: &str, content: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(path).unwrap().write_all(content).unwrap();
    file.into_inner().into_inner()
}

/// A workbook with these sheets: name, and rows as XML.
pub fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    xlsx_with_strings(sheets, "<sst/>")
}

/// The same, with the part that holds its texts.
pub fn xlsx_with_strings(sheets: &[(&str, &str)], strings: &str) -> Vec<u8> {
    const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let (mut listed, mut linked, mut parts) = (String::new(), String::new(), Vec::new());
    for (number, (name, rows)) in sheets.iter().enumerate() {
        let _ = write!(listed, r#"<sheet name="{name}" sheetId="{}" r:id="rId{number}"/>"#, number + 1);
        let _ = write!(linked, r#"<Relationship Id="rId{number}" Type="{LINKS}/worksheet" Target="worksheets/sheet{number}.xml"/>"#);
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!(
                r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
            ),
        ));
    }
    let links = |links: &str| {
        format!(
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>"#
        )
    };
    let workbook = format!(
        r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>"#
    );
    let root = links(&format!(r#"<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/>"#));
    let linked = links(&linked);
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    let mut entries = vec![
        ("[Content_Types].xml", types),
        ("_rels/.rels", root.as_str()),
        ("xl/workbook.xml", workbook.as_str()),
        ("xl/_rels/workbook.xml.rels", linked.as_str()),
        ("xl/sharedStrings.xml", strings),
    ];
    entries.extend(parts.iter().map(|(name, content)| (name.as_str(), content.as_str())));
    archive(&entries)
}

/// An OpenDocument spreadsheet with these tables: name, and rows as XML.
pub fn ods(tables: &[(&str, &str)]) -> Vec<u8> {
    archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<?xml version=\"1.0\"?><manifest/>"),
        ("content.xml", &ods_content(tables)),
    ])
}

pub fn ods_content(tables: &[(&str, &str)]) -> String {
    let tables: Vec<String> =
        tables.iter().map(|(name, rows)| format!(r#"<table:table table:name="{name}">{rows}</table:table>"#)).collect();
    let tables = tables.concat();
    format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    )
}

/// A workbook that takes long to read: so many rows of forty numbers, and no header.
pub fn slow_workbook(rows: usize) -> Vec<u8> {
    let row = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(40));
    xlsx(&[("S", &row.repeat(rows))])
}

/// A compound file of two sectors, whose folder is a chain that leads back to itself.
pub fn looping_compound() -> Vec<u8> {
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.resize(512, 0);
    let mut put = |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    // The byte order, sectors of 512 bytes, small ones of 64; one sector of the table of chains, which is number 0; the folder in 1.
    put(0x1c, 0x0009_fffe);
    put(0x20, 6);
    put(0x2c, 1);
    put(0x30, 0);
    put(0x38, 4_096);
    put(0x3c, 0xffff_fffe);
    put(0x44, 0xffff_fffe);
    for at in (0x4c..512).step_by(4) {
        put(at, if at == 0x4c { 0 } else { 0xffff_ffff });
    }
    // Sector 0 is followed by itself.
    header.resize(1_024, 0);
    header
}
