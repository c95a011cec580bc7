//! What becomes of an entry, and how the matrix reads.

use spec::requirement::Requirements;

use super::judge::outcome;
use super::{Entry, Kind, Matrix, SCHEMA, Verdict, text, violated_slugs};
use crate::report::{Counterexample, Report, Row, SCHEMA as REPORT, Suite, Target};
use crate::run::Finished;

fn row(id: &str, source: &str, level: &str, verdict: &str) -> Row {
    Row {
        id: id.to_owned(),
        sources: vec![source.to_owned()],
        level: level.to_owned(),
        surface: "exports".to_owned(),
        text: String::new(),
        verdict: verdict.to_owned(),
        known: false,
        holds: 0,
        broken: 0,
        unknown: 0,
        message: "what was seen".to_owned(),
    }
}

fn example(id: &str, found_after: u64, requests: u64) -> Counterexample {
    Counterexample {
        requirement: id.to_owned(),
        sources: Vec::new(),
        requests,
        found_after,
        message: String::new(),
        confirmed: "3/3".to_owned(),
        exchanges: Vec::new(),
        curl: Vec::new(),
        replay: String::new(),
    }
}

fn finished(rows: &[Row], examples: &[Counterexample], errors: &[&str]) -> Finished {
    let word = str::to_owned;
    Finished {
        report: Report {
            schema: word(REPORT),
            suite: Suite { name: word(""), version: word(""), requirements_revision: word("") },
            target: Target {
                name: word(""),
                version: word(""),
                url: word(""),
                capabilities: Vec::new(),
            },
            seed: 1,
            started_at: word(""),
            duration_ms: 0,
            exchanges: 100,
            result: word("nonconformant"),
            summary: std::collections::BTreeMap::new(),
            requirements: rows.to_vec(),
            counterexamples: examples.to_vec(),
            notes: Vec::new(),
        },
        stale: Vec::new(),
        errors: errors.iter().map(|error| word(error)).collect(),
        left_behind: Vec::new(),
        nothing: false,
    }
}

fn entry(kind: Kind) -> Entry {
    Entry {
        id: "it".to_owned(),
        kind,
        violates: match kind {
            Kind::Fault => vec!["A-001".to_owned()],
            Kind::Plain | Kind::Variant => Vec::new(),
        },
        needs: Vec::new(),
        shortest: Some(2),
    }
}

fn check(kind: Kind, rows: &[Row], errors: &[&str], expected: Verdict) {
    let outcome = outcome(&entry(kind), &finished(rows, &[], errors));
    assert_eq!(outcome.verdict, expected, "{kind:?} {rows:?} {errors:?}");
}

#[test]
fn a_fault_is_judged_by_what_it_violates() {
    let broken = row("a", "A-001", "SHOULD", "fail");
    let undecided = row("a", "A-001", "MUST", "inconclusive");
    let other = row("b", "A-002", "MUST", "fail");
    let passed = row("a", "A-001", "MUST", "pass");
    let fault = |rows: &[&Row], errors: &[&str], expected: Verdict| {
        let rows: Vec<Row> = rows.iter().map(|row| (*row).clone()).collect();
        check(Kind::Fault, &rows, errors, expected);
    };
    fault(&[&broken, &other], &[], Verdict::Killed);
    fault(&[&broken], &["why"], Verdict::Killed);
    fault(&[&undecided, &other], &[], Verdict::Inconclusive);
    fault(&[&passed, &other], &[], Verdict::Misattributed);
    fault(&[&passed], &[], Verdict::Surviving);
    fault(&[&row("b", "A-002", "MUST", "inconclusive")], &[], Verdict::Surviving);
    fault(&[&undecided], &["why"], Verdict::Error);
}

#[test]
fn a_right_server_is_quiet_or_an_alarm_is_false() {
    for kind in [Kind::Plain, Kind::Variant] {
        check(kind, &[row("a", "A-001", "MUST", "pass")], &[], Verdict::Quiet);
        check(kind, &[row("a", "A-001", "SHOULD", "inconclusive")], &[], Verdict::Quiet);
        check(kind, &[row("a", "A-001", "MUST", "inconclusive")], &[], Verdict::FalseAlarm);
        check(kind, &[row("a", "A-001", "MAY", "fail")], &[], Verdict::FalseAlarm);
        check(kind, &[], &["why"], Verdict::FalseAlarm);
    }
}

#[test]
fn who_noticed_first_is_named() {
    let rows = [
        row("late", "A-001", "MUST", "fail"),
        row("other", "A-002", "MUST", "fail"),
        row("soon", "A-001", "SHOULD", "fail"),
        row("never", "A-001", "MUST", "inconclusive"),
    ];
    let examples = [example("late", 50, 2), example("other", 1, 1), example("soon", 7, 5)];
    let outcome = outcome(&entry(Kind::Fault), &finished(&rows, &examples, &[]));
    assert_eq!(outcome.killer.as_deref(), Some("soon"));
    assert_eq!(outcome.level.as_deref(), Some("SHOULD"));
    assert_eq!((outcome.found_after, outcome.requests), (Some(7), Some(2)));
    let noticed: Vec<&str> = outcome.noticed.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(noticed, ["soon", "late", "other"]);
}

#[test]
fn a_matrix_reads_as_a_table_and_a_summary() {
    let killed = finished(&[row("a", "A-001", "MUST", "fail")], &[example("a", 7, 5)], &[]);
    let missed = finished(&[row("a", "A-001", "MUST", "pass")], &[], &[]);
    let matrix = Matrix {
        schema: SCHEMA,
        requirements_revision: String::new(),
        seed: 1,
        threads: 2,
        seconds: 1.25,
        entries: vec![
            outcome(&entry(Kind::Fault), &killed),
            outcome(&entry(Kind::Fault), &missed),
            outcome(&entry(Kind::Variant), &missed),
        ],
    };
    let expected = "\
fault or variant  verdict        requirement  level    after  minimal
it                killed         a            MUST         7      5/2
it                surviving                                -      -/2
it                quiet

SURVIVOR it (violates A-001)
2 faults: 1 killed, 0 misattributed, 1 surviving
1 right servers: 0 false alarms
requests before the first detection: median 7, most 7
minimal counterexample beyond the shortest known: median +3; 0 equal, 0 shorter, 1 longer
more than twice as long: 1
  it (5/2)
1.2 s on 2 threads, seed 1
";
    assert_eq!(text(&matrix), expected);
    assert_eq!(matrix.exit_code(), 1);
}

#[test]
fn rows_that_say_the_same_are_hunted_together() {
    let rows = Requirements::embedded();
    let shared = rows.iter().find(|row| row.same_as.is_some()).expect("there are such rows");
    let slugs = violated_slugs(rows, std::slice::from_ref(&shared.id));
    assert!(slugs.contains(&shared.id));
    assert_eq!(shared.same_as.as_ref().map(|same| slugs.contains(same)), Some(true));
}
