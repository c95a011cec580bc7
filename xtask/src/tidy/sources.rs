//! Rules on the Rust text itself.

use std::collections::BTreeMap;

use super::lex::Source;
use super::{Finding, Tree, is_test_file};

/// Macros and attributes that must not stay in the code, and what to do instead.
const BANNED: &[(&str, &str)] = &[
    ("dbg!", "remove it"),
    ("todo!", "write it, or leave it out"),
    ("unimplemented!", "write it, or leave it out"),
    ("#[ignore", "assert today's behaviour in a test called `fixme_…`, or delete the test"),
    ("#[should_panic", "assert on the returned value instead"),
];

/// Words that promise work nobody does; a known gap is a test called `fixme_…`.
const PROMISES: &[&str] = &["FIXME", "XXX"];

/// What rooms that only compute may not name, by folder.
const IMPURE: &[(&str, &[&str])] = &[
    ("crates/spec/src/", &["std::fs", "std::net"]),
    ("crates/model/src/", &["std::fs", "std::net", "SystemTime", "Instant::now"]),
    ("crates/check/src/", &["std::fs", "std::net", "SystemTime", "Instant::now"]),
    ("crates/strategy/src/", &["std::fs", "std::net"]),
    ("crates/model/src/", &["rand::", "thread_rng"]),
    ("crates/check/src/", &["rand::", "thread_rng"]),
];

/// The hard limit on columns, rustfmt's own; rustfmt leaves strings and comments alone.
const COLUMNS: usize = 100;

/// Above this many lines without tests, a file needs a reason.
const LONG: usize = 600;

/// Where the reasons are.
const LONG_FILES: &str = "xtask/long-files.txt";

/// Every module says at its head what it is.
pub(super) fn module_docs(tree: &Tree) -> Vec<Finding> {
    let in_scope = |path: &str| {
        let in_crate = path.starts_with("crates/") && path.contains("/src/");
        let in_root = ["src/", "tests/", "xtask/src/"].iter().any(|room| path.starts_with(room));
        in_crate || in_root
    };
    tree.texts("", ".rs")
        .filter(|(path, text)| in_scope(path) && !text.starts_with("//!"))
        .map(|(path, _)| Finding::new(path, 1, "begin the module with `//!`: what it is for"))
        .collect()
}

/// No leftovers of work in progress.
pub(super) fn banned_words(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in &tree.rust {
        let lines = source.code.lines().zip(source.comments.lines()).enumerate();
        for (idx, (code, comment)) in lines {
            for (word, advice) in BANNED.iter().filter(|(word, _)| has_word(code, word)) {
                findings.push(Finding::new(path, idx + 1, format!("`{word}`: {advice}")));
            }
            let promised = |word: &&&str| has_word(code, word) || has_word(comment, word);
            for word in PROMISES.iter().filter(promised) {
                let message = format!("`{word}`: do it, or write a test called `fixme_…`");
                findings.push(Finding::new(path, idx + 1, message));
            }
        }
    }
    findings
}

/// Whether the word stands in the line on its own, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |ch: char| ch.is_alphanumeric() || ch == '_';
    let joined = |left: Option<char>, right: Option<char>| {
        left.is_some_and(is_letter) && right.is_some_and(is_letter)
    };
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        let continues = joined(before.chars().next_back(), word.chars().next())
            || joined(word.chars().next_back(), after.chars().next());
        !continues
    })
}

/// Line length, and no space that cannot be seen.
pub(super) fn lines(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Recorded material and vendored documents stay as they came.
    let ours = |path: &str| {
        let text = [".rs", ".md", ".toml", ".yaml"].iter().any(|ending| path.ends_with(ending));
        (text || path.starts_with(".ci/")) && !path.starts_with("fixtures/")
    };
    for (path, text) in tree.texts("", "").filter(|(path, _)| ours(path)) {
        for (idx, line) in text.lines().enumerate() {
            if line.ends_with([' ', '\t']) {
                findings.push(Finding::new(path, idx + 1, "remove the trailing white space"));
            }
            let columns = line.chars().count();
            if path.ends_with(".rs") && columns > COLUMNS {
                let message = format!("{columns} columns; break the line at {COLUMNS}");
                findings.push(Finding::new(path, idx + 1, message));
            }
        }
    }
    findings
}

/// `spec/` is text that one crate reads; the others ask that crate.
pub(super) fn spec_is_read_by_one(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let others = tree.rust.iter().filter(|(path, _)| !path.starts_with("crates/spec/"));
    for (path, source) in others {
        for macro_name in ["include_str!", "include_bytes!"] {
            for at in positions(&source.code, macro_name) {
                let named = source.strings.iter().find(|literal| literal.at > at);
                if let Some(literal) = named.filter(|literal| names_spec(&literal.text)) {
                    let message = "only `crates/spec` reads `spec/`; ask it for the value";
                    findings.push(Finding::new(path, literal.line, message));
                }
            }
        }
    }
    findings
}

/// Where a text occurs, in characters (as literals count).
fn positions(code: &str, text: &str) -> Vec<usize> {
    code.match_indices(text).map(|(at, _)| code[..at].chars().count()).collect()
}

fn names_spec(path: &str) -> bool {
    path.starts_with("spec/") || path.contains("/spec/")
}

/// The rooms that compute do no input or output, read no clock and draw no number.
pub(super) fn pure_rooms(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, names) in IMPURE {
        for (path, source) in tree.live_rust(folder) {
            for (line, code) in source.live_lines() {
                for name in names.iter().filter(|name| has_word(code, name)) {
                    let message = format!("`{name}` has no place here: take the value as argument");
                    findings.push(Finding::new(path, line, message));
                }
            }
        }
    }
    findings
}

/// Long files are listed with a reason, and the list holds nothing else.
pub(super) fn long_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut reasons = BTreeMap::new();
    for (idx, line) in tree.text(LONG_FILES).unwrap_or_default().lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (path, reason) = line.split_once('#').unwrap_or((line, ""));
        if reason.trim().is_empty() {
            let message = "give the reason after the path: `path # reason`";
            findings.push(Finding::new(LONG_FILES, idx + 1, message));
        }
        if reasons.insert(path.trim().to_owned(), idx + 1).is_some() {
            findings.push(Finding::new(LONG_FILES, idx + 1, "is listed twice"));
        }
    }
    for (path, source) in tree.rust.iter().filter(|(path, _)| !is_test_file(path)) {
        let count = live_count(source);
        if count > LONG && reasons.remove(path.as_str()).is_none() {
            let message = format!(
                "{count} lines without tests: divide it by what it offers, \
                 or give a reason in {LONG_FILES}"
            );
            findings.push(Finding::new(path, 0, message));
        } else if count <= LONG && reasons.remove(path.as_str()).is_some() {
            let message = format!("is down to {count} lines: take it off {LONG_FILES}");
            findings.push(Finding::new(path, 0, message));
        }
    }
    for (path, line) in reasons {
        let message = format!("there is no shipped file `{path}`: take it off the list");
        findings.push(Finding::new(LONG_FILES, line, message));
    }
    findings
}

fn live_count(source: &Source) -> usize {
    source.in_test.iter().filter(|in_test| !**in_test).count()
}
