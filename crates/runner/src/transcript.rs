//! The transcript of a run: every public exchange, redacted, a line each, in the plan's order.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use model::{Program, Transition};
use serde_json::{Value, json};
use spec::wire::{Exchange, Request, Response};

use crate::execute::Outcome;

/// How many exchanges are kept; a longer run says so in its last line.
const EXCHANGES_MAX: u64 = 100_000;

/// The longest body that is kept, in bytes.
const BODY_MAX: usize = 4096;

/// A transcript under way.
#[derive(Debug, Default)]
pub struct Transcript {
    file: Option<BufWriter<File>>,
    written: u64,
    failed: Option<String>,
}

impl Transcript {
    /// A transcript that is not kept.
    pub fn none() -> Transcript {
        Transcript::default()
    }

    /// A transcript in this file.
    pub fn create(path: &Path) -> std::io::Result<Transcript> {
        let file = BufWriter::new(File::create(path)?);
        Ok(Transcript { file: Some(file), written: 0, failed: None })
    }

    /// Writes the exchanges of a program.
    pub fn write(&mut self, program: &Program, outcome: &Outcome) {
        let Some(file) = &mut self.file else { return };
        let redacted = outcome.redacted();
        for (index, recorded) in outcome.exchanges.iter().enumerate() {
            let exchange = &redacted[index];
            // How often a job is polled is a matter of its speed: only the last look is kept, so
            // that two runs of one seed leave the same lines.
            let polls = matches!(
                program.steps.get(recorded.step),
                Some(Transition::AwaitExport { .. } | Transition::AwaitLog { .. })
            );
            let next = outcome.exchanges.get(index + 1).map(|next| next.step);
            if polls && next == Some(recorded.step) {
                continue;
            }
            self.written += 1;
            let line = match self.written {
                n if n > EXCHANGES_MAX + 1 => return,
                n if n > EXCHANGES_MAX => json!({ "cut_after": EXCHANGES_MAX }),
                _ => json!({
                    "unit": program.name,
                    "step": recorded.step,
                    "request": request_json(&exchange.request),
                    "response": response_json(&exchange.response),
                }),
            };
            if let Err(error) = writeln!(file, "{line}") {
                self.failed.get_or_insert(error.to_string());
            }
        }
    }

    /// Ends the transcript; the error says why it is not whole.
    pub fn finish(mut self) -> Result<(), String> {
        if let Some(file) = &mut self.file {
            file.flush().map_err(|error| error.to_string())?;
        }
        self.failed.map_or(Ok(()), Err)
    }
}

/// An exchange for reports.
pub fn exchange_json(exchange: &Exchange) -> Value {
    json!({
        "request": request_json(&exchange.request),
        "response": response_json(&exchange.response),
    })
}

/// A request for reports. It was redacted when it was captured.
pub fn request_json(request: &Request) -> Value {
    let mut json = json!({
        "method": request.method,
        "path": request.path_and_query(),
        "headers": headers_json(&request.headers),
    });
    if let Some(body) = &request.body {
        json["body"] = body_json(body, None);
    }
    json
}

fn response_json(response: &Response) -> Value {
    if response.status == 0 {
        return json!({ "none": "there was no complete response" });
    }
    json!({
        "status": response.status,
        "headers": headers_json(&response.headers),
        "body": body_json(&response.body, response.json.as_ref()),
    })
}

fn headers_json(headers: &[(String, String)]) -> Value {
    headers.iter().map(|(name, value)| json!([name, value])).collect()
}

fn body_json(body: &[u8], parsed: Option<&Value>) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if body.len() > BODY_MAX {
        return json!({ "bytes": body.len(), "begins": text(&body[..BODY_MAX / 4]) });
    }
    match parsed {
        Some(json) => json.clone(),
        None => serde_json::from_slice(body).unwrap_or_else(|_| Value::from(text(body))),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
