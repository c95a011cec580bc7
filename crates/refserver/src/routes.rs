//! Which request goes where: one line for each route, one file for each operation.

mod body;
pub(crate) mod create_export;
pub(crate) mod create_log_url;
mod delete_oauth_app;
mod download;
mod export_order;
mod get_export;
mod get_log_request;
mod list_exports;
mod list_log_requests;
mod list_oauth_apps;
mod listed_export;
pub(crate) mod replay;
pub(crate) mod request_logs;

#[cfg(test)]
pub(crate) use export_order::SYSTEM_COLLECTIONS;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};

use crate::answer::{Refusal, Reply};
use crate::call::Call;
use crate::control;
use crate::race;
use crate::respond::{guard, respond};
use crate::server::{Server, SharedServer};
use crate::session::{self, Context};
use crate::store::account::Account;

const DELETE: MethodFilter = MethodFilter::DELETE;
const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;

/// The nine operations of the account API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateExport,
    ListExports,
    GetExport,
    RequestLogs,
    GetLogRequest,
    CreateLogUrl,
    ListLogRequests,
    ListOauthApps,
    DeleteOauthApp,
}

impl Operation {
    /// Performs the operation for a client who may.
    pub(crate) fn run(self, ctx: &Context<'_>, account: &mut Account) -> Reply {
        match self {
            Self::CreateExport => create_export::run(ctx, account),
            Self::ListExports => list_exports::run(ctx, account),
            Self::GetExport => get_export::run(ctx, account),
            Self::RequestLogs => request_logs::run(ctx, account),
            Self::GetLogRequest => get_log_request::run(ctx, account),
            Self::CreateLogUrl => create_log_url::run(ctx, account),
            Self::ListLogRequests => list_log_requests::run(ctx, account),
            Self::ListOauthApps => list_oauth_apps::run(ctx, account),
            Self::DeleteOauthApp => delete_oauth_app::run(ctx, account),
        }
    }
}

/// What stands behind a route.
#[derive(Debug, Clone, Copy)]
enum Destination {
    Account(Operation),
    Download,
    Control(control::Operation),
    UnknownPath,
    WrongMethod,
}

impl Destination {
    /// Only a server that races takes its time; in any other nothing is waited for here.
    async fn perform(self, server: &Server, call: &Call) -> Reply {
        if server.races() {
            // Boxed, so that a right server does not carry the room for it around.
            return Box::pin(self.race(server, call)).await;
        }
        guard(|| self.perform_at_once(server, call))
    }

    async fn race(self, server: &Server, call: &Call) -> Reply {
        match self {
            Self::Account(operation) => race::perform(server, call, operation).await,
            Self::Control(control::Operation::MoveJob) => race::move_job(server, call).await,
            Self::Download | Self::Control(_) | Self::UnknownPath | Self::WrongMethod => {
                guard(|| self.perform_at_once(server, call))
            }
        }
    }

    fn perform_at_once(self, server: &Server, call: &Call) -> Reply {
        match self {
            Self::Account(operation) => session::perform(server, call, operation),
            Self::Download => download::run(server, call),
            Self::Control(operation) => control::perform(server, call, operation),
            Self::UnknownPath => Err(Refusal::not_found("there is nothing at this path")),
            Self::WrongMethod => Err(Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("{} is not possible at this path", call.method),
            )),
        }
    }
}

/// Every route: its path, and what stands behind each of its methods.
fn table() -> [(&'static str, Vec<(MethodFilter, Destination)>); 17] {
    use Destination::{Account, Control, Download};
    use Operation as Op;
    use control::Operation as Ctl;
    [
        ("/v2/exports", vec![(POST, Account(Op::CreateExport)), (GET, Account(Op::ListExports))]),
        ("/v2/exports/{export_id}", vec![(GET, Account(Op::GetExport))]),
        ("/api/v1/logs", vec![(POST, Account(Op::RequestLogs))]),
        ("/api/v1/logs/_list", vec![(POST, Account(Op::ListLogRequests))]),
        ("/api/v1/logs/{request_id}", vec![(GET, Account(Op::GetLogRequest))]),
        ("/api/v1/logs/{request_id}/url", vec![(POST, Account(Op::CreateLogUrl))]),
        ("/api/v1/oauth/apps", vec![(GET, Account(Op::ListOauthApps))]),
        ("/api/v1/oauth/apps/{id}", vec![(DELETE, Account(Op::DeleteOauthApp))]),
        ("/storage/{account_id}/{request_id}/{file}", vec![(GET, Download)]),
        ("/files/{account_id}/{request_id}/{file}", vec![(GET, Download)]),
        ("/conformance/v1", vec![(GET, Control(Ctl::Handshake))]),
        ("/conformance/v1/accounts", vec![(POST, Control(Ctl::CreateAccount))]),
        ("/conformance/v1/accounts/{account_id}", vec![(DELETE, Control(Ctl::DeleteAccount))]),
        ("/conformance/v1/accounts/{account_id}/keys", vec![(POST, Control(Ctl::CreateKey))]),
        (
            "/conformance/v1/accounts/{account_id}/keys/{id}",
            vec![(DELETE, Control(Ctl::RevokeKey))],
        ),
        ("/conformance/v1/accounts/{account_id}/clock", vec![(POST, Control(Ctl::AdvanceClock))]),
        ("/conformance/v1/accounts/{account_id}/jobs", vec![(POST, Control(Ctl::MoveJob))]),
    ]
}

async fn serve(server: SharedServer, call: Call, destination: Destination) -> Response {
    respond(&server, &call, destination.perform(&server, &call)).await
}

fn methods(routes: Vec<(MethodFilter, Destination)>) -> MethodRouter<SharedServer> {
    routes.into_iter().fold(MethodRouter::new(), |router, (filter, destination)| {
        let handler =
            move |State(server): State<SharedServer>, call: Call| serve(server, call, destination);
        router.on(filter, handler)
    })
}

/// All routes of the server.
pub(crate) fn router(server: SharedServer) -> Router {
    let unknown_path = |State(server): State<SharedServer>, call: Call| {
        serve(server, call, Destination::UnknownPath)
    };
    let wrong_method = |State(server): State<SharedServer>, call: Call| {
        serve(server, call, Destination::WrongMethod)
    };
    table()
        .into_iter()
        .fold(Router::new(), |router, (path, routes)| router.route(path, methods(routes)))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .with_state(server)
}
