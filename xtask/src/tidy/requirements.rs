//! The requirement rows and their judges find each other by slug, both ways.

use std::collections::{BTreeMap, BTreeSet};

use toml::Table;

use super::{Finding, Tree};

/// The areas, which are the first words of slugs.
pub(crate) const AREAS: &[&str] =
    &["account", "exports", "logs", "oauth", "http", "control", "document", "keys"];

/// Where judges live.
const JUDGES: &[&str] = &["crates/check/src/", "crates/model/src/", "crates/runner/src/"];

/// Where a literal that looks like a slug is one. The model speaks of other things, too.
const SLUGS: &[&str] = &["crates/check/src/", "crates/runner/src/"];

/// The lists of faults, by area, which name what they violate.
const FAULTS: &str = "crates/refserver/src/fault/";

/// A row as it stands in its file.
pub(crate) struct Row {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) id: String,
    pub(crate) table: Table,
}

impl Row {
    fn is(&self, check: &str) -> bool {
        self.table.get("check").and_then(|value| value.as_str()) == Some(check)
    }

    /// Whether the row names this source.
    pub(crate) fn has_source(&self, source: &str) -> bool {
        let sources = self.table.get("sources").and_then(|value| value.as_array());
        sources.into_iter().flatten().any(|value| value.as_str() == Some(source))
    }
}

/// All rows, and the findings about files that cannot be read.
pub(crate) fn read(tree: &Tree) -> (Vec<Row>, Vec<Finding>) {
    let (mut rows, mut findings) = (Vec::new(), Vec::new());
    for (path, text) in tree.texts("spec/requirements/", ".toml") {
        let file: Table = match toml::from_str(text) {
            Ok(file) => file,
            Err(error) => {
                findings.push(Finding::new(path, 0, format!("is not TOML: {error}")));
                continue;
            }
        };
        let mut seen = BTreeMap::new();
        // Whatever the array of rows is called: its members are the tables with an `id`.
        let tables = file.values().filter_map(|value| value.as_array()).flatten();
        for table in tables.filter_map(|value| value.as_table()) {
            let Some(id) = table.get("id").and_then(|id| id.as_str()) else { continue };
            let nth = seen.entry(id).and_modify(|nth| *nth += 1).or_insert(0);
            let row = Row {
                path: path.to_owned(),
                line: line_of_id(text, id, *nth),
                id: id.to_owned(),
                table: table.clone(),
            };
            rows.push(row);
        }
    }
    (rows, findings)
}

fn line_of_id(text: &str, id: &str, nth: usize) -> usize {
    let quoted = format!("\"{id}\"");
    let is_id = |line: &str| {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        key.trim() == "id" && value.trim().starts_with(&quoted)
    };
    let mut lines = text.lines().enumerate().filter(|(_, line)| is_id(line));
    lines.nth(nth).map_or(0, |(idx, _)| idx + 1)
}

/// Slugs that were used once and may not come back with another meaning.
pub(crate) fn retired(tree: &Tree) -> BTreeSet<&str> {
    let text = tree.text("spec/retired.txt").unwrap_or_default();
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).collect()
}

/// Lower-case words joined by single hyphens; at least two.
pub(crate) fn is_kebab(slug: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|ch| ch.is_ascii_lowercase() || ch.is_ascii_digit())
    };
    slug.contains('-') && slug.split('-').all(is_word)
}

/// A fault breaks what the rows demand: each sentence that it names is the source of a row, or a
/// row itself.
pub(super) fn faults(tree: &Tree) -> Vec<Finding> {
    let (rows, mut findings) = (read(tree).0, Vec::new());
    let lists = tree.rust.iter().filter(|(path, _)| path.starts_with(FAULTS));
    let literals = lists.flat_map(|(path, list)| list.live_strings().map(move |it| (path, it)));
    for (path, literal) in literals {
        let reference = literal.text.as_str();
        let known = || rows.iter().any(|row| row.id == reference || row.has_source(reference));
        if (is_sentence(reference) || looks_like_slug(reference)) && !known() {
            let message =
                format!("\"{reference}\" is no row's slug or source: write the row first");
            findings.push(Finding::new(path, literal.line, message));
        }
    }
    findings
}

/// Whether the text is the number of a normative sentence, such as `A-018`.
fn is_sentence(text: &str) -> bool {
    let number = text.strip_prefix("A-").or(text.strip_prefix("K-"));
    number.is_some_and(|it| it.len() == 3 && it.chars().all(|ch| ch.is_ascii_digit()))
}

/// Each row for itself.
pub(super) fn rows(tree: &Tree) -> Vec<Finding> {
    let (rows, mut findings) = read(tree);
    let retired = retired(tree);
    let mut seen: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in &rows {
        let mut report = |message: String| {
            findings.push(Finding::new(&row.path, row.line, message));
        };
        let id = row.id.as_str();
        if !is_kebab(id) {
            report(format!("`{id}` is not kebab-case"));
        }
        if retired.contains(id) {
            report(format!("`{id}` is retired (spec/retired.txt): choose another slug"));
        }
        if let Some(first) = seen.insert(id, row) {
            report(format!("`{id}` is already at {}:{}", first.path, first.line));
        }
        let fates = ["check", "planned", "excluded"];
        let given = fates.iter().filter(|fate| row.table.contains_key(**fate)).count();
        if given != 1 {
            report(format!("`{id}` has {given} of check, planned and excluded; give exactly one"));
        }
        if row.is("violations") && !non_empty(row, "rejects") {
            report(format!("`{id}` is checked by violations, but `rejects` names none"));
        }
        for member in ["text", "sources"] {
            if !non_empty(row, member) {
                report(format!("`{id}` has no {member}: fill in the row"));
            }
        }
    }
    findings
}

fn non_empty(row: &Row, member: &str) -> bool {
    match row.table.get(member) {
        Some(toml::Value::String(text)) => !text.trim().is_empty(),
        Some(toml::Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
        None => false,
    }
}

/// Every hand-written judge has its row, and every row that promises one has it.
pub(super) fn judges(tree: &Tree) -> Vec<Finding> {
    // What cannot be read is told by `rows`.
    let (rows, mut findings) = (read(tree).0, Vec::new());
    let slugs: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let judged: BTreeSet<&str> = JUDGES
        .iter()
        .flat_map(|folder| tree.live_rust(folder))
        .flat_map(|(_, source)| source.live_strings())
        .map(|literal| literal.text.as_str())
        .collect();
    for row in rows.iter().filter(|row| row.is("judge")) {
        if !judged.contains(row.id.as_str()) {
            let message = format!(
                "`{}` says that a judge exists, but no shipped code of check, model or runner \
                 names it: write the judge, or give `planned` or `excluded`",
                row.id
            );
            findings.push(Finding::new(&row.path, row.line, message));
        }
    }
    for (path, source) in SLUGS.iter().flat_map(|folder| tree.live_rust(folder)) {
        for literal in source.live_strings().filter(|literal| looks_like_slug(&literal.text)) {
            if !slugs.contains(literal.text.as_str()) {
                let message = format!(
                    "\"{}\" is no row of spec/requirements: mend the slug, or \
                     `cargo xtask new-requirement {}`",
                    literal.text, literal.text
                );
                findings.push(Finding::new(path, literal.line, message));
            }
        }
    }
    findings
}

fn looks_like_slug(text: &str) -> bool {
    let area = text.split_once('-').map(|(area, _)| area);
    area.is_some_and(|area| AREAS.contains(&area)) && is_kebab(text)
}
