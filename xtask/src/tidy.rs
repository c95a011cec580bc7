//! The house rules: what a reviewer would have to look for by hand, looked for by a machine.
//!
//! Each rule is a function from the [`Tree`] to a list of [`Finding`]s, so that its tests can give
//! it a tree of three lines. The same rules run as `cargo xtask tidy` and as a test of this crate,
//! so `cargo test` fails on drift. A rule never mends anything and knows no exceptions but the
//! lists in the repository.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use lex::Source;

mod files;
mod layers;
mod lex;
mod openapi;
pub(crate) mod requirements;
mod sources;

#[cfg(test)]
mod tests;

/// A rule that was broken: where, and what to do about it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    /// Counted from 1; 0 speaks of the file as a whole.
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.message),
            line => write!(out, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// The files of the repository by their path from the root, with `/` between the parts.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, Vec<u8>>,
    rust: BTreeMap<String, Source>,
}

impl Tree {
    pub(crate) fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Tree {
        let files: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
        let rust = files
            .iter()
            .filter(|(path, _)| path.ends_with(".rs"))
            .filter_map(|(path, bytes)| Some((path, std::str::from_utf8(bytes).ok()?)))
            .map(|(path, text)| (path.clone(), Source::new(text)))
            .collect();
        Tree { files, rust }
    }

    /// Everything that git tracks or would track. A file that is new and not yet added counts, so
    /// that a finding comes before the commit rather than after it.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Tree> {
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output();
        let paths: Vec<String> = match listing {
            Ok(output) if output.status.success() => String::from_utf8(output.stdout)
                .context("a path is not UTF-8")?
                .split_terminator('\0')
                .map(str::to_owned)
                .collect(),
            // An unpacked archive has no history; what lies there is what there is.
            _ => walk(root, "")?,
        };
        let mut files = Vec::new();
        for path in paths {
            // A file deleted but still in the index is not part of the tree any more.
            if root.join(&path).is_file() {
                let bytes = fs::read(root.join(&path)).with_context(|| path.clone())?;
                files.push((path, bytes));
            }
        }
        Ok(Tree::new(files))
    }

    /// The text of a file, if it is there and is text.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.files.get(path)?).ok()
    }

    /// The text files below a folder (`""` for all) whose path ends in this way.
    fn texts(&self, folder: &str, ending: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .keys()
            .filter(move |path| path.starts_with(folder) && path.ends_with(ending))
            .filter_map(|path| Some((path.as_str(), self.text(path)?)))
    }

    /// The Rust files that are shipped: not `tests.rs`, nor in a folder of tests.
    fn live_rust(&self, folder: &str) -> impl Iterator<Item = (&str, &Source)> {
        self.rust
            .iter()
            .filter(move |(path, _)| path.starts_with(folder) && !is_test_file(path))
            .map(|(path, source)| (path.as_str(), source))
    }

    fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&folder))
    }
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn walk(root: &Path, folder: &str) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        match path.as_str() {
            "target" | ".git" => {}
            _ if entry.file_type()?.is_dir() => paths.extend(walk(root, &path)?),
            _ => paths.push(path),
        }
    }
    Ok(paths)
}

/// A rule: it reads the tree and says what is wrong.
type Rule = fn(&Tree) -> Vec<Finding>;

/// Every rule that needs the files alone.
const RULES: &[Rule] = &[
    layers::edges,
    sources::module_docs,
    sources::banned_words,
    sources::lines,
    sources::spec_is_read_by_one,
    sources::pure_rooms,
    sources::long_files,
    files::paths_exist,
    files::machine_paths,
    files::sizes,
    files::known_failures,
    requirements::rows,
    requirements::judges,
    requirements::faults,
    openapi::vendored,
    openapi::documents,
    openapi::examples,
];

/// All findings, in the order of their places.
pub(crate) fn findings(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    for name in layers::GUARDED {
        findings.extend(layers::forbidden(name, &dependencies(root, name)?));
    }
    findings.sort();
    Ok(findings)
}

/// What `cargo tree` says of a package: every crate that its library or binary is built with.
fn dependencies(root: &Path, name: &str) -> anyhow::Result<String> {
    let tree = |offline: &[&str]| {
        cargo()
            .args(["tree", "--edges", "normal", "--prefix", "none", "--package", name, "--locked"])
            .args(offline)
            .current_dir(root)
            .output()
            .context("cargo does not start")
    };
    // Whoever has built the package needs no network to list it; whoever has not, does.
    let mut output = tree(&["--offline"])?;
    if !output.status.success() {
        output = tree(&[])?;
    }
    if !output.status.success() {
        bail!("`cargo tree` failed for {name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The cargo that started us, or the one on the path.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The chore: prints the findings and fails if there are any.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let findings = findings(root)?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("tidy: {} rules hold", RULES.len() + 1);
            Ok(())
        }
        count => bail!("tidy: {count} findings"),
    }
}
