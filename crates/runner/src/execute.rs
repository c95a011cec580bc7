//! Executes a program: mints its accounts, makes its transitions one after the other, judges each
//! exchange and takes in what it teaches, and removes what it minted.

use std::time::Duration;

use check::{Observations, Seen, files, logs};
use model::render::{self, Page};
use model::state::{Millis, Moment};
use model::transition::{Credential, ExportState, FirstPage, Handle, Listing, LogState, RawExpect};
use model::{Program, Transition, apply};
use serde_json::Value;
use spec::wire::{Exchange, Request, Response};

use crate::control::{ControlError, JobKind, StateInfo};
use crate::gzip;
use crate::provision::{self, Lane};
use crate::suite::Suite;
use crate::transport::TransportError;
use crate::twins;

/// The longest walk that is followed before it counts as endless.
const WALK_BOUND: usize = 60;

/// The largest log file that is fetched.
const FILE_BYTES_MAX: usize = 16 << 20;

/// What came of a program.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The public exchanges, with the step that each belongs to.
    pub exchanges: Vec<Recorded>,
    /// The judgements, with the exchange (by position) that each was made at.
    pub observations: Vec<(usize, check::Observation)>,
    /// Why the program was not finished.
    pub trouble: Option<Trouble>,
}

/// A public exchange as it took place.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The step of the program.
    pub step: usize,
    /// Who sent, as the program says it.
    pub by: Credential,
    /// What was sent and what came.
    pub exchange: Exchange,
}

/// Why a program stopped early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The target gave no complete answer to a public request.
    Unanswered {
        /// The step.
        step: usize,
        /// What was asked, without secrets: method and path.
        asked: String,
        /// What happened instead.
        error: TransportError,
    },
    /// The control API did not do what its contract says.
    Control(String),
    /// The target could not be reached at all.
    Unreachable(String),
}

impl Outcome {
    /// The first message with which a requirement is broken, and the exchange it came at.
    pub fn broken(&self, requirement: &str) -> Option<(usize, &str)> {
        self.observations.iter().find_map(|(at, one)| match &one.outcome {
            check::Outcome::Broken(message) if one.requirement == requirement => {
                Some((*at, message.as_str()))
            }
            _ => None,
        })
    }

    /// The slugs that are broken, in the order met, each once.
    pub fn broken_requirements(&self) -> Vec<String> {
        let mut slugs: Vec<String> = Vec::new();
        for (_, one) in &self.observations {
            if matches!(one.outcome, check::Outcome::Broken(_))
                && !slugs.iter().any(|slug| *slug == one.requirement)
            {
                slugs.push(one.requirement.to_string());
            }
        }
        slugs
    }
}

/// Runs a program on accounts of its own and tears them down again.
pub async fn execute(suite: &Suite, program: &Program) -> Outcome {
    let mut run = Run {
        suite,
        lane: Lane::default(),
        outcome: Outcome::default(),
        step: 0,
        untracked: Vec::new(),
    };
    match provision::provision(suite, program).await {
        Ok(lane) => run.lane = lane,
        Err(trouble) => {
            run.outcome.trouble = Some(trouble);
            return run.outcome;
        }
    }
    let made = std::mem::take(&mut run.lane.observations);
    run.keep(made);
    for (index, step) in program.steps.iter().enumerate() {
        run.step = index;
        if let Err(trouble) = run.step(step).await {
            run.outcome.trouble = Some(trouble);
            break;
        }
    }
    provision::tear_down(suite, &run.lane).await;
    twins::demote(program, &mut run.outcome);
    run.outcome
}

struct Run<'a> {
    suite: &'a Suite,
    lane: Lane,
    outcome: Outcome,
    step: usize,
    /// Ids of unfinished exports that generated requests made: account and id.
    untracked: Vec<(usize, String)>,
}

impl Run<'_> {
    async fn step(&mut self, step: &Transition) -> Result<(), Trouble> {
        match step {
            Transition::AdvanceClock { account, seconds } => self.advance(*account, *seconds).await,
            Transition::MoveExport { export, to } => self.move_export(*export, *to).await,
            Transition::MoveLog { log, to } => self.move_log(*log, *to).await,
            Transition::RevokeKey { key } => self.revoke(*key).await,
            Transition::FetchLogFile { log } => self.fetch(*log).await,
            Transition::Walk { by, list, max_results } => {
                self.walk(step, by, list, *max_results).await
            }
            Transition::ForeignToken { owner, by, list, used_for, tampered } => {
                let uses = TokenUse { owner, by, list, used_for, tampered: *tampered };
                self.foreign_token(step, &uses).await
            }
            Transition::AwaitExport { .. } | Transition::AwaitLog { .. } => self.wait(step).await,
            Transition::CreateLogUrl { log, .. } => self.renew(step, *log).await,
            Transition::CreateExport { .. }
            | Transition::GetExport { .. }
            | Transition::ListPage { .. }
            | Transition::RequestLogs { .. }
            | Transition::GetLog { .. }
            | Transition::DeleteApp { .. }
            | Transition::Raw { .. } => self.call(step).await.map(drop),
        }
    }

    /// One public call, judged and taken in.
    async fn call(&mut self, step: &Transition) -> Result<Response, Trouble> {
        let by = step.by().cloned().unwrap_or(Credential::Missing);
        let account = self.account_of(&by);
        let now = self.account_now(account);
        let Some(request) = render::request(&self.lane.state, &self.suite.place, step, now) else {
            return Ok(Response::default());
        };
        let operation = step.operation().unwrap_or("").to_owned();
        let (response, moment) = self.send_step(step, &request, &by).await?;
        let mut out = Observations::default();
        let policy = self.suite.policy.borrow().clone();
        let seen = Seen {
            state: &self.lane.state,
            step,
            by: &by,
            operation: &operation,
            request: &request,
            response: &response,
            moment,
            now,
            policy: &policy,
        };
        check::judge(&seen, &self.suite.documented, &mut out);
        self.keep(out);
        if operation == "createLogUrl" && response.is_success() {
            self.suite.policy.borrow_mut().log_url_declared = true;
        }
        apply::answer(&mut self.lane.state, step, &response, moment, now);
        self.note_untracked(step, account, &response);
        self.settle_url(step, &response).await?;
        Ok(response)
    }

    /// Sends the request of a step. A target may refuse a second export while one is unfinished
    /// (C-30): then the unfinished ones are brought to their end, and it is sent again.
    async fn send_step(
        &mut self,
        step: &Transition,
        request: &Request,
        by: &Credential,
    ) -> Result<(Response, Moment), Trouble> {
        let operation = step.operation().unwrap_or("").to_owned();
        let unfinished = match operation.as_str() {
            "createExport" => self.unfinished_exports(by),
            _ => Vec::new(),
        };
        let any = !unfinished.is_empty() || !self.untracked.is_empty();
        if !any || !self.suite.one_at_a_time.get() {
            let (response, moment) = self.send(request, by, &operation).await?;
            let busy = matches!(response.status, 400 | 403 | 409 | 429);
            if !any || !busy || !self.must_be_accepted(step) {
                return Ok((response, moment));
            }
        }
        for export in unfinished {
            self.move_export(export, ExportState::InProgress).await?;
            self.move_export(export, ExportState::Complete).await?;
        }
        self.finish_untracked().await?;
        let (response, moment) = self.send(request, by, &operation).await?;
        if response.is_success() {
            self.suite.one_at_a_time.set(true);
        }
        Ok((response, moment))
    }

    /// Whether nothing but other exports can be the reason why a creation is refused.
    fn must_be_accepted(&self, step: &Transition) -> bool {
        match step {
            Transition::CreateExport { by, body, .. } => {
                let account = self.account_of(by);
                matches!(by, Credential::Key(_))
                    && self.lane.state.has_database(account, &body.database)
            }
            Transition::Raw { case, .. } => matches!(case.expect, RawExpect::Accepted { .. }),
            _ => false,
        }
    }

    /// Brings exports that generated requests made to their end.
    async fn finish_untracked(&mut self) -> Result<(), Trouble> {
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
    async fn settle_url(&mut self, step: &Transition, response: &Response) -> Result<(), Trouble> {
        let Transition::Raw { case, .. } = step else { return Ok(()) };
        let state = response.json.as_ref().and_then(|body| body.get("state"));
        if case.operation == "createLogUrl"
            && state.and_then(Value::as_str) == Some(LogState::CreatingNewUrl.as_str())
        {
            self.move_log(0, LogState::Complete).await?;
        }
        Ok(())
    }

    fn note_untracked(&mut self, step: &Transition, account: usize, response: &Response) {
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

    fn unfinished_exports(&self, by: &Credential) -> Vec<Handle> {
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

    /// Sends one public request and records the exchange. Refusals for haste (429) are waited
    /// out, and only their envelope is judged.
    async fn send(
        &mut self,
        request: &Request,
        by: &Credential,
        operation: &str,
    ) -> Result<(Response, Moment), Trouble> {
        let authorization = self.lane.authorization(by);
        self.suite.count();
        let sent = self.suite.now();
        let result = self
            .suite
            .transport
            .send_patiently(&self.suite.account, request, authorization.as_deref())
            .await;
        let received = self.suite.now();
        let patient = match result {
            Ok(patient) => patient,
            Err(error) => {
                let asked = format!("{} {}", request.method, request.path);
                self.record(request, by, &Response::default());
                return Err(Trouble::Unanswered { step: self.step, asked, error });
            }
        };
        self.record(request, by, &patient.response);
        let mut out = Observations::default();
        out.holds("http-request-answered");
        for early in &patient.throttled {
            check::exchange::envelope(operation, early, &mut out);
        }
        self.keep(out);
        Ok((patient.response, Moment { sent, received }))
    }

    /// Redacts at capture: nothing unredacted outlives the judging.
    fn record(&mut self, request: &Request, by: &Credential, response: &Response) {
        if let Some(json) = &response.json {
            self.lane.redactor.learn_from_json(json);
        }
        self.outcome.exchanges.push(Recorded {
            step: self.step,
            by: by.clone(),
            exchange: Exchange {
                request: self.lane.redactor.redact_request(request),
                response: self.lane.redactor.redact_response(response),
            },
        });
    }

    fn keep(&mut self, out: Observations) {
        let at = self.outcome.exchanges.len().saturating_sub(1);
        self.outcome.observations.extend(out.list.into_iter().map(|one| (at, one)));
    }

    fn account_of(&self, by: &Credential) -> usize {
        match by {
            Credential::Key(key)
            | Credential::OtherScheme(_, key)
            | Credential::Bare(key)
            | Credential::Truncated(key)
            | Credential::Extended(key) => self.lane.state.account_of(*key),
            Credential::DatabaseSecret(account) => *account,
            Credential::Missing
            | Credential::Empty
            | Credential::BearerOnly
            | Credential::Garbage => 0,
        }
    }

    /// The account's clock as well as it is known: the middle of what it can show.
    fn account_now(&self, account: usize) -> Millis {
        let now = self.suite.now();
        let (low, high) =
            self.lane.state.account_time(account, Moment { sent: now, received: now });
        low + (high - low) / 2
    }

    async fn advance(&mut self, account: usize, seconds: u64) -> Result<(), Trouble> {
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

    async fn move_export(&mut self, export: Handle, to: ExportState) -> Result<(), Trouble> {
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
        let moved =
            control.move_job(&account, JobKind::Export, &id, to.as_str(), info.as_ref()).await;
        let shown = self.moved(moved, legal && !busy, to.as_str())?;
        if shown.is_some() {
            apply::export_moved(&mut self.lane.state, export, to);
        }
        Ok(())
    }

    async fn move_log(&mut self, log: Handle, to: LogState) -> Result<(), Trouble> {
        let Some(control) = &self.suite.control else { return Ok(()) };
        let Some(known) = self.lane.state.logs.get(&log) else { return Ok(()) };
        let from_start =
            known.states.iter().all(|s| matches!(s, LogState::Requested | LogState::Pending));
        let from_url = known.states.contains(&LogState::CreatingNewUrl);
        let legal = (from_start && to != LogState::Requested)
            || (from_url && matches!(to, LogState::Complete | LogState::Failed));
        let account = self.lane.state.accounts[known.account].id.clone();
        let id = known.id.clone();
        let moved = control.move_job(&account, JobKind::LogRequest, &id, to.as_str(), None).await;
        // A URL that is being made may be done by itself in the meantime, so that either answer to
        // the move is right.
        let legal = legal || from_url && moved.is_ok();
        if from_url && matches!(moved, Err(ControlError::Illegal { .. })) {
            return Ok(());
        }
        let shown = self.moved(moved, legal, to.as_str())?;
        if shown.is_some() {
            apply::log_moved(&mut self.lane.state, log, to);
        }
        Ok(())
    }

    /// Judges the answer to a job move; gives back the job as it was shown.
    fn moved(
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

    async fn revoke(&mut self, key: usize) -> Result<(), Trouble> {
        let Some(control) = &self.suite.control else { return Ok(()) };
        let account = self.lane.state.account_of(key);
        let account = self.lane.state.accounts[account].id.clone();
        let id = self.lane.state.keys[key].id.clone();
        control.revoke_key(&account, &id).await.map_err(control_trouble)?;
        self.lane.state.keys[key].revoked = true;
        Ok(())
    }

    async fn walk(
        &mut self,
        step: &Transition,
        by: &Credential,
        list: &Listing,
        max_results: Option<u32>,
    ) -> Result<(), Trouble> {
        let account = self.account_of(by);
        let mut page = Page::First(FirstPage::Absent);
        let mut walked = check::paging::Walked {
            items: Vec::new(),
            pages: 0,
            ended: false,
            stopped: false,
            list,
            max_results,
        };
        let mut known = None;
        while walked.pages < WALK_BOUND && !walked.ended && !walked.stopped {
            let request = render::page_request(list, max_results, &page);
            let (response, moment) = self.send(&request, by, list.operation()).await?;
            walked.pages += 1;
            let mut out = Observations::default();
            let policy = self.suite.policy.borrow().clone();
            let seen = Seen {
                state: &self.lane.state,
                step,
                by,
                operation: list.operation(),
                request: &request,
                response: &response,
                moment,
                now: moment.sent,
                policy: &policy,
            };
            known.get_or_insert_with(|| check::paging::known(&seen, account, list));
            let asked = check::paging::Page {
                list,
                max_results,
                first: page == Page::First(FirstPage::Absent),
            };
            walked.stopped =
                !check::judge::page_of_walk(&seen, &self.suite.documented, &asked, &mut out);
            self.keep(out);
            apply::listed(&mut self.lane.state, account, list, &response);
            walked
                .items
                .extend(check::paging::items(list, &response).into_iter().flatten().cloned());
            match check::paging::next_token(list, &response) {
                // Items that come again prove enough: such a walk need not be followed further.
                Some(_) if walked.repeats() => break,
                Some(token) => page = Page::After(token),
                None => walked.ended = true,
            }
        }
        let mut out = Observations::default();
        check::paging::judge_walk(&known.unwrap_or_default(), &walked, &mut out);
        self.keep(out);
        Ok(())
    }

    async fn foreign_token(
        &mut self,
        step: &Transition,
        uses: &TokenUse<'_>,
    ) -> Result<(), Trouble> {
        let first = render::page_request(uses.list, Some(1), &Page::First(FirstPage::Absent));
        let (response, _) = self.send(&first, uses.owner, uses.list.operation()).await?;
        let Some(mut token) = check::paging::next_token(uses.list, &response) else {
            return Ok(());
        };
        if uses.tampered {
            token = tamper(&token);
        }
        let request = render::page_request(uses.used_for, Some(1), &Page::After(token));
        let (response, moment) = self.send(&request, uses.by, uses.used_for.operation()).await?;
        let mut out = Observations::default();
        let policy = self.suite.policy.borrow().clone();
        let seen = Seen {
            state: &self.lane.state,
            step,
            by: uses.by,
            operation: uses.used_for.operation(),
            request: &request,
            response: &response,
            moment,
            now: moment.sent,
            policy: &policy,
        };
        let account = self.account_of(uses.by);
        check::paging::judge_foreign_token(&seen, account, uses.used_for, &mut out);
        self.keep(out);
        Ok(())
    }

    /// Polls until the job is terminal. The bound is about liveness and never breaks anything.
    async fn wait(&mut self, step: &Transition) -> Result<(), Trouble> {
        let deadline = self.suite.now() + self.suite.settle_millis();
        let mut pause = Duration::from_millis(2);
        loop {
            self.call(step).await?;
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
                out.unknown(row, "the job was not terminal within the settle bound");
                self.keep(out);
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    /// Asks for a new file URL, and looks at what the request shows afterwards.
    async fn renew(&mut self, step: &Transition, log: Handle) -> Result<(), Trouble> {
        let before = self.lane.state.logs.get(&log).cloned();
        let complete = before.as_ref().is_some_and(|log| log.states.contains(&LogState::Complete));
        let response = self.call(step).await?;
        let (Some(before), Some(by)) = (before, step.by()) else { return Ok(()) };
        if !complete || !response.is_success() || before.url.is_none() {
            return Ok(());
        }
        let get = Transition::GetLog { by: by.clone(), log };
        let deadline = self.suite.now() + self.suite.settle_millis();
        let shown = loop {
            let shown = self.call(&get).await?;
            let state = shown.json.as_ref().and_then(|body| body.get("state"));
            let making = state.and_then(Value::as_str) == Some(LogState::CreatingNewUrl.as_str());
            if !making {
                break shown;
            }
            if self.lane.state.is_manual(before.account) {
                self.move_log(log, LogState::Complete).await?;
            } else if self.suite.now() > deadline {
                return Ok(());
            } else {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let Some(body) = &shown.json else { return Ok(()) };
        let moment = Moment { sent: self.suite.now(), received: self.suite.now() };
        let now = self.lane.state.account_time(before.account, moment).0;
        let expiry = before.url.as_ref().and_then(|url| url.expires_at);
        let expired = expiry.is_some_and(|expiry| now >= expiry);
        let mut out = Observations::default();
        logs::judge_renewal(&before, body, expired, &mut out);
        self.keep(out);
        Ok(())
    }

    async fn fetch(&mut self, log: Handle) -> Result<(), Trouble> {
        let Some(known) = self.lane.state.logs.get(&log) else { return Ok(()) };
        let Some(url) = known.url.clone() else { return Ok(()) };
        let (window, account) = (known.window, known.account);
        self.suite.count();
        let sent = self.suite.now();
        let result = self.suite.transport.fetch(&url.url, FILE_BYTES_MAX).await;
        let moment = Moment { sent, received: self.suite.now() };
        let path = url.url.split('?').next().unwrap_or("").to_owned();
        let request = Request::new("GET", path);
        let response = match result {
            Ok(response) => response,
            Err(error) => {
                self.record(&request, &Credential::Missing, &Response::default());
                let mut out = Observations::default();
                out.broken(
                    "logs-file-is-gzip",
                    format!("the presigned URL cannot be fetched: {error}"),
                );
                self.keep(out);
                return Ok(());
            }
        };
        let (low, high) = self.lane.state.account_time(account, moment);
        let slack = self.lane.state.slack;
        let expired = url.expires_at.and_then(|expiry| {
            if low - slack >= expiry {
                Some(true)
            } else {
                (high + slack < expiry).then_some(false)
            }
        });
        let lines = gzip::lines(&response.body);
        let mut out = Observations::default();
        let fetched = files::Fetched { expired, window };
        let lines = lines.as_deref().map_err(String::as_str);
        files::judge(fetched, &response, lines, &mut out);
        self.record(&request, &Credential::Missing, &response);
        self.keep(out);
        Ok(())
    }
}

struct TokenUse<'a> {
    owner: &'a Credential,
    by: &'a Credential,
    list: &'a Listing,
    used_for: &'a Listing,
    tampered: bool,
}

/// The token with a letter or digit in its middle replaced by another.
fn tamper(token: &str) -> String {
    let mut letters: Vec<char> = token.chars().collect();
    let middle = letters.len() / 2;
    if let Some(letter) = letters.get_mut(middle) {
        *letter = if *letter == 'A' { 'B' } else { 'A' };
    }
    letters.into_iter().collect()
}

/// What a failure of the control API means for the program.
pub fn control_trouble(error: ControlError) -> Trouble {
    match error {
        ControlError::Transport { source: source @ TransportError::Connect { .. }, .. } => {
            Trouble::Unreachable(format!("failed to {source}"))
        }
        other => Trouble::Control(other.to_string()),
    }
}
