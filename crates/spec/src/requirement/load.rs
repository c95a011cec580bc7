//! Reads rows, and refuses what a row may not hold.

use std::collections::btree_map::Entry;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{CAPABILITIES, Check, KINDS, OPERATIONS, REASONS, Requirement, Requirements, Surface};

/// The embedded files by name.
const FILES: &[(&str, &str)] = &[
    ("account.toml", include_str!("../../../../spec/requirements/account.toml")),
    ("exports.toml", include_str!("../../../../spec/requirements/exports.toml")),
    ("logs.toml", include_str!("../../../../spec/requirements/logs.toml")),
    ("oauth.toml", include_str!("../../../../spec/requirements/oauth.toml")),
    ("keys-v4.toml", include_str!("../../../../spec/requirements/keys-v4.toml")),
    ("keys-system.toml", include_str!("../../../../spec/requirements/keys-system.toml")),
    ("keys-v10.toml", include_str!("../../../../spec/requirements/keys-v10.toml")),
    ("document.toml", include_str!("../../../../spec/requirements/document.toml")),
];

/// Slugs that may not come back.
const RETIRED: &str = include_str!("../../../../spec/retired.txt");

/// Why rows cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequirementError {
    /// The text is not a list of rows: bad TOML, an unknown member, a missing one.
    #[error("{file}, row {row}: {message}")]
    Syntax {
        /// The file's name.
        file: String,
        /// The row's slug, or where it begins.
        row: String,
        /// What the parser says, with the place.
        message: String,
    },
    /// A row holds what it may not hold.
    #[error("{file}, row {row}: {problem}")]
    Row {
        /// The file's name.
        file: String,
        /// The row's slug.
        row: String,
        /// What is wrong.
        problem: Problem,
    },
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The slug is spelt wrongly.
    #[error("the slug is not kebab-case")]
    NotKebab,
    /// The slug was used before, for something else.
    #[error("the slug is retired, choose another")]
    Retired,
    /// Another row has the slug.
    #[error("the slug is taken by another row")]
    Duplicate,
    /// A member is empty.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// None or several of `check`, `planned` and `excluded`.
    #[error("exactly one of check, planned and excluded is due, but {0} are given")]
    Fates(usize),
    /// `needs` names something that is no capability.
    #[error("{0:?} is no capability")]
    UnknownCapability(String),
    /// `operations` names something that is no operation.
    #[error("{0:?} is no operation")]
    UnknownOperation(String),
    /// `rejects` names something that is no kind of violation.
    #[error("{0:?} is no kind of violation")]
    UnknownKind(String),
    /// `rejects` names a place that is not in a request.
    #[error("{0:?} is no place of a request: body, body/…, query/… or path/… is due")]
    UnknownPlace(String),
    /// A check by violations without violations, or violations without a check.
    #[error("`rejects` is due with check = \"violations\", and goes with a check only")]
    Rejects,
    /// `excluded` begins with none of the reasons.
    #[error("`excluded` begins with none of {REASONS:?} and a colon")]
    UnknownReason,
    /// `same_as` names no checked row.
    #[error("`same_as` names {0:?}, which is no checked row of its own")]
    SameAs(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    requirement: Vec<Requirement>,
}

impl Requirements {
    /// The rows that the suite is built with.
    ///
    /// # Panics
    ///
    /// If they cannot be read, which a test rules out.
    pub fn embedded() -> &'static Requirements {
        static EMBEDDED: LazyLock<Requirements> =
            LazyLock::new(|| match Requirements::join(FILES) {
                Ok(rows) => rows,
                Err(error) => panic!("the embedded requirements are broken: {error}"),
            });
        &EMBEDDED
    }

    /// Reads one file. Its name is for messages only.
    pub fn parse(name: &str, text: &str) -> Result<Requirements, RequirementError> {
        Requirements::join(&[(name, text)])
    }

    /// Reads files that belong together: a slug is used once, and rows may point to each other.
    pub fn join(files: &[(&str, &str)]) -> Result<Requirements, RequirementError> {
        let mut all = Requirements::default();
        let mut copies = Vec::new();
        for (name, text) in files {
            for row in read(name, text)? {
                judge(&row).map_err(|problem| at(name, &row.id, problem))?;
                if let Some(other) = &row.same_as {
                    copies.push((*name, row.id.clone(), other.clone()));
                }
                match all.rows.entry(row.id.clone()) {
                    Entry::Occupied(_) => return Err(at(name, &row.id, Problem::Duplicate)),
                    Entry::Vacant(place) => place.insert(row),
                };
            }
        }
        for (name, slug, other) in copies {
            let found = all.get(&other);
            if !found.is_some_and(|row| row.check.is_some() && row.same_as.is_none()) {
                return Err(at(name, &slug, Problem::SameAs(other)));
            }
        }
        Ok(all)
    }
}

fn at(file: &str, row: &str, problem: Problem) -> RequirementError {
    RequirementError::Row { file: file.to_owned(), row: row.to_owned(), problem }
}

fn read(name: &str, text: &str) -> Result<Vec<Requirement>, RequirementError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        RequirementError::Syntax {
            file: name.to_owned(),
            row: row_at(text, offset),
            message: error.to_string(),
        }
    })?;
    Ok(file.requirement)
}

/// The slug of the row around an offset, as far as it can be told from broken text.
fn row_at(text: &str, offset: usize) -> String {
    const START: &str = "[[requirement]]";
    let before = text.get(..offset).unwrap_or(text);
    // The parser may point to the very start of a row.
    let start = if text.get(offset..).is_some_and(|rest| rest.starts_with(START)) {
        Some(offset)
    } else {
        before.rfind(START)
    };
    let Some(start) = start else { return "(none yet)".to_owned() };
    let row = &text[start + START.len()..];
    let row = row.find(START).map_or(row, |end| &row[..end]);
    let id = row.lines().filter_map(|line| line.split_once('=')).find(|it| it.0.trim() == "id");
    match id {
        Some((_, value)) => value.trim().trim_matches('"').to_owned(),
        None => format!("of line {}", text[..start].matches('\n').count() + 1),
    }
}

/// Each row for itself.
fn judge(row: &Requirement) -> Result<(), Problem> {
    if !is_kebab(&row.id) {
        return Err(Problem::NotKebab);
    }
    if is_retired(RETIRED, &row.id) {
        return Err(Problem::Retired);
    }
    if row.text.trim().is_empty() {
        return Err(Problem::Empty("text"));
    }
    if row.sources.is_empty() {
        return Err(Problem::Empty("sources"));
    }
    if let Some(need) = row.needs.iter().find(|need| !is_capability(need)) {
        return Err(Problem::UnknownCapability(need.clone()));
    }
    let is_known = |name: &&String| OPERATIONS.contains(&name.as_str());
    let ours = !matches!(row.surface, Surface::Core | Surface::Document);
    if let Some(name) = row.operations.iter().find(|name| !ours || !is_known(name)) {
        return Err(Problem::UnknownOperation(name.clone()));
    }
    judge_fate(row)?;
    judge_rejects(row)
}

fn judge_fate(row: &Requirement) -> Result<(), Problem> {
    let fates = [row.check.is_some(), row.planned.is_some(), row.excluded.is_some()];
    let given = fates.into_iter().filter(|given| *given).count();
    if given != 1 {
        return Err(Problem::Fates(given));
    }
    let Some(excluded) = &row.excluded else { return Ok(()) };
    let said = |reason: &&str| {
        let rest = excluded.strip_prefix(reason).and_then(|rest| rest.strip_prefix(": "));
        rest.is_some_and(|why| !why.trim().is_empty())
    };
    if REASONS.iter().any(said) { Ok(()) } else { Err(Problem::UnknownReason) }
}

fn judge_rejects(row: &Requirement) -> Result<(), Problem> {
    let fits = match row.check {
        Some(Check::Violations) => !row.rejects.is_empty(),
        Some(Check::Judge) => true,
        None => row.rejects.is_empty(),
    };
    if !fits {
        return Err(Problem::Rejects);
    }
    for rejects in &row.rejects {
        if !is_place(&rejects.at) {
            return Err(Problem::UnknownPlace(rejects.at.clone()));
        }
        if rejects.kinds.is_empty() {
            return Err(Problem::Empty("kinds"));
        }
        if let Some(kind) = rejects.kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(Problem::UnknownKind(kind.clone()));
        }
    }
    Ok(())
}

/// Lower-case words joined by single hyphens; at least two.
fn is_kebab(slug: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|ch| ch.is_ascii_lowercase() || ch.is_ascii_digit())
    };
    slug.contains('-') && slug.split('-').all(is_word)
}

fn is_capability(name: &str) -> bool {
    CAPABILITIES.iter().any(|(capability, _)| *capability == name)
}

fn is_place(at: &str) -> bool {
    let mut parts = at.split('/');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let whole = rest.iter().all(|part| !part.is_empty());
    match first {
        "body" => whole,
        "query" | "path" => whole && rest.len() == 1,
        _ => false,
    }
}

/// Slugs stand one to a line, and `#` begins a comment.
pub(super) fn is_retired(list: &str, slug: &str) -> bool {
    list.lines().any(|line| line.split('#').next().unwrap_or_default().trim() == slug)
}
