//! Creations under an idempotency key that was used before: replays, other bodies, retries.

use model::choice;
use model::render::id_text;
use model::state::{LostCreation, Remembered};

use crate::exports::{Sent, export_id, inner, is_sound, judge_echo, refused_while_busy};
use crate::judge::Seen;
use crate::verdict::{Instance, Observations};

/// The same request again after its first answer was lost: a success, whether it is the first
/// effect or a replay of it. A target may say that it is still at it (C-33).
pub(crate) fn judge_retry(seen: &Seen, sent: &Sent, lost: &LostCreation, out: &mut Observations) {
    let row = "exports-idempotency-lost-response-one-effect";
    if lost.body != sent.body.to_json() {
        return;
    }
    if !seen.response.is_success() {
        if refused_while_busy(seen, sent.account) || matches!(seen.response.status, 409 | 429) {
            out.unknown(row, "refused while the first request may still be under way");
        } else {
            let message = format!("{} to a retry after a lost answer", seen.answered());
            out.broken(row, message);
        }
        return;
    }
    let Some(export) = inner(seen.response.json.as_ref()) else { return };
    judge_echo(sent.body, export, "createExport", out);
    let id = export.get("id").and_then(id_text).unwrap_or_default();
    let old = seen.state.export_by_id(sent.account, &id).is_some();
    out.expect_as(row, Instance::Accepting, !old, || {
        "a retry after a lost answer shows an export that another request made".to_owned()
    });
}

pub(crate) fn judge_replay(seen: &Seen, past: &Remembered, out: &mut Observations) {
    let row = match past.answer {
        Some(_) => "exports-idempotency-key-deduplicates",
        None => "exports-idempotency-lost-response-one-effect",
    };
    let same_export = export_id(seen).as_ref() == Some(&past.id);
    out.expect(row, same_export, || {
        format!("{} to a repeated request with another export than before", seen.answered())
    });
    if let Some((status, body)) = past.answer.as_ref().filter(|_| same_export) {
        let same = seen.response.status == *status && seen.response.json.as_ref() == Some(body);
        for row in
            ["exports-idempotency-replays-first-answer", "exports-idempotency-same-key-same-answer"]
        {
            out.expect(row, same, || {
                "a repeated request did not get the first status and body again".to_owned()
            });
        }
    }
    let labelled = seen.response.header("idempotent-replayed") == Some("true");
    out.expect_as("exports-idempotency-replay-marked", Instance::Accepting, labelled, || {
        "a replay does not carry Idempotent-Replayed: true".to_owned()
    });
}

pub(crate) fn judge_mismatch(seen: &Seen, sent: &Sent, past: &Remembered, out: &mut Observations) {
    let row = "exports-idempotency-mismatch";
    let status = seen.response.status;
    let replayed = seen.response.is_success() && export_id(seen).as_ref() == Some(&past.id);
    // What is wrong with the body in itself may be looked at before the key is.
    let unsound = !is_sound(seen, sent) && (400..500).contains(&status)
        || refused_while_busy(seen, sent.account);
    let refused = matches!(status, 400 | 409 | 422);
    let allowed = match seen.policy.mismatch_replays {
        Some(true) => replayed || unsound,
        Some(false) => refused || unsound,
        None => replayed || refused || unsound,
    };
    out.expect(row, allowed, || {
        format!("{} to another body under a used idempotency key", seen.answered())
    });
    if let Some((_, body)) = past.answer.as_ref().filter(|_| replayed) {
        out.expect(row, seen.response.json.as_ref() == Some(body), || {
            "the replay to another body is not the first answer".to_owned()
        });
    }
    let chosen = choice::mismatch(replayed);
    if let Some(before) = seen.state.choices.get(choice::MISMATCH)
        && allowed
        && !unsound
    {
        out.expect(row, *before == chosen, || {
            format!("to another body under a used key the answer is a {chosen}, once a {before}")
        });
    }
}
