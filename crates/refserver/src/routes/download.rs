//! `GET /storage/…`: the file of a log request, for whoever has a URL that is still good.

use axum::http::StatusCode;

use crate::answer::{Answer, Content, Refusal, Reply};
use crate::call::Call;
use crate::fault::Fault;
use crate::log_file;
use crate::presign;
use crate::server::Server;
use crate::session::bearer;
use crate::time::SECOND;

pub(crate) fn run(server: &Server, call: &Call) -> Reply {
    let holder = bearer(call).and_then(|secret| server.directory.holder(secret));
    if holder.is_none() && server.has(Fault::NeedsKeyForFiles) {
        return Err(Refusal::unauthorized());
    }
    let refused = || Refusal::forbidden("the signature does not fit the URL");
    let permission = presign::read(server, call).ok_or_else(refused)?;
    let gone = || Refusal::not_found("there is no such file");
    let cell = server.directory.account(&permission.account_id).ok_or_else(gone)?;
    let order = {
        let account = cell.lock();
        let now = account.clock.at(server.now());
        let early = if server.has(Fault::ExpiresUrlsEarly) { 600 * SECOND } else { 0 };
        let request = account.logs.get(permission.request_id);
        let first = request.and_then(|request| request.first_expiry);
        let by_first = first.is_some_and(|first| now >= first);
        let expired = now.plus(early) >= permission.expires_at
            || (by_first && server.has(Fault::ExpiresFilesByFirstUrl));
        if expired && !server.has(Fault::NeverExpiresUrls) {
            return Err(Refusal::forbidden("the URL has expired"));
        }
        request.map(|request| request.order.clone())
    };
    let file = log_file::write(server, &order.ok_or_else(gone)?);
    Ok(Answer { status: StatusCode::OK, content: Content::Gzip(file), headers: Vec::new() })
}
