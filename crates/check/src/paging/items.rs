//! The items of a page, its token, and what items are known by.

use model::render::id_text;
use model::transition::Listing;
use serde_json::Value;
use spec::wire::Response;

/// The items of a page, in order.
pub fn items<'a>(list: &Listing, response: &'a Response) -> Option<&'a Vec<Value>> {
    let body = response.json.as_ref()?;
    let holder = if matches!(list, Listing::Exports(_)) { body.get("response")? } else { body };
    holder.get("results")?.as_array()
}

/// The token of the next page; absent and null both end the list (C-10).
pub fn next_token(list: &Listing, response: &Response) -> Option<String> {
    let body = response.json.as_ref()?;
    let holder = if matches!(list, Listing::Exports(_)) { body.get("response")? } else { body };
    holder.get("next_token")?.as_str().map(str::to_owned)
}

/// Puts the items of a further page, and its token, on a page.
pub fn join(list: &Listing, page: &mut Response, further: &Response) {
    let items = items(list, further).cloned().unwrap_or_default();
    let token = next_token(list, further);
    let Some(body) = page.json.as_mut() else { return };
    let holder = match list {
        Listing::Exports(_) => body.get_mut("response"),
        Listing::Logs(_) | Listing::Apps => Some(body),
    };
    let Some(holder) = holder.and_then(Value::as_object_mut) else { return };
    if let Some(all) = holder.get_mut("results").and_then(Value::as_array_mut) {
        all.extend(items);
    }
    holder.insert("next_token".to_owned(), token.map_or(Value::Null, Value::from));
}

/// The id of an item.
pub fn item_id(list: &Listing, item: &Value) -> Option<String> {
    let member = if matches!(list, Listing::Logs(_)) { "request_id" } else { "id" };
    item.get(member).and_then(id_text)
}
