//! `conformance list`.

use std::collections::BTreeMap;

use refserver::{Fault, Variant};
use serde_json::{Value, json};
use spec::profile::Profile;
use spec::requirement::{Requirement, Requirements};
use spec::{Document, documents};

use super::{Stop, report_stop, say};
use crate::cli::{List, What};

/// Lists things, one a line or as a JSON array.
pub(crate) fn list(args: &List) -> u8 {
    let rows = match rows(args.what) {
        Ok(rows) => rows,
        Err(stop) => return report_stop(&stop),
    };
    if args.json {
        let text = serde_json::to_string_pretty(&rows).unwrap_or_default();
        say(&(text + "\n"));
        return 0;
    }
    let mut text: String = rows.iter().map(|row| line(row) + "\n").collect();
    if args.what == What::Requirements {
        text += &format!("\n{}\n", counts());
    }
    say(&text);
    0
}

fn rows(what: What) -> Result<Vec<Value>, Stop> {
    Ok(match what {
        What::Operations => operations()?,
        What::Requirements => Requirements::embedded().iter().map(requirement).collect(),
        What::Checks => {
            let judged = Requirements::embedded().iter().filter(|row| row.check.is_some());
            judged.map(requirement).collect()
        }
        What::Profiles => Profile::embedded()
            .iter()
            .map(|profile| json!({"id": profile.name, "text": profile.description}))
            .collect(),
        What::Faults => Fault::ALL
            .iter()
            .map(|fault| {
                json!({
                    "id": fault.id(),
                    "text": fault.doc(),
                    "violates": fault.violates(),
                    "needs": fault.needs(),
                    "shortest": fault.shortest(),
                })
            })
            .collect(),
        What::Variants => Variant::ALL
            .iter()
            .map(|variant| json!({"id": variant.id(), "text": variant.doc()}))
            .collect(),
    })
}

fn operations() -> Result<Vec<Value>, Stop> {
    let document = Document::parse(documents::ACCOUNT)
        .map_err(|error| Stop::error(format!("the suite's own document: {error}")))?;
    let rows = document.operations().iter();
    Ok(rows
        .map(|operation| {
            json!({
                "id": operation.id,
                "text": format!("{} {}", operation.method, operation.path),
                "statuses": operation.responses.keys().collect::<Vec<_>>(),
            })
        })
        .collect())
}

fn requirement(row: &Requirement) -> Value {
    let (status, reason) = match (&row.check, &row.planned, &row.excluded) {
        (Some(_), _, _) => ("check", ""),
        (None, Some(step), _) => ("planned", step.as_str()),
        (None, None, Some(reason)) => ("excluded", reason.as_str()),
        (None, None, None) => ("unknown", ""),
    };
    json!({
        "id": row.id,
        "level": runner::report::level_word(row.level),
        "sources": row.sources,
        "surface": row.surface.as_str(),
        "operations": row.operations,
        "needs": row.needs,
        "status": status,
        "reason": reason,
        "text": row.text,
    })
}

fn line(row: &Value) -> String {
    let text = |member: &str| row[member].as_str().unwrap_or("").to_owned();
    let mut line = format!("{:<44}", text("id"));
    if row.get("level").is_some() {
        let source = row["sources"][0].as_str().unwrap_or("");
        line += &format!(" {:<6} {:<8} {:<8}", text("level"), source, text("status"));
    }
    format!("{line} {}", text("text"))
}

/// How many rows of each kind there are.
fn counts() -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let all = Requirements::embedded();
    for row in all.iter() {
        let status = match (&row.check, &row.planned) {
            (Some(_), _) => "checked",
            (None, Some(_)) => "planned",
            (None, None) => "excluded",
        };
        *counts.entry(status).or_default() += 1;
    }
    let parts: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
    format!("{} requirements: {}", all.len(), parts.join(", "))
}
