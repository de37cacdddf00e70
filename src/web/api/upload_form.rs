//! The form that an upload comes in: one file, and what its columns mean.

use super::parsed::Parsed;
use crate::plan::{Invalid, InvalidField};
use crate::sheet::{FILE_BYTES, Limit, Mapping, SheetError};
use crate::web::problem::Problem;
use actix_multipart::{Field, Multipart};
use futures_util::StreamExt as _;
use tokio::sync::OwnedSemaphorePermit;

/// A mapping of a hundred headers is far below this.
const MAPPING_BYTES: usize = 64 * 1024;

/// Of a file's name so much is kept.
const NAME_CHARS: usize = 200;
/// Of a longer one so much of its end.
const NAME_ENDING: usize = 40;

pub(super) struct Form {
    pub(super) file: String,
    pub(super) content: Vec<u8>,
    pub(super) mapping: Option<Vec<u8>>,
    /// Held for as long as the file is.
    pub(super) room: Option<OwnedSemaphorePermit>,
}

pub(super) async fn read_form(parsed: &Parsed, mut form: Multipart) -> Result<Form, Problem> {
    let (mut file, mut mapping, mut room) = (None, None, None);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|error| Problem::bad_request(format!("It is not a multipart form: {error}.")))?;
        match field.name() {
            Some("file") => {
                let name = field.content_disposition().and_then(|disposition| disposition.get_filename()).unwrap_or("unnamed");
                let name = shortened(name);
                let too_large = || SheetError::TooLarge(Limit::FileBytes).into();
                let content = read_field(&mut field, FILE_BYTES, too_large, |bytes| parsed.make_room(&mut room, bytes)).await?;
                file = Some((name, content));
            }
            Some("mapping") => {
                let too_large = || Problem::too_large("64 KiB for the mapping");
                mapping = Some(read_field(&mut field, MAPPING_BYTES, too_large, |_| Ok(())).await?);
            }
            other => return Err(Problem::bad_request(format!("There is no field {:?}; there are file and mapping.", other.unwrap_or("")))),
        }
    }
    let (file, content) = file.ok_or_else(|| Problem::bad_request("The field file is missing."))?;
    Ok(Form { file, content, mapping, room })
}

/// A file's name as it is kept and shown: without signs that nobody sees, and at most so long that every database takes it. Its ending
/// stays, since that says what is in it.
fn shortened(name: &str) -> String {
    let visible: Vec<char> = name.chars().filter(|char| !char.is_control()).collect();
    if visible.len() <= NAME_CHARS {
        return visible.into_iter().collect();
    }
    let (first, last) = (&visible[..NAME_CHARS - NAME_ENDING - 1], &visible[visible.len() - NAME_ENDING..]);
    first.iter().chain(&['…']).chain(last).collect()
}

async fn read_field(
    field: &mut Field,
    limit: usize,
    too_large: impl Fn() -> Problem,
    mut make_room: impl FnMut(usize) -> Result<(), Problem>,
) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|error| Problem::bad_request(format!("The upload broke off: {error}.")))?;
        if content.len() + chunk.len() > limit {
            return Err(too_large());
        }
        make_room(content.len() + chunk.len())?;
        content.extend_from_slice(&chunk);
    }
    Ok(content)
}

pub(super) fn read_mapping(json: Option<&[u8]>) -> Result<Mapping, Problem> {
    let Some(json) = json else { return Ok(Mapping::new()) };
    serde_json::from_slice(json).map_err(|error| {
        let message = Invalid::Said(format!("must be an object of header to field: {error}"));
        Problem::invalid(&[InvalidField { pointer: "/mapping".to_owned(), message }])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_ending() {
        assert_eq!(shortened("Gäste 🥂.xlsx"), "Gäste 🥂.xlsx");
        assert_eq!(shortened("a\0b\u{7}.csv"), "ab.csv");
        let long = shortened(&format!("{}.xlsx", "🥂".repeat(5_000)));
        assert_eq!((long.chars().count(), long.encode_utf16().count() <= 400), (NAME_CHARS, true));
        assert!(long.starts_with("🥂🥂") && long.ends_with("🥂.xlsx") && long.contains('…'));
    }
}
