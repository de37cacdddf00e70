//! Headers to fields: in English and German, without regard to case and punctuation.

use super::headers::{FULL_NAME, Field, GUEST, PLACEMENT, ROOM, SPOT, TABLE};
use super::{Mapping, SheetError};
use crate::plan::upload::{Column, UploadKind};

/// What a sheet can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Guests,
    Tables,
    Rooms,
    Spots,
    Placement,
}

impl Content {
    pub(super) const ALL: &'static [Self] = &[Self::Guests, Self::Tables, Self::Rooms, Self::Spots, Self::Placement];

    /// What an upload's sheets may hold.
    pub(super) fn of(kind: UploadKind) -> &'static [Self] {
        match kind {
            UploadKind::Guests => &[Self::Guests],
            UploadKind::Tables => &[Self::Tables],
            UploadKind::Floor => &[Self::Spots, Self::Rooms],
            UploadKind::Draw | UploadKind::VipPlacement => &[Self::Placement],
        }
    }

    /// What the sheet is called in a template.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Guests => "Guests",
            Self::Tables => "Tables",
            Self::Rooms => "Rooms",
            Self::Spots => "Spots",
            Self::Placement => "Draw",
        }
    }

    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Self::Guests => GUEST,
            Self::Tables => TABLE,
            Self::Rooms => ROOM,
            Self::Spots => SPOT,
            Self::Placement => PLACEMENT,
        }
    }

    /// Whether these fields are enough to recognise a header by.
    fn is_recognised(self, has: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Guests => has("employee_no") || has("email") || has("first_name") || has("last_name"),
            Self::Tables => has("number"),
            Self::Rooms => has("name") && has("width_m") && has("depth_m"),
            Self::Spots => has("code") && (has("room") || has("x_m") || has("seats")),
            Self::Placement => has("number") && has("code"),
        }
    }
}

/// The header that stands for the field: its own name in words.
pub(super) fn canonical((name, _): &Field) -> &'static str {
    match *name {
        "employee_no" => "Employee no.",
        "first_name" => "First name",
        "last_name" => "Last name",
        "email" => "E-mail",
        "company" => "Company",
        "department" => "Department",
        "party" => "Party",
        "plus_one_of" => "Plus one of",
        "vip" => "VIP",
        "diet" => "Diet",
        "allergies" => "Allergies",
        "wheelchair" => "Wheelchair",
        "rsvp" => "RSVP",
        "language" => "Language",
        "notes" => "Notes",
        "table" | "number" => "Table",
        "name" => "Name",
        "seats" => "Seats",
        "host" => "Host",
        "width_m" => "Width",
        "depth_m" => "Depth",
        "code" => "Spot",
        "room" => "Room",
        "x_m" => "X",
        "y_m" => "Y",
        "shape" => "Shape",
        "rotation_deg" => "Rotation",
        other => other,
    }
}

/// The fields that a column of such an upload can stand for.
pub(super) fn names(kind: UploadKind) -> Vec<&'static str> {
    let mut names: Vec<&str> = Content::of(kind).iter().flat_map(|content| content.fields()).map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Headers that are taken for a field only where no other says it better.
fn is_vague(plain: &str) -> bool {
    plain == "name" || FULL_NAME.contains(&plain)
}

/// Whether there are full names under the header of the last names: it says so, or there is no other for the first names, and it does not
/// say that it is the last one.
pub(super) fn is_full_name(header: &str, has_first_names: bool) -> bool {
    let plain = plain(header);
    let says_last_name =
        || plain != "name" && GUEST.iter().any(|(field, aliases)| *field == "last_name" && aliases.contains(&plain.as_str()));
    FULL_NAME.contains(&plain.as_str()) || (!has_first_names && !says_last_name())
}

/// Whether whole names stand under the header.
pub(super) fn is_whole_name(header: &str) -> bool {
    is_vague(&plain(header))
}

/// A header without case, blanks and punctuation.
fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The columns of a row taken for a header, if it is one of this content.
///
/// # Errors
/// The mapping names a field that there is not.
pub(super) fn recognise(content: Content, headers: &[String], mapping: &Mapping) -> Result<Option<Vec<Column>>, SheetError> {
    let columns = taken(content, headers, mapping)?;
    let has = |field: &str| columns.iter().any(|column| column.field.as_deref() == Some(field));
    Ok(content.is_recognised(has).then_some(columns))
}

/// The columns of a row taken for a header, whether it is one or not. The mapping's headers are trimmed.
///
/// # Errors
/// The mapping names a field that there is not.
pub(super) fn taken(content: Content, headers: &[String], mapping: &Mapping) -> Result<Vec<Column>, SheetError> {
    let fields = content.fields();
    let mut columns: Vec<Column> = Vec::with_capacity(headers.len());
    let by_alias = |plain: &str| {
        let is_full_name = content == Content::Guests && FULL_NAME.contains(&plain);
        let field = fields.iter().find(|(name, aliases)| aliases.contains(&plain) || (is_full_name && *name == "last_name"));
        // "RSVP - Wedding": one column for each event; the first counts.
        let is_answer = content == Content::Guests && plain.starts_with("rsvp");
        field.map(|(name, _)| *name).or_else(|| is_answer.then_some("rsvp"))
    };
    // A vague header gives way to an exact one: beside a last name, "Name" is the whole of it.
    let exact: Vec<&str> =
        headers.iter().map(|header| plain(header)).filter(|plain| !is_vague(plain)).filter_map(|plain| by_alias(&plain)).collect();
    let known = |plain: &str| by_alias(plain).filter(|field| !is_vague(plain) || !exact.contains(field));
    for header in headers {
        let mapped = mapping.get(header.trim()).cloned();
        let field = match mapped {
            Some(Some(field)) => Some(check(content, field)?),
            Some(None) => None,
            None => known(&plain(header)).map(ToOwned::to_owned),
        };
        // Of two columns for one field, the first counts.
        let same =
            |column: &Column, field: &str| column.field.as_deref() == Some(field) && (field != "extra" || column.header == header.trim());
        let field = field.filter(|field| !columns.iter().any(|column| same(column, field)));
        columns.push(Column { header: header.trim().to_owned(), field, samples: Vec::new() });
    }
    Ok(columns)
}

fn check(content: Content, field: String) -> Result<String, SheetError> {
    let known = content.fields().iter().any(|(name, _)| *name == field) || (field == "extra" && content == Content::Guests);
    if known {
        return Ok(field);
    }
    Err(SheetError::Mapping { field, fields: content.fields().iter().map(|(name, _)| *name).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_by_any_spelling() {
        let fields = |headers: &[&str]| {
            let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
            let columns = recognise(Content::Guests, &headers, &Mapping::new()).unwrap();
            columns.map(|columns| columns.into_iter().map(|column| column.field.unwrap_or_default()).collect::<Vec<_>>())
        };
        assert_eq!(fields(&["PERSONALNR.", "e-mail", "Plus one of", "Shoe size"]).unwrap(), ["employee_no", "email", "plus_one_of", ""]);
        assert_eq!(fields(&["Table", "Tisch", "E-Mail"]).unwrap(), ["table", "", "email"], "the first of two columns counts");
        assert_eq!(fields(&["api_id", "name", "first_name", "last_name"]).unwrap(), ["", "", "first_name", "last_name"]);
        assert_eq!(fields(&["Email", "Name", "Vorname", "Nachname"]).unwrap(), ["email", "", "first_name", "last_name"]);
        assert_eq!(fields(&["Name", "Vorname", "Tisch"]).unwrap(), ["last_name", "first_name", "table"]);
        assert_eq!(fields(&["First", "Last", "Will you attend?"]).unwrap(), ["first_name", "last_name", "rsvp"]);
        assert_eq!(fields(&["100001", "Omar", "Fischer"]), None);
    }

    #[test]
    fn a_mapping_goes_before_the_header_and_is_checked() {
        let mapping = Mapping::from([("Foo".to_owned(), Some("number".to_owned())), ("Name".to_owned(), None)]);
        let headers = ["Foo".to_owned(), "Name".to_owned()];
        let columns = recognise(Content::Tables, &headers, &mapping).unwrap().unwrap();
        assert_eq!(columns[0].field.as_deref(), Some("number"));
        assert_eq!(columns[1].field, None);
        let wrong = Mapping::from([("Foo".to_owned(), Some("nonsense".to_owned()))]);
        assert!(matches!(recognise(Content::Tables, &headers, &wrong), Err(SheetError::Mapping { .. })));
    }
}
