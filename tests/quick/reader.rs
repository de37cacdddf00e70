//! The process that reads files: what it may take, what becomes of the upload that takes more, and of the server: nothing.

use crate::harness::files::{looping_compound, ods, slow_workbook, xlsx, xlsx_with_strings};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tafel::plan::upload::UploadKind;
use tafel::reader::{AT_WORK, Limits, ReadError, Reader, WAITING};
use tafel::sheet::{Book, Damage, Guards, Mapping, SheetError};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tafel");

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn opened(reader: &Reader, file: &str, bytes: Vec<u8>) -> Result<Book, ReadError> {
    let (runtime, bytes) = (runtime(), Arc::new(bytes));
    loop {
        match runtime.block_on(reader.read(file, bytes.clone(), Ok)) {
            // Another test has just forked, with a script of ours still open for writing.
            Err(ReadError::NotStarted(error)) if error.kind() == ErrorKind::ExecutableFileBusy => {}
            read => return read,
        }
    }
}

fn refused(reader: &Reader, file: &str, bytes: Vec<u8>) -> SheetError {
    match opened(reader, file, bytes) {
        Err(ReadError::Sheet(error)) => error,
        other => panic!("{file}: {other:?}"),
    }
}

#[test]
fn a_list_comes_back_as_it_is_read_here() {
    let reader = Reader::new(PROGRAM.into(), Limits::default());
    for (kind, file) in [(UploadKind::Guests, "guests.xlsx"), (UploadKind::Draw, "draw-wrong.ods"), (UploadKind::Draw, "draw-wrong.xls")] {
        let bytes = crate::harness::workbook(file);
        let here = tafel::sheet::read(kind, file, &bytes, &Mapping::new()).unwrap();
        let there = opened(&reader, file, bytes).unwrap().upload(kind, &Mapping::new()).unwrap();
        assert_eq!(format!("{here:?}"), format!("{there:?}"), "{file}");
    }
}

/// Each of these took the memory of the machine, or ended the process. No guard looks at them here.
#[test]
fn what_would_end_the_server_ends_the_reader() {
    let reader = Reader::new(PROGRAM.into(), Limits { guards: Guards::Off, ..Limits::default() });
    let header = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#;
    let count =
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4294967295"><si><t>Table</t></si></sst>"#;
    let formula = r#"<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="99999999999">A2</f><v>1</v></c></row>"#;
    let cell = |attributes: &str, text: &str| {
        format!(
            r#"<table:table-row {attributes}><table:table-cell table:number-columns-repeated="100" office:value-type="string"><text:p>{text}</text:p></table:table-cell></table:table-row>"#
        )
    };
    let long = cell(r#"table:number-rows-repeated="19000""#, &"x".repeat(4_400));
    let spaces = cell("", r#"<text:s text:c="2000000000"/>"#);
    let text = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(150 << 20));
    let cases = [
        ("count.xlsx", xlsx_with_strings(&[("S", header)], count)),
        ("long.ods", ods(&[("S", &long)])),
        ("spaces.ods", ods(&[("S", &spaces)])),
        ("text.xlsx", xlsx_with_strings(&[("S", header)], &text)),
        ("loop.xls", looping_compound()),
    ];
    for (file, bytes) in cases {
        let began = Instant::now();
        let error = refused(&reader, file, bytes);
        assert_eq!(error, SheetError::TakesTooMuch, "{file}");
        println!("{file}: {error:?} after {:?}", began.elapsed());
    }
    // Shared formulas are not written out, so their numbers do no harm.
    assert_eq!(opened(&reader, "formula.xlsx", xlsx(&[("S", formula)])).unwrap().guess().unwrap_err().code(), "no_header");
}

#[test]
fn a_reader_has_its_time_and_no_more() {
    let short = Limits { processor_s: 1, guards: Guards::Off, ..Limits::default() };
    assert_eq!(refused(&Reader::new(PROGRAM.into(), short), "slow.xlsx", slow_workbook(300_000)), SheetError::TakesTooLong);
}

/// A program that plays the reader.
fn player(folder: &Path, script: &str) -> PathBuf {
    let program = folder.join("reader");
    fs::write(&program, format!("#!/bin/sh\nexport PATH=/usr/bin:/bin\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program
}

#[test]
fn whatever_a_reader_does_is_one_refused_upload() {
    let fatal = SheetError::Damaged(Damage::Fatal);
    for (script, expected) in [
        ("exit 0", fatal.clone()),
        ("exit 101", fatal.clone()),
        ("cat > /dev/null; echo nonsense", fatal.clone()),
        ("cat > /dev/null; echo '{\"sheet\":{\"name\":\"S\",\"beyond\":null}}'", fatal.clone()),
        ("cat > /dev/null; head -c 1000 /dev/zero", fatal.clone()),
        ("yes | head -c 70000000", SheetError::TakesTooMuch),
        ("yes", SheetError::TakesTooMuch),
        ("yes >&2", fatal.clone()),
        ("kill -SEGV $$", fatal.clone()),
        ("kill -ABRT $$", fatal),
        ("kill -KILL $$", SheetError::TakesTooMuch),
        ("kill -XCPU $$", SheetError::TakesTooLong),
        ("echo 'memory allocation of 8 bytes failed' >&2; kill -ABRT $$", SheetError::TakesTooMuch),
        ("exec sleep 1000", SheetError::TakesTooLong),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let within = Duration::from_secs(if script.contains("sleep") { 1 } else { 60 });
        let reader = Reader::new(player(folder.path(), script), Limits { within, ..Limits::default() });
        // More than a pipe holds, which nobody reads.
        assert_eq!(refused(&reader, "list.csv", vec![b'x'; 1_000_000]), expected, "{script}");
    }
    for (script, expected) in [("kill -TERM $$", "stopped"), ("echo no >&2; exit 78", "cannot be started: no")] {
        let folder = tempfile::tempdir().unwrap();
        let reader = Reader::new(player(folder.path(), script), Limits::default());
        let error = opened(&reader, "list.csv", b"x".to_vec()).unwrap_err();
        assert!(!matches!(error, ReadError::Sheet(_)) && error.to_string().contains(expected), "{script}: {error}");
    }
    let missing = Reader::new("/nowhere/tafel".into(), Limits::default());
    assert!(matches!(opened(&missing, "list.csv", b"x".to_vec()), Err(ReadError::NotStarted(_))));
}

#[test]
fn so_many_wait_and_no_more() {
    const TOO_MANY: usize = 5;
    let folder = tempfile::tempdir().unwrap();
    let script = format!("while [ ! -e {}/go ]; do sleep 0.01; done", folder.path().display());
    let reader = Arc::new(Reader::new(player(folder.path(), &script), Limits::default()));
    let runtime = runtime();
    let read = || {
        let reader = reader.clone();
        runtime.spawn(async move { reader.read("list.csv", Arc::new(b"x".to_vec()), Ok).await.map(drop) })
    };
    let mut asked: Vec<_> = (0..AT_WORK + WAITING + TOO_MANY).map(|_| read()).collect();
    while asked.iter().filter(|one| one.is_finished()).count() < TOO_MANY {
        std::thread::sleep(Duration::from_millis(5));
    }
    let (ended, mut under_way): (Vec<_>, Vec<_>) = asked.drain(..).partition(tokio::task::JoinHandle::is_finished);
    for one in ended {
        assert!(matches!(runtime.block_on(one).unwrap(), Err(ReadError::Busy)));
    }
    // Whoever gives up makes room.
    let gives_up = under_way.pop().unwrap();
    gives_up.abort();
    assert!(runtime.block_on(gives_up).unwrap_err().is_cancelled());
    under_way.push(read());
    fs::write(folder.path().join("go"), "").unwrap();
    for one in under_way {
        let ended = runtime.block_on(one).unwrap();
        assert!(matches!(ended, Err(ReadError::Sheet(SheetError::Damaged(Damage::Fatal)) | ReadError::NotStarted(_))), "{ended:?}");
    }
}
