//! The rows as they are embedded, and rows as they may not be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::load::is_retired;
use super::{Level, OPERATIONS, Rejects, Requirements, Status, Surface};
use crate::document::{Location, Operation};
use crate::{Document, documents};

/// The number of a normative sentence, as in `A-018`.
fn is_sentence(source: &str, letter: char) -> bool {
    let number = source.strip_prefix(letter).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|it| it.len() == 3 && it.chars().all(|ch| ch.is_ascii_digit()))
}

#[track_caller]
fn check_sentences(letter: char, last: usize) {
    let firsts: Vec<&str> = Requirements::embedded()
        .iter()
        .map(|row| row.sources[0].as_str())
        .filter(|source| is_sentence(source, letter))
        .collect();
    let distinct: BTreeSet<String> = firsts.iter().map(|&source| source.to_owned()).collect();
    let expected: BTreeSet<String> = (1..=last).map(|n| format!("{letter}-{n:03}")).collect();
    assert_eq!(distinct, expected);
    assert_eq!(firsts.len(), last, "a sentence is the first source of two rows");
}

#[test]
fn each_sentence_is_the_first_source_of_one_row() {
    check_sentences('A', 137);
    check_sentences('K', 81);
}

#[test]
fn sentences_named_beside_exist() {
    for row in Requirements::embedded().iter() {
        for source in &row.sources {
            for (letter, last) in [('A', 137), ('K', 81)] {
                if is_sentence(source, letter) {
                    let number: usize = source[2..].parse().expect("three digits");
                    assert!((1..=last).contains(&number), "{}: {source}", row.id);
                }
            }
        }
    }
}

#[test]
fn rows_begin_with_their_area() {
    for row in Requirements::embedded().iter() {
        let area = row.id.split('-').next().expect("a slug has words");
        let expected: &[&str] = match row.surface {
            Surface::Account => &["account", "http", "control"],
            Surface::Core => &["keys"],
            Surface::Exports | Surface::Logs | Surface::Oauth | Surface::Document => {
                &[row.surface.as_str()]
            }
        };
        assert!(expected.contains(&area), "{} is of {}", row.id, row.surface.as_str());
    }
}

#[test]
fn every_operation_has_a_checked_row() {
    let checked: BTreeSet<&str> = Requirements::embedded()
        .iter()
        .filter(|row| row.status() == Status::Checked)
        .flat_map(|row| row.operations.iter().map(String::as_str))
        .collect();
    assert_eq!(checked, OPERATIONS.iter().copied().collect());
}

#[test]
fn copies_need_what_their_original_needs() {
    let rows = Requirements::embedded();
    for row in rows.iter() {
        let Some(other) = &row.same_as else { continue };
        let other = rows.get(other).expect("the loader has seen to it");
        assert_eq!(row.needs, other.needs, "{} and {}", row.id, other.id);
        assert_eq!(row.level, other.level, "{} and {}", row.id, other.id);
    }
}

#[test]
fn rows_are_in_slug_order_and_found_by_slug() {
    let rows = Requirements::embedded();
    assert!(rows.iter().map(|row| &row.id).is_sorted());
    assert_eq!(rows.iter().count(), rows.len());
    assert!(!rows.is_empty());
    let row = rows.get("exports-create-format-required").expect("the row exists");
    assert_eq!((row.level, row.surface), (Level::Must, Surface::Exports));
    assert!(rows.get("exports-no-such-row").is_none());
}

/// A row with these further lines.
fn row(slug: &str, rest: &str) -> String {
    format!(
        "[[requirement]]\nid = \"{slug}\"\nlevel = \"MUST\"\ntext = \"It is.\"\n\
         sources = [\"A-001\"]\nsurface = \"logs\"\n{rest}\n"
    )
}

const JUDGED: &str = "check = \"judge\"";

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = Requirements::parse("logs.toml", text).expect_err("the rows are broken");
    let error = error.to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn broken_rows_are_refused_with_their_file_and_slug() {
    let one = |rest: &str, expected: &str| {
        refused(&row("logs-a", rest), &format!("logs.toml, row logs-a: {expected}"));
    };
    let judged = |rest: &str, expected: &str| one(&format!("{JUDGED}\n{rest}"), expected);
    one("", "exactly one of check, planned and excluded is due, but 0 are given");
    judged("planned = \"later\"", "exactly one of check, planned and excluded is due, but 2");
    judged("needs = [\"magic\"]", "\"magic\" is no capability");
    judged("operations = [\"listAll\"]", "\"listAll\" is no operation");
    judged("same_as = \"logs-b\"", "`same_as` names \"logs-b\"");
    judged("same_as = \"logs-a\"", "`same_as` names \"logs-a\"");
    judged("rejects = [{ at = \"body\", kinds = [\"odd\"] }]", "\"odd\" is no kind");
    judged("rejects = [{ at = \"body\", kinds = [] }]", "`kinds` is empty");
    judged("rejects = [{ at = \"head/a\", kinds = [\"type\"] }]", "\"head/a\" is no place");
    judged("rejects = [{ at = \"query\", kinds = [\"type\"] }]", "\"query\" is no place");
    one("check = \"violations\"", "`rejects` is due");
    one("excluded = \"too hard\"", "`excluded` begins with none of");
    one("excluded = \"ambiguous: \"", "`excluded` begins with none of");
    let twice = row("logs-a", JUDGED) + &row("logs-a", JUDGED);
    refused(&twice, "logs.toml, row logs-a: the slug is taken");
    refused(&row("logs_a", JUDGED), "row logs_a: the slug is not kebab-case");
    refused(&row("logs", JUDGED), "row logs: the slug is not kebab-case");
}

#[test]
fn retired_slugs_are_known_by_their_line() {
    let list = "# old ones\nlogs-old # replaced by logs-new\nlogs-older\n";
    let check = |slug: &str, expected: bool| {
        assert_eq!(is_retired(list, slug), expected, "{slug}");
    };
    check("logs-old", true);
    check("logs-older", true);
    check("logs-new", false);
}

#[test]
fn syntax_errors_name_the_row() {
    let text = row("logs-a", JUDGED) + &row("logs-b", "check = \"judge\"\ncolour = \"red\"");
    refused(&text, "logs.toml, row logs-b: ");
    refused(&text, "unknown field `colour`");
    refused(&row("logs-a", "check = \"oracle\""), "logs.toml, row logs-a: ");
    refused("[[requirement]]\nlevel = \"MUST\"\n", "logs.toml, row of line 1: ");
    refused("colour = \"red\"\n", "logs.toml, row (none yet): ");
}

#[test]
fn a_slug_is_used_once_over_all_files() {
    let text = row("logs-a", JUDGED);
    let files = [("one.toml", text.as_str()), ("two.toml", text.as_str())];
    let error = Requirements::join(&files).expect_err("the slug is there twice");
    assert_eq!(error.to_string(), "two.toml, row logs-a: the slug is taken by another row");
}

#[test]
fn the_revision_follows_the_rows() {
    let revision =
        |text: &str| Requirements::parse("logs.toml", text).expect("the rows are sound").revision();
    let (one, two) = (row("logs-a", JUDGED), row("logs-b", JUDGED));
    let both = revision(&format!("{one}{two}"));
    assert_eq!(both.len(), 16);
    assert_eq!(both, revision(&format!("# turned round\n{two}{one}")));
    assert_ne!(both, revision(&one));
    let needs = |needs: &str| revision(&row("logs-a", &format!("{JUDGED}\nneeds = {needs}")));
    assert_ne!(needs("[\"jobs\", \"clock\"]"), needs("[\"jobs\"]"));
    assert_eq!(needs("[]"), revision(&one));
}

#[test]
fn the_operations_are_those_of_the_document() {
    let document = Document::parse(documents::ACCOUNT).expect("the document is sound");
    let documented: BTreeSet<&str> =
        document.operations().iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(documented, OPERATIONS.iter().copied().collect());
}

/// Whether a value of the schema can have something at this place; `*` stands for any index.
fn has_place(document: &Document, schema: &Value, place: &[&str]) -> bool {
    let schema = document.resolve(schema);
    let Some((first, rest)) = place.split_first() else { return true };
    let member = match *first {
        "*" => schema.get("items"),
        name => schema.get("properties").and_then(|members| members.get(name)),
    };
    let branches = schema.get("oneOf").and_then(Value::as_array);
    member.is_some_and(|member| has_place(document, member, rest))
        || branches.into_iter().flatten().any(|branch| has_place(document, branch, place))
}

fn is_place_of(document: &Document, operation: &Operation, rejects: &Rejects) -> bool {
    let (first, rest) = rejects.at.split_once('/').unwrap_or((&rejects.at, ""));
    match first {
        "query" => operation.parameter(Location::Query, rest).is_some(),
        "path" => operation.parameter(Location::Path, rest).is_some(),
        _ => operation.body.as_ref().is_some_and(|body| {
            let place: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
            has_place(document, &body.content["application/json"].schema, &place)
        }),
    }
}

#[test]
fn violations_are_made_where_the_document_has_a_place() {
    let document = Document::parse(documents::ACCOUNT).expect("the document is sound");
    for row in Requirements::embedded().iter() {
        assert!(row.rejects.is_empty() || row.operations.len() == 1, "{}: of which?", row.id);
        for rejects in &row.rejects {
            let operation = document.operation(&row.operations[0]).expect("a known operation");
            let known = is_place_of(&document, operation, rejects);
            assert!(known, "{}: {} has no {}", row.id, operation.id, rejects.at);
        }
    }
}

#[test]
fn the_control_api_is_documented_with_its_calls() {
    let document = Document::parse(documents::CONTROL).expect("the document is sound");
    let calls: Vec<String> = document
        .operations()
        .iter()
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    assert_eq!(
        calls,
        [
            "GET /conformance/v1",
            "POST /conformance/v1/accounts",
            "DELETE /conformance/v1/accounts/{account_id}",
            "POST /conformance/v1/accounts/{account_id}/keys",
            "DELETE /conformance/v1/accounts/{account_id}/keys/{id}",
            "POST /conformance/v1/accounts/{account_id}/clock",
            "POST /conformance/v1/accounts/{account_id}/jobs",
        ]
    );
    assert!(document.operations().iter().all(|operation| !operation.secured));
}
