//! `GET /v2/exports`: the exports of the account, grouped by state, the newest of each group first.

use axum::http::StatusCode;
use serde_json::json;

use super::listed_export;
use crate::answer::{Answer, Content, Refusal, Reply};
use crate::database_path::shown_path;
use crate::fault::Fault;
use crate::page::{List, PageRequest, Position, size_from_query};
use crate::server::Server;
use crate::session::{Context, leak};
use crate::store::account::Account;
use crate::store::export::{Export, ExportOrder, ExportState};
use crate::variant::Variant;

/// What the client wants to see.
struct Filter {
    /// Empty stands for every state.
    states: Vec<ExportState>,
    database: Option<String>,
}

impl Filter {
    fn admits(&self, server: &Server, export: &Export, then: ExportState) -> bool {
        // A walk goes through the list as it was, but what it shows has to fit as it is now too.
        let beside = self.database.is_some() && server.has(Fault::DropsStatesBesideDatabase);
        let any_state = self.states.is_empty() || beside || server.has(Fault::IgnoresStateFilter);
        let wanted = |state| any_state || self.states.contains(&state);
        let in_database =
            self.database.as_ref().is_none_or(|wanted| fits(server, &export.order, wanted));
        let hidden = self.states.is_empty()
            && export.state == ExportState::Failed
            && server.has(Fault::HidesFailedExports);
        let in_database = in_database || server.has(Fault::IgnoresDatabaseFilter);
        wanted(then) && wanted(export.state) && in_database && !hidden
    }

    /// The same text for the same filter, in whatever order the states were given.
    fn canonical(&self) -> String {
        let chosen = ExportState::ALL.iter().filter(|state| self.states.contains(state));
        let names: Vec<&str> = chosen.map(|state| state.name()).collect();
        format!("{} {:?}", names.join(","), self.database)
    }
}

/// Whether an export is of the database.
fn fits(server: &Server, order: &ExportOrder, wanted: &str) -> bool {
    if server.has(Fault::MatchesDatabaseByPrefix) {
        return order.database.starts_with(wanted);
    }
    if server.has(Fault::FiltersDatabaseWithoutRegion) {
        let names = |path: &str| path.split_once('/').map(|(_, names)| names.to_owned());
        return names(&order.database) == names(wanted);
    }
    // Whoever was shown the newer name may ask by it.
    order.database == wanted
        || (server.variants().has(Variant::NewerRegionNames)
            && shown_path(server, &order.database) == shown_path(server, wanted))
}

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let (answer, last) = list(ctx, account)?;
    account.walk = last;
    Ok(answer)
}

/// The page, and the position of its last export.
fn list(ctx: &Context<'_>, account: &Account) -> Result<(Answer, Option<Position>), Refusal> {
    let server = ctx.server;
    let query = ctx.call.query();
    query.check_known(&["state", "database", "max_results", "next_token"], server.variants())?;
    let states = read_states(server, &query.all("state")?)?;
    let filter = Filter { states, database: query.one("database")?.map(str::to_owned) };
    let own_id = account.id.clone();
    let (owner, token) = read_token(server, &own_id, query.one("next_token")?);
    let request = PageRequest {
        list: List::Exports,
        account_id: &owner,
        filter: filter.canonical(),
        size: size_from_query(server, List::Exports, query.one("max_results")?)?,
        token,
    };
    let mut cursor = request.open(server)?;
    if request.token.is_some() && server.has(Fault::SharesPositionBetweenWalks) {
        cursor.after = account.walk;
    }
    let unfiltered = request.token.is_some() && server.has(Fault::TokensDropFilters);
    let n_lost = if server.has(Fault::LosesEleventhExport) {
        account.exports.iter().count().saturating_sub(10)
    } else {
        0
    };
    let own = account.exports.iter().skip(n_lost).filter(|_| owner == own_id);
    let own = own.filter_map(|export| {
        let then = export.history.at(cursor.revision)?;
        let admitted = unfiltered || filter.admits(server, export, then);
        admitted.then_some((position(server, export, then), export))
    });
    let other = leak(ctx, Fault::TokensCarryTheAccount, |other| {
        if other.id == owner { other.exports.iter().cloned().collect() } else { Vec::new() }
    });
    let foreign = leak(ctx, Fault::ListLeaksOtherAccounts, |account| {
        account.exports.iter().cloned().collect()
    });
    let leaked =
        foreign.iter().chain(&other).map(|export| (position(server, export, export.state), export));
    let page = request.cut(server, cursor, own.chain(leaked).collect());
    if page.items.is_empty() && server.has(Fault::AnswersEmptyListWith404) {
        return Err(Refusal::not_found("there are no exports"));
    }
    let last = page.last;
    let shown = page.show(server, |export| listed_export::show(server, account, export));
    let shown = json!({"response": shown});
    if server.has(Fault::SendsListsAsText) {
        let content = Content::Text(shown.to_string());
        return Ok((Answer { status: StatusCode::OK, content, headers: Vec::new() }, last));
    }
    Ok((Answer::ok(shown), last))
}

/// The account whose list is meant, and the token for it.
fn read_token<'a>(
    server: &Server,
    own_id: &str,
    token: Option<&'a str>,
) -> (String, Option<&'a str>) {
    let carried = token.and_then(|token| token.split_once('.'));
    match carried.filter(|_| server.has(Fault::TokensCarryTheAccount)) {
        Some((owner, rest)) => (owner.to_owned(), Some(rest)),
        None => (own_id.to_owned(), token),
    }
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
    if states.len() == 3 && server.has(Fault::IgnoresThirdState) {
        states.truncate(2);
    }
    Ok(states)
}

fn position(server: &Server, export: &Export, state: ExportState) -> Position {
    let mixed = server.has(Fault::MixesStates);
    let group = if mixed { 0 } else { state.group(server) };
    let turned = state == ExportState::Failed && server.has(Fault::ListsOldestFailedFirst);
    if turned || server.has(Fault::ListsOldestFirst) {
        return Position { group, place: export.id };
    }
    Position::descending(group, export.id)
}
