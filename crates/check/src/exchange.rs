//! What holds for every exchange: no server error, a documented status, a labelled JSON body of
//! the documented shape, and the error envelope of the path's version.

use serde_json::Value;
use spec::wire::Response;

use crate::documented::{Documented, essence, is_json};
use crate::judge::Seen;
use crate::verdict::Observations;

/// The rows that document an operation's answers: for successes and for errors.
pub fn answer_rows(operation: &str) -> (&'static str, &'static str) {
    match operation {
        "createExport" => ("exports-create-answers-201", "exports-create-error-status-documented"),
        "listExports" => ("exports-list-answers-200", "exports-list-answers-200"),
        "getExport" => ("exports-get-answers-200", "exports-get-answers-200"),
        "requestLogs" => ("logs-request-answers-200", "logs-request-answers-200"),
        "getLogRequest" => ("logs-get-answers-200", "logs-get-answers-200"),
        "createLogUrl" => ("logs-url-answers-200", "logs-url-answers-200"),
        "listLogRequests" => ("logs-list-answers-200", "logs-list-answers-200"),
        "listOauthApps" => ("oauth-list-answers-200", "oauth-list-answers-200"),
        _ => ("oauth-delete-status-documented", "oauth-delete-status-documented"),
    }
}

/// Whether the operation is one of version 2, with its own envelopes.
pub fn is_v2(operation: &str) -> bool {
    matches!(operation, "createExport" | "listExports" | "getExport")
}

/// Judges what holds for every exchange.
pub fn judge(seen: &Seen, documented: &Documented, out: &mut Observations) {
    if !server_error(seen.operation, seen.response, out) {
        judge_against_document(seen, documented, out);
        envelope(seen.operation, seen.response, out);
    }
}

/// Says whether the answer is a server error, which none of our requests may cause.
pub fn server_error(operation: &str, response: &Response, out: &mut Observations) -> bool {
    let failed = response.status >= 500;
    out.expect("http-no-server-error", !failed, || {
        format!("{operation} answered {}, a server error", response.status)
    });
    failed
}

/// Status, content type, schema and headers.
pub fn judge_against_document(seen: &Seen, documented: &Documented, out: &mut Observations) {
    let (success_row, error_row) = answer_rows(seen.operation);
    let response = seen.response;
    let row = if response.is_success() { success_row } else { error_row };
    let fit = documented.fit(seen.operation, response);
    if !fit.status {
        let statuses = documented.statuses(seen.operation);
        out.broken(row, format!("{}, which is not one of {statuses:?}", seen.answered()));
        return;
    }
    if !response.body.is_empty() && response.status != 204 {
        let content_type = response.header("content-type").unwrap_or("");
        out.expect("http-content-type-json", is_json(&essence(content_type)), || {
            let given = fit.content_type.clone().unwrap_or_else(|| "another type".to_owned());
            format!("{} with {given} where application/json is documented", seen.answered())
        });
    }
    // The envelope of errors is judged by its own rows.
    let problem = match (&fit.body, &fit.headers) {
        (Some(body), _) if response.is_success() => Some(body),
        (_, Some(headers)) => Some(headers),
        _ => None,
    };
    out.expect(row, problem.is_none(), || {
        format!("{}: {}", seen.answered(), problem.map_or("", String::as_str))
    });
}

/// Errors carry the envelope of the path's version (C-13). Only the statuses that the documents
/// name are held to it.
pub fn envelope(operation: &str, response: &Response, out: &mut Observations) {
    if !matches!(response.status, 400 | 401 | 403 | 404 | 429) {
        return;
    }
    let json = response.json.as_ref();
    if is_v2(operation) {
        let error = json.and_then(|body| body.get("error"));
        let both = ["code", "message"]
            .iter()
            .all(|member| error.and_then(|error| error.get(member)).is_some_and(is_filled_string));
        out.expect("exports-error-envelope", both, || {
            format!(
                "{operation} answered {} without error.code and error.message as strings",
                response.status
            )
        });
    } else {
        let reason = json.and_then(|body| body.get("reason"));
        out.expect("account-v1-error-has-reason", reason.is_some_and(is_filled_string), || {
            format!("{operation} answered {} without a non-empty string in reason", response.status)
        });
    }
}

/// Whether an answer comes from the operation, and not from a server that has no such path: a 404
/// that carries an error envelope may be about something that the request names.
pub fn is_routed(response: &Response) -> bool {
    let enveloped = response
        .json
        .as_ref()
        .is_some_and(|body| body.get("reason").is_some() || body.get("error").is_some());
    response.status != 405 && (response.status != 404 || enveloped)
}

fn is_filled_string(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}
