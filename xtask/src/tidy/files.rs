//! Rules on files of any kind.

use super::{Finding, Tree};

/// The guides whose paths must exist. Decision records are left out: they tell of their day.
const GUIDES: &[&str] = &["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"];

/// Larger files do not belong into the history.
const BYTES: usize = 1 << 20;

/// A guide that names a file which is gone sends its reader astray.
pub(super) fn paths_exist(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for guide in GUIDES {
        let Some(text) = tree.text(guide) else {
            findings.push(Finding::new(guide, 0, "is missing: every newcomer looks for it"));
            continue;
        };
        for (line, path) in quoted_paths(tree, text) {
            if !exists(tree, &path) {
                let message = format!("`{path}` does not exist: name the place it moved to");
                findings.push(Finding::new(guide, line, message));
            }
        }
    }
    findings
}

/// Words in back-ticks that look like a path of ours: with a `/`, below a top-level folder.
fn quoted_paths(tree: &Tree, text: &str) -> Vec<(usize, String)> {
    let is_ours = |word: &str| {
        // What stands for something else (`<area>`, `{id}`, `…`) and commands are no paths.
        let plain = word.chars().all(|ch| ch.is_ascii_alphanumeric() || "._-/*".contains(ch));
        let top = word.split('/').next().unwrap_or_default();
        plain && word.contains('/') && tree.has(top) && !tree.files.contains_key(top)
    };
    let mut paths = Vec::new();
    let mut fenced = false;
    for (idx, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let words = line.split('`').skip(1).step_by(2).filter(|word| is_ours(word));
            paths.extend(words.map(|word| (idx + 1, word.to_owned())));
        }
    }
    paths
}

fn exists(tree: &Tree, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let Some((before, after)) = path.split_once('*') else { return tree.has(path) };
    tree.files.keys().any(|file| {
        let middle = file.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        middle.is_some_and(|middle| after.contains('*') || !middle.contains('/'))
    })
}

/// A path of one person's machine works on no other, and says who that person is.
pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Put together here so that this file does not hold what it looks for.
    let homes = ["root", "home", "work", "Users"].map(|name| format!("/{name}/"));
    for (path, text) in tree.texts("", "") {
        for (idx, line) in text.lines().enumerate() {
            for home in homes.iter().filter(|home| begins_path(line, home)) {
                let message = format!("`{home}…` is a path of one machine: make it relative");
                findings.push(Finding::new(path, idx + 1, message));
            }
        }
    }
    findings
}

/// Whether the path begins there, rather than going on one that began before (as in a URL).
fn begins_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|ch| ch.is_alphanumeric() || "_-.~*}>)]…".contains(ch))
    })
}

/// No large files.
pub(super) fn sizes(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .filter(|(_, bytes)| bytes.len() > BYTES)
        .map(|(path, bytes)| {
            let message = format!("{} KiB: files over 1 MiB stay out", bytes.len() / 1024);
            Finding::new(path, 0, message)
        })
        .collect()
}

/// A declared failure of a target is an exception, and an exception has a reason: behind the
/// pattern, or in the comment above it.
pub(super) fn known_failures(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts("fixtures/known-failures/", ".txt") {
        let mut explained = false;
        for (idx, line) in text.lines().enumerate() {
            let (pattern, reason) = line.split_once('#').unwrap_or((line, ""));
            let reasoned = !reason.trim().is_empty();
            if pattern.trim().is_empty() {
                explained = reasoned;
                continue;
            }
            if !reasoned && !explained {
                let message = "say why this is known: `pattern # reason`";
                findings.push(Finding::new(path, idx + 1, message));
            }
            explained = false;
        }
    }
    findings
}
