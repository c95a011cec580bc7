//! Database paths: a region group, then the names of databases from the top, joined by `/`.

use std::borrow::Cow;

use crate::server::Server;
use crate::variant::Variant;

/// The region groups there are. `classic` is the older name of `global`.
const REGION_GROUPS: [&str; 4] = ["us-std", "eu-std", "global", "classic"];

pub(crate) fn is_region_group(name: &str) -> bool {
    REGION_GROUPS.contains(&name)
}

/// Whether a text is formed like the path of a database; whether there is one is another matter.
pub(crate) fn is_database_path(path: &str) -> bool {
    let mut components = path.split('/');
    let known = components.next().is_some_and(is_region_group);
    let mut n_names = 0;
    let named = components.all(|name| {
        n_names += 1;
        !name.is_empty() && !name.contains(char::is_control)
    });
    known && named && n_names > 0
}

/// The region group of a path.
pub(crate) fn region_group(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// Whether the path leads below a top database.
pub(crate) fn is_nested(path: &str) -> bool {
    path.matches('/').count() > 1
}

/// A region group as it is shown, which is as it was asked for, or by its newer name.
pub(crate) fn shown_group<'a>(server: &Server, group: &'a str) -> &'a str {
    let renames = server.variants().has(Variant::NewerRegionNames);
    if renames && group == "classic" { "global" } else { group }
}

/// A path as it is shown.
pub(crate) fn shown_path<'a>(server: &Server, path: &'a str) -> Cow<'a, str> {
    match path.split_once('/') {
        Some((group, rest)) if shown_group(server, group) != group => {
            Cow::Owned(format!("{}/{rest}", shown_group(server, group)))
        }
        Some(_) | None => Cow::Borrowed(path),
    }
}

/// The path and those of all databases above it.
pub(crate) fn with_parents(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').skip(1).map(|(idx, _)| &path[..idx]);
    ends.chain(std::iter::once(path))
}
