//! What two clients at once see.

use std::time::Duration;

use serde_json::{Value, json};

use super::Visit;
use super::party::{Party, id_of, ids, member, same, tagged};
use crate::Fault;
use crate::tests::order;

const TOKEN: Option<&str> = Some("6f1b1b0e-8c55-4f5c-9e0b-7c2d3a4b5c6d");

pub(super) const VISITS: &[(Fault, Visit)] = &[
    (Fault::CreatesTwiceForParallelKey, one_key),
    (Fault::Answers500ToWaitingKey, one_key),
    (Fault::ReplaysUnfinishedCreation, one_key),
    (Fault::ReplaysRefusalToWaitingKey, a_refusal_and_a_success),
    (Fault::EchoesOwnOrderToWaitingKey, one_key_and_two_orders),
    (Fault::MixesKeysOfParallelClients, two_account_keys),
    (Fault::MixesKeysOfParallelAccounts, two_accounts),
    (Fault::LosesParallelCreation, creations_and_a_list),
    (Fault::GivesOneIdToParallelCreations, two_creations),
    (Fault::MixesParallelOrders, two_orders),
    (Fault::SwapsParallelExports, two_gets),
    (Fault::SwapsParallelLists, two_lists),
    (Fault::SwapsParallelLogRequests, two_log_statuses),
    (Fault::ListsForParallelAccount, lists_of_two_accounts),
    (Fault::LetsStrangersInBesideClients, a_stranger),
    (Fault::BorrowsRoleOfParallelClient, billing_beside_owner),
    (Fault::BorrowsPlanOfParallelClient, free_beside_enterprise),
    (Fault::ListsMovingExportTwice, a_list_during_a_move),
    (Fault::MissesMovingExport, a_list_during_a_move),
    (Fault::UndoesMoveOfExport, a_get_during_a_move),
    (Fault::UndoesMoveOfLogRequest, a_status_during_a_move),
    (Fault::StartsTwoExportsInParallel, two_moves),
    (Fault::StartsParallelCreationsAtOnce, two_automatic_exports),
    (Fault::MissesExportsDuringCreation, a_get_during_a_creation),
    (Fault::ListsNothingDuringCreation, a_list_during_a_creation),
    (Fault::ShowsHalfCreatedExports, a_list_of_half_an_export),
    (Fault::ListsNothingDuringDeletion, apps_during_a_deletion),
    (Fault::ShowsHalfDeletedApps, apps_during_a_deletion),
    (Fault::DeletesAppTwiceInParallel, two_deletions),
    (Fault::RequestsLogsTwiceForParallelToken, one_token),
    (Fault::LosesParallelLogRequest, log_requests_and_a_list),
    (Fault::ChecksVersionTooEarly, one_version),
];

fn one_key(party: &Party) -> String {
    let key = &party.tenant.key;
    let seen = party.both(party.create(key, "a", &order()), party.create(key, "a", &order()));
    format!("{} {} {}", seen[0].0, seen[1].0, same(&seen, "id"))
}

fn a_refusal_and_a_success(party: &Party) -> String {
    let key = &party.tenant.key;
    let wrong = json!({"database": "us-std/shop"});
    let seen = party.both(party.create(key, "a", &wrong), party.create(key, "a", &order()));
    format!("{} {}", seen[0].0, seen[1].0)
}

fn one_key_and_two_orders(party: &Party) -> String {
    let key = &party.tenant.key;
    let seen = party.both(party.create(key, "a", &order()), party.create(key, "a", &tagged()));
    format!("{} {}", same(&seen, "id"), same(&seen, "format"))
}

fn two_account_keys(party: &Party) -> String {
    let other = party.world.key(&party.tenant.id, &json!({"role": "owner"}));
    let first = party.create(&party.tenant.key, "a", &order());
    let seen = party.both(first, party.create(&other, "a", &order()));
    same(&seen, "id").to_string()
}

fn two_accounts(party: &Party) -> String {
    let other = party.tenant(&json!({}));
    let first = party.create(&party.tenant.key, "a", &order());
    let seen = party.both(first, party.create(&other.key, "a", &order()));
    same(&seen, "id").to_string()
}

fn creations_and_a_list(party: &Party) -> String {
    let key = &party.tenant.key;
    party.both(party.create(key, "", &order()), party.create(key, "", &order()));
    format!("{:?}", ids(&party.one(party.list(key)).1, "id"))
}

fn two_creations(party: &Party) -> String {
    let key = &party.tenant.key;
    let seen = party.both(party.create(key, "", &order()), party.create(key, "", &order()));
    same(&seen, "id").to_string()
}

fn two_orders(party: &Party) -> String {
    let key = &party.tenant.key;
    let seen = party.both(party.create(key, "", &order()), party.create(key, "", &tagged()));
    format!("{} {}", member(&seen[0], "format"), member(&seen[1], "format"))
}

fn two_gets(party: &Party) -> String {
    let key = &party.tenant.key;
    let path = || {
        let made = party.one(party.create(key, "", &order()));
        format!("/v2/exports/{}", id_of(&made, "id"))
    };
    let (first, second) = (path(), path());
    let seen = party.both(party.get(key, &first), party.get(key, &second));
    same(&seen, "id").to_string()
}

fn two_lists(party: &Party) -> String {
    let key = &party.tenant.key;
    party.one(party.create(key, "", &order()));
    let list = |state: &str| party.get(key, &format!("/v2/exports?state={state}"));
    let seen = party.both(list("Pending"), list("Complete"));
    format!("{:?} {:?}", ids(&seen[0].1, "id"), ids(&seen[1].1, "id"))
}

fn two_log_statuses(party: &Party) -> String {
    let key = &party.tenant.key;
    let path = || {
        let made = party.one(party.log(key, None));
        format!("/api/v1/logs/{}?type=query", id_of(&made, "request_id"))
    };
    let (first, second) = (path(), path());
    let seen = party.both(party.get(key, &first), party.get(key, &second));
    same(&seen, "request_id").to_string()
}

fn lists_of_two_accounts(party: &Party) -> String {
    let other = party.tenant(&json!({}));
    party.one(party.create(&other.key, "", &order()));
    let seen = party.both(party.list(&party.tenant.key), party.list(&other.key));
    format!("{:?} {:?}", ids(&seen[0].1, "id"), ids(&seen[1].1, "id"))
}

fn a_stranger(party: &Party) -> String {
    let seen = party.both(party.list(&party.tenant.key), party.list("nobody"));
    format!("{} {}", seen[0].0, seen[1].0)
}

fn billing_beside_owner(party: &Party) -> String {
    let billing = party.world.key(&party.tenant.id, &json!({"role": "billing"}));
    let first = party.create(&party.tenant.key, "", &order());
    let seen = party.both(first, party.create(&billing, "", &order()));
    format!("{} {}", seen[0].0, seen[1].0)
}

fn free_beside_enterprise(party: &Party) -> String {
    let free = party.tenant(&json!({"plan": "free"}));
    let first = party.create(&party.tenant.key, "", &order());
    let seen = party.both(first, party.create(&free.key, "", &order()));
    format!("{} {}", seen[0].0, seen[1].0)
}

fn a_list_during_a_move(party: &Party) -> String {
    let key = &party.tenant.key;
    let id = id_of(&party.one(party.create(key, "", &order())), "id");
    party.one(party.moving("export", &id, "InProgress"));
    let seen = party.both(party.list(key), party.moving("export", &id, "Complete"));
    format!("{:?}", ids(&seen[0].1, "id"))
}

fn a_get_during_a_move(party: &Party) -> String {
    let key = &party.tenant.key;
    let id = id_of(&party.one(party.create(key, "", &order())), "id");
    let path = format!("/v2/exports/{id}");
    party.both(party.get(key, &path), party.moving("export", &id, "Failed"));
    member(&party.one(party.get(key, &path)), "state").to_string()
}

fn a_status_during_a_move(party: &Party) -> String {
    let key = &party.tenant.key;
    let id = id_of(&party.one(party.log(key, None)), "request_id");
    let path = format!("/api/v1/logs/{id}?type=query");
    party.both(party.get(key, &path), party.moving("log_request", &id, "Complete"));
    member(&party.one(party.get(key, &path)), "state").to_string()
}

fn two_moves(party: &Party) -> String {
    let key = &party.tenant.key;
    let id = || id_of(&party.one(party.create(key, "", &order())), "id");
    let (first, second) = (id(), id());
    let start = |id: &str| party.moving("export", id, "InProgress");
    party.both(start(&first), start(&second));
    let list = party.one(party.get(key, "/v2/exports?state=InProgress"));
    format!("{:?}", ids(&list.1, "id"))
}

fn two_automatic_exports(party: &Party) -> String {
    let auto = party.tenant(&json!({"jobs": {"mode": "auto", "step_ms": 150}}));
    let key = &auto.key;
    party.both(party.create(key, "", &order()), party.create(key, "", &order()));
    std::thread::sleep(Duration::from_millis(190));
    let list = party.one(party.get(key, "/v2/exports?state=InProgress"));
    format!("{:?}", ids(&list.1, "id"))
}

fn a_get_during_a_creation(party: &Party) -> String {
    let key = &party.tenant.key;
    let made = party.one(party.create(key, "", &order()));
    let get = party.get(key, &format!("/v2/exports/{}", id_of(&made, "id")));
    party.both(party.create(key, "", &order()), get)[1].0.to_string()
}

fn a_list_during_a_creation(party: &Party) -> String {
    let key = &party.tenant.key;
    party.one(party.create(key, "", &order()));
    let seen = party.both(party.create(key, "", &order()), party.list(key));
    (ids(&seen[1].1, "id").0 > 0).to_string()
}

fn a_list_of_half_an_export(party: &Party) -> String {
    let key = &party.tenant.key;
    let seen = party.both(party.create(key, "", &order()), party.list(key));
    seen[1].1["response"]["results"][0]["destination"].is_object().to_string()
}

fn apps_during_a_deletion(party: &Party) -> String {
    let key = &party.tenant.key;
    let delete = party.delete(key, &party.tenant.apps[0]);
    let seen = party.both(delete, party.get(key, "/api/v1/oauth/apps"));
    let apps = seen[1].1["results"].as_array().expect("a list");
    let whole = |app: &Value| app["scope"].is_array();
    format!("{} {}", !apps.is_empty(), apps.iter().all(whole))
}

fn two_deletions(party: &Party) -> String {
    let key = &party.tenant.key;
    let delete = || party.delete(key, &party.tenant.apps[0]);
    let seen = party.both(delete(), delete());
    format!("{} {}", seen[0].0, seen[1].0)
}

fn one_token(party: &Party) -> String {
    let key = &party.tenant.key;
    same(&party.both(party.log(key, TOKEN), party.log(key, TOKEN)), "request_id").to_string()
}

fn log_requests_and_a_list(party: &Party) -> String {
    let key = &party.tenant.key;
    party.both(party.log(key, None), party.log(key, None));
    format!("{:?}", ids(&party.one(party.logs(key)).1, "request_id"))
}

fn one_version(party: &Party) -> String {
    let key = &party.tenant.key;
    let id = id_of(&party.one(party.log(key, None)), "request_id");
    party.one(party.moving("log_request", &id, "Complete"));
    let path = format!("/api/v1/logs/{id}/url?type=query");
    let renew = || party.post(key, &path, &json!({"version": 1}));
    let seen = party.both(renew(), renew());
    format!("{} {}", seen[0].0, seen[1].0)
}
