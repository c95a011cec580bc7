//! Clocks, keys and jobs: what the control API moves, what moves by itself, and targets that take
//! one export at a time.

use std::time::Duration;

use check::Observations;
use model::state::{Millis, Moment};
use model::transition::{
    Credential, ExportFilter, ExportState, FirstPage, Handle, Listing, LogState, RawExpect,
};
use model::{Jobs, Transition, apply, render};
use serde_json::Value;
use spec::wire::{Request, Response};

use super::{Run, Trouble, control_trouble};
use crate::control::{ControlError, JobKind, StateInfo};
use crate::provision;

impl Run<'_> {
    /// Sends the request of a step. A target may refuse a second export while one is unfinished
    /// (C-30): then the unfinished ones are brought to their end, and it is sent again.
    pub(super) async fn send_step(
        &mut self,
        step: &Transition,
        request: &Request,
        by: &Credential,
    ) -> Result<(Response, Moment), Trouble> {
        let operation = step.operation().unwrap_or("").to_owned();
        if self.is_retry(step) {
            return self.send_retry(request, by, &operation).await;
        }
        let unfinished = match operation.as_str() {
            "createExport" => self.unfinished_exports(by),
            _ => Vec::new(),
        };
        let account = self.account_of(by);
        let lost = self.lane.state.open_losses(account, "createExport").next().is_some();
        let any = !unfinished.is_empty() || !self.untracked.is_empty() || lost;
        if !any || operation != "createExport" {
            return self.send(request, by, &operation).await;
        }
        if !self.suite.seen.one_at_a_time.get() {
            // A 429 that does not say how long to wait may be meant for ever.
            let (mut response, mut moment) = self.send_once(request, by).await?;
            if response.status == 429 {
                // Whoever limits the rate at random lets the next one pass.
                (response, moment) = self.send_once(request, by).await?;
            }
            let busy = matches!(response.status, 400 | 403 | 409 | 429);
            if !busy || !self.must_be_accepted(step) {
                return Ok((response, moment));
            }
        }
        self.finish_exports(by, lost).await?;
        let (response, moment) = self.send_once(request, by).await?;
        if response.status == 429 {
            return self.send(request, by, &operation).await;
        }
        if response.is_success() {
            self.suite.seen.one_at_a_time.set(true);
        }
        Ok((response, moment))
    }

    /// Brings all unfinished exports of an account to their end. What a creation made whose answer
    /// was lost must be found first.
    pub(super) async fn finish_exports(
        &mut self,
        by: &Credential,
        lost: bool,
    ) -> Result<(), Trouble> {
        if lost {
            let look = Transition::ListPage {
                by: by.clone(),
                list: Listing::Exports(ExportFilter::default()),
                max_results: Some(100),
                first: FirstPage::Absent,
            };
            Box::pin(self.call(&look)).await?;
        }
        for export in self.unfinished_exports(by) {
            self.move_export(export, ExportState::InProgress).await?;
            self.move_export(export, ExportState::Complete).await?;
        }
        self.finish_untracked().await
    }

    /// Whether nothing but other exports can be the reason why a creation is refused.
    pub(super) fn must_be_accepted(&self, step: &Transition) -> bool {
        match step {
            Transition::CreateExport { by: by @ Credential::Key(_), body, .. } => {
                let account = self.account_of(by);
                self.is_new(step) && self.lane.state.has_database(account, &body.database)
            }
            Transition::Raw { case, .. } => matches!(case.expect, RawExpect::Accepted { .. }),
            _ => false,
        }
    }

    /// Brings exports that generated requests made to their end.
    pub(super) async fn finish_untracked(&mut self) -> Result<(), Trouble> {
        let Some(control) = &self.suite.control else { return Ok(()) };
        for (account, id) in std::mem::take(&mut self.untracked) {
            let account = self.lane.state.accounts[account].id.clone();
            for to in [ExportState::InProgress, ExportState::Complete] {
                let kind = JobKind::Export;
                match control.move_job(&account, kind, &id, to.as_str(), None).await {
                    Ok(_) | Err(ControlError::Illegal { .. } | ControlError::Unknown { .. }) => {}
                    Err(error) => return Err(control_trouble(error)),
                }
            }
        }
        Ok(())
    }

    /// A new URL may take a step of its own: the next generated request finds it made.
    pub(super) async fn settle_url(
        &mut self,
        step: &Transition,
        response: &Response,
    ) -> Result<(), Trouble> {
        let Transition::Raw { case, .. } = step else { return Ok(()) };
        let state = response.json.as_ref().and_then(|body| body.get("state"));
        if case.operation == "createLogUrl"
            && state.and_then(Value::as_str) == Some(LogState::CreatingNewUrl.as_str())
        {
            self.move_log(0, LogState::Complete).await?;
        }
        Ok(())
    }

    pub(super) fn note_untracked(
        &mut self,
        step: &Transition,
        account: usize,
        response: &Response,
    ) {
        let Transition::Raw { case, .. } = step else { return };
        if case.operation != "createExport" || !response.is_success() {
            return;
        }
        let id = response.json.as_ref().and_then(|body| body.pointer("/response/id"));
        if let Some(id) = id.and_then(render::id_text)
            && self.lane.state.is_manual(account)
        {
            self.untracked.push((account, id));
        }
    }

    pub(super) fn unfinished_exports(&self, by: &Credential) -> Vec<Handle> {
        let account = self.account_of(by);
        if !self.lane.state.is_manual(account) || !self.suite.offers(&["jobs"]) {
            return Vec::new();
        }
        let exports = self.lane.state.exports.iter();
        let mut open: Vec<(Handle, bool)> = exports
            .filter(|(_, export)| export.account == account)
            .filter(|(_, export)| export.states.iter().any(|state| !state.is_terminal()))
            .map(|(handle, export)| (*handle, export.states.contains(&ExportState::Pending)))
            .collect();
        // The one in progress first: no other may start before it has ended.
        open.sort_by_key(|(_, pending)| *pending);
        open.into_iter().map(|(handle, _)| handle).collect()
    }

    pub(super) async fn advance(&mut self, account: usize, seconds: u64) -> Result<(), Trouble> {
        let Some(control) = &self.suite.control else { return Ok(()) };
        let id = self.lane.state.accounts[account].id.clone();
        let before = self.account_now(account);
        let sent = self.suite.now();
        let now = control.advance_clock(&id, seconds).await.map_err(control_trouble)?;
        let moment = Moment { sent, received: self.suite.now() };
        let now = now.as_millisecond();
        self.lane.state.learn_clock(account, now, moment);
        let mut out = Observations::default();
        let due = before + Millis::try_from(seconds).unwrap_or(Millis::MAX / 4) * 1000;
        let slack = self.lane.state.slack + (moment.received - moment.sent) + 1000;
        out.expect("control-clock-moves", (now - due).abs() <= slack, || {
            format!("the clock was moved by {seconds} s and then showed another time")
        });
        self.keep(out);
        Ok(())
    }

    pub(super) async fn move_export(
        &mut self,
        export: Handle,
        to: ExportState,
    ) -> Result<(), Trouble> {
        let Some(control) = &self.suite.control else { return Ok(()) };
        let Some(known) = self.lane.state.exports.get(&export) else { return Ok(()) };
        if known.states.len() > 1 {
            return Ok(());
        }
        let legal = match to {
            ExportState::Pending => false,
            ExportState::InProgress => known.states.contains(&ExportState::Pending),
            ExportState::Complete => known.states.contains(&ExportState::InProgress),
            ExportState::Failed => known.states.iter().any(|state| !state.is_terminal()),
        };
        let busy = to == ExportState::InProgress
            && self.lane.state.exports.iter().any(|(handle, other)| {
                *handle != export
                    && other.account == known.account
                    && other.states.contains(&ExportState::InProgress)
            });
        let info = (to == ExportState::Failed).then(|| StateInfo {
            code: "configuration_error".to_owned(),
            message: "the bucket does not exist".to_owned(),
        });
        let account = self.lane.state.accounts[known.account].id.clone();
        let id = known.id.clone();
        let sent = self.suite.now();
        let moved =
            control.move_job(&account, JobKind::Export, &id, to.as_str(), info.as_ref()).await;
        let moment = Moment { sent, received: self.suite.now() };
        let shown = self.moved(moved, legal && !busy, to.as_str())?;
        if shown.is_some() {
            apply::export_moved(&mut self.lane.state, export, to, moment);
        }
        Ok(())
    }

    pub(super) async fn move_log(&mut self, log: Handle, to: LogState) -> Result<(), Trouble> {
        let Some(control) = &self.suite.control else { return Ok(()) };
        let Some(known) = self.lane.state.logs.get(&log) else { return Ok(()) };
        let from_start =
            known.states.iter().all(|s| matches!(s, LogState::Requested | LogState::Pending));
        let from_url = known.states.contains(&LogState::CreatingNewUrl);
        let legal = (from_start && to != LogState::Requested)
            || (from_url && matches!(to, LogState::Complete | LogState::Failed));
        let account = self.lane.state.accounts[known.account].id.clone();
        let id = known.id.clone();
        let sent = self.suite.now();
        let moved = control.move_job(&account, JobKind::LogRequest, &id, to.as_str(), None).await;
        let moment = Moment { sent, received: self.suite.now() };
        // A URL that is being made may be done by itself in the meantime, so that either answer to
        // the move is right.
        let legal = legal || from_url && moved.is_ok();
        if from_url && matches!(moved, Err(ControlError::Illegal { .. })) {
            return Ok(());
        }
        let shown = self.moved(moved, legal, to.as_str())?;
        if shown.is_some() {
            apply::log_moved(&mut self.lane.state, log, to, moment);
        }
        Ok(())
    }

    /// Judges the answer to a job move; gives back the job as it was shown.
    pub(super) fn moved(
        &mut self,
        moved: Result<Value, ControlError>,
        legal: bool,
        to: &str,
    ) -> Result<Option<Value>, Trouble> {
        let row = "control-jobs-legal-moves-only";
        let mut out = Observations::default();
        let shown = match moved {
            Ok(job) => {
                if legal {
                    out.accepts(row);
                    let state = job.get("state").and_then(Value::as_str).unwrap_or("none");
                    out.expect("control-contract", state == to, || {
                        format!("a job was moved to {to} and is shown in another state")
                    });
                } else {
                    out.broken(row, format!("an illegal move to {to} was carried out; 409 is due"));
                }
                Some(job)
            }
            Err(ControlError::Illegal { .. }) => {
                if legal {
                    out.broken(row, format!("a legal move to {to} was refused with 409"));
                } else {
                    out.refuses(row);
                }
                None
            }
            Err(error) => return Err(control_trouble(error)),
        };
        self.keep(out);
        Ok(shown)
    }

    /// Moves an account's clock to so many seconds after (or before) a file URL expires.
    pub(super) async fn advance_to_expiry(
        &mut self,
        log: Handle,
        seconds: i64,
    ) -> Result<(), Trouble> {
        let Some(known) = self.lane.state.logs.get(&log) else { return Ok(()) };
        let account = known.account;
        let Some(expiry) = known.url.as_ref().and_then(|url| url.expires_at) else {
            return Ok(());
        };
        let distance = expiry + seconds * 1000 - self.account_now(account);
        match u64::try_from(distance.div_euclid(1000)) {
            Ok(0) | Err(_) => Ok(()),
            Ok(seconds) => self.advance(account, seconds).await,
        }
    }

    /// Makes a key that was left for later.
    pub(super) async fn issue(&mut self, key: usize) -> Result<(), Trouble> {
        let Some(known) = self.lane.state.keys.get(key).filter(|key| !key.issued) else {
            return Ok(());
        };
        let setup = known.setup;
        provision::mint_key(self.suite, &mut self.lane, key, setup).await?;
        self.outcome.redactor = self.lane.redactor.clone();
        let made = std::mem::take(&mut self.lane.observations);
        self.keep(made);
        Ok(())
    }

    pub(super) async fn revoke(&mut self, key: usize) -> Result<(), Trouble> {
        let Some(control) = &self.suite.control else { return Ok(()) };
        let account = self.lane.state.account_of(key);
        let account = self.lane.state.accounts[account].id.clone();
        let known = &self.lane.state.keys[key];
        if known.revoked || !known.issued {
            return Ok(());
        }
        let id = known.id.clone();
        control.revoke_key(&account, &id).await.map_err(control_trouble)?;
        self.lane.state.keys[key].revoked = true;
        Ok(())
    }

    /// Polls until the job is terminal. The bound is about liveness and never breaks anything.
    pub(super) async fn wait(&mut self, step: &Transition) -> Result<(), Trouble> {
        let bound = match step {
            Transition::AwaitExport { export, .. } => self.lane.state.exports.contains_key(export),
            Transition::AwaitLog { log, .. } => self.lane.state.logs.contains_key(log),
            _ => false,
        };
        // A job that was never made has nothing to wait for, and proves nothing by not running.
        if !bound {
            return Ok(());
        }
        let deadline = self.suite.now() + self.suite.settle_millis();
        let mut pause = Duration::from_millis(2);
        loop {
            if !self.call(step).await?.is_success() {
                // Judged where it came; there is nothing to wait for.
                return Ok(());
            }
            let (terminal, row) = match step {
                Transition::AwaitExport { export, .. } => {
                    let export = self.lane.state.exports.get(export);
                    let done = |s: &ExportState| s.is_terminal();
                    (
                        export.is_none_or(|export| export.states.iter().all(done)),
                        "exports-create-asynchronous",
                    )
                }
                Transition::AwaitLog { log, .. } => {
                    let log = self.lane.state.logs.get(log);
                    let done = |s: &LogState| s.is_terminal();
                    (log.is_none_or(|log| log.states.iter().all(done)), "logs-request-asynchronous")
                }
                _ => (true, "exports-create-asynchronous"),
            };
            let mut out = Observations::default();
            if terminal {
                out.accepts(row);
                if let Transition::AwaitExport { export, .. } = step
                    && let Some(export) = self.lane.state.exports.get(export)
                {
                    check::exports::judge_outcome(export, &mut out);
                }
                self.keep(out);
                return Ok(());
            }
            if self.suite.now() > deadline {
                self.suite.seen.unsettled.set(true);
                let account = self.account_of(step.by().unwrap_or(&Credential::Missing));
                let owner = self.lane.state.accounts.get(account);
                let promised = owner.is_some_and(|one| {
                    one.exclusive && matches!(one.setup.jobs, Jobs::Auto(ms) if ms > 0)
                });
                let message = "the job was not terminal within the settle bound";
                // Where the control API promises that jobs move, this is a failure to; elsewhere
                // nothing says how long a job may take.
                if promised {
                    out.broken(row, message);
                } else {
                    out.unknown(row, message);
                }
                self.keep(out);
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }
}
