//! The tables: what the two tools came to, for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{First, Grain, Outcome, kill};

/// One tool with all its runs.
#[derive(Debug)]
pub(super) struct Tool {
    name: &'static str,
    /// Its runs against the right server.
    pub(super) right: Vec<Outcome>,
    /// Its runs against the wrong ones, in their order.
    pub(super) rows: Vec<Row>,
}

/// One run against a wrong server.
#[derive(Debug)]
pub(super) struct Row {
    kill: Option<First>,
    kill_by_detail: Option<First>,
    requests: u64,
    seconds: f64,
    trouble: Option<String>,
}

impl Row {
    pub(super) fn new(right: &[Outcome], outcome: Outcome) -> Row {
        Row {
            kill: kill(right, &outcome, Grain::Operation),
            kill_by_detail: kill(right, &outcome, Grain::Detail),
            requests: outcome.requests,
            seconds: outcome.seconds,
            trouble: outcome.trouble,
        }
    }
}

impl Tool {
    pub(super) fn new(name: &'static str) -> Tool {
        Tool { name, right: Vec::new(), rows: Vec::new() }
    }

    /// Findings on the right server, of which there should be none, by check and operation.
    fn alarms(&self) -> BTreeMap<(&str, &str), Vec<(&str, First)>> {
        let mut alarms: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (finding, first) in self.right.iter().flat_map(|run| &run.findings) {
            let key = (finding.check.as_str(), finding.operation.as_str());
            let details = alarms.entry(key).or_default();
            if !details.iter().any(|(detail, _)| *detail == finding.detail) {
                details.push((finding.detail.as_str(), *first));
            }
        }
        alarms
    }

    fn rate(&self) -> f64 {
        let runs = self.right.iter().map(|run| (run.requests, run.seconds));
        let runs = runs.chain(self.rows.iter().map(|row| (row.requests, row.seconds)));
        let (requests, seconds) =
            runs.fold((0, 0.0), |(requests, seconds), run| (requests + run.0, seconds + run.1));
        if seconds > 0.0 { requests as f64 / seconds } else { 0.0 }
    }

    fn line(&self) -> String {
        let kills: Vec<First> = self.rows.iter().filter_map(|row| row.kill).collect();
        let by_detail = self.rows.iter().filter(|row| row.kill_by_detail.is_some()).count();
        let requests = median(kills.iter().filter_map(|first| Some(first.requests? as f64)));
        let seconds = median(kills.iter().filter_map(|first| first.seconds));
        let show = |figure: Option<f64>, places: usize| match figure {
            Some(figure) => format!("{figure:.places$}"),
            None => "–".to_owned(),
        };
        format!(
            "| {} | {} / {total} | {by_detail} / {total} | {} | {:.0} | {} | {} |\n",
            self.name,
            kills.len(),
            self.alarms().len(),
            self.rate(),
            show(requests, 0),
            show(seconds, 1),
            total = self.rows.len(),
        )
    }
}

/// The middle of the figures; of the two in the middle, their mean.
pub(super) fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let (low, high) = (figures.len().checked_sub(1)? / 2, figures.len() / 2);
    Some(f64::midpoint(figures[low], figures[high]))
}

/// The whole report.
pub(super) fn markdown(tools: &[Tool; 2], faults: &[String], seconds: u64) -> String {
    let mut text = format!("{} faults, {seconds} s for each tool and server.\n\n", faults.len());
    text.push_str(
        "| tool | killed | killed, findings compared by detail | findings on the right server \
         | requests per second | median requests to the first sign | median seconds |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for tool in tools {
        text.push_str(&tool.line());
    }
    let [peer, own] = tools;
    let _ = write!(
        text,
        "\n| fault | {} | requests | seconds | {} | requests | seconds |\n\
         | --- | --- | ---: | ---: | --- | ---: | ---: |\n",
        peer.name, own.name
    );
    for ((fault, peer), own) in faults.iter().zip(&peer.rows).zip(&own.rows) {
        let _ = writeln!(text, "| {fault} | {} | {} |", cells(peer), cells(own));
    }
    text.push('\n');
    for tool in tools {
        text.push_str(&findings(tool));
    }
    text
}

/// The three cells of one tool and one fault.
fn cells(row: &Row) -> String {
    let word = word(row);
    let first = row.kill.or(row.kill_by_detail).unwrap_or_default();
    let requests = first.requests.map_or("–".to_owned(), |requests| requests.to_string());
    let seconds = first.seconds.map_or("–".to_owned(), |seconds| format!("{seconds:.1}"));
    format!("{word} | {requests} | {seconds}")
}

fn word(row: &Row) -> String {
    let word = match (row.kill, row.kill_by_detail) {
        (Some(_), _) => "killed",
        (None, Some(_)) => "by detail only",
        (None, None) => "survives",
    };
    match &row.trouble {
        Some(what) => format!("{word} ({what})"),
        None => word.to_owned(),
    }
}

/// One line while the work goes on.
pub(super) fn progress(fault: &str, tools: &[Tool; 2]) -> String {
    let last = |tool: &Tool| tool.rows.last().map(word).unwrap_or_default();
    let words: Vec<_> = tools.iter().map(|tool| format!("{} {}", tool.name, last(tool))).collect();
    format!("{fault}: {}", words.join(", "))
}

/// What a tool finds on the right server, with the first details of each.
fn findings(tool: &Tool) -> String {
    let alarms = tool.alarms();
    if alarms.is_empty() {
        return format!("{} finds nothing on the right server.\n\n", tool.name);
    }
    let mut text = format!(
        "What {} finds on the right server:\n\n\
         | check | operation | details | among them |\n| --- | --- | ---: | --- |\n",
        tool.name
    );
    for ((check, operation), details) in alarms {
        let shown: Vec<&str> = details.iter().map(|(detail, _)| *detail).take(SHOWN).collect();
        let shown = shown.join("; ").replace('|', "\\|");
        let _ = writeln!(text, "| {check} | {operation} | {} | {shown} |", details.len());
    }
    text.push('\n');
    text
}

/// So many details of a finding are told.
const SHOWN: usize = 6;
