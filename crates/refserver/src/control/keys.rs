//! Making account keys and revoking them.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{account, no_such_account, string};
use crate::answer::{Answer, Refusal, Reply};
use crate::call::Call;
use crate::fault::Fault;
use crate::server::Server;
use crate::store::account::{AccountKey, IdempotencyMemory, Role};
use crate::store::directory::KeyHolder;
use crate::time::{DAY, HOUR, Moment};

pub(super) fn create(server: &Server, call: &Call) -> Reply {
    let body = call.object()?;
    let role_name = string(&body, "role")?;
    let role = Role::parse(role_name)
        .ok_or_else(|| Refusal::bad_request("role has to be owner, admin, developer or billing"))?;
    if !matches!(body.get("name"), None | Some(Value::String(_))) {
        return Err(Refusal::bad_request("name has to be a string"));
    }
    let ttl_days = read_ttl(&body)?;
    let cell = account(server, call)?;
    let mut account = cell.lock();
    if account.closed {
        return Err(no_such_account());
    }
    let real = server.now();
    let now = account.clock.at(real);
    let expires_at = ttl_days.map(|days| expiry(server, now, days)).transpose()?;
    let expires_in_real = ttl_days.map(|days| expiry(server, real, days)).transpose()?;
    let id = server.signer.draw(12);
    // The secret of a database key begins with `fn` and a capital letter; this one must not be
    // taken for such.
    let secret = format!("fna_{}", server.signer.draw(32));
    let shown = expires_at.map(|moment| server.show_time(moment));
    let body = json!({"id": id, "secret": secret, "role": role_name, "expires_at": shown});
    let memory = IdempotencyMemory::default();
    let key = AccountKey {
        secret: secret.clone(),
        role,
        expires_at,
        expires_in_real,
        used: false,
        revoked: false,
        memory,
        n_requests: 0,
    };
    account.keys.insert(id.clone(), key);
    server.directory.add_secret(secret, KeyHolder { cell: cell.clone(), key_id: id });
    Ok(Answer::json(StatusCode::CREATED, body))
}

fn read_ttl(body: &Map<String, Value>) -> Result<Option<u64>, Refusal> {
    match body.get("ttl_days") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| {
            Refusal::bad_request("ttl_days has to be an integer that is not negative")
        }),
    }
}

fn expiry(server: &Server, now: Moment, days: u64) -> Result<Moment, Refusal> {
    let unit = if server.has(Fault::CountsTtlInHours) { HOUR } else { DAY };
    now.checked_plus(days, unit)
        .ok_or_else(|| Refusal::bad_request("ttl_days is too far in the future"))
}

pub(super) fn revoke(server: &Server, call: &Call) -> Reply {
    let cell = account(server, call)?;
    let mut account = cell.lock();
    if server.has(Fault::ForgetsKeysOnRevocation) {
        account.keys.values_mut().for_each(|key| key.memory = IdempotencyMemory::default());
    }
    let kept = server.has(Fault::GetsExportsWithRevokedKeys)
        || server.has(Fault::ListsLogsWithRevokedKeys);
    let id = call.segment(5);
    let known = id.as_ref().and_then(|id| account.keys.get_mut(id)).filter(|key| !key.revoked);
    if let Some(key) = known.filter(|_| kept) {
        key.revoked = true;
        return Ok(Answer::empty(StatusCode::NO_CONTENT));
    }
    let removed = id.and_then(|id| account.keys.remove(&id));
    let key = removed.ok_or_else(|| Refusal::not_found("there is no such key"))?;
    server.directory.remove_secret(&key.secret);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
