//! Settings: flags, then `TAFEL_*` environment variables, then `tafel.toml`, as one typed value.

use crate::reader::Reader;
use crate::{mail, reader, report};
use anyhow::Context;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file that is read from the current folder, if it is there.
pub const FILE: &str = "tafel.toml";

/// Variables of sections.
const SECTIONS: [(&str, &str); 2] = [("TAFEL_REPORT_", "report"), ("TAFEL_MAIL_", "mail")];

/// Everything that can be set, once it is known to be valid.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    /// The store's URL.
    pub store: String,
    /// Whether staff may upload spreadsheets, too.
    pub staff_may_upload: bool,
    /// Threads that answer requests.
    pub workers: usize,
    /// What each process that reads a spreadsheet may take, in MiB.
    pub reader_memory_mib: u64,
    /// The program that is started to read spreadsheets: this one.
    pub reader: PathBuf,
    /// In which pages tell times.
    pub zone: TimeZone,
    /// The end-of-day report, where there is one.
    pub report: Option<Box<report::Settings>>,
    /// Mails to guests, where they can be sent.
    pub mail: Option<Box<mail::Settings>>,
}

/// What a flag, the environment or the file may say; each is optional.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "TAFEL_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// The store [default: sqlite:tafel.db]
    #[arg(long, env = "TAFEL_STORE", value_name = "URL", global = true, hide_env_values = true)]
    pub store: Option<String>,
    /// Let staff upload spreadsheets, too [default: false]
    #[arg(long, env = "TAFEL_STAFF_MAY_UPLOAD", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub staff_may_upload: Option<bool>,
    /// Threads that answer requests [default: one for each processor, at most 8]
    #[arg(long, env = "TAFEL_WORKERS", value_name = "NUMBER")]
    pub workers: Option<usize>,
    /// Memory of each process that reads a spreadsheet, in MiB [default: 256]
    #[arg(long, env = "TAFEL_READER_MEMORY_MIB", value_name = "MIB")]
    pub reader_memory_mib: Option<u64>,
    /// The time zone in which pages tell times, like Europe/Vienna [default: the report's, else UTC]
    #[arg(long, env = "TAFEL_ZONE", value_name = "NAME")]
    pub zone: Option<String>,
    #[arg(skip)]
    pub report: Option<Box<report::Settings>>,
    #[arg(skip)]
    pub mail: Option<Box<mail::Settings>>,
}

impl Settings {
    /// Puts together what the flags and the environment say, then the file, then the defaults.
    ///
    /// # Errors
    /// The file cannot be read, or says something that is not understood.
    pub fn from(given: Given, file: &Path) -> anyhow::Result<Self> {
        let not_understood = || format!("{} is not understood", file.display());
        let mut table: toml::Table = match fs::read_to_string(file) {
            Ok(text) => toml::from_str(&text).map_err(|error| in_words(&error, &text)).with_context(not_understood)?,
            Err(error) if error.kind() == ErrorKind::NotFound => toml::Table::new(),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", file.display())),
        };
        // Others' variables may be anything.
        let texts = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let variables: Vec<_> = texts.filter(|(name, _)| name != "TAFEL_REPORT_STOP_AT").collect();
        for (name, value) in &variables {
            let Some((prefix, section)) = SECTIONS.into_iter().find(|(prefix, _)| name.starts_with(prefix)) else { continue };
            put(&mut table, section, &name[prefix.len()..], value).with_context(|| format!("{name} is not understood"))?;
        }
        let read: Given = table.try_into().with_context(not_understood)?;
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let zone = given.zone.or(read.zone).or_else(|| Some(read.report.as_ref()?.zone.clone()));
        let zone = zone.map(|name| TimeZone::get(&name).with_context(|| format!("zone: there is no time zone {name:?}"))).transpose()?;
        let reader_memory_mib = given.reader_memory_mib.or(read.reader_memory_mib).unwrap_or(reader::MEMORY_MIB);
        anyhow::ensure!(
            (reader::LEAST_MEMORY_MIB..=reader::MOST_MEMORY_MIB).contains(&reader_memory_mib),
            "reader_memory_mib: it must be {} to {} MiB, not {reader_memory_mib}",
            reader::LEAST_MEMORY_MIB,
            reader::MOST_MEMORY_MIB
        );
        Ok(Self {
            reader_memory_mib,
            reader: Reader::this_program().context("where this program lies is not known")?,
            zone: zone.unwrap_or(TimeZone::UTC),
            listen: given.listen.or(read.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            store: given.store.or(read.store).unwrap_or_else(|| "sqlite:tafel.db".to_owned()),
            staff_may_upload: given.staff_may_upload.or(read.staff_may_upload).unwrap_or(false),
            report: read.report,
            mail: read.mail,
            workers: given.workers.or(read.workers).unwrap_or(processors.min(8)).max(1),
        })
    }
}

/// The error without the line that it is in, which may hold a password.
fn in_words(error: &toml::de::Error, text: &str) -> anyhow::Error {
    let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    anyhow::anyhow!("line {line}: {}", error.message())
}

/// `TAFEL_REPORT_SFTP__HOST` is `host` in the section `report.sftp`. What is no text is written as in the file: `["a@b.example"]`.
fn put(table: &mut toml::Table, section: &str, name: &str, value: &str) -> anyhow::Result<()> {
    let root = section;
    let path = name.to_lowercase();
    let mut path: Vec<&str> = path.split("__").collect();
    let field = path.pop().unwrap_or_default();
    let mut section = table;
    for name in std::iter::once(root).chain(path) {
        let entry = section.entry(name).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        section = entry.as_table_mut().with_context(|| format!("{name} is not a section"))?;
    }
    // A password of digits is still a text.
    let is_text = !field.ends_with("_s") && !["port", "per_minute", "minutes_before_deadline", "allow_http", "mail_to"].contains(&field);
    let value = if is_text {
        toml::Value::String(value.to_owned())
    } else {
        let line = format!("it = {value}");
        toml::from_str::<toml::Table>(&line)?.remove("it").context("it is empty")?
    };
    section.insert(field.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        fs::write(&file, "listen = \"127.0.0.1:9000\"\nstaff_may_upload = true\n").unwrap();
        let given = Given { listen: Some("127.0.0.1:9001".parse().unwrap()), ..Given::default() };
        let settings = Settings::from(given, &file).unwrap();
        assert_eq!(settings.listen.port(), 9001);
        assert!(settings.staff_may_upload);
        assert_eq!(settings.store, "sqlite:tafel.db");
        assert_eq!(settings.zone, TimeZone::UTC);
    }

    #[test]
    fn times_are_told_in_the_zone_that_is_set_or_else_in_the_reports() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let zone = |text: &str| {
            fs::write(&file, text).unwrap();
            Settings::from(Given::default(), &file).map(|settings| settings.zone.iana_name().unwrap_or_default().to_owned())
        };
        let report = "[report]\nzone = \"Europe/Berlin\"\ndeadline = \"06:00\"\n[report.sftp]\nhost = \"h\"\nuser = \"u\"\n";
        assert_eq!(zone(report).unwrap(), "Europe/Berlin");
        assert_eq!(zone(&format!("zone = \"Asia/Tokyo\"\n{report}")).unwrap(), "Asia/Tokyo");
        assert!(format!("{:#}", zone("zone = \"Atlantis\"").unwrap_err()).contains("Atlantis"));
    }

    #[test]
    fn what_is_secret_comes_from_the_environment_and_is_not_shown() {
        let mut table: toml::Table =
            toml::from_str("[report]\nzone = \"Europe/Berlin\"\n[report.sftp]\nhost = \"h\"\nuser = \"u\"\n").unwrap();
        put(&mut table, "report", "SFTP__PASSWORD", "1234").unwrap();
        put(&mut table, "report", "SFTP__PORT", "2222").unwrap();
        put(&mut table, "report", "DEADLINE", "05:00").unwrap();
        assert!(put(&mut table, "report", "CLAIM_S", "long").is_err());
        let report = table.try_into::<Given>().unwrap().report.unwrap();
        assert_eq!((report.deadline.as_str(), report.sftp.as_ref().unwrap().port), ("05:00", 2_222));
        assert!(!format!("{report:?}").contains("1234"));
    }

    #[test]
    fn an_unknown_setting_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        fs::write(&file, "lisen = \"127.0.0.1:9000\"\n").unwrap();
        let error = format!("{:#}", Settings::from(Given::default(), &file).unwrap_err());
        assert!(error.contains("lisen") && error.contains("tafel.toml"), "{error}");
    }
}
