//! What a hostile file may cost: the memory of the whole process, as the system counts it.

use crate::harness::process::{Process, prepare};
use std::io::{Cursor, Write};
use tafel::plan::command::Role;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook of half a megabyte that unpacks to 512 MB of rows.
fn bomb() -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, content) in [
        ("[Content_Types].xml", r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        ("xl/workbook.xml", r#"<?xml version="1.0"?><workbook/>"#),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let rows = r#"<row><c t="inlineStr"><is><t>x</t></is></c></row>"#.repeat(20_000);
    for _ in 0..512 {
        archive.write_all(&rows.as_bytes()[..1_000_000.min(rows.len())]).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_bomb_is_refused_within_200_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let server = Process::start(folder.path(), &[]);
    let client = server.client(&tokens, Role::Admin);
    let bomb = bomb();
    assert!(bomb.len() < 10 << 20, "{} bytes", bomb.len());
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let (client, bomb) = (client.clone(), bomb.clone());
            std::thread::spawn(move || client.upload("guests", "bomb.xlsx", &bomb).problem(413, "too_large"))
        })
        .collect();
    for sender in senders {
        let refused = sender.join().unwrap();
        assert!(refused["detail"].as_str().unwrap().contains("64 MiB unpacked"), "{refused}");
    }
    let peak_kib = server.memory_kib("VmHWM");
    assert!(peak_kib < 200 * 1024, "{peak_kib} KiB at the peak");
    println!("{} bytes, {peak_kib} KiB at the peak", bomb.len());
}
