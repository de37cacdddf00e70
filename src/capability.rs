//! What this build can do: each cargo feature that may be left out, and how a setting says that it needs one.

use std::fmt;

/// A part of the program that a build may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    Mssql,
    Postgres,
    S3,
    Sftp,
    Smtp,
    Tls,
}

/// A setting needs what this build was made without.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: this program was built without {capability}; build it with the cargo feature {:?}", .capability.feature())]
pub struct NotBuiltIn {
    pub setting: &'static str,
    pub capability: Capability,
}

impl Capability {
    /// The cargo feature that brings it.
    #[must_use]
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Mssql => "mssql",
            Self::Postgres => "postgres",
            Self::S3 => "s3",
            Self::Sftp => "sftp",
            Self::Smtp => "smtp",
            Self::Tls => "tls",
        }
    }

    #[must_use]
    pub const fn is_built_in(self) -> bool {
        match self {
            Self::Mssql => cfg!(feature = "mssql"),
            Self::Postgres => cfg!(feature = "postgres"),
            Self::S3 => cfg!(feature = "s3"),
            Self::Sftp => cfg!(feature = "sftp"),
            Self::Smtp => cfg!(feature = "smtp"),
            Self::Tls => cfg!(feature = "tls"),
        }
    }

    /// # Errors
    /// It was left out of this build.
    pub const fn require(self, setting: &'static str) -> Result<(), NotBuiltIn> {
        if self.is_built_in() { Ok(()) } else { Err(NotBuiltIn { setting, capability: self }) }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Mssql => "SQL Server",
            Self::Postgres => "PostgreSQL",
            Self::S3 => "S3",
            Self::Sftp => "SFTP",
            Self::Smtp => "SMTP",
            Self::Tls => "TLS",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_what_it_needs_and_the_feature_that_brings_it() {
        let missing = NotBuiltIn { setting: "store", capability: Capability::Mssql };
        assert_eq!(missing.to_string(), "store: this program was built without SQL Server; build it with the cargo feature \"mssql\"");
        assert_eq!(Capability::Sftp.require("report.sftp").is_ok(), cfg!(feature = "sftp"));
    }
}
