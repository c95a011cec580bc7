//! Idempotency: which earlier request a new one repeats, and whether its window is still open.

use serde_json::Value;

use crate::state::{Millis, Moment, Remembered, State};

/// How long a key or token is remembered: 24 hours (C-34, A-081), in milliseconds.
pub const WINDOW: Millis = 24 * 60 * 60 * 1000;

/// What idempotency demands of a request.
#[derive(Clone, Debug)]
pub enum Replay<'a> {
    /// Nothing: no key, or one that was never used with success.
    Fresh,
    /// The same request within the window: the first answer again.
    Same(&'a Remembered),
    /// Another body under a remembered key: the first answer or a refusal, never a second effect
    /// (C-31).
    Mismatch(&'a Remembered),
    /// The window has passed: a new effect is expected, the old answer tolerated.
    Forgotten(&'a Remembered),
    /// Too near to the end of the window to say.
    Unsure(&'a Remembered),
}

/// Export keys are scoped to the account key.
pub fn export_replay<'a>(
    state: &'a State,
    key: usize,
    text: Option<&str>,
    body: &Value,
    moment: Moment,
) -> Replay<'a> {
    let found = text.and_then(|text| {
        state.remembered_exports.iter().rev().find(|past| past.key == key && past.text == text)
    });
    judge(state, found, body, moment)
}

/// Log tokens are scoped to the account; whether letter case matters is not asserted (C-24), so
/// only the very same text counts.
pub fn log_replay<'a>(
    state: &'a State,
    account: usize,
    text: Option<&str>,
    body: &Value,
    moment: Moment,
) -> Replay<'a> {
    let mine = || state.remembered_logs.iter().rev().filter(|past| past.account == account);
    let found = text.and_then(|text| mine().find(|past| past.text == text));
    let alike = |past: &&Remembered| {
        text.is_some_and(|text| past.text.eq_ignore_ascii_case(text) && past.text != text)
    };
    if let Some(alike) = mine().find(alike) {
        return Replay::Unsure(alike);
    }
    judge(state, found, body, moment)
}

/// The body without its window, which is relative to the clock and so differs between two
/// requests that are meant to be the same.
pub fn without_times(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("time_start");
        members.remove("time_end");
    }
    body
}

fn judge<'a>(
    state: &'a State,
    found: Option<&'a Remembered>,
    body: &Value,
    moment: Moment,
) -> Replay<'a> {
    let Some(past) = found else { return Replay::Fresh };
    let (low, high) = state.account_time(past.account, moment);
    if low - state.slack >= past.at.1 + WINDOW {
        return Replay::Forgotten(past);
    }
    if high + state.slack >= past.at.0 + WINDOW {
        return Replay::Unsure(past);
    }
    if past.body == *body { Replay::Same(past) } else { Replay::Mismatch(past) }
}
