//! What requests at the same time do to each other in a server that lets them, and what a client
//! leaves behind that goes away in the middle.
//!
//! A right server does all of a request while it holds the lock of the account, so that requests
//! come one after the other, whatever their clients believe. Each script in this folder does its
//! operation in two visits to the account and leaves it open in between: it looks and only later
//! acts, or it acts and only later remembers. Whoever waits for each answer before sending the next
//! request sees none of it.
//!
//! When a client goes away, the server drops what it was doing for it, in the gap; what a wrong
//! server does then hangs on an [`OnCut`].

mod creation;
mod crossing;
mod logs;
mod oauth_apps;
mod reading;

use std::time::Duration;

use axum::http::StatusCode;

use crate::answer::{Refusal, Reply};
use crate::call::Call;
use crate::control;
use crate::fault::Fault;
use crate::respond::guard;
use crate::routes::Operation;
use crate::server::Server;
use crate::session::Entry;

pub(crate) use crossing::Crossing;
use crossing::Flight;

/// How long the account is left open between two visits.
const GAP: Duration = Duration::from_millis(10);
/// The same where somebody has to go away in the meantime.
const CUT_GAP: Duration = Duration::from_millis(15);
/// How long somebody who may not waits for somebody who may.
const LEAD: Duration = Duration::from_millis(5);

async fn pause() {
    tokio::time::sleep(GAP).await;
}

/// Performs an operation, in a server that has one of these faults.
pub(crate) async fn perform(server: &Server, call: &Call, operation: Operation) -> Reply {
    let entry = Entry::new(server, call, operation);
    match operation {
        Operation::CreateExport => creation::run(&entry).await,
        Operation::ListExports => reading::list_exports(&entry).await,
        Operation::GetExport => reading::get_export(&entry).await,
        Operation::RequestLogs => logs::request(&entry).await,
        Operation::GetLogRequest => reading::get_log_request(&entry).await,
        Operation::CreateLogUrl => logs::create_url(&entry).await,
        Operation::ListOauthApps => oauth_apps::list(&entry),
        Operation::DeleteOauthApp => oauth_apps::delete(&entry).await,
        Operation::ListLogRequests => guard(|| entry.run()),
    }
}

/// Moves a job, in a server that has one of these faults.
pub(crate) async fn move_job(server: &Server, call: &Call) -> Reply {
    if !server.has(Fault::StartsTwoExportsInParallel) {
        return guard(|| control::perform(server, call, control::Operation::MoveJob));
    }
    control::check_token(server, call)?;
    let idle = control::jobs::is_idle(server, call)?;
    pause().await;
    control::jobs::move_beside(server, call, idle)
}

/// The name of an export that is only half there.
pub(crate) fn half_export(id: u64) -> String {
    format!("half of export {id}")
}

/// The name of an app that is only half there.
pub(crate) fn half_app(id: u64) -> String {
    format!("half of app {id}")
}

/// The name of something that is done in the account of the client.
fn in_account(entry: &Entry<'_>, what: &str) -> Result<String, Refusal> {
    let waived = Entry { waived: true, ..entry.clone() };
    waived.enter(|_, account| Ok(format!("{what} in {}", account.id)))
}

fn crash() -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the server made a mistake")
}

/// Waits until nobody else does what has this name, and begins it.
async fn take_turn<'a>(entry: &Entry<'a>, name: &str) -> Flight<'a> {
    wait_for(entry, name).await;
    entry.server.crossing.begin(name)
}

/// Waits until nobody does what has this name; tells whether somebody did.
async fn wait_for(entry: &Entry<'_>, name: &str) -> bool {
    let mut waited = false;
    while entry.server.crossing.is_under_way(name) {
        waited = true;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    waited
}

/// What is done if it is dropped before anybody disarms it, which is to say, if the client goes.
struct OnCut<F: FnMut()> {
    act: F,
    armed: bool,
}

impl<F: FnMut()> OnCut<F> {
    fn new(act: F) -> Self {
        Self { act, armed: true }
    }

    /// Leaves the client time to go away.
    async fn pause(mut self) {
        tokio::time::sleep(CUT_GAP).await;
        self.armed = false;
    }
}

impl<F: FnMut()> Drop for OnCut<F> {
    fn drop(&mut self) {
        if self.armed {
            (self.act)();
        }
    }
}
