//! What a client sees after one of its connections was cut.

use serde_json::json;

use super::Visit;
use super::party::{Party, id_of, ids, member};
use crate::Fault;
use crate::tests::order;

const TOKEN: Option<&str> = Some("6f1b1b0e-8c55-4f5c-9e0b-7c2d3a4b5c6d");

pub(super) const VISITS: &[(Fault, Visit)] = &[
    (Fault::ForgetsKeyOfCutRequest, a_retry_and_a_list),
    (Fault::BlocksKeyOfCutRequest, a_retry),
    (Fault::FailsKeyOfCutRequest, a_retry),
    (Fault::CreatesTwiceWhenCut, a_list),
    (Fault::KeepsHalfCreatedExports, a_list),
    (Fault::ForgetsAllKeysWhenCut, an_older_key),
    (Fault::BlocksCreationsAfterCut, another_creation),
    (Fault::ForgetsLogTokenOfCutRequest, a_log_retry_and_a_list),
    (Fault::RequestsLogsTwiceWhenCut, a_list_of_logs),
    (Fault::LosesUrlWhenCut, a_status),
    (Fault::KeepsAppOfCutDeletion, another_deletion),
];

fn a_retry_and_a_list(party: &Party) -> String {
    let key = &party.tenant.key;
    party.cut(party.create(key, "a", &order()));
    party.one(party.create(key, "a", &order()));
    format!("{:?}", ids(&party.one(party.list(key)).1, "id"))
}

fn a_retry(party: &Party) -> String {
    let key = &party.tenant.key;
    party.cut(party.create(key, "a", &order()));
    party.one(party.create(key, "a", &order())).0.to_string()
}

fn a_list(party: &Party) -> String {
    let key = &party.tenant.key;
    party.cut(party.create(key, "", &order()));
    let list = party.one(party.list(key)).1;
    let whole = list["response"]["results"][0]["destination"].is_object();
    format!("{:?} {whole}", ids(&list, "id"))
}

fn an_older_key(party: &Party) -> String {
    let key = &party.tenant.key;
    let first = party.one(party.create(key, "a", &order()));
    party.cut(party.create(key, "", &order()));
    let again = party.one(party.create(key, "a", &order()));
    (id_of(&first, "id") == id_of(&again, "id")).to_string()
}

fn another_creation(party: &Party) -> String {
    let key = &party.tenant.key;
    party.cut(party.create(key, "", &order()));
    party.one(party.create(key, "", &order())).0.to_string()
}

fn a_log_retry_and_a_list(party: &Party) -> String {
    let key = &party.tenant.key;
    party.cut(party.log(key, TOKEN));
    party.one(party.log(key, TOKEN));
    format!("{:?}", ids(&party.one(party.logs(key)).1, "request_id"))
}

fn a_list_of_logs(party: &Party) -> String {
    let key = &party.tenant.key;
    party.cut(party.log(key, None));
    format!("{:?}", ids(&party.one(party.logs(key)).1, "request_id"))
}

fn a_status(party: &Party) -> String {
    let key = &party.tenant.key;
    let id = id_of(&party.one(party.log(key, None)), "request_id");
    party.one(party.moving("log_request", &id, "Complete"));
    let path = format!("/api/v1/logs/{id}");
    party.cut(party.post(key, &format!("{path}/url?type=query"), &json!({})));
    let seen = party.one(party.get(key, &format!("{path}?type=query")));
    format!("{} {}", member(&seen, "state"), member(&seen, "presigned_url").is_string())
}

fn another_deletion(party: &Party) -> String {
    let key = &party.tenant.key;
    let id = party.tenant.apps[0].clone();
    party.cut(party.delete(key, &id));
    let listed = party.one(party.get(key, "/api/v1/oauth/apps"));
    let again = party.one(party.delete(key, &id));
    format!("{:?} {}", ids(&listed.1, "id"), again.0)
}
