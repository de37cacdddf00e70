//! What a file is that is no spreadsheet, as far as its first bytes tell.

use super::NotASheet;
use infer::MatcherType;

/// So much of a text says what it is.
const BEGINNING: usize = 4_096;

/// What it is, where that is known; `file` is its name.
pub(super) fn recognised(file: &str, bytes: &[u8]) -> Option<NotASheet> {
    let file = file.to_lowercase();
    if [".gsheet", ".gdoc"].iter().any(|ending| file.ends_with(ending)) {
        return Some(NotASheet::Link);
    }
    if bytes.starts_with(b"%PDF-") {
        return Some(NotASheet::Pdf);
    }
    // Two or three letters are enough to call a list a picture, so texts are told apart by more than that.
    if is_text(bytes) {
        return text(bytes);
    }
    // The beginning of a stream of records as Excel wrote it until 1995, without a compound file around it.
    if matches!(bytes, [0x09, 0x00 | 0x02 | 0x04 | 0x08, 0x04 | 0x06 | 0x08, 0x00, ..]) {
        return Some(NotASheet::OldExcel);
    }
    let kind = infer::get(bytes)?;
    Some(match kind.matcher_type() {
        MatcherType::Image => NotASheet::Picture,
        MatcherType::Archive if kind.extension() == "pdf" => NotASheet::Pdf,
        MatcherType::Archive => NotASheet::OtherArchive,
        MatcherType::Doc => NotASheet::Document,
        _ => NotASheet::NoFormat,
    })
}

/// As far as its beginning tells; a list in UTF-16 begins with a mark.
fn is_text(bytes: &[u8]) -> bool {
    let has_mark = [b"\xef\xbb\xbf".as_slice(), b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| bytes.starts_with(mark));
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a);
    has_mark || !bytes.iter().take(BEGINNING).any(is_control)
}

fn text(bytes: &[u8]) -> Option<NotASheet> {
    let beginning = &bytes[..bytes.len().min(BEGINNING)];
    // Every second byte of UTF-16 is nothing, as far as markup goes.
    let beginning: Vec<u8> = beginning.iter().copied().filter(|byte| *byte != 0).collect();
    let beginning = String::from_utf8_lossy(&beginning).to_lowercase();
    let beginning = beginning.trim_start_matches(|letter: char| !letter.is_ascii() || letter.is_ascii_whitespace());
    let has = |words: &str| beginning.contains(words);
    if beginning.starts_with("mime-version:") && has("html") {
        return Some(NotASheet::WebPage);
    }
    if beginning.starts_with("{\\rtf") {
        return Some(NotASheet::Document);
    }
    if beginning.starts_with("begin:vcard") {
        return Some(NotASheet::Contacts);
    }
    if !beginning.starts_with('<') {
        return None;
    }
    let tags = ["<html", "<!doctype html", "<table", "<head", "<body", "<meta", "<style"];
    Some(if has("urn:schemas-microsoft-com:office:spreadsheet") && !has("<html") {
        NotASheet::Xml2003
    } else if has("office:document") && has("opendocument") {
        if has("opendocument.text") { NotASheet::Document } else { NotASheet::FlatOds }
    } else if has("<svg") {
        NotASheet::Picture
    } else if tags.iter().any(|tag| has(tag)) {
        NotASheet::WebPage
    } else if beginning.starts_with("<?xml") {
        NotASheet::Xml
    } else {
        // A list may well begin with a name in angle brackets.
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_save_beside_spreadsheets_is_known() {
        let html16: Vec<u8> = "\u{feff}<html><table>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: [(&str, &[u8], NotASheet); 14] = [
            ("export.xls", b"<html><head><meta charset=\"utf-8\"></head><body><table>", NotASheet::WebPage),
            ("export.xls", b"\xef\xbb\xbf\r\n  <TABLE border=1>", NotASheet::WebPage),
            ("export.xls", &html16, NotASheet::WebPage),
            ("export.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"", NotASheet::WebPage),
            (
                "list.xls",
                b"<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                NotASheet::Xml2003,
            ),
            (
                "list.fods",
                b"<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\">",
                NotASheet::FlatOds,
            ),
            ("list.xml", b"<?xml version=\"1.0\"?><guests/>", NotASheet::Xml),
            ("list.pdf", b"%PDF-1.7\n%\xe2\xe3", NotASheet::Pdf),
            ("list.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", NotASheet::Picture),
            ("list.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", NotASheet::Picture),
            ("list.rtf", b"{\\rtf1\\ansi", NotASheet::Document),
            ("list.vcf", b"BEGIN:VCARD\r\nVERSION:3.0", NotASheet::Contacts),
            ("list.gsheet", b"{\"url\": \"https://docs.example/\"}", NotASheet::Link),
            ("list.xls", b"\x09\x04\x06\x00\x00\x04\x10\x00", NotASheet::OldExcel),
        ];
        for (file, bytes, expected) in cases {
            assert_eq!(recognised(file, bytes), Some(expected), "{file}: {}", String::from_utf8_lossy(bytes));
        }
        for text in [
            "First name,Last name\nAnna,Bauer\n",
            "<3 Anna>;Bauer\n",
            "\"<b>\",x\n",
            "",
            "BMI,Name\n",
            "BCC;Name\n",
            "MZ-Nr;Name\n",
            "GIF;Name\n",
            "ID3,Name\n",
            "MAC address,Name\n",
            "COMPANY;WEBPAGE\n",
            "PK;Name\n",
            "Guest,see %PDF-1.7\n",
        ] {
            assert_eq!(recognised("list.csv", text.as_bytes()), None, "{text}");
        }
    }
}
