//! Workbooks that are zip archives: what is in them, how much it is, and the names that the parser of xlsx knows.

use super::{Damage, Limit, NotASheet, SheetError, UNPACKED_BYTES};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::io::{self, Cursor, Read as _, Write as _};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

const UNPACKED: SheetError = SheetError::TooLarge(Limit::Unpacked);
/// A list of parts, or of what is encrypted, is far below this.
const LIST_BYTES: u64 = 4 * 1024 * 1024;

/// The part of an ods that holds its tables.
pub(super) const CONTENT: &str = "content.xml";

/// What kind of package a zip archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Package {
    Xlsx,
    Ods,
}

#[allow(clippy::needless_pass_by_value)] // For `map_err`.
pub(super) fn damaged(error: impl Display) -> SheetError {
    SheetError::Damaged(Damage::Said(error.to_string()))
}

pub(super) fn open(bytes: &[u8]) -> Result<Archive<'_>, SheetError> {
    ZipArchive::new(Cursor::new(bytes)).map_err(damaged)
}

/// A part's name, as the standard writes it.
fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_owned()
}

/// The parts by their names, which mean the same in either case; of two that do, the later one counts.
fn parts(archive: &mut Archive<'_>) -> Result<BTreeMap<String, usize>, SheetError> {
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        // Without a name nobody can link to it.
        if let Ok(name) = entry.name() {
            parts.insert(plain(&name).to_lowercase(), index);
        }
    }
    parts.retain(|name, _| !name.ends_with('/'));
    Ok(parts)
}

pub(super) fn part(archive: &mut Archive<'_>, name: &str) -> Result<Option<usize>, SheetError> {
    Ok(parts(archive)?.get(name).copied())
}

/// # Errors
/// It is something else, or protected by a password.
pub(super) fn kind(archive: &mut Archive<'_>, file: &str) -> Result<Package, SheetError> {
    for index in 0..archive.len() {
        if archive.by_index_raw(index).map_err(damaged)?.encrypted() {
            return Err(SheetError::PasswordProtected);
        }
    }
    let names: Vec<String> = archive.file_names().flatten().map(|name| plain(&name).to_lowercase()).collect();
    let has = |name: &str| names.iter().any(|own| own == name);
    let has_folder = |folder: &str| names.iter().any(|own| own.starts_with(folder));
    let not = |what| Err(SheetError::NotASpreadsheet(what));
    if has("encrypted-package") || small_text(archive, "meta-inf/manifest.xml")?.contains("encryption-data") {
        return Err(SheetError::PasswordProtected);
    }
    if has(CONTENT) {
        return match small_text(archive, "mimetype")?.trim() {
            text if text.contains("opendocument.text") => not(NotASheet::Document),
            other if other.contains("opendocument") && !other.contains("spreadsheet") => not(NotASheet::OtherOffice),
            _ => Ok(Package::Ods),
        };
    }
    if has("xl/workbook.bin") {
        return not(NotASheet::Xlsb);
    }
    if has_folder("word/") {
        return not(NotASheet::Document);
    }
    if has_folder("ppt/") {
        return not(NotASheet::OtherOffice);
    }
    if has("index.zip") || has_folder("index/") {
        return not(if file.to_lowercase().ends_with(".pages") { NotASheet::Pages } else { NotASheet::Numbers });
    }
    let parts = parts(archive)?;
    if has_folder("xl/") || workbook(archive, &parts)?.is_some() {
        return Ok(Package::Xlsx);
    }
    // Drawings and others are packed in the same way.
    not(if has("[content_types].xml") { NotASheet::OtherOffice } else { NotASheet::OtherArchive })
}

/// Unpacks it to nowhere, to see how much it really holds. A part that cannot be unpacked may be one that nobody needs.
pub(super) fn check_size(archive: &mut Archive<'_>) -> Result<(), SheetError> {
    let mut left = UNPACKED_BYTES;
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index(index) else { continue };
        // The size that the archive claims is believed only where it is too large.
        if entry.size() > left {
            return Err(UNPACKED);
        }
        let mut part = entry.take(left + 1);
        let _ = io::copy(&mut part, &mut io::sink());
        left = part.limit().checked_sub(1).ok_or(UNPACKED)?;
    }
    Ok(())
}

/// A small text of the package; nothing, where it is not there.
fn small_text(archive: &mut Archive<'_>, name: &str) -> Result<String, SheetError> {
    let Some(part) = part(archive, name)? else { return Ok(String::new()) };
    let entry = archive.by_index(part).map_err(damaged)?;
    let mut bytes = Vec::new();
    entry.take(LIST_BYTES).read_to_end(&mut bytes).map_err(damaged)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// One part's link to another, with its attributes as they are written: escaped.
struct Relationship {
    id: String,
    kind: String,
    target: String,
}

impl Relationship {
    /// The last word of its type.
    fn word(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }

    fn read(start: &BytesStart<'_>) -> Self {
        let attribute = |name: &str| {
            let found = start.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name);
            // Written again between double quotes.
            found.map(|attribute| attribute.value.replace('"', "&quot;")).unwrap_or_default()
        };
        Self { id: attribute("Id"), kind: attribute("Type"), target: attribute("Target") }
    }
}

/// A workbook whose parts are called and linked in a way that the parser knows.
///
/// Other programs find parts by following links, whatever the parts are called; the parser wants some by their usual names, and ends
/// at sheets that are no sheets.
pub(super) fn with_usual_names<'a>(bytes: &'a [u8], archive: &mut Archive<'a>) -> Result<Cow<'a, [u8]>, SheetError> {
    let mut parts = parts(archive)?;
    let Some(workbook) = workbook(archive, &parts)? else { return Ok(Cow::Borrowed(bytes)) };
    let (folder, name) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
    let links_at = resolved(folder, &format!("_rels/{name}.rels"));
    let Some(links) = parts.remove(&links_at) else { return Ok(Cow::Borrowed(bytes)) };
    let mut ours = String::from(RELATIONSHIPS);
    for link in relationships(archive, links)? {
        let target = resolved(folder, &link.target);
        let usual = match link.word() {
            "sharedStrings" => Some("sharedStrings.xml"),
            "styles" => Some("styles.xml"),
            "theme" => Some("theme/theme1.xml"),
            _ => None,
        };
        if let Some((usual, part)) = usual.zip(parts.get(&target).copied()) {
            parts.insert(resolved(folder, usual), part);
        }
        // Sheets of macros and dialogs hold no lists.
        let kind = if matches!(link.word(), "worksheet" | "chartsheet") { &link.kind } else { DIALOG_SHEET };
        let _ = write!(ours, r#"<Relationship Id="{}" Type="{kind}" Target="/{target}"/>"#, link.id);
    }
    let root = format!(r#"<Relationship Id="r" Type="{OFFICE_DOCUMENT}" Target="/{workbook}"/>"#);
    parts.remove(ROOT);
    let mut package = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    for (name, text) in [(ROOT, RELATIONSHIPS.to_owned() + &root), (&links_at, ours)] {
        package.start_file(name, SimpleFileOptions::default()).map_err(damaged)?;
        package.write_all((text + "</Relationships>").as_bytes()).map_err(damaged)?;
    }
    for (name, part) in parts {
        let part = archive.by_index_raw(part).map_err(damaged)?;
        package.raw_copy_file_rename(part, name).map_err(damaged)?;
    }
    Ok(Cow::Owned(package.finish().map_err(damaged)?.into_inner()))
}

const ROOT: &str = "_rels/.rels";
const RELATIONSHIPS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#;
const OFFICE_DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
const DIALOG_SHEET: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/dialogsheet";

/// The name of the workbook's own part, where there is one.
fn workbook(archive: &mut Archive<'_>, parts: &BTreeMap<String, usize>) -> Result<Option<String>, SheetError> {
    let links = parts.get(ROOT).map(|root| relationships(archive, *root)).transpose()?.unwrap_or_default();
    let linked = links.iter().filter(|link| link.word() == "officeDocument").map(|link| resolved("", &link.target));
    Ok(linked.chain(["xl/workbook.xml".to_owned()]).find(|name| parts.contains_key(name)))
}

fn relationships(archive: &mut Archive<'_>, part: usize) -> Result<Vec<Relationship>, SheetError> {
    let mut bytes = Vec::new();
    archive.by_index(part).map_err(damaged)?.take(LIST_BYTES).read_to_end(&mut bytes).map_err(damaged)?;
    let mut reader = Reader::from_reader(bytes.as_slice());
    let (mut links, mut buffer) = (Vec::new(), Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Eof => return Ok(links),
            Event::Start(start) | Event::Empty(start) if start.local_name().as_ref() == "Relationship" => {
                links.push(Relationship::read(&start));
            }
            _ => {}
        }
    }
}

/// Where a link in that folder leads, as parts are called here.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let from: &str = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in from.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/").to_lowercase()
}
