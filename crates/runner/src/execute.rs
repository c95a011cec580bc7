//! Executes a program: mints its accounts, makes its transitions one after the other, judges each
//! exchange and takes in what it teaches, and removes what it minted.

mod files;
mod jobs;
mod lists;
mod lost;
mod parallel;

use std::collections::BTreeMap;

use check::{Observations, Seen};
use model::render;
use model::state::{Millis, Moment};
use model::transition::Credential;
use model::{Program, Transition, apply};
use spec::wire::{Exchange, Request, Response};

use self::lists::{TokenUse, WalkAsked};
use crate::control::ControlError;
use crate::provision::{self, Lane};
use crate::secret::Redactor;
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
    /// What the target was seen to choose where the documents leave it the choice.
    pub choices: BTreeMap<String, &'static str>,
    redactor: Redactor,
}

/// A public exchange as it took place. What was sent and what came is sealed: it can only be had
/// redacted ([`Outcome::redacted`]), and most exchanges are never looked at again.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The step of the program.
    pub step: usize,
    /// Who sent, as the program says it.
    pub by: Credential,
    /// Which of several clients at once sent it.
    pub branch: Option<usize>,
    /// The status of the response; 0 where there was none.
    pub status: u16,
    sealed: Sealed,
}

#[derive(Clone)]
struct Sealed(Exchange);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[sealed]")
    }
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
    /// The exchanges without any secret: those that were minted, and those that the target showed.
    pub fn redacted(&self) -> Vec<Exchange> {
        let all = || self.exchanges.iter().map(|one| &one.sealed.0);
        for exchange in all() {
            if let Some(json) = &exchange.response.json {
                self.redactor.learn_from_json(json);
            }
        }
        all().map(|exchange| self.redactor.redact_exchange(exchange)).collect()
    }

    /// The exchanges, as positions, that a counterexample of so many shows: of the looks at a job
    /// that is waited for only the last one.
    pub fn told(&self, program: &Program, upto: usize) -> Vec<usize> {
        let waits = |at: usize| {
            let step = self.exchanges.get(at).and_then(|one| program.steps.get(one.step));
            matches!(step, Some(Transition::AwaitExport { .. } | Transition::AwaitLog { .. }))
        };
        let same = |at: usize| {
            at + 1 < upto
                && self.exchanges.get(at + 1).map(|one| one.step)
                    == self.exchanges.get(at).map(|one| one.step)
        };
        (0..upto.min(self.exchanges.len())).filter(|at| !(waits(*at) && same(*at))).collect()
    }

    /// The first message with which a requirement is broken, and the exchange it came at.
    pub fn broken(&self, requirement: &str) -> Option<(usize, &str)> {
        self.observations.iter().find_map(|(at, one)| match &one.outcome {
            check::Outcome::Broken(message) if one.requirement == requirement => {
                Some((*at, message.as_str()))
            }
            _ => None,
        })
    }

    /// The requirement that was broken where the program was broken off, the exchange it came at,
    /// and what happened.
    pub fn broken_off(&self) -> Option<(&'static str, usize, String)> {
        let last = self.exchanges.len().saturating_sub(1);
        match self.trouble.as_ref()? {
            Trouble::Unanswered { asked, error, .. } => {
                let message = format!("{asked} got no complete answer: failed to {error}");
                Some(("http-request-answered", last, message))
            }
            Trouble::Control(message) => Some(("control-contract", last, message.clone())),
            Trouble::Unreachable(_) => None,
        }
    }

    /// Whether and how a requirement is broken, in an exchange or where the program was broken off.
    pub fn breaks(&self, requirement: &str) -> Option<(usize, String)> {
        let judged = self.broken(requirement).map(|(at, message)| (at, message.to_owned()));
        judged.or_else(|| {
            let (slug, at, message) = self.broken_off()?;
            (slug == requirement).then_some((at, message))
        })
    }
}

/// Runs a program on accounts of its own and tears them down again.
pub async fn execute(suite: &Suite, program: &Program) -> Outcome {
    let mut run = Run {
        suite,
        lane: Lane::default(),
        outcome: Outcome::default(),
        step: 0,
        anchors: BTreeMap::new(),
        untracked: Vec::new(),
        lost_track: false,
    };
    match provision::provision(suite, program).await {
        Ok(lane) => {
            run.outcome.redactor = lane.redactor.clone();
            run.lane = lane;
        }
        Err(trouble) => {
            run.outcome.trouble = Some(trouble);
            return run.outcome;
        }
    }
    let made = std::mem::take(&mut run.lane.observations);
    run.keep(made);
    let shared = run.lane.state.accounts.iter().any(|account| !account.exclusive);
    let nonce = shared.then(|| suite.nonce());
    for (index, step) in program.steps.iter().enumerate() {
        if run.lost_track {
            break;
        }
        run.step = index;
        let own = nonce.map(|nonce| step.made_own(nonce));
        if let Err(trouble) = run.step(own.as_ref().unwrap_or(step)).await {
            run.outcome.trouble = Some(trouble);
            break;
        }
    }
    provision::tear_down(suite, &run.lane).await;
    run.outcome.choices = std::mem::take(&mut run.lane.state.choices);
    twins::demote(program, &mut run.outcome);
    run.outcome
}

struct Run<'a> {
    suite: &'a Suite,
    lane: Lane,
    outcome: Outcome,
    step: usize,
    /// By account, what its log windows are relative to.
    anchors: BTreeMap<usize, Millis>,
    /// Ids of unfinished exports that generated requests made: account and id.
    untracked: Vec<(usize, String)>,
    /// Whether nothing more can be said of what the accounts hold.
    lost_track: bool,
}

impl Run<'_> {
    async fn step(&mut self, step: &Transition) -> Result<(), Trouble> {
        match step.narrowed().filter(|_| self.suite.seen.core_log_states.get()) {
            Some(Some(narrowed)) => self.take(&narrowed).await,
            Some(None) => Ok(()),
            None => self.take(step).await,
        }
    }

    async fn take(&mut self, step: &Transition) -> Result<(), Trouble> {
        match step {
            Transition::AdvanceClock { account, seconds } => self.advance(*account, *seconds).await,
            Transition::AdvanceToUrlExpiry { log, seconds } => {
                self.advance_to_expiry(*log, *seconds).await
            }
            Transition::MoveExport { export, to } => self.move_export(*export, *to).await,
            Transition::MoveLog { log, to } => self.move_log(*log, *to).await,
            Transition::IssueKey { key } => self.issue(*key).await,
            Transition::RevokeKey { key } => self.revoke(*key).await,
            Transition::FetchLogFile { log } => self.fetch(*log).await,
            Transition::Walk { by, list, max_results, between } => {
                let asked = WalkAsked { by, list, max_results: *max_results, between };
                self.walk(step, &asked).await
            }
            Transition::ForeignToken { owner, by, list, used_for, tamper } => {
                let uses = TokenUse { owner, by, list, used_for, tamper: *tamper };
                self.foreign_token(step, &uses).await
            }
            Transition::Lost { cut, step } => self.lose(*cut, step).await,
            Transition::Parallel { branches } => self.parallel(branches).await,
            Transition::AwaitExport { .. } | Transition::AwaitLog { .. } => self.wait(step).await,
            Transition::CreateLogUrl { log, .. } => self.renew(step, *log).await,
            Transition::Raw { case, .. } if !render::is_bound(&self.lane.state, case) => Ok(()),
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
        let now = self.anchor(account);
        let Some(request) = render::request(&self.lane.state, &self.suite.place, step, now) else {
            return Ok(Response::default());
        };
        let operation = step.operation().unwrap_or("").to_owned();
        let (response, moment) = self.send_step(step, &request, &by).await?;
        if let Some(Some(narrowed)) = self.refused_for_states(step, &response) {
            return Box::pin(self.call(&narrowed)).await;
        }
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

    /// A list that is refused for states that a target need not take is asked for again
    /// without them, now and from now on.
    fn refused_for_states(
        &self,
        step: &Transition,
        response: &Response,
    ) -> Option<Option<Transition>> {
        let narrowed = step.narrowed().filter(|_| response.status == 400)?;
        self.suite.seen.core_log_states.set(true);
        Some(narrowed)
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
        let authorization = authorization.as_deref();
        let (transport, base) = (&self.suite.transport, &self.suite.account);
        let sent = self.suite.now();
        let answer = transport.send_patiently(base, request, authorization).await;
        let (answer, throttled) = match answer {
            Ok(patient) => (Ok(patient.response), patient.throttled),
            Err(error) => (Err(error), Vec::new()),
        };
        let mut out = Observations::default();
        for early in &throttled {
            check::exchange::envelope(operation, early, &mut out);
        }
        self.keep(out);
        self.answered(request, by, sent, answer)
    }

    /// The same without waiting.
    async fn send_once(
        &mut self,
        request: &Request,
        by: &Credential,
    ) -> Result<(Response, Moment), Trouble> {
        let authorization = self.lane.authorization(by);
        let (transport, base) = (&self.suite.transport, &self.suite.account);
        let sent = self.suite.now();
        let answer = transport.send(base, request, authorization.as_deref()).await;
        self.answered(request, by, sent, answer)
    }

    fn answered(
        &mut self,
        request: &Request,
        by: &Credential,
        sent: Millis,
        answer: Result<Response, TransportError>,
    ) -> Result<(Response, Moment), Trouble> {
        self.suite.count();
        let received = self.suite.now();
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                let asked = format!("{} {}", request.method, request.path);
                self.record(request, by, &Response::default());
                return Err(Trouble::Unanswered { step: self.step, asked, error });
            }
        };
        self.record(request, by, &response);
        let mut out = Observations::default();
        out.holds("http-request-answered");
        self.keep(out);
        Ok((response, Moment { sent, received }))
    }

    fn record(&mut self, request: &Request, by: &Credential, response: &Response) {
        self.record_of(None, request, by, response);
    }

    fn record_of(
        &mut self,
        branch: Option<usize>,
        request: &Request,
        by: &Credential,
        response: &Response,
    ) {
        let exchange = Exchange { request: request.clone(), response: response.clone() };
        self.outcome.exchanges.push(Recorded {
            step: self.step,
            by: by.clone(),
            branch,
            status: response.status,
            sealed: Sealed(exchange),
        });
    }

    fn keep(&mut self, out: Observations) {
        let at = self.outcome.exchanges.len().saturating_sub(1);
        self.outcome.observations.extend(out.list.into_iter().map(|one| (at, one)));
    }

    fn account_of(&self, by: &Credential) -> usize {
        apply::account_meant(&self.lane.state, by)
    }

    /// What log windows are relative to: the account's clock when it was first needed, so that a
    /// request that is repeated later is the same request.
    fn anchor(&mut self, account: usize) -> Millis {
        let now = self.account_now(account);
        *self.anchors.entry(account).or_insert(now)
    }

    /// The account's clock as well as it is known: the middle of what it can show.
    fn account_now(&self, account: usize) -> Millis {
        let now = self.suite.now();
        let (low, high) =
            self.lane.state.account_time(account, Moment { sent: now, received: now });
        low + (high - low) / 2
    }
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
