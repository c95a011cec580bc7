//! Several clients at once: each makes its transitions one after the other, all at the same time;
//! what they were answered is judged together.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use check::linearizable::Event;
use check::parallel::{self, History};
use check::{Observations, Seen};
use futures_util::future::join_all;
use model::access::{Access, access};
use model::render::{self, Page, id_text};
use model::replay::comparable;
use model::state::{Millis, Moment};
use model::transition::{Credential, ExportFilter, FirstPage, Listing, LogState, UrlBody};
use model::world::{Answer, Call, World};
use model::{State, Transition, apply};
use serde_json::Value;
use spec::wire::{Request, Response};

use super::{Run, Trouble, control_trouble};
use crate::control::{ControlError, JobKind, StateInfo};
use crate::provision::Lane;
use crate::suite::Suite;

/// The page size with which a whole list is asked for at once.
const WHOLE: u32 = 100;

/// How many pages of a closing look are followed.
const PAGES_MAX: usize = 20;

/// A version that was current, and what the requests that named it were answered: the status and
/// the version shown.
type Lock = (i64, Vec<(u16, Option<i64>)>);

/// A call as it was made.
struct Called {
    branch: usize,
    step: Transition,
    /// What the client knew when it sent.
    state: State,
    account: usize,
    begun: u64,
    ended: u64,
    moment: Moment,
    now: Millis,
    /// What was sent, and what came; a call of the control API has its answer alone.
    public: Option<(Request, Response)>,
    control: Option<Answer>,
}

/// One of the clients.
struct Client<'a> {
    suite: &'a Suite,
    lane: &'a Lane,
    branch: usize,
    state: State,
    clock: &'a Cell<u64>,
    anchors: &'a BTreeMap<usize, Millis>,
}

impl Run<'_> {
    pub(super) async fn parallel(&mut self, branches: &[Vec<Transition>]) -> Result<(), Trouble> {
        for account in 0..self.lane.state.accounts.len() {
            self.anchor(account);
        }
        let now = self.suite.now();
        let at = Moment { sent: now, received: now };
        let worlds: Vec<Option<World>> = (0..self.lane.state.accounts.len())
            .map(|account| World::of(&self.lane.state, account, at))
            .collect();
        let clock = Cell::new(0);
        let (calls, trouble) = self.run_clients(branches, &clock).await;
        let first = self.outcome.exchanges.len();
        for called in &calls {
            self.judge_call(called);
        }
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        if self.outcome.exchanges.len() == first {
            return Ok(());
        }
        self.judge_locks(&calls);
        for (account, world) in worlds.into_iter().enumerate() {
            let own: Vec<&Called> = calls.iter().filter(|one| one.account == account).collect();
            if !own.is_empty() {
                self.judge_account(account, world, &own, &clock).await?;
            }
        }
        Ok(())
    }

    async fn run_clients(
        &self,
        branches: &[Vec<Transition>],
        clock: &Cell<u64>,
    ) -> (Vec<Called>, Option<Trouble>) {
        let client = |branch| Client {
            suite: self.suite,
            lane: &self.lane,
            branch,
            state: self.lane.state.clone(),
            clock,
            anchors: &self.anchors,
        };
        let clients = branches.iter().enumerate();
        let done = join_all(clients.map(|(at, steps)| client(at).run(self.step, steps))).await;
        let mut calls = Vec::new();
        let mut trouble = None;
        for (own, failed) in done {
            calls.extend(own);
            trouble = trouble.or(failed);
        }
        (calls, trouble)
    }

    /// Records a call and judges it by itself.
    fn judge_call(&mut self, called: &Called) {
        let Some((request, response)) = &called.public else { return };
        let by = called.step.by().cloned().unwrap_or(Credential::Missing);
        self.record_of(Some(called.branch), request, &by, response);
        let mut out = Observations::default();
        out.holds("http-request-answered");
        let policy = self.suite.policy.borrow().clone();
        let seen = Seen {
            state: &called.state,
            step: &called.step,
            by: &by,
            operation: called.step.operation().unwrap_or(""),
            request,
            response,
            moment: called.moment,
            now: called.now,
            policy: &policy,
        };
        check::judge::call_of_parallel(&seen, &self.suite.documented, &mut out);
        self.keep(out);
    }

    /// Requests for new URLs of one log request that came with the version that was current.
    fn judge_locks(&mut self, calls: &[Called]) {
        let mut locks: BTreeMap<u32, Lock> = BTreeMap::new();
        for called in calls {
            let Transition::CreateLogUrl { log, body: UrlBody::CurrentVersion, .. } = &called.step
            else {
                continue;
            };
            let known = self.lane.state.logs.get(log).filter(|known| known.version_current);
            let version = known.and_then(|known| known.version);
            let (Some(version), Some((_, response))) = (version, &called.public) else { continue };
            let shown = response.json.as_ref().and_then(|body| body.get("version")?.as_i64());
            let lock = locks.entry(*log).or_insert((version, Vec::new()));
            lock.1.push((response.status, shown));
        }
        let mut out = Observations::default();
        for (current, answers) in locks.values() {
            parallel::judge_version_lock(*current, answers, &mut out);
        }
        self.keep(out);
    }

    /// Judges what happened in one account, looks at its lists, judges again with what they show,
    /// and takes in what was learned.
    async fn judge_account(
        &mut self,
        account: usize,
        world: Option<World>,
        calls: &[&Called],
        clock: &Cell<u64>,
    ) -> Result<(), Trouble> {
        let known: Vec<(&Called, Event)> =
            calls.iter().filter_map(|called| Some((*called, event(called)?))).collect();
        let mut events: Vec<Event> = known.iter().map(|(_, event)| event.clone()).collect();
        mark_contended(&mut events);
        let body = |called: &Called| called.public.as_ref().and_then(|(_, res)| res.json.clone());
        let bodies = known.iter().map(|(called, _)| body(called)).collect();
        let mut history = History { world, events, bodies, closing: Vec::new() };
        let mut out = Observations::default();
        let mut order = parallel::judge(&history, false, &mut out);
        if order.is_some() {
            let closing = self.closing_looks(account, calls, clock).await?;
            history.closing = closing.iter().filter_map(event).collect();
            out = Observations::default();
            order = parallel::judge(&history, true, &mut out);
            self.keep(out);
            let ordered = order.iter().flatten().filter_map(|at| known.get(*at));
            let ordered: Vec<&Called> = ordered.map(|(called, _)| *called).collect();
            self.take_in(account, calls, &ordered, order.is_some());
            for called in &closing {
                self.take_in_one(called);
            }
        } else {
            self.keep(out);
            self.take_in(account, calls, &[], false);
        }
        // Where no order explains the answers, what follows from them is anybody's guess.
        self.lost_track |= order.is_none();
        Ok(())
    }

    /// The whole lists of what the calls were about.
    async fn closing_looks(
        &mut self,
        account: usize,
        calls: &[&Called],
        clock: &Cell<u64>,
    ) -> Result<Vec<Called>, Trouble> {
        let revoked: BTreeSet<usize> = calls
            .iter()
            .filter_map(|called| match called.step {
                Transition::RevokeKey { key } => Some(key),
                _ => None,
            })
            .collect();
        let keys = self.lane.state.keys.len();
        let mut looks = Vec::new();
        for list in lists(calls) {
            if self.suite.seen.core_log_states.get() && matches!(list, Listing::Logs(_)) {
                continue;
            }
            let now = self.suite.now();
            let at = Moment { sent: now, received: now };
            let good = |key: &usize| {
                let by = Credential::Key(*key);
                let access = access(&self.lane.state, &by, list.operation(), at);
                !revoked.contains(key)
                    && matches!(access, Access::Allowed { account: own, .. } if own == account)
                    && !model::access::may_be_denied(&self.lane.state, *key, list.operation())
            };
            let Some(key) = (0..keys).find(good) else { continue };
            let look = Transition::ListPage {
                by: Credential::Key(key),
                list,
                max_results: Some(WHOLE),
                first: FirstPage::Absent,
            };
            let client = Client {
                suite: self.suite,
                lane: &self.lane,
                branch: 0,
                state: self.lane.state.clone(),
                clock,
                anchors: &self.anchors,
            };
            let (called, trouble) = client.run(self.step, std::slice::from_ref(&look)).await;
            for mut called in called {
                self.judge_look(&called);
                self.follow(&mut called).await?;
                looks.push(called);
            }
            if let Some(trouble) = trouble {
                return Err(trouble);
            }
        }
        Ok(looks)
    }

    fn judge_look(&mut self, called: &Called) {
        self.judge_call(called);
        if let Some(last) = self.outcome.exchanges.last_mut() {
            last.branch = None;
        }
    }

    /// Follows the tokens of a closing look, and puts the items of all pages on the first one: when
    /// all is over, several pages are as good as one.
    async fn follow(&mut self, called: &mut Called) -> Result<(), Trouble> {
        let Transition::ListPage { by, list, .. } = called.step.clone() else { return Ok(()) };
        for _ in 0..PAGES_MAX {
            let Some((_, first)) = &mut called.public else { return Ok(()) };
            let Some(token) = check::paging::next_token(&list, first) else { return Ok(()) };
            let request = render::page_request(&list, Some(WHOLE), &Page::After(token));
            let (response, _) = self.send(&request, &by, list.operation()).await?;
            let Some((_, first)) = &mut called.public else { return Ok(()) };
            check::paging::join(&list, first, &response);
        }
        Ok(())
    }

    /// Takes in the calls, in the order that explains them. Where none does, what there is now is
    /// not known.
    fn take_in(&mut self, account: usize, calls: &[&Called], order: &[&Called], explained: bool) {
        let done = |one: &&&Called| !order.iter().any(|other| std::ptr::eq(*other, **one));
        for called in order.iter().chain(calls.iter().filter(done)) {
            self.take_in_one(called);
        }
        if !explained && let Some(account) = self.lane.state.accounts.get_mut(account) {
            account.exports_uncertain = true;
            account.logs_uncertain = true;
            for app in &mut account.apps {
                app.present = None;
            }
        }
    }

    fn take_in_one(&mut self, called: &Called) {
        let state = &mut self.lane.state;
        if let Some((_, response)) = &called.public {
            apply::answer(state, &called.step, response, called.moment, called.now);
        } else if called.control == Some(Answer::Done) {
            steered(state, &called.step, called.moment);
        }
    }
}

impl Client<'_> {
    async fn run(mut self, at: usize, steps: &[Transition]) -> (Vec<Called>, Option<Trouble>) {
        let mut calls = Vec::new();
        for step in steps {
            match self.call(at, step).await {
                Ok(Some(called)) => calls.push(called),
                Ok(None) => {}
                Err(trouble) => return (calls, Some(trouble)),
            }
        }
        (calls, None)
    }

    fn tick(&self) -> u64 {
        self.clock.set(self.clock.get() + 1);
        self.clock.get()
    }

    async fn call(&mut self, at: usize, step: &Transition) -> Result<Option<Called>, Trouble> {
        let Some(by) = step.by() else { return self.steer(step).await };
        let account = apply::account_meant(&self.state, by);
        let now = self.anchors.get(&account).copied().unwrap_or_default();
        let Some(request) = render::request(&self.state, &self.suite.place, step, now) else {
            return Ok(None);
        };
        let before = self.state.clone();
        let authorization = self.lane.authorization(by);
        self.suite.count();
        let (begun, sent) = (self.tick(), self.suite.now());
        let target = &self.suite.account;
        let answer = self.suite.transport.send(target, &request, authorization.as_deref()).await;
        let moment = Moment { sent, received: self.suite.now() };
        let ended = self.tick();
        let response = answer.map_err(|error| {
            let asked = format!("{} {}", request.method, request.path);
            Trouble::Unanswered { step: at, asked, error }
        })?;
        apply::answer(&mut self.state, step, &response, moment, now);
        Ok(Some(Called {
            branch: self.branch,
            step: step.clone(),
            state: before,
            account,
            begun,
            ended,
            moment,
            now,
            public: Some((request, response)),
            control: None,
        }))
    }

    /// A call of the control API by the one who steers.
    async fn steer(&mut self, step: &Transition) -> Result<Option<Called>, Trouble> {
        let Some(control) = &self.suite.control else { return Ok(None) };
        let Some((account, id)) = steered_object(&self.state, step) else { return Ok(None) };
        let owner = self.state.accounts[account].id.clone();
        let before = self.state.clone();
        let (begun, sent) = (self.tick(), self.suite.now());
        let moved = match step {
            Transition::MoveExport { to, .. } => {
                let info = StateInfo {
                    code: "configuration_error".to_owned(),
                    message: "the bucket does not exist".to_owned(),
                };
                let info = (to.as_str() == "Failed").then_some(info);
                let kind = JobKind::Export;
                control.move_job(&owner, kind, &id, to.as_str(), info.as_ref()).await.map(drop)
            }
            Transition::MoveLog { to, .. } => {
                let kind = JobKind::LogRequest;
                control.move_job(&owner, kind, &id, to.as_str(), None).await.map(drop)
            }
            _ => control.revoke_key(&owner, &id).await,
        };
        let moment = Moment { sent, received: self.suite.now() };
        let answer = match moved {
            Ok(()) => Answer::Done,
            Err(ControlError::Illegal { .. }) => Answer::Refused(409),
            Err(error) => return Err(control_trouble(error)),
        };
        if answer == Answer::Done {
            steered(&mut self.state, step, moment);
        }
        Ok(Some(Called {
            branch: self.branch,
            step: step.clone(),
            state: before,
            account,
            begun,
            ended: self.tick(),
            moment,
            now: 0,
            public: None,
            control: Some(answer),
        }))
    }
}

/// Account and id of what a call of the control API is about.
fn steered_object(state: &State, step: &Transition) -> Option<(usize, String)> {
    match step {
        Transition::MoveExport { export, .. } => {
            state.exports.get(export).map(|export| (export.account, export.id.clone()))
        }
        Transition::MoveLog { log, .. } => {
            state.logs.get(log).map(|log| (log.account, log.id.clone()))
        }
        Transition::RevokeKey { key } => {
            let known = state.keys.get(*key).filter(|key| key.issued && !key.revoked)?;
            Some((known.setup.account, known.id.clone()))
        }
        _ => None,
    }
}

fn steered(state: &mut State, step: &Transition, moment: Moment) {
    match step {
        Transition::MoveExport { export, to } => apply::export_moved(state, *export, *to, moment),
        Transition::MoveLog { log, to } => apply::log_moved(state, *log, *to, moment),
        Transition::RevokeKey { key } => {
            if let Some(key) = state.keys.get_mut(*key) {
                key.revoked = true;
            }
        }
        _ => {}
    }
}

/// The lists in which the effects of the calls show.
fn lists(calls: &[&Called]) -> Vec<Listing> {
    let about = |names: &[&str]| {
        calls.iter().any(|called| {
            called.public.is_some()
                && called.step.operation().is_some_and(|own| names.contains(&own))
        })
    };
    let mut lists = Vec::new();
    if about(&["createExport"]) {
        lists.push(Listing::Exports(ExportFilter::default()));
    }
    if about(&["requestLogs"]) {
        lists.push(Listing::Logs(LogState::ALL.to_vec()));
    }
    if about(&["deleteOauthApp"]) {
        lists.push(Listing::Apps);
    }
    lists
}

/// The call as the sequential specification knows it; `None` for one that it does not speak of.
fn event(called: &Called) -> Option<Event> {
    let (by, call, answer) = match &called.public {
        Some((_, response)) => {
            let by = called.step.by()?;
            let operation = called.step.operation()?;
            let Access::Allowed { key, .. } = access(&called.state, by, operation, called.moment)
            else {
                return None;
            };
            if model::access::may_be_denied(&called.state, key, operation) {
                return None;
            }
            let call = public_call(called)?;
            (Some(key), call, public_answer(called, response)?)
        }
        None => {
            let (_, id) = steered_object(&called.state, &called.step)?;
            let call = match &called.step {
                Transition::MoveExport { to, .. } => Call::MoveExport(id, *to),
                Transition::MoveLog { to, .. } => Call::MoveLog(id, *to),
                Transition::RevokeKey { key } => Call::RevokeKey(*key),
                _ => return None,
            };
            (None, call, called.control.clone()?)
        }
    };
    Some(Event { by, call, answer, begun: called.begun, ended: called.ended })
}

fn public_call(called: &Called) -> Option<Call> {
    let state = &called.state;
    Some(match &called.step {
        Transition::CreateExport { body, idempotency_key, .. } => {
            // What is refused for its own sake changes nothing and says nothing of the others.
            if !state.has_database(called.account, &body.database) {
                return None;
            }
            let body = body.to_json().to_string();
            Call::CreateExport { text: idempotency_key.clone(), body, contended: false }
        }
        Transition::GetExport { export, .. } => {
            Call::GetExport(state.exports.get(export)?.id.clone())
        }
        Transition::ListPage { list, max_results: Some(WHOLE), .. } => match list {
            Listing::Exports(filter) if *filter == ExportFilter::default() => Call::ListExports,
            Listing::Logs(states) if LogState::ALL.iter().all(|s| states.contains(s)) => {
                Call::ListLogs
            }
            Listing::Apps => Call::ListApps,
            Listing::Exports(_) | Listing::Logs(_) => return None,
        },
        Transition::RequestLogs { body, .. } => {
            let known = |path: &String| state.has_database(called.account, path);
            if !body.database.as_ref().is_none_or(known) {
                return None;
            }
            let text = body.idempotency_token.clone();
            Call::RequestLogs { text, body: comparable(body).to_string(), contended: false }
        }
        Transition::GetLog { log, .. } => Call::GetLog(state.logs.get(log)?.id.clone()),
        Transition::DeleteApp { account, app, .. } if *account == called.account => {
            Call::DeleteApp(state.accounts.get(*account)?.apps.get(*app)?.id.clone())
        }
        _ => return None,
    })
}

/// The answer as the sequential specification knows it; `None` for one that has no sense, which
/// was judged by itself.
fn public_answer(called: &Called, response: &Response) -> Option<Answer> {
    if response.status == 401 {
        return Some(Answer::Unauthorized);
    }
    if !response.is_success() {
        return Some(Answer::Refused(response.status));
    }
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let json = response.json.as_ref();
    Some(match &called.step {
        Transition::CreateExport { .. } => {
            Answer::Made(json?.pointer("/response/id").and_then(id_text)?)
        }
        Transition::RequestLogs { .. } => Answer::Made(json?.get("request_id").and_then(id_text)?),
        Transition::GetExport { .. } => Answer::Shown(text(json?.pointer("/response/state"))?),
        Transition::GetLog { .. } => Answer::Shown(text(json?.get("state"))?),
        Transition::DeleteApp { .. } => Answer::Done,
        Transition::ListPage { list, .. } => {
            // A list that goes on is no single look.
            if check::paging::next_token(list, response).is_some() {
                return None;
            }
            let mut items = BTreeMap::new();
            for item in check::paging::items(list, response)? {
                let id = check::paging::item_id(list, item)?;
                items.insert(id, text(item.get("state")).unwrap_or_default());
            }
            Answer::Items(items)
        }
        _ => return None,
    })
}

/// Marks creations that meet another one with the same key or token on its way.
fn mark_contended(events: &mut [Event]) {
    let key = |event: &Event| match &event.call {
        Call::CreateExport { text: Some(text), .. } => Some((event.by, 'e', text.clone())),
        Call::RequestLogs { text: Some(text), .. } => Some((None, 'l', text.clone())),
        _ => None,
    };
    let spans: Vec<_> = events.iter().map(|one| (key(one), one.begun, one.ended)).collect();
    for (at, event) in events.iter_mut().enumerate() {
        let meets = spans.iter().enumerate().any(|(other, (key, begun, ended))| {
            other != at
                && key.is_some()
                && *key == spans[at].0
                && *begun < event.ended
                && event.begun < *ended
        });
        if let Call::CreateExport { contended, .. } | Call::RequestLogs { contended, .. } =
            &mut event.call
        {
            *contended = meets;
        }
    }
}
