//! What is known of the target's world: made through setup and transitions, narrowed by answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::program::{AccountSetup, Jobs, KeySetup, Plan, Setup};
use crate::transition::{ExportBody, ExportState, Handle, LogBody, LogState};

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

/// When an exchange took place, by the suite's own clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Just before the request was sent.
    pub sent: Millis,
    /// Just after the response was read.
    pub received: Millis,
}

/// Everything known of the accounts of one program.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// By position in the setup.
    pub accounts: Vec<Account>,
    /// By position in the setup.
    pub keys: Vec<Key>,
    /// Exports by handle.
    pub exports: BTreeMap<Handle, Export>,
    /// Log requests by handle.
    pub logs: BTreeMap<Handle, LogRequest>,
    /// Successful create-export requests that carried an idempotency key.
    pub remembered_exports: Vec<Remembered>,
    /// Keys under which a request failed, by account key: a failure is not remembered.
    pub failed_exports: BTreeSet<(usize, String)>,
    /// Successful log requests that carried an idempotency token.
    pub remembered_logs: Vec<Remembered>,
    /// Creations whose answers were lost, so that they may or may not have had their effect.
    pub lost: Vec<LostCreation>,
    /// What the target was seen to choose where the documents leave it the choice.
    pub choices: BTreeMap<String, &'static str>,
    /// How far clocks are allowed to disagree, in milliseconds.
    pub slack: Millis,
}

/// What is known of an account.
#[derive(Clone, Debug)]
pub struct Account {
    /// What was set up.
    pub setup: AccountSetup,
    /// Its id in the control API; empty where the target has none.
    pub id: String,
    /// Ids of the apps it was given.
    pub apps: Vec<App>,
    /// Account clock minus our clock: the least and the most that it can be.
    pub offset: (Millis, Millis),
    /// Whether the control API said what its clock shows.
    pub clock_known: bool,
    /// Whether nobody else uses the account, so that its lists are known wholly.
    pub exclusive: bool,
    /// Whether something was done to its exports whose effect is not known.
    pub exports_uncertain: bool,
    /// Whether something was done to its log requests whose effect is not known.
    pub logs_uncertain: bool,
    /// Operations that were refused and could have changed something, had they not been.
    pub refused: BTreeSet<String>,
}

/// An OAuth app.
#[derive(Clone, Debug)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Whether it is (still) there; `None` if a deletion's effect is not known.
    pub present: Option<bool>,
}

/// A creation whose answer never arrived.
#[derive(Clone, Debug)]
pub struct LostCreation {
    /// `createExport` or `requestLogs`.
    pub operation: &'static str,
    /// Position of the account key that sent it.
    pub key: usize,
    /// The account.
    pub account: usize,
    /// Names what it made, once that shows.
    pub handle: Handle,
    /// Idempotency key or token, if it carried one.
    pub text: Option<String>,
    /// The body as it is compared ([`Remembered::body`]).
    pub body: Value,
    /// What was asked for.
    pub asked: Asked,
    /// When it was sent, by the account's clock: earliest and latest.
    pub at: (Millis, Millis),
    /// Whether it is known by now what it made: nothing more can come of it.
    pub resolved: bool,
}

/// What a creation asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// An export.
    Export(ExportBody),
    /// A log request, with its window in milliseconds.
    Logs(LogBody, (Millis, Millis)),
}

/// A key of an account.
#[derive(Clone, Debug)]
pub struct Key {
    /// What was set up.
    pub setup: KeySetup,
    /// Its id in the control API.
    pub id: String,
    /// When it expires, by its account's clock.
    pub expires_at: Option<Millis>,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Whether it was made already.
    pub issued: bool,
}

/// An export of ours.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its account.
    pub account: usize,
    /// Its id, as exact text (C-01).
    pub id: String,
    /// What was asked for.
    pub body: ExportBody,
    /// The object as it was first shown.
    pub first: Value,
    /// The states that it can be in now.
    pub states: BTreeSet<ExportState>,
    /// The latest `updated_at` seen, as milliseconds.
    pub updated_at: Option<Millis>,
    /// What the last move to `Failed` was given.
    pub state_info: Option<Value>,
    /// When it was moved last, by the account's clock at the earliest.
    pub moved_at: Option<Millis>,
}

/// A log request of ours.
#[derive(Clone, Debug)]
pub struct LogRequest {
    /// Its account.
    pub account: usize,
    /// Its id.
    pub id: String,
    /// What was asked for.
    pub body: LogBody,
    /// The window as sent, in milliseconds.
    pub window: (Millis, Millis),
    /// The states that it can be in now.
    pub states: BTreeSet<LogState>,
    /// The highest `version` seen.
    pub version: Option<i64>,
    /// Whether nothing happened since that can have raised the version.
    pub version_current: bool,
    /// The newest presigned URL seen.
    pub url: Option<PresignedUrl>,
    /// The latest `updated_at` seen.
    pub updated_at: Option<Millis>,
    /// When it was moved last, by the account's clock at the earliest.
    pub moved_at: Option<Millis>,
}

/// A presigned URL as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedUrl {
    /// The URL.
    pub url: String,
    /// When it expires, by the account's clock.
    pub expires_at: Option<Millis>,
}

/// A request that idempotency remembers.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// Position of the account key (exports) that made it.
    pub key: usize,
    /// The account.
    pub account: usize,
    /// Key or token.
    pub text: String,
    /// What it made.
    pub handle: Handle,
    /// The body that was sent.
    pub body: Value,
    /// The id of what it made.
    pub id: String,
    /// The status and body that were answered; `None` if that answer was lost.
    pub answer: Option<(u16, Value)>,
    /// When it was first answered, by the account's clock: earliest and latest.
    pub at: (Millis, Millis),
}

impl State {
    /// The state after the setup, before the accounts have ids.
    pub fn new(setup: &Setup, slack: Millis) -> State {
        let accounts = setup.accounts.iter().map(|account| Account {
            setup: account.clone(),
            id: String::new(),
            apps: Vec::new(),
            offset: (-slack, slack),
            clock_known: false,
            exclusive: true,
            exports_uncertain: false,
            logs_uncertain: false,
            refused: BTreeSet::new(),
        });
        let keys = setup.keys.iter().map(|key| Key {
            setup: *key,
            id: String::new(),
            expires_at: None,
            revoked: false,
            issued: !key.later,
        });
        State { accounts: accounts.collect(), keys: keys.collect(), slack, ..State::default() }
    }

    /// The account's clock during an exchange: earliest and latest.
    pub fn account_time(&self, account: usize, moment: Moment) -> (Millis, Millis) {
        let (low, high) = self.accounts.get(account).map_or((0, 0), |account| account.offset);
        (moment.sent.saturating_add(low), moment.received.saturating_add(high))
    }

    /// Learns from the control API what an account's clock showed.
    pub fn learn_clock(&mut self, account: usize, now: Millis, moment: Moment) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.offset = (now - moment.received, now - moment.sent);
            account.clock_known = true;
        }
    }

    /// Whether jobs of the account move only when told to.
    pub fn is_manual(&self, account: usize) -> bool {
        self.accounts
            .get(account)
            .is_some_and(|account| account.exclusive && account.setup.jobs == Jobs::Manual)
    }

    /// The account of the key at this position.
    pub fn account_of(&self, key: usize) -> usize {
        self.keys.get(key).map_or(0, |key| key.setup.account)
    }

    /// The export that has this id in the account.
    pub fn export_by_id(&self, account: usize, id: &str) -> Option<(Handle, &Export)> {
        self.exports
            .iter()
            .find(|(_, export)| export.account == account && export.id == id)
            .map(|(handle, export)| (*handle, export))
    }

    /// The log request that has this id in the account.
    pub fn log_by_id(&self, account: usize, id: &str) -> Option<(Handle, &LogRequest)> {
        self.logs
            .iter()
            .find(|(_, log)| log.account == account && log.id == id)
            .map(|(handle, log)| (*handle, log))
    }

    /// Creations of an account whose answers were lost and which may still show an effect.
    pub fn open_losses(
        &self,
        account: usize,
        operation: &'static str,
    ) -> impl Iterator<Item = &LostCreation> {
        self.lost.iter().filter(move |lost| {
            lost.account == account && lost.operation == operation && !lost.resolved
        })
    }

    /// Whether everything that was made in the account is known one by one.
    pub fn is_exact(&self, account: usize, operation: &str) -> bool {
        self.accounts.get(account).is_some_and(|account| {
            let uncertain = match operation {
                "createExport" => account.exports_uncertain,
                "requestLogs" => account.logs_uncertain,
                _ => false,
            };
            account.exclusive && !uncertain
        })
    }

    /// Whether the account may use exports.
    pub fn has_exports(&self, account: usize) -> bool {
        self.accounts.get(account).is_some_and(|account| account.setup.plan == Plan::Enterprise)
    }

    /// Whether the database exists in the account, by its path.
    pub fn has_database(&self, account: usize, path: &str) -> bool {
        self.accounts.get(account).is_some_and(|account| {
            account.setup.databases.iter().any(|database| {
                database.path == path || database.path.starts_with(&format!("{path}/"))
            }) && path.contains('/')
        })
    }
}

impl Export {
    /// Takes in the state that an answer showed.
    pub fn observe(&mut self, state: ExportState, updated_at: Option<Millis>) {
        self.states = BTreeSet::from([state]);
        self.updated_at = self.updated_at.max(updated_at);
    }
}

/// The states that an export can be in when a later look is taken, given those that it can be in
/// now, where jobs move by themselves: the same or any that follows.
pub fn export_successors(states: &BTreeSet<ExportState>) -> BTreeSet<ExportState> {
    let mut reachable = states.clone();
    for state in states {
        reachable.extend(match state {
            ExportState::Pending => &ExportState::ALL[..],
            ExportState::InProgress => &[ExportState::Complete, ExportState::Failed][..],
            ExportState::Complete | ExportState::Failed => &[],
        });
    }
    reachable
}

/// The same for log requests. A complete one may be found making a new URL, since anybody with
/// the key may have asked for one.
pub fn log_successors(states: &BTreeSet<LogState>) -> BTreeSet<LogState> {
    let mut reachable = states.clone();
    for state in states {
        reachable.extend(match state {
            LogState::Requested | LogState::Pending => &LogState::ALL[..],
            LogState::CreatingNewUrl => {
                &[LogState::CreatingNewUrl, LogState::Complete, LogState::Failed][..]
            }
            LogState::Complete => &[LogState::Complete, LogState::CreatingNewUrl][..],
            LogState::Failed | LogState::TimedOut | LogState::DoesNotExist => &[],
        });
    }
    reachable
}

/// A member of an answer as milliseconds.
pub fn time_member(object: &Value, member: &str) -> Option<Millis> {
    object.get(member).and_then(Value::as_str).and_then(crate::render::parse_time)
}
