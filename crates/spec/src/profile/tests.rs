//! The profiles of the suite, and profiles as they may not be.

use super::{DEFAULT, FILES, Profile, matches};
use crate::requirement::{Requirements, Surface};

#[test]
fn the_files_of_the_suite_load_under_their_names() {
    for (profile, (name, _)) in Profile::embedded().iter().zip(FILES) {
        assert_eq!(profile.name, *name);
        assert!(!profile.description.is_empty(), "{name}");
        let rows = Requirements::embedded();
        assert!(rows.iter().any(|row| profile.selects(row)), "{name} selects no row");
        let patterns = profile.include.iter().chain(&profile.exclude);
        for pattern in patterns {
            let used = rows.iter().any(|row| matches(pattern, &row.id));
            assert!(used, "{name}: the pattern {pattern:?} matches no row");
        }
    }
    assert!(Profile::named(DEFAULT).is_some());
    assert_eq!(Profile::named("no-such-profile"), None);
}

#[test]
fn the_default_has_everything_but_the_rows_of_foreign_documents() {
    let all = Profile::named(DEFAULT).expect("a default");
    for row in Requirements::embedded().iter() {
        assert_eq!(all.selects(row), row.surface != Surface::Document, "{}", row.id);
    }
}

#[test]
fn patterns_include_and_exclude() {
    let text = "name = \"x\"\ndescription = \"y\"\nsurfaces = [\"exports\"]\n\
                levels = [\"MUST\", \"SHOULD\"]\n\
                include = [\"exports-*\"]\nexclude = [\"*-order\"]";
    let profile = Profile::parse("x", text).expect("a profile");
    let check = |slug: &str, expected: bool| {
        let row = Requirements::embedded().get(slug).expect(slug);
        assert_eq!(profile.selects(row), expected, "{slug}");
    };
    check("exports-list-complete", true);
    check("exports-list-order", false);
    check("exports-error-envelope", true);
    check("account-key-authenticates", false);
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = Profile::parse("core", text).expect_err("refused").to_string();
    assert!(error.starts_with("core: ") && error.contains(expected), "{error}");
}

#[test]
fn what_is_wrong_is_said() {
    refused("name = \"core\"", "missing field `description`");
    refused("name = \"core\"\nlevel = []", "unknown field `level`");
    let empty = "name = \"x\"\ndescription = \"y\"\nsurfaces = []\nlevels = [\"MUST\"]";
    refused(empty, "selects nothing");
    refused(&empty.replace("[]", "[\"teapots\"]"), "unknown variant `teapots`");
}
