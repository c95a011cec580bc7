//! `GET /v2/exports`: the exports of the account, grouped by state, the newest of each group first.

use serde_json::json;

use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::page::{List, PageRequest, Position, size_from_query};
use crate::server::Server;
use crate::session::{Context, leak};
use crate::store::account::Account;
use crate::store::export::{Export, ExportState};

/// What the client wants to see.
struct Filter {
    /// Empty stands for every state.
    states: Vec<ExportState>,
    database: Option<String>,
}

impl Filter {
    fn admits(&self, server: &Server, export: &Export, then: ExportState) -> bool {
        // A walk goes through the list as it was, but what it shows has to fit as it is now too.
        let any_state = self.states.is_empty() || server.has(Fault::IgnoresStateFilter);
        let wanted = |state| any_state || self.states.contains(&state);
        let in_database =
            self.database.as_ref().is_none_or(|wanted| *wanted == export.order.database);
        let in_database = in_database || server.has(Fault::IgnoresDatabaseFilter);
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
    let states = read_states(server, &query.all("state")?)?;
    let filter = Filter { states, database: query.one("database")?.map(str::to_owned) };
    let request = PageRequest {
        list: List::Exports,
        account_id: &account.id,
        filter: filter.canonical(),
        size: size_from_query(server, List::Exports, query.one("max_results")?)?,
        token: query.one("next_token")?,
    };
    let cursor = request.open(server)?;
    let own = account.exports.iter().filter_map(|export| {
        let then = export.history.at(cursor.revision)?;
        filter.admits(server, export, then).then_some((position(server, export, then), export))
    });
    let foreign = leak(ctx, Fault::ListLeaksOtherAccounts, |account| {
        account.exports.iter().cloned().collect()
    });
    let leaked = foreign.iter().map(|export| (position(server, export, export.state), export));
    let page = request.cut(server, cursor, own.chain(leaked).collect());
    if page.items.is_empty() && server.has(Fault::AnswersEmptyListWith404) {
        return Err(Refusal::not_found("there are no exports"));
    }
    Ok(Answer::ok(json!({"response": page.show(server, |export| export.show(server))})))
}

fn read_states(server: &Server, names: &[&str]) -> Result<Vec<ExportState>, Refusal> {
    let mut states = Vec::new();
    for name in names {
        match ExportState::parse(name) {
            Some(state) => states.push(state),
            None if server.has(Fault::AcceptsUnknownState) => {}
            None => return Err(Refusal::bad_request("state is none of the four")),
        }
    }
    if server.has(Fault::HeedsFirstStateOnly) {
        states.truncate(1);
    }
    Ok(states)
}

fn position(server: &Server, export: &Export, state: ExportState) -> Position {
    let mixed = server.has(Fault::MixesStates);
    let group = if mixed { 0 } else { state.group(server) };
    if server.has(Fault::ListsOldestFirst) {
        return Position { group, place: export.id };
    }
    Position::descending(group, export.id)
}
