//! Known failures: declared exceptions of a target, each with its reason.
//!
//! A line is a pattern (a slug, an A- or K-id, `*` for any run of characters), then ` # ` and the
//! reason. A declared failure is expected; a declared pass and a pattern that matches nothing are
//! stale.

use check::Verdict;
use spec::requirement::Requirement;

use crate::pattern;
use crate::report::Row;

/// What a target is declared to fail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownFailures {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    line: usize,
    pattern: String,
}

impl KnownFailures {
    /// Reads a file's text; all mistakes at once.
    pub fn parse(name: &str, text: &str) -> Result<KnownFailures, Vec<String>> {
        let mut entries = Vec::new();
        let mut mistakes = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            let content = line.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            match content.split_once('#') {
                Some((pattern, reason)) if !reason.trim().is_empty() => {
                    let pattern = pattern.trim().to_owned();
                    entries.push(Entry { line: line_number, pattern });
                }
                _ => mistakes.push(format!(
                    "{name}:{line_number}: no reason; write it behind the pattern, as in \
                     \"exports-list-order # sorted by date until 2.0\""
                )),
            }
        }
        if mistakes.is_empty() { Ok(KnownFailures { entries }) } else { Err(mistakes) }
    }

    /// Whether a row's failure is declared.
    pub fn excuses(&self, row: &Requirement) -> bool {
        self.entries.iter().any(|entry| pattern::matches(&entry.pattern, row))
    }

    /// Entries that match nothing, or only what did not fail.
    pub fn stale(&self, rows: &[&Requirement], judged: &[Row]) -> Vec<String> {
        let fail = Verdict::Fail.as_str();
        let pass = Verdict::Pass.as_str();
        let mut stale = Vec::new();
        for entry in &self.entries {
            let matched: Vec<&Row> = rows
                .iter()
                .zip(judged)
                .filter(|(row, _)| pattern::matches(&entry.pattern, row))
                .map(|(_, judged)| judged)
                .collect();
            let what = if matched.is_empty() {
                "matches no requirement in play"
            } else if matched.iter().all(|row| row.verdict != fail)
                && matched.iter().any(|row| row.verdict == pass)
            {
                "is declared to fail and passed"
            } else {
                continue;
            };
            stale.push(format!("line {}: {:?} {what}", entry.line, entry.pattern));
        }
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::KnownFailures;

    #[test]
    fn a_reason_is_demanded() {
        let text = "# comment\n\nexports-list-order # by date\nA-018\n";
        let mistakes = KnownFailures::parse("known.txt", text).expect_err("line 4 has no reason");
        assert_eq!(mistakes.len(), 1);
        assert!(mistakes[0].starts_with("known.txt:4: no reason"), "{}", mistakes[0]);
        let good = KnownFailures::parse("known.txt", "A-018 # why\n").expect("it is sound");
        assert_eq!(good.entries.len(), 1);
    }
}
