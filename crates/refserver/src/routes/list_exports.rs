//! `GET /v2/exports`: the exports of the account, grouped by state, the newest of each group first.

use serde_json::json;

use crate::answer::{Answer, Refusal, Reply};
use crate::page::{List, PageRequest, Position, size_from_query};
use crate::session::Context;
use crate::store::account::Account;
use crate::store::export::{Export, ExportState};

/// What the client wants to see.
struct Filter {
    /// Empty stands for every state.
    states: Vec<ExportState>,
    database: Option<String>,
}

impl Filter {
    fn admits(&self, export: &Export, then: ExportState) -> bool {
        // A walk goes through the list as it was, but what it shows has to fit as it is now too.
        let wanted = |state| self.states.is_empty() || self.states.contains(&state);
        let in_database =
            self.database.as_ref().is_none_or(|wanted| *wanted == export.order.database);
        wanted(then) && wanted(export.state) && in_database
    }

    /// The same text for the same filter, in whatever order the states were given.
    fn canonical(&self) -> String {
        let chosen = ExportState::ALL.iter().filter(|state| self.states.contains(state));
        let names: Vec<&str> = chosen.map(|state| state.name()).collect();
        format!("{} {:?}", names.join(","), self.database)
    }
}

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    let query = ctx.call.query();
    query.check_known(&["state", "database", "max_results", "next_token"], server.variants())?;
    let mut states = Vec::new();
    for name in query.all("state")? {
        let state = ExportState::parse(name);
        states.push(state.ok_or_else(|| Refusal::bad_request("state is none of the four"))?);
    }
    let filter = Filter { states, database: query.one("database")?.map(str::to_owned) };
    let request = PageRequest {
        list: List::Exports,
        account_id: &account.id,
        filter: filter.canonical(),
        size: size_from_query(server, List::Exports, query.one("max_results")?)?,
        token: query.one("next_token")?,
    };
    let cursor = request.open(server)?;
    let listed = account.exports.iter().filter_map(|export| {
        let then = export.history.at(cursor.revision)?;
        let position = Position::descending(then.group(server), export.id);
        filter.admits(export, then).then_some((position, export))
    });
    let page = request.cut(server, cursor, listed.collect());
    Ok(Answer::ok(json!({"response": page.show(server, |export| export.show(server))})))
}
