//! Why a value is not taken.

use serde::{Serialize, Serializer};

/// Why a value was not taken, in words that go on where its name ends; other languages word it anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("is empty")]
    Empty,
    #[error("is {chars} characters long; at most {most} are possible")]
    TooLong { chars: usize, most: usize },
    #[error("holds a control character")]
    ControlCharacter,
    #[error("has a line break or a tab")]
    LineBreak,
    #[error("has a blank in it")]
    Blank,
    #[error("has no @")]
    NoAt,
    #[error("is not an e-mail address")]
    NotAnAddress,
    #[error("must be a whole number from 1 to 1,000")]
    NotSeats,
    #[error("must be a number of metres, at most 10,000")]
    NotMetres,
    #[error("must be whole degrees, 0 to 359")]
    NotDegrees,
    #[error("must be more than nothing")]
    NotPositive,
    #[error("is neither yes nor no")]
    NotYesOrNo,
    #[error("is no answer: write accepted, declined or invited")]
    NotAnAnswer,
    #[error("is no shape: write round or rect")]
    NotAShape,
    #[error("is not a number")]
    NotANumber,
    #[error("must be a number")]
    MustBeNumber,
    #[error("must be a whole number")]
    MustBeWhole,
    #[error("must be a whole number, and not negative")]
    MustBeNatural,
    #[error("must be given")]
    MustBeGiven,
    #[error("cannot be empty")]
    CannotBeEmpty,
    #[error("or last_name must be given")]
    NameMustBeGiven,
    #[error("or last_name must remain")]
    NameMustRemain,
    #[error("cannot be the guest itself")]
    IsTheGuest,
    #[error("must be chosen")]
    MustBeChosen,
    #[error("is taken")]
    Taken,
    #[error("is not a field that is known here")]
    UnknownField,
    #[error("is no position of this plan")]
    NotInThePlan,
    #[error("is not of this time")]
    NotOfThisTime,
    #[error("is before the plan was begun")]
    BeforeThePlan,
    #[error("{0:?} is not in the plan: look at the numbers that there are")]
    NoneCalled(String),
    #[error("{0} is not among the missing")]
    NotMissing(u64),
    #[error("row {0} is not in the file")]
    NotInTheFile(String),
    /// What only programs get to hear, or another library has said.
    #[error("{0}")]
    Said(String),
}

/// All that say the same of every value.
const PLAIN: [Invalid; 28] = [
    Invalid::Empty,
    Invalid::ControlCharacter,
    Invalid::LineBreak,
    Invalid::Blank,
    Invalid::NoAt,
    Invalid::NotAnAddress,
    Invalid::NotSeats,
    Invalid::NotMetres,
    Invalid::NotDegrees,
    Invalid::NotPositive,
    Invalid::NotYesOrNo,
    Invalid::NotAnAnswer,
    Invalid::NotAShape,
    Invalid::NotANumber,
    Invalid::MustBeNumber,
    Invalid::MustBeWhole,
    Invalid::MustBeNatural,
    Invalid::MustBeGiven,
    Invalid::CannotBeEmpty,
    Invalid::NameMustBeGiven,
    Invalid::NameMustRemain,
    Invalid::IsTheGuest,
    Invalid::MustBeChosen,
    Invalid::Taken,
    Invalid::UnknownField,
    Invalid::NotInThePlan,
    Invalid::NotOfThisTime,
    Invalid::BeforeThePlan,
];

impl Invalid {
    /// What was said in English: a deserialiser passes on words only.
    #[must_use]
    pub fn of_words(words: &str) -> Self {
        let too_long = || {
            let (chars, rest) = words.strip_prefix("is ")?.split_once(" characters long; at most ")?;
            let most = rest.strip_suffix(" are possible")?;
            Some(Self::TooLong { chars: chars.parse().ok()?, most: most.parse().ok()? })
        };
        let plain = PLAIN.into_iter().find(|plain| plain.to_string() == words);
        plain.or_else(too_long).unwrap_or_else(|| Self::Said(words.to_owned()))
    }
}

impl Serialize for Invalid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_known_again() {
        for plain in PLAIN {
            assert_eq!(Invalid::of_words(&plain.to_string()), plain);
        }
        let long = Invalid::TooLong { chars: 70, most: 64 };
        assert_eq!(Invalid::of_words(&long.to_string()), long);
        assert_eq!(Invalid::of_words("is odd"), Invalid::Said("is odd".to_owned()));
    }
}
