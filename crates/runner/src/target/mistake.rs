//! Mistakes of a target file, and where they are.

use std::fmt;
use std::ops::Range;

/// One mistake: where, what, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as the user named it; or the option.
    pub path: String,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// The column, counted in characters from 1.
    pub column: Option<usize>,
    /// What is wrong; fits after `path:line: `.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

impl std::error::Error for Mistake {}

/// A place in the text, in bytes.
pub(super) type Place = usize;

/// Collects mistakes.
#[derive(Debug)]
pub(super) struct Mistakes<'a> {
    path: &'a str,
    text: &'a str,
    found: Vec<(Place, String)>,
    syntax_lines: Vec<usize>,
}

impl<'a> Mistakes<'a> {
    pub(super) fn new(path: &'a str, text: &'a str) -> Mistakes<'a> {
        Mistakes { path, text, found: Vec::new(), syntax_lines: Vec::new() }
    }

    /// Notes a mistake.
    pub(super) fn add(&mut self, place: Place, message: impl Into<String>) {
        self.found.push((place, message.into()));
    }

    /// Notes that a text is not TOML.
    pub(super) fn syntax(&mut self, error: &toml::de::Error) {
        let place = error.span().map_or(0, |Range { start, .. }| start);
        let line = self.line(place);
        // What follows a slip on the same line is seldom another one.
        if !self.syntax_lines.contains(&line) {
            self.syntax_lines.push(line);
            let message = error.message().trim().replace('\n', ", ");
            self.found.push((place, format!("not TOML: {message}")));
        }
    }

    /// The line of a place.
    pub(super) fn line(&self, place: Place) -> usize {
        let before = &self.text.as_bytes()[..place.min(self.text.len())];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    fn column(&self, place: Place) -> usize {
        let before = &self.text.as_bytes()[..place.min(self.text.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        1 + String::from_utf8_lossy(&before[line_start..]).chars().count()
    }

    /// The value, if there was no mistake. Where the text is not TOML, what was read of it is half
    /// a guess, so other mistakes on such lines, and what is missing, are not reported beside it.
    pub(super) fn into_result<T>(mut self, value: T) -> Result<T, Vec<Mistake>> {
        if self.found.is_empty() {
            return Ok(value);
        }
        let broken = !self.syntax_lines.is_empty();
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|(place, _)| *place);
        let mut mistakes: Vec<_> = found
            .into_iter()
            .map(|(place, message)| Mistake {
                path: self.path.to_owned(),
                line: Some(self.line(place)),
                column: Some(self.column(place)),
                message,
            })
            .filter(|mistake| !broken || self.is_certain(mistake))
            .collect();
        mistakes.dedup();
        Err(mistakes)
    }

    fn is_certain(&self, mistake: &Mistake) -> bool {
        let on_broken_line = mistake.line.is_some_and(|line| self.syntax_lines.contains(&line));
        mistake.message.starts_with("not TOML")
            || !on_broken_line && !mistake.message.starts_with("missing")
    }
}

/// The closest of some words, if it is close enough to be meant.
pub(super) fn closest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&lower, known);
    let (distance, known) = words
        .into_iter()
        .map(|known| (distance(&known.to_lowercase()), known))
        .min_by_key(|(distance, _)| *distance)?;
    let tolerated = 1 + known.chars().count() / 4;
    (distance <= tolerated).then_some(known)
}

/// `; did you mean "…"?`, or nothing.
pub(super) fn did_you_mean<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    closest(word, words).map_or_else(String::new, |known| format!("; did you mean {known:?}?"))
}
