//! Idempotency: which earlier request a new one repeats, and whether its window is still open.

use serde_json::Value;

use crate::render::log_body;
use crate::state::{LostCreation, Millis, Moment, Remembered, State};
use crate::transition::LogBody;

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
    /// The same as one whose answer was lost: whatever that one made, and once only.
    Lost(&'a LostCreation),
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
    let account = state.account_of(key);
    let lost = state.open_losses(account, "createExport").filter(|lost| lost.key == key);
    lost_or(judge(state, found, body, moment), state, lost, text, moment)
}

/// Whether letter case of log tokens matters is not asserted (C-24), so only the very same text
/// counts; nor is said whether a token is the account's or the account key's, so that one sent with
/// another key may be either.
pub fn log_replay<'a>(
    state: &'a State,
    key: usize,
    account: usize,
    text: Option<&str>,
    body: &Value,
    moment: Moment,
) -> Replay<'a> {
    let mine = || state.remembered_logs.iter().rev().filter(|past| past.account == account);
    let found = text.and_then(|text| mine().find(|past| past.key == key && past.text == text));
    let alike = |past: &&Remembered| {
        let other = past.key != key || Some(past.text.as_str()) != text;
        text.is_some_and(|text| past.text.eq_ignore_ascii_case(text) && other)
    };
    if let Some(alike) = mine().find(alike) {
        return Replay::Unsure(alike);
    }
    let lost = state.open_losses(account, "requestLogs").filter(|lost| lost.key == key);
    lost_or(judge(state, found, body, moment), state, lost, text, moment)
}

/// A request that is new as far as is known may repeat one whose answer was lost.
fn lost_or<'a>(
    known: Replay<'a>,
    state: &State,
    mut lost: impl Iterator<Item = &'a LostCreation>,
    text: Option<&str>,
    moment: Moment,
) -> Replay<'a> {
    let fresh = matches!(known, Replay::Fresh);
    let same = |lost: &&LostCreation| {
        let (low, _) = state.account_time(lost.account, moment);
        lost.text.as_deref() == text && low - state.slack < lost.at.1 + WINDOW
    };
    match lost.find(same).filter(|_| fresh && text.is_some()) {
        Some(lost) => Replay::Lost(lost),
        None => known,
    }
}

/// The body of a log request as two of them are compared: the window by its distance from the
/// moment that it is relative to.
pub fn comparable(body: &LogBody) -> Value {
    log_body(body, 0)
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
