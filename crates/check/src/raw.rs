//! Generated requests: valid ones are accepted, violations refused, and what the documents leave
//! open does at least no harm.

use model::access::{Access, Why};
use model::transition::{RawCase, RawExpect};

use crate::documented::Documented;
use crate::judge::Seen;
use crate::verdict::Observations;
use crate::{credentials, exchange};

/// Judges a generated request.
pub fn judge(
    seen: &Seen,
    case: &RawCase,
    access: &Access,
    documented: &Documented,
    out: &mut Observations,
) {
    if exchange::server_error(seen.operation, seen.response, out) {
        speak(case, out, |row, out| {
            out.broken(row.to_owned(), format!("{} to {}", seen.answered(), case.reason));
        });
        return;
    }
    match access {
        Access::Allowed { .. } => judge_allowed(seen, case, documented, out),
        Access::Unsure => {}
        Access::Unauthenticated(Why::Missing | Why::Scheme | Why::Unknown)
        | Access::Unauthenticated(Why::Expired | Why::Revoked)
        | Access::WrongKind
        | Access::Denied { .. } => {
            exchange::judge(seen, documented, out);
            credentials::judge(seen, access, out);
        }
    }
}

fn speak(case: &RawCase, out: &mut Observations, mut say: impl FnMut(&str, &mut Observations)) {
    let rows = match &case.expect {
        RawExpect::Accepted { speaks_for }
        | RawExpect::Harmless { speaks_for }
        | RawExpect::Refused { speaks_for, .. } => speaks_for,
        RawExpect::Open => return,
    };
    for row in rows {
        say(row, out);
    }
}

fn judge_allowed(seen: &Seen, case: &RawCase, documented: &Documented, out: &mut Observations) {
    let status = seen.response.status;
    match &case.expect {
        RawExpect::Accepted { .. } | RawExpect::Harmless { .. } => {
            exchange::judge(seen, documented, out);
            let good = seen.response.is_success();
            // Whoever does not take what must do no harm refuses just here.
            let harmless = matches!(case.expect, RawExpect::Harmless { .. });
            speak(case, out, |row, out| {
                if good && harmless {
                    out.holds(row.to_owned());
                } else if good {
                    out.accepts(row.to_owned());
                } else {
                    let message =
                        format!("{} to a valid request ({})", seen.answered(), case.reason);
                    out.broken(row.to_owned(), message);
                }
            });
        }
        RawExpect::Refused { statuses, .. } => {
            exchange::judge(seen, documented, out);
            let refused = statuses.contains(&status);
            // 409 and 422 are for idempotency alone (C-31), and no generated violation is about it.
            if matches!(status, 409 | 422) && !refused {
                let row = exchange::answer_rows(seen.operation).1;
                out.broken(row, format!("{} to {}", seen.answered(), case.reason));
            }
            speak(case, out, |row, out| {
                if refused {
                    out.holds(row.to_owned());
                } else {
                    let message = format!(
                        "{} to {}; {} is due",
                        seen.answered(),
                        case.reason,
                        words(statuses)
                    );
                    out.broken(row.to_owned(), message);
                }
            });
        }
        RawExpect::Open => {
            if seen.response.is_success() {
                exchange::judge_against_document(seen, documented, out);
            }
        }
    }
}

fn words(statuses: &[u16]) -> String {
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}
