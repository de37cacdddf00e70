//! Spreadsheets damaged in every way that comes to mind: each is read, or refused in words, and the server does not notice.
//!
//! `TAFEL_MUTANTS=100000 cargo test --features full-tests --test full -- mutants --nocapture` is the long form; each mutant is
//! made from its number alone, so `TAFEL_MUTANT=NUMBER` sends one of them again.

use crate::harness::process::{Process, prepare};
use crate::harness::workbook;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use tafel::plan::command::Role;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const SEEDS: [(&str, &str); 12] = [
    ("draw", "draw-wrong.xlsx"),
    ("draw", "draw-wrong.xls"),
    ("draw", "draw-wrong.ods"),
    ("draw", "draw-wrong.csv"),
    ("draw", "draw-wrong.tsv"),
    ("guests", "guests-40.ods"),
    ("guests", "guests-40.xls"),
    ("guests", "guests-40-windows-1252.csv"),
    ("guests", "hostile-names.xlsx"),
    ("guests", "refuse/formulas.xlsx"),
    ("floor", "floor.xlsx"),
    ("tables", "tables.xlsx"),
];
/// What a mutant may say instead of a number.
const NUMBERS: [&str; 12] =
    ["0", "-1", "1", "65536", "1048577", "16385", "2147483648", "4294967295", "99999999999", "18446744073709551616", "1e999", "NaN"];
const CLIENTS: u64 = 4;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}

/// One of a few ways to damage it.
fn damage(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = dice.below(bytes.len());
    let length = 1 + dice.below(40);
    let piece = at..(at + length).min(bytes.len());
    match dice.below(7) {
        0 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = dice.below(256) as u8),
        1 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << dice.below(8)),
        2 => drop(bytes.drain(piece)),
        3 => {
            let copy = bytes[piece].to_vec();
            let to = dice.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        4 => bytes.truncate(at),
        5 => bytes[piece].fill([0, 0xff, b'<', b' '][dice.below(4)]),
        // A number says something else: in text its digits, in an xls four of its bytes.
        _ => {
            let is_digit = |byte: &u8| byte.is_ascii_digit();
            let Some(from) = bytes[at..].iter().position(is_digit).map(|from| at + from) else { return };
            let to = bytes[from..].iter().position(|byte| !is_digit(byte)).map_or(bytes.len(), |end| from + end);
            bytes.splice(from..to, NUMBERS[dice.below(NUMBERS.len())].bytes());
        }
    }
}

/// The archive with one of its parts damaged, so that it is unpacked and gets as far as the parser.
fn damage_within(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let victim = dice.below(archive.len());
    let mut mutant = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if index == victim {
            if dice.below(20) == 0 {
                continue;
            }
            for _ in 0..=dice.below(4) {
                damage(dice, &mut content);
            }
        }
        mutant.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        mutant.write_all(&content).unwrap();
    }
    mutant.finish().unwrap().into_inner()
}

fn mutant(number: u64) -> (&'static str, &'static str, Vec<u8>) {
    let mut dice = Dice((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    dice.below(1);
    let (kind, file) = SEEDS[dice.below(SEEDS.len())];
    let mut bytes = workbook(file);
    if bytes.starts_with(b"PK") && dice.below(4) > 0 {
        return (kind, file, damage_within(&mut dice, &bytes));
    }
    for _ in 0..=dice.below(8) {
        damage(&mut dice, &mut bytes);
    }
    (kind, file, bytes)
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn mutants_are_read_or_refused_and_the_server_does_not_notice() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let server = Process::start(folder.path(), &[]);
    let numbers = setting("TAFEL_MUTANT").map_or(0..setting("TAFEL_MUTANTS").unwrap_or(2_000), |one| one..one + 1);
    let (next, warm) = (AtomicU64::new(numbers.start), AtomicU64::new(0));
    let outcomes = parking_lot::Mutex::new(BTreeMap::<String, u64>::new());
    std::thread::scope(|threads| {
        for _ in 0..CLIENTS {
            threads.spawn(|| {
                let client = server.client(&tokens, Role::Admin);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        return;
                    }
                    let (kind, file, bytes) = mutant(number);
                    let answer = client.upload(kind, file.rsplit('/').next().unwrap(), &bytes);
                    assert!(matches!(answer.status, 201 | 413 | 415 | 422), "mutant {number} of {file}: {} {}", answer.status, answer.body);
                    let code = answer.body["type"].as_str().unwrap_or("read").rsplit('/').next().unwrap().to_owned();
                    *outcomes.lock().entry(code).or_default() += 1;
                    if number - numbers.start == (numbers.end - numbers.start) / 5 {
                        warm.store(server.memory_kib("VmRSS"), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let (warm, end) = (warm.into_inner(), server.memory_kib("VmRSS"));
    println!("{:?}; {warm} KiB after a fifth of them, {end} KiB at the end", outcomes.lock());
    if numbers.end - numbers.start > 1_000 {
        let outcomes = outcomes.lock();
        assert!(["read", "damaged_spreadsheet", "not_a_spreadsheet"].iter().all(|code| outcomes.contains_key(*code)), "{outcomes:?}");
    }
    assert!(end < warm + 64 * 1024, "{warm} KiB, then {end} KiB");
    // Still there, with nothing in the plan.
    assert_eq!(server.client(&tokens, Role::Viewer).get("/api/v1/events").expect(200)["last"], 1);
    server.terminate();
}
