//! Skeletons: what a new requirement or a new fault begins with.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::tidy::Tree;
use crate::tidy::requirements::{AREAS, Row, is_kebab, read, retired};

/// Adds an empty row for the slug to the file of its area. Tidy stays red until it is filled in
/// and judged, so a half-done requirement cannot be forgotten.
pub(crate) fn new_requirement(root: &Path, slug: &str) -> anyhow::Result<()> {
    let tree = Tree::read(root)?;
    let area = check_slug(&tree, slug)?;
    let path = format!("spec/requirements/{area}.toml");
    let before = tree.text(&path).unwrap_or_default();
    fs::write(root.join(&path), append(before, &row(slug, area)))
        .with_context(|| format!("failed to write {path}"))?;
    println!("Added `{slug}` to {path}. Now:");
    println!("  1. fill in text and sources; drop `check` for `planned` or `excluded` if need be");
    println!("  2. write the judge in crates/check/src, with \"{slug}\" as its slug");
    println!("  3. let a fault break it: cargo xtask new-fault ID --violates SOURCE");
    println!("  4. cargo xtask bless, and read the difference; one line in CHANGELOG.md");
    Ok(())
}

/// The area of a slug that may be used, or why it may not.
fn check_slug<'a>(tree: &Tree, slug: &'a str) -> anyhow::Result<&'a str> {
    let area = slug.split('-').next().unwrap_or_default();
    if !is_kebab(slug) {
        bail!("`{slug}` is not kebab-case: lower-case words joined by `-`, the area first");
    }
    if !AREAS.contains(&area) {
        bail!("`{area}` is not an area; a slug begins with one of {}", AREAS.join(", "));
    }
    if retired(tree).contains(slug) {
        bail!("`{slug}` is retired (spec/retired.txt): choose another slug");
    }
    if let Some(row) = read(tree).0.iter().find(|row| row.id == slug) {
        bail!("`{slug}` is already at {}:{}", row.path, row.line);
    }
    Ok(area)
}

fn row(slug: &str, area: &str) -> String {
    // The areas are the surfaces, but for these.
    let surface = match area {
        "http" | "control" => "account",
        "keys" => "core",
        other => other,
    };
    format!(
        "[[requirement]]\nid = \"{slug}\"\nlevel = \"MUST\"\ntext = \"\"\nsources = []\n\
         surface = \"{surface}\"\noperations = []\ncheck = \"judge\"\n"
    )
}

fn append(before: &str, row: &str) -> String {
    match before.trim_end() {
        "" => row.to_owned(),
        before => format!("{before}\n\n{row}"),
    }
}

/// Prints what a fault begins with, and the requirements that must catch it.
pub(crate) fn new_fault(root: &Path, id: &str, source: &str) -> anyhow::Result<()> {
    if !is_kebab(id) {
        bail!("`{id}` is not kebab-case: say what the bad server does, as in accepts-empty-body");
    }
    let tree = Tree::read(root)?;
    let (rows, _) = read(&tree);
    let violated: Vec<&Row> = rows.iter().filter(|row| row.has_source(source)).collect();
    print!("{}", fault(id, source, &violated)?);
    Ok(())
}

fn fault(id: &str, source: &str, violated: &[&Row]) -> anyhow::Result<String> {
    if violated.is_empty() {
        bail!("no requirement names {source} as a source: write the row first (new-requirement)");
    }
    let name = variant(id);
    let mut text = format!(
        "In the list of its area in crates/refserver/src/fault/, below its neighbours:\n\n    \
         /// One sentence: what the bad server does.\n    \
         {name} = \"{id}\" [\"{source}\"] needs [] in 1;\n\n\
         `needs` names what it cannot be shown without (`Fault::NEEDS`), `in` how many public \
         requests\nthe shortest demonstration takes. `Fault::{name}` is asked for at the one place \
         where it bites,\nand the demonstration goes into \
         crates/refserver/src/tests/demonstrations/table.rs:\n\n    \
         (Fault::{name}, \"create\"),\n\n\
         or, if only clients at once or a cut connection can show it, into tests/races.\n\n\
         One of these must turn red; `conformance faults --only {id}` shows which did:\n\n"
    );
    for row in violated {
        text.push_str(&format!("  {}  ({}:{})\n", row.id, row.path, row.line));
    }
    Ok(text)
}

/// `accepts-empty-body` becomes `AcceptsEmptyBody`.
fn variant(id: &str) -> String {
    let word = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => format!("{}{rest}", first.to_ascii_uppercase()),
        None => String::new(),
    };
    id.split('-').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        Tree::new(files.iter().map(own))
    }

    const LOGS: &str = "[[requirement]]\nid = \"logs-paged\"\nsources = [\"A-042\", \"S0:9\"]\n";

    #[track_caller]
    fn refused(slug: &str, expected: &str) {
        let tree = tree(&[
            ("spec/requirements/logs.toml", LOGS),
            ("spec/retired.txt", "logs-old # replaced by logs-paged\n"),
        ]);
        let error = check_slug(&tree, slug).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn slugs_that_cannot_be_used_are_refused() {
        refused("logs", "not kebab-case");
        refused("Logs-New", "not kebab-case");
        refused("query-new", "`query` is not an area");
        refused("logs-old", "retired");
        refused("logs-paged", "already at spec/requirements/logs.toml:2");
    }

    #[test]
    fn a_new_row_is_valid_and_comes_last() {
        let text = append(LOGS, &row("logs-new-one", "logs"));
        let tree = tree(&[("spec/requirements/logs.toml", &text)]);
        let (rows, findings) = read(&tree);
        assert_eq!(findings, []);
        let places: Vec<_> = rows.iter().map(|row| (row.id.as_str(), row.line)).collect();
        assert_eq!(places, [("logs-paged", 2), ("logs-new-one", 6)]);
    }

    #[test]
    fn a_fault_names_who_must_catch_it() {
        let (rows, _) = read(&tree(&[("spec/requirements/logs.toml", LOGS)]));
        let rows: Vec<&Row> = rows.iter().filter(|row| row.has_source("A-042")).collect();
        let text = fault("forgets-next-page", "A-042", &rows).expect("text");
        assert!(
            text.contains("ForgetsNextPage = \"forgets-next-page\" [\"A-042\"] needs [] in 1;\n"),
            "{text}"
        );
        assert!(text.contains("  logs-paged  (spec/requirements/logs.toml:2)\n"), "{text}");
        fault("forgets-next-page", "A-999", &[]).expect_err("no row");
    }
}
