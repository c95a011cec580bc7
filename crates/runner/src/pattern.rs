//! Patterns that select requirements: a slug, an A- or K-id, or either with `*`.

use spec::profile::Profile;
use spec::requirement::{Requirement, Requirements};

/// What `--profile`, `--only` and `--skip` select.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The profile, if one is named.
    pub profile: Option<Profile>,
    /// Patterns of which one must match; none selects all.
    pub only: Vec<String>,
    /// Patterns of which none may match.
    pub skip: Vec<String>,
}

impl Selection {
    /// Whether a row is selected.
    pub fn selects(&self, row: &Requirement) -> bool {
        self.profile.as_ref().is_none_or(|profile| profile.selects(row))
            && (self.only.is_empty() || self.only.iter().any(|pattern| matches(pattern, row)))
            && !self.skip.iter().any(|pattern| matches(pattern, row))
    }

    /// The first pattern that matches no row at all, with the closest slug: a typing mistake.
    pub fn mistake(&self, rows: &Requirements) -> Option<String> {
        let useless = |pattern: &&String| !rows.iter().any(|row| matches(pattern, row));
        let pattern = self.only.iter().chain(&self.skip).find(useless)?;
        let closest = closest(pattern, rows.iter().map(|row| row.id.as_str()));
        let hint = closest.map(|slug| format!("; did you mean {slug:?}?")).unwrap_or_default();
        Some(format!("the pattern {pattern:?} matches no requirement{hint}"))
    }
}

/// Whether a pattern matches the slug, the surface or one of the sources of a row.
pub fn matches(pattern: &str, row: &Requirement) -> bool {
    glob(pattern, &row.id)
        || glob(pattern, row.surface.as_str())
        || row.sources.iter().any(|source| glob(pattern, source))
}

/// `*` stands for any run of characters; everything else for itself.
pub fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            let mut places = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            places.any(|at| glob(tail, &rest[at..]))
        }),
    }
}

/// The closest of some words, if it is close enough to be meant.
pub fn closest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    words
        .map(|other| (strsim::jaro_winkler(word, other), other))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|one, two| one.0.total_cmp(&two.0))
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_star_stands_for_any_run() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(super::glob(pattern, text), expected, "{pattern} on {text}");
        };
        check("exports-*", "exports-list-order", true);
        check("exports-*", "logs-list", false);
        check("*order", "exports-list-order", true);
        check("*list*order", "exports-list-order", true);
        check("A-01*", "A-018", true);
        check("A-018", "A-018", true);
        check("A-018", "A-0180", false);
        check("*", "", true);
        check("", "", true);
    }
}
