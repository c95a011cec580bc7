//! Profiles: named selections of requirement rows, read from `spec/profiles/`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::requirement::{Level, Requirement, Surface};

#[cfg(test)]
mod tests;

/// The profile of a run that names none.
pub const DEFAULT: &str = "all";

/// The files, by the name of the profile within.
const FILES: &[(&str, &str)] = &[
    ("account", include_str!("../../../spec/profiles/account.toml")),
    ("all", include_str!("../../../spec/profiles/all.toml")),
    ("core", include_str!("../../../spec/profiles/core.toml")),
    ("document", include_str!("../../../spec/profiles/document.toml")),
    ("extended", include_str!("../../../spec/profiles/extended.toml")),
    ("keys", include_str!("../../../spec/profiles/keys.toml")),
];

/// A named selection of rows. A row is in it if its surface, its level and one of the patterns to
/// include say so, and no pattern to exclude.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What `--profile` is given.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// Surfaces that are in.
    pub surfaces: Vec<Surface>,
    /// Levels that are in.
    pub levels: Vec<Level>,
    /// Slugs, or slugs with `*` for any run of characters, of which one must match; none means
    /// all.
    #[serde(default)]
    pub include: Vec<String>,
    /// The same, of which none may match.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// Why a text is not a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ProfileError {
    /// The file, as it was named.
    pub file: String,
    /// One sentence for people.
    pub message: String,
}

impl Profile {
    /// All profiles that come with the suite, by name.
    ///
    /// # Panics
    ///
    /// If a file of the suite itself is wrong, which a test of this crate rules out.
    pub fn embedded() -> &'static [Profile] {
        static ALL: OnceLock<Vec<Profile>> = OnceLock::new();
        ALL.get_or_init(|| {
            let read = |(name, text): &(&str, &str)| match Profile::parse(name, text) {
                Ok(profile) => profile,
                Err(error) => panic!("spec/profiles/{error}"),
            };
            FILES.iter().map(read).collect()
        })
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Option<&'static Profile> {
        Profile::embedded().iter().find(|profile| profile.name == name)
    }

    /// Reads a profile; `file` goes into the error.
    pub fn parse(file: &str, text: &str) -> Result<Profile, ProfileError> {
        let fail = |message: String| ProfileError { file: file.to_owned(), message };
        let profile: Profile = toml::from_str(text).map_err(|error| fail(error.to_string()))?;
        if profile.surfaces.is_empty() || profile.levels.is_empty() {
            return Err(fail("selects nothing: name at least one surface and one level".into()));
        }
        Ok(profile)
    }

    /// Whether a row is in the profile.
    pub fn selects(&self, row: &Requirement) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, &row.id));
        self.surfaces.contains(&row.surface)
            && self.levels.contains(&row.level)
            && (self.include.is_empty() || any(&self.include))
            && !any(&self.exclude)
    }
}

/// `*` stands for any run of characters; everything else for itself.
fn matches(pattern: &str, slug: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == slug,
        Some((head, tail)) => slug.strip_prefix(head).is_some_and(|rest| {
            let mut places = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            places.any(|at| matches(tail, &rest[at..]))
        }),
    }
}
