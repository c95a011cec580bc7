//! One account as calls that overlap change it: the sequential specification that histories of
//! parallel clients are checked against.
//!
//! [`World::step`] says whether an answer is right if the call takes effect now, and what the
//! world is then. It is total and deterministic; what the documents leave open (C-30, C-31, C-33)
//! is allowed.

use std::collections::{BTreeMap, BTreeSet};

use crate::replay::WINDOW;
use crate::state::{Moment, Remembered, State, export_successors, log_successors};
use crate::transition::{ExportState, LogState};

/// A call of a client, or of the one who steers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Create Export.
    CreateExport {
        /// Idempotency key.
        text: Option<String>,
        /// The body, as text.
        body: String,
        /// Whether another client sends the same idempotency key meanwhile.
        contended: bool,
    },
    /// Get Export.
    GetExport(String),
    /// The whole list of exports, on one page.
    ListExports,
    /// Request Logs.
    RequestLogs {
        /// Idempotency token.
        text: Option<String>,
        /// The body, as text.
        body: String,
        /// Whether another client sends the same token meanwhile.
        contended: bool,
    },
    /// Get Log Request.
    GetLog(String),
    /// The whole list of log requests, on one page.
    ListLogs,
    /// Delete OAuth App.
    DeleteApp(String),
    /// The whole list of apps, on one page.
    ListApps,
    /// A job move of the control API.
    MoveExport(String, ExportState),
    /// A job move of the control API.
    MoveLog(String, LogState),
    /// The control API revokes the key at this position.
    RevokeKey(usize),
}

/// What a call was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A creation: the id of what is shown.
    Made(String),
    /// A status request: the state shown.
    Shown(String),
    /// A list: ids with the states shown.
    Items(BTreeMap<String, String>),
    /// Done, with nothing to show.
    Done,
    /// 401.
    Unauthorized,
    /// Any other refusal: the status.
    Refused(u16),
}

/// The state of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct World {
    exports: BTreeMap<String, BTreeSet<ExportState>>,
    logs: BTreeMap<String, BTreeSet<LogState>>,
    apps: BTreeSet<String>,
    revoked: BTreeSet<usize>,
    /// By account key and idempotency key: what was made, of what body.
    kept_exports: BTreeMap<(usize, String), (String, String)>,
    /// By token, then by account key.
    kept_logs: BTreeMap<String, BTreeMap<usize, (String, String)>>,
    /// Whether jobs move only when told to.
    manual: bool,
}

impl World {
    /// The world of an account as far as it is known; `None` where it is not known well enough to
    /// judge overlapping calls.
    pub fn of(state: &State, account: usize, moment: Moment) -> Option<World> {
        let sure =
            state.is_exact(account, "createExport") && state.is_exact(account, "requestLogs");
        let open = state.lost.iter().any(|lost| lost.account == account && !lost.resolved);
        let owner = state.accounts.get(account)?;
        let (_, high) = state.account_time(account, moment);
        let ends =
            |past: &Remembered| past.account == account && high + state.slack >= past.at.0 + WINDOW;
        let forgets = state.remembered_exports.iter().chain(&state.remembered_logs).any(ends);
        if !sure || open || forgets || owner.apps.iter().any(|app| app.present.is_none()) {
            return None;
        }
        let mut world = World { manual: state.is_manual(account), ..World::default() };
        for export in state.exports.values().filter(|export| export.account == account) {
            world.exports.insert(export.id.clone(), export.states.clone());
        }
        for log in state.logs.values().filter(|log| log.account == account) {
            world.logs.insert(log.id.clone(), log.states.clone());
        }
        let there = owner.apps.iter().filter(|app| app.present == Some(true));
        world.apps = there.map(|app| app.id.clone()).collect();
        let keys = state.keys.iter().enumerate();
        world.revoked = keys.filter(|(_, key)| key.revoked).map(|(at, _)| at).collect();
        for past in state.remembered_exports.iter().filter(|past| past.account == account) {
            let made = (past.id.clone(), past.body.to_string());
            world.kept_exports.insert((past.key, past.text.clone()), made);
        }
        for past in state.remembered_logs.iter().filter(|past| past.account == account) {
            let made = (past.id.clone(), past.body.to_string());
            world.kept_logs.entry(past.text.clone()).or_default().insert(past.key, made);
        }
        Some(world)
    }

    /// Whether an export is unfinished, so that another may be refused (C-30).
    pub fn is_busy(&self) -> bool {
        let unfinished = |state: &ExportState| !state.is_terminal();
        self.exports.values().any(|states| states.iter().any(unfinished))
    }

    /// Whether an id is known here.
    pub fn knows(&self, id: &str) -> bool {
        self.exports.contains_key(id) || self.logs.contains_key(id) || self.apps.contains(id)
    }

    /// The world after a call, if the answer is right when the call takes effect now; `by` is the
    /// account key of a public call.
    pub fn step(&self, by: Option<usize>, call: &Call, answer: &Answer) -> Option<World> {
        let revoked = by.is_some_and(|key| self.revoked.contains(&key));
        if revoked || *answer == Answer::Unauthorized {
            return (revoked && *answer == Answer::Unauthorized).then(|| self.clone());
        }
        // A refusal for haste changes nothing, and is always allowed.
        if by.is_some() && *answer == Answer::Refused(429) {
            return Some(self.clone());
        }
        match call {
            Call::CreateExport { text, body, contended } => {
                let key = by.unwrap_or(0);
                self.create_export(key, text.as_deref(), body, *contended, answer)
            }
            Call::RequestLogs { text, body, contended } => {
                self.request_logs(by.unwrap_or(0), text.as_deref(), body, *contended, answer)
            }
            Call::GetExport(id) => self.get_export(id, answer),
            Call::GetLog(id) => self.get_log(id, answer),
            Call::ListExports => self.list_exports(answer),
            Call::ListLogs => self.list_logs(answer),
            Call::ListApps => match answer {
                Answer::Items(items) => items.keys().eq(self.apps.iter()).then(|| self.clone()),
                _ => None,
            },
            Call::DeleteApp(id) => match answer {
                Answer::Done if self.apps.contains(id) => {
                    let mut next = self.clone();
                    next.apps.remove(id);
                    Some(next)
                }
                Answer::Refused(404) if !self.apps.contains(id) => Some(self.clone()),
                _ => None,
            },
            Call::MoveExport(id, to) => self.move_export(id, *to, answer),
            Call::MoveLog(id, to) => self.move_log(id, *to, answer),
            Call::RevokeKey(key) => {
                let mut next = self.clone();
                next.revoked.insert(*key);
                Some(next)
            }
        }
    }

    fn create_export(
        &self,
        key: usize,
        text: Option<&str>,
        body: &str,
        contended: bool,
        answer: &Answer,
    ) -> Option<World> {
        let slot = text.map(|text| (key, text.to_owned()));
        let kept = slot.as_ref().and_then(|slot| self.kept_exports.get(slot));
        match (answer, kept) {
            (Answer::Made(id), Some((first, _))) => (id == first).then(|| self.clone()),
            (Answer::Made(id), None) => {
                if self.exports.contains_key(id) {
                    return None;
                }
                let mut next = self.clone();
                next.exports.insert(id.clone(), BTreeSet::from([ExportState::Pending]));
                if let Some(slot) = slot {
                    next.kept_exports.insert(slot, (id.clone(), body.to_owned()));
                }
                Some(next)
            }
            (Answer::Refused(status), kept) => {
                let mismatch = kept.is_some_and(|(_, first)| first != body);
                let waits = contended && matches!(status, 400 | 409 | 422);
                let differs = mismatch && matches!(status, 400 | 409 | 422);
                let busy = kept.is_none() && self.is_busy() && matches!(status, 400 | 403 | 409);
                (waits || differs || busy).then(|| self.clone())
            }
            _ => None,
        }
    }

    /// Whether a token is the account's or the account key's is not said: one that another key
    /// used may resolve to that key's request, or make a new one.
    fn request_logs(
        &self,
        key: usize,
        text: Option<&str>,
        body: &str,
        contended: bool,
        answer: &Answer,
    ) -> Option<World> {
        let kept = text.and_then(|text| self.kept_logs.get(text));
        let own = kept.and_then(|kept| kept.get(&key));
        let id = match answer {
            Answer::Made(id) => id,
            Answer::Refused(status) => {
                let differs = kept.is_some_and(|kept| kept.values().any(|(_, one)| one != body));
                let refusable = matches!(status, 400 | 409 | 422);
                return ((contended || differs) && refusable).then(|| self.clone());
            }
            _ => return None,
        };
        if let Some((first, _)) = own {
            return (id == first).then(|| self.clone());
        }
        let mut next = self.clone();
        if let Some(text) = text {
            let slot = next.kept_logs.entry(text.to_owned()).or_default();
            slot.insert(key, (id.clone(), body.to_owned()));
        }
        let others = kept.is_some_and(|kept| kept.values().any(|(one, _)| one == id));
        if self.logs.contains_key(id) {
            return others.then_some(next);
        }
        // Which of the first states it is in is the target's choice (C-19).
        let first = [LogState::Requested, LogState::Pending];
        let states = if self.manual { BTreeSet::from(first) } else { LogState::ALL.into() };
        next.logs.insert(id.clone(), states);
        Some(next)
    }

    fn get_export(&self, id: &str, answer: &Answer) -> Option<World> {
        match answer {
            Answer::Shown(state) => {
                let mut next = self.clone();
                next.see_export(id, ExportState::parse(state)?).then_some(next)
            }
            Answer::Refused(404) => (!self.exports.contains_key(id)).then(|| self.clone()),
            _ => None,
        }
    }

    fn get_log(&self, id: &str, answer: &Answer) -> Option<World> {
        match answer {
            Answer::Shown(state) => {
                let mut next = self.clone();
                next.see_log(id, LogState::parse(state)?).then_some(next)
            }
            Answer::Refused(404) => (!self.logs.contains_key(id)).then(|| self.clone()),
            _ => None,
        }
    }

    fn list_exports(&self, answer: &Answer) -> Option<World> {
        let Answer::Items(items) = answer else { return None };
        if !items.keys().eq(self.exports.keys()) {
            return None;
        }
        let running = |state: &&String| state.as_str() == ExportState::InProgress.as_str();
        if items.values().filter(running).count() > 1 {
            return None;
        }
        let mut next = self.clone();
        for (id, state) in items {
            if !next.see_export(id, ExportState::parse(state)?) {
                return None;
            }
        }
        Some(next)
    }

    fn list_logs(&self, answer: &Answer) -> Option<World> {
        let Answer::Items(items) = answer else { return None };
        if !items.keys().eq(self.logs.keys()) {
            return None;
        }
        let mut next = self.clone();
        for (id, state) in items {
            if !next.see_log(id, LogState::parse(state)?) {
                return None;
            }
        }
        Some(next)
    }

    /// Narrows an export to the state shown; says whether it can be in it.
    fn see_export(&mut self, id: &str, shown: ExportState) -> bool {
        let manual = self.manual;
        let Some(states) = self.exports.get_mut(id) else { return false };
        let possible = if manual { states.clone() } else { export_successors(states) };
        if !possible.contains(&shown) {
            return false;
        }
        *states = BTreeSet::from([shown]);
        true
    }

    fn see_log(&mut self, id: &str, shown: LogState) -> bool {
        let manual = self.manual;
        let Some(states) = self.logs.get_mut(id) else { return false };
        let mut possible = if manual { states.clone() } else { log_successors(states) };
        if possible.contains(&LogState::CreatingNewUrl) {
            possible.insert(LogState::Complete);
        }
        if !possible.contains(&shown) {
            return false;
        }
        *states = BTreeSet::from([shown]);
        true
    }

    fn move_export(&self, id: &str, to: ExportState, answer: &Answer) -> Option<World> {
        let states = self.exports.get(id)?;
        let from = |state| states.contains(&state);
        let legal = match to {
            ExportState::Pending => false,
            ExportState::InProgress => {
                let running = |(other, states): (&String, &BTreeSet<ExportState>)| {
                    other != id && states.contains(&ExportState::InProgress)
                };
                from(ExportState::Pending) && !self.exports.iter().any(running)
            }
            ExportState::Complete => from(ExportState::InProgress),
            ExportState::Failed => from(ExportState::Pending) || from(ExportState::InProgress),
        };
        // Where jobs move by themselves, a move may come too late for any of them.
        match answer {
            Answer::Done if legal || !self.manual => {
                let mut next = self.clone();
                next.exports.insert(id.to_owned(), BTreeSet::from([to]));
                Some(next)
            }
            Answer::Refused(409) if !legal || !self.manual => Some(self.clone()),
            _ => None,
        }
    }

    fn move_log(&self, id: &str, to: LogState, answer: &Answer) -> Option<World> {
        let states = self.logs.get(id)?;
        let first = |state: &LogState| matches!(state, LogState::Requested | LogState::Pending);
        let making = |state: &LogState| *state == LogState::CreatingNewUrl;
        let legal = states.iter().any(first) && to != LogState::Requested
            || states.iter().any(making) && matches!(to, LogState::Complete | LogState::Failed);
        match answer {
            Answer::Done if legal || !self.manual => {
                let mut next = self.clone();
                next.logs.insert(id.to_owned(), BTreeSet::from([to]));
                Some(next)
            }
            // A URL that was being made may have been finished by itself.
            Answer::Refused(409) if !legal || !self.manual || states.iter().any(making) => {
                Some(self.clone())
            }
            _ => None,
        }
    }
}
