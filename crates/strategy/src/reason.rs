//! Why a value was chosen: a stable code for machines and a sentence for people.

use std::fmt;

/// Why a value was chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    code: &'static str,
    sentence: String,
}

impl Reason {
    /// A reason with a kebab-case code that never changes its meaning.
    pub fn new(code: &'static str, sentence: impl Into<String>) -> Reason {
        Reason { code, sentence: sentence.into() }
    }

    /// The stable code, such as `string-above-max-length`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence, such as `65 characters where at most 64 are allowed`.
    pub fn sentence(&self) -> &str {
        &self.sentence
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.sentence)
    }
}
