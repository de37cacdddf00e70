//! Names and passwords of accounts: what is possible, made up, hashed, and checked.

use crate::lang::T;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use data_encoding::BASE64URL_NOPAD;

/// The shortest password that is taken, in characters.
pub const SHORTEST: usize = 10;
/// The longest, in bytes: more would only cost time.
const LONGEST: usize = 1_024;

/// Why a name or a password was not taken, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsuitable {
    #[error("{0:?} is no possible name: letters, digits and . _ - @, at most 64")]
    Name(String),
    #[error("a password has at least {SHORTEST} characters, and at most {LONGEST} bytes")]
    Length,
    #[error("cannot hash the password: {0}")]
    Fault(String),
}

impl Unsuitable {
    /// For the person who typed it.
    pub(crate) fn in_words(&self, t: T) -> String {
        match self {
            Self::Name(name) => t.unsuitable_name(name.as_str()),
            Self::Length => t.unsuitable_password(SHORTEST),
            Self::Fault(_) => t.problem_fault(),
        }
    }
}

/// Names stand in log lines and events, so they are kept plain.
///
/// # Errors
/// It is no possible name.
pub fn check_name(name: &str) -> Result<(), Unsuitable> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) || name == "system" {
        return Err(Unsuitable::Name(name.to_owned()));
    }
    Ok(())
}

/// A password for somebody who did not choose one.
///
/// # Errors
/// The system gives no random numbers.
pub fn make_up() -> Result<String, getrandom::Error> {
    let mut secret = [0; 15];
    getrandom::fill(&mut secret)?;
    Ok(BASE64URL_NOPAD.encode(&secret))
}

/// argon2id with its recommended parameters and a salt of its own. Takes tens of milliseconds.
///
/// # Errors
/// The password is too short or too long, or the system gives no random numbers.
pub fn hash(password: &str) -> Result<String, Unsuitable> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(Unsuitable::Length);
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| Unsuitable::Fault(error.to_string()))?;
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(|error| Unsuitable::Fault(error.to_string()))?.to_string())
}

/// Whether it is the password. Takes as long where there is no account, so that nobody learns which names there are.
#[must_use]
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if password.len() > LONGEST {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_password_and_no_other() {
        let hashed = hash("correct horse").unwrap();
        assert!(verify("correct horse", Some(&hashed)));
        assert!(!verify("correct horsf", Some(&hashed)));
        assert!(!verify("correct horse", None));
        assert_eq!(hash("too short"), Err(Unsuitable::Length));
    }
}
