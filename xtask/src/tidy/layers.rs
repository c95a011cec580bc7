//! Who may know whom: the arrows between the rooms, and the libraries each room stays clear of.

use toml::{Table, Value};

use super::{Finding, Tree};

/// For each package of ours, the ones it may depend on.
const EDGES: &[(&str, &[&str])] = &[
    ("spec", &[]),
    ("model", &["spec"]),
    ("check", &["spec", "model"]),
    ("strategy", &["spec", "model"]),
    ("runner", &["spec", "model", "check", "strategy"]),
    // The reference is an independent reading of the documents. A line shared with the oracle
    // would be a mistake shared with the oracle, and nothing could find it.
    ("refserver", &[]),
    ("conformance", &["runner", "refserver", "spec"]),
    ("xtask", &[]),
];

/// Libraries that must not be reached, not even through another one.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("spec", &["tokio", "hyper", "reqwest", "axum", "proptest"]),
    ("model", &["tokio", "hyper", "reqwest", "axum", "proptest"]),
    ("check", &["tokio", "hyper", "reqwest", "axum", "proptest"]),
    ("strategy", &["tokio", "hyper", "reqwest", "axum"]),
    ("runner", &["axum"]),
    ("refserver", &["proptest", "reqwest"]),
];

/// The packages whose whole tree of dependencies is looked at.
pub(super) const GUARDED: &[&str] = &["spec", "model", "check", "strategy", "runner", "refserver"];

/// The arrows, as the manifests draw them. Cargo itself refuses circles.
pub(super) fn edges(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts("", "Cargo.toml") {
        let manifest: Table = match toml::from_str(text) {
            Ok(manifest) => manifest,
            Err(error) => {
                findings.push(Finding::new(path, 0, format!("is not TOML: {error}")));
                continue;
            }
        };
        let name = manifest.get("package").and_then(|package| package.get("name"));
        let Some(name) = name.and_then(Value::as_str) else { continue };
        let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
            let message = "is a package that no rule speaks of: a new one needs a record in \
                           docs/decisions and its arrows in xtask/src/tidy/layers.rs";
            findings.push(Finding::new(path, 0, message));
            continue;
        };
        let mut report = |used: &str, message: String| {
            let line = text.lines().position(|line| line.trim_start().starts_with(used));
            findings.push(Finding::new(path, line.map_or(0, |idx| idx + 1), message));
        };
        for used in dependencies(&manifest, &["dependencies", "build-dependencies"]) {
            if is_ours(&used) && !allowed.contains(&used.as_str()) {
                report(
                    &used,
                    format!("`{name}` must not depend on `{used}`; it may use {allowed:?}"),
                );
            }
        }
        for used in dependencies(&manifest, &["dev-dependencies"]) {
            // Tests that need both sides belong to the root package, which sees all.
            let crosses = used == "refserver" || (name == "refserver" && is_ours(&used));
            if crosses && name != "conformance" {
                let message = "the reference and the suite meet in `tests/suite` only";
                report(&used, format!("`{name}` must not test with `{used}`: {message}"));
            }
        }
    }
    findings
}

fn is_ours(name: &str) -> bool {
    EDGES.iter().any(|(known, _)| *known == name)
}

/// The names in these sections, also below `[target.'…']`.
fn dependencies(manifest: &Table, sections: &[&str]) -> Vec<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let places = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table)
        .chain(std::iter::once(manifest));
    let mut names = Vec::new();
    for place in places {
        for section in sections {
            let table = place.get(*section).and_then(Value::as_table);
            for (key, value) in table.into_iter().flatten() {
                // `key = { package = "name" }` renames a dependency.
                let name = value.get("package").and_then(Value::as_str).unwrap_or(key);
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// The libraries in the output of `cargo tree --prefix none` that the package may not reach.
pub(super) fn forbidden(name: &str, output: &str) -> Vec<Finding> {
    let banned = FORBIDDEN.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, b)| b);
    let reached = |library: &str| output.lines().any(|line| first_word(line) == library);
    banned
        .iter()
        .filter(|library| reached(library))
        .map(|library| {
            let message = format!(
                "`{name}` must not reach `{library}`; \
                 `cargo tree -e normal -p {name} -i {library}` shows the way"
            );
            Finding::new(&format!("crates/{name}/Cargo.toml"), 0, message)
        })
        .collect()
}

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}
