//! Who was let in: missing, malformed, foreign, expired and revoked credentials, roles and plans.

use model::Transition;
use model::access::{Access, Why, may_be_denied};
use model::choice;
use model::transition::Credential;

use crate::judge::Seen;
use crate::verdict::{Instance, Observations};

/// The row that demands the `Authorization` header of an operation.
fn header_row(operation: &str) -> &'static str {
    match operation {
        "listExports" => "exports-list-authorization-required",
        "getExport" => "exports-get-authorization-required",
        "requestLogs" => "logs-request-authorization-required",
        "getLogRequest" => "logs-get-authorization-required",
        "createLogUrl" => "logs-url-authorization-required",
        "listLogRequests" => "logs-list-authorization-required",
        "listOauthApps" => "oauth-list-authorization-required",
        "deleteOauthApp" => "oauth-delete-authorization-required",
        _ => "account-authorization-required",
    }
}

/// The rows that demand the plan and the role of an export operation.
fn export_rows(operation: &str) -> (&'static str, &'static str) {
    match operation {
        "createExport" => {
            ("exports-create-enterprise-plan-required", "exports-create-role-required")
        }
        "listExports" => ("exports-list-enterprise-plan-required", "exports-list-role-required"),
        _ => ("exports-get-enterprise-plan-required", "exports-get-role-required"),
    }
}

/// Judges whether the credential was treated as it must be. Says whether the rest of the answer
/// is to be judged: only if the credential is good and was accepted.
pub fn judge(seen: &Seen, access: &Access, out: &mut Observations) -> bool {
    let status = seen.response.status;
    match access {
        Access::Allowed { key, .. } => return judge_allowed(seen, *key, out),
        Access::Unsure => {}
        Access::WrongKind => {
            out.expect_as(
                "account-database-secret-refused",
                Instance::Discriminating,
                matches!(status, 401 | 403),
                || format!("{} to a database key's secret; 401 is due", seen.answered()),
            );
        }
        Access::Unauthenticated(why) => judge_unauthenticated(seen, *why, out),
        Access::Denied { plan, .. } => judge_denied(seen, *plan, out),
    }
    false
}

fn judge_unauthenticated(seen: &Seen, why: Why, out: &mut Observations) {
    let refused = seen.response.status == 401;
    let (rows, what): (&[&'static str], _) = match why {
        Why::Missing => (
            &["account-authorization-required", header_row(seen.operation)],
            "a request without credential",
        ),
        Why::Scheme => {
            (&["account-bearer-scheme-required"], "a secret that is not sent as a bearer token")
        }
        Why::Unknown => (&["account-key-authenticates"], "a token that is no key's secret"),
        Why::Expired => (&["account-key-expires-after-ttl-days"], "an expired key"),
        Why::Revoked => (&["account-revoked-key-refused"], "a revoked key"),
    };
    let rows = if rows.len() == 2 && rows[0] == rows[1] { &rows[..1] } else { rows };
    for row in rows {
        out.expect_as(row, Instance::Discriminating, refused, || {
            format!("{} to {what}; 401 is due", seen.answered())
        });
    }
}

fn judge_denied(seen: &Seen, plan: bool, out: &mut Observations) {
    let (plan_row, role_row) = export_rows(seen.operation);
    let (rows, what) = if plan {
        (
            ["exports-enterprise-plan-required", plan_row],
            "a key of an account without the Enterprise plan",
        )
    } else {
        (["exports-role-required", role_row], "a key with the billing role")
    };
    // Whether there is such a thing may be looked at before whether the role may see it. An account
    // without the plan can have no export, so that the plan comes first.
    let elsewhere = !plan && !is_own(seen) && seen.response.status == 404;
    for row in rows {
        out.expect_as(
            row,
            Instance::Discriminating,
            seen.response.status == 403 || elsewhere,
            || format!("{} to {what}; 403 is due", seen.answered()),
        );
    }
}

/// Whether what a call is about is known to be there, in the account of the key.
fn is_own(seen: &Seen) -> bool {
    let Credential::Key(key) = seen.by else { return true };
    let account = seen.state.account_of(*key);
    match seen.step {
        Transition::GetExport { export, .. } | Transition::AwaitExport { export, .. } => {
            seen.state.exports.get(export).is_some_and(|export| export.account == account)
        }
        Transition::CreateExport { body, .. } => seen.state.has_database(account, &body.database),
        _ => true,
    }
}

fn judge_allowed(seen: &Seen, key: usize, out: &mut Observations) -> bool {
    let status = seen.response.status;
    let state = seen.state;
    if may_be_denied(state, key, seen.operation)
        && (status == 403 || seen.response.is_success())
        && !stays_with_choice(seen, key, out)
    {
        return false;
    }
    // What is said to a thing that is not there, or not the account's, is judged with the thing.
    let about_key =
        is_own(seen) && !crate::exports::may_be_forbidden(seen, key, state.account_of(key));
    if status == 403 && !about_key {
        return true;
    }
    if status == 401 || status == 403 {
        let rows = match status {
            401 => vec!["account-key-authenticates"],
            _ => allowed_role_rows(seen),
        };
        for row in rows {
            out.broken(row, format!("{} to a key that may use it", seen.answered()));
        }
        if status == 401 && state.keys.get(key).is_some_and(|key| key.expires_at.is_some()) {
            let message = format!("{} to a key before the end of its days", seen.answered());
            out.broken("account-key-expires-after-ttl-days", message);
        }
        return false;
    }
    if seen.response.is_success() {
        for row in [
            "account-key-authenticates",
            "account-database-secret-refused",
            "account-bearer-scheme-required",
            "account-revoked-key-refused",
        ] {
            out.accepts(row);
        }
        out.accepts("account-authorization-required");
        if header_row(seen.operation) != "account-authorization-required" {
            out.accepts(header_row(seen.operation));
        }
        if state.keys.get(key).is_some_and(|key| key.expires_at.is_some()) {
            out.accepts("account-key-expires-after-ttl-days");
        }
        if crate::exchange::is_v2(seen.operation) {
            let (plan_row, role_row) = export_rows(seen.operation);
            for row in
                ["exports-enterprise-plan-required", "exports-role-required", plan_row, role_row]
            {
                out.accepts(row);
            }
        }
    }
    true
}

/// Where the documents tie neither role nor plan to an operation, a target may (C-38, C-45), as
/// long as it stays with it. Says whether the answer is one that lets the key in.
fn stays_with_choice(seen: &Seen, key: usize, out: &mut Observations) -> bool {
    let allowed = seen.response.is_success();
    let name = choice::denial(seen.state, key, seen.operation);
    if let Some(before) = seen.state.choices.get(&name) {
        let stays = (*before == "allowed") == allowed;
        out.expect("account-key-authenticates", stays, || {
            format!("{}: {name} was {before} before", seen.answered())
        });
    }
    allowed
}

/// A 403 to a good key: on exports it contradicts the rows of the role, elsewhere the key itself.
fn allowed_role_rows(seen: &Seen) -> Vec<&'static str> {
    if crate::exchange::is_v2(seen.operation) {
        vec!["exports-role-required", export_rows(seen.operation).1]
    } else {
        vec!["account-key-authenticates"]
    }
}
