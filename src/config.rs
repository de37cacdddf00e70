//! Settings: flags, then `TAFEL_*` environment variables, then `tafel.toml`, as one typed value.

use anyhow::Context;
use serde::Deserialize;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;

/// The file that is read from the current folder, if it is there.
pub const FILE: &str = "tafel.toml";

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
}

impl Settings {
    /// Puts together what the flags and the environment say, then the file, then the defaults.
    ///
    /// # Errors
    /// The file cannot be read, or says something that is not understood.
    pub fn from(given: Given, file: &Path) -> anyhow::Result<Self> {
        let read = match fs::read_to_string(file) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("{} is not understood", file.display()))?,
            Err(error) if error.kind() == ErrorKind::NotFound => Given::default(),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", file.display())),
        };
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            listen: given.listen.or(read.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            store: given.store.or(read.store).unwrap_or_else(|| "sqlite:tafel.db".to_owned()),
            staff_may_upload: given.staff_may_upload.or(read.staff_may_upload).unwrap_or(false),
            workers: given.workers.or(read.workers).unwrap_or(processors.min(8)).max(1),
        })
    }
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
