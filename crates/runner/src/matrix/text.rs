//! The matrix as people read it on a terminal.

use std::fmt::Write;

use super::{Kind, Matrix, Outcome, Verdict};

/// The whole text: a line for each entry, then what it all comes to.
pub fn text(matrix: &Matrix) -> String {
    let mut out = String::new();
    let width = width(matrix);
    let heads = ["fault or variant", "verdict", "requirement", "level", "after", "minimal"];
    put(&mut out, &columns(width, &heads.map(str::to_owned)));
    for outcome in &matrix.entries {
        put(&mut out, &columns(width, &cells(outcome)));
    }
    out.push('\n');
    for outcome in &matrix.entries {
        attention(outcome, &mut out);
    }
    summary(matrix, &mut out);
    out
}

fn put(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// The widths of the columns that hold names.
fn width(matrix: &Matrix) -> (usize, usize) {
    let entries = || matrix.entries.iter();
    let ids = entries().map(|one| one.entry.id.len()).max().unwrap_or(0);
    let killers = entries().filter_map(|one| one.killer.as_ref()).map(String::len).max();
    (ids.max("fault or variant".len()), killers.unwrap_or(0).max("requirement".len()))
}

fn columns((id, killer): (usize, usize), cells: &[String; 6]) -> String {
    let [name, verdict, requirement, level, after, minimal] = cells;
    format!(
        "{name:<id$}  {verdict:<13}  {requirement:<killer$}  {level:<6}  {after:>6}  {minimal:>7}"
    )
}

fn cells(outcome: &Outcome) -> [String; 6] {
    let number = |n: Option<u64>| n.map_or("-".to_owned(), |n| n.to_string());
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    let (after, minimal) = match outcome.entry.kind {
        Kind::Plain | Kind::Variant => (String::new(), String::new()),
        Kind::Fault => (
            number(outcome.found_after),
            format!("{}/{}", number(outcome.requests), number(outcome.entry.shortest)),
        ),
    };
    [
        outcome.entry.id.clone(),
        outcome.verdict.as_str().to_owned(),
        word(&outcome.killer),
        word(&outcome.level),
        after,
        minimal,
    ]
}

/// What somebody should look at, if there is anything.
fn attention(outcome: &Outcome, out: &mut String) {
    let entry = &outcome.entry;
    let head = match outcome.verdict {
        Verdict::Killed | Verdict::Inconclusive | Verdict::Quiet => {
            if !outcome.errors.is_empty() {
                put(out, &format!("NOTE {}: {}", entry.id, outcome.errors.join("; ")));
            }
            return;
        }
        Verdict::Surviving => "SURVIVOR",
        Verdict::Misattributed => "MISATTRIBUTED",
        Verdict::FalseAlarm => "FALSE ALARM",
        Verdict::Error => "ERROR",
    };
    let violates = match entry.kind {
        Kind::Fault => format!(" (violates {})", entry.violates.join(", ")),
        Kind::Plain | Kind::Variant => String::new(),
    };
    put(out, &format!("{head} {}{violates}", entry.id));
    for one in &outcome.noticed {
        let sources = one.sources.join(", ");
        put(out, &format!("  {} {} ({}; {sources})", one.verdict, one.id, one.level));
        put(out, &format!("    {}", one.message));
    }
    for error in &outcome.errors {
        put(out, &format!("  error: {error}"));
    }
}

fn summary(matrix: &Matrix, out: &mut String) {
    let faults: Vec<&Outcome> =
        matrix.entries.iter().filter(|one| one.entry.kind == Kind::Fault).collect();
    let n = |verdict: Verdict| faults.iter().filter(|one| one.verdict == verdict).count();
    let killed = faults.iter().filter(|one| one.verdict.is_kill());
    let mut words = format!("{} faults: {} killed", faults.len(), killed.clone().count());
    let lesser = killed.filter(|one| one.level.as_deref() != Some("MUST")).count();
    for (count, kind) in [
        (lesser, "of them by less than a MUST"),
        (n(Verdict::Inconclusive), "of them only left inconclusive"),
        (n(Verdict::Error), "errors of the suite"),
    ] {
        if count > 0 {
            let _ = write!(words, ", {count} {kind}");
        }
    }
    let _ = write!(
        words,
        ", {} misattributed, {} surviving",
        n(Verdict::Misattributed),
        n(Verdict::Surviving)
    );
    put(out, &words);
    let others = matrix.entries.len() - faults.len();
    let alarms = matrix.with(Verdict::FalseAlarm).count();
    put(out, &format!("{others} right servers: {alarms} false alarms"));
    lengths(&faults, out);
    let Matrix { seconds, threads, seed, .. } = matrix;
    put(out, &format!("{seconds:.1} s on {threads} threads, seed {seed}"));
}

fn lengths(faults: &[&Outcome], out: &mut String) {
    let mut after: Vec<u64> = faults.iter().filter_map(|one| one.found_after).collect();
    after.sort_unstable();
    let mut excess: Vec<i64> = faults.iter().filter_map(|one| one.excess()).collect();
    excess.sort_unstable();
    let (Some(most), Some(median)) = (after.last(), after.get(after.len() / 2)) else { return };
    put(out, &format!("requests before the first detection: median {median}, most {most}"));
    let Some(median) = excess.get(excess.len() / 2) else { return };
    let count = |wanted: fn(&i64) -> bool| excess.iter().filter(|n| wanted(n)).count();
    put(
        out,
        &format!(
            "minimal counterexample beyond the shortest known: median {median:+}; {} equal, {} \
             shorter, {} longer",
            count(|n| *n == 0),
            count(|n| *n < 0),
            count(|n| *n > 0)
        ),
    );
    let long: Vec<String> = faults
        .iter()
        .filter(|one| one.is_long())
        .map(|one| format!("{} ({})", one.entry.id, cells(one)[5]))
        .collect();
    put(out, &format!("more than twice as long: {}", long.len()));
    for one in long {
        put(out, &format!("  {one}"));
    }
}
