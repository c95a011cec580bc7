//! `GET /api/v1/oauth/apps`: the apps that the account has let in, the oldest first.

use crate::answer::{Answer, Reply};
use crate::fault::Fault;
use crate::page::{List, PageRequest, Position, size_from_query};
use crate::session::{Context, leak};
use crate::store::account::Account;
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    let query = ctx.call.query();
    query.check_known(&["max_results", "next_token"], server.variants())?;
    let mut size = size_from_query(server, List::OauthApps, query.one("max_results")?)?;
    let token = query.one("next_token")?;
    if token.is_some() && server.has(Fault::IgnoresSizeOnLaterPages) {
        size = List::OauthApps.default_size(server);
    }
    let request = PageRequest {
        list: List::OauthApps,
        account_id: &account.id,
        filter: String::new(),
        size,
        token,
    };
    let cursor = request.open(server)?;
    let foreign =
        leak(ctx, Fault::AppsLeakOtherAccounts, |account| account.apps.values().cloned().collect());
    let all = account.apps.values().chain(&account.stuck_apps).chain(&foreign);
    let newest_first = server.variants().has(Variant::NewestAppsFirst);
    let listed = all.map(|app| {
        let ascending = Position::ascending(app.id);
        (if newest_first { Position::descending(0, app.id) } else { ascending }, app)
    });
    let page = request.cut(server, cursor, listed.collect());
    Ok(Answer::ok(page.show(server, |app| app.show(server))))
}
