//! One account: its plan, databases, apps, keys, clock and jobs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::database_path::is_nested;
use crate::fault::Fault;
use crate::ids::{from_uuid, parse_id, to_uuid};
use crate::page::Position;
use crate::server::Server;
use crate::store::export::{ExportState, Exports, Step};
use crate::store::log_request::{LogRequests, LogState};
use crate::time::{AccountClock, Moment};
use crate::variant::Variant;

/// What the account pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    Enterprise,
    Free,
}

/// What the holder of a key is in the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Owner,
    Admin,
    Developer,
    Billing,
}

impl Role {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "owner" => Some(Self::Owner),
            "admin" => Some(Self::Admin),
            "developer" => Some(Self::Developer),
            "billing" => Some(Self::Billing),
            _ => None,
        }
    }

    pub(crate) fn may_export(self) -> bool {
        match self {
            Self::Owner | Self::Admin | Self::Developer => true,
            Self::Billing => false,
        }
    }
}

/// Who moves the jobs of the account on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobMode {
    /// Only the control API.
    Manual,
    /// The server itself; each state lasts at least so many microseconds of real time.
    Auto { step: i64 },
}

/// The first response to an idempotency key.
#[derive(Debug, Clone)]
pub(crate) struct Remembered {
    pub(crate) answer: Answer,
    /// What was asked for, to tell a repeated request from another one with the same key.
    pub(crate) request: Value,
    pub(crate) since: Moment,
    pub(crate) export_id: u64,
}

/// What the idempotency keys sent with one account key led to.
#[derive(Debug, Default)]
pub(crate) struct IdempotencyMemory {
    by_key: HashMap<Vec<u8>, Remembered>,
    /// The keys, oldest first. The clock never goes back, so this is the order of forgetting too.
    ages: VecDeque<(Moment, Vec<u8>)>,
    /// The keys whose first request was refused, for a server that holds it against them.
    pub(crate) refused: HashSet<Vec<u8>>,
}

impl IdempotencyMemory {
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Remembered> {
        self.by_key.get(key)
    }

    /// Drops one key, or all but so many of the newest; only a wrong server does.
    pub(crate) fn drop_key(&mut self, key: &[u8]) {
        self.by_key.remove(key);
        self.ages.retain(|(_, other)| other != key);
    }

    pub(crate) fn keep_newest(&mut self, n_keys: usize) {
        while self.ages.len() > n_keys
            && let Some((_, key)) = self.ages.pop_front()
        {
            self.by_key.remove(&key);
        }
    }

    pub(crate) fn remember(&mut self, key: &[u8], remembered: Remembered) {
        self.ages.push_back((remembered.since, key.to_owned()));
        self.by_key.insert(key.to_owned(), remembered);
    }

    /// Drops what was remembered for so long or longer.
    pub(crate) fn forget(&mut self, now: Moment, life: i64) {
        while let Some((since, key)) = self.ages.front() {
            if now < since.plus(life) {
                return;
            }
            self.by_key.remove(key);
            self.ages.pop_front();
        }
    }
}

/// One account key.
#[derive(Debug)]
pub(crate) struct AccountKey {
    pub(crate) secret: String,
    pub(crate) role: Role,
    pub(crate) expires_at: Option<Moment>,
    /// When it would expire if the clock of the account did not count.
    pub(crate) expires_in_real: Option<Moment>,
    pub(crate) used: bool,
    /// Whether it was revoked and is only kept by a server that is wrong.
    pub(crate) revoked: bool,
    pub(crate) memory: IdempotencyMemory,
    pub(crate) n_requests: u64,
}

/// A third-party app that the account has let in.
#[derive(Debug, Clone)]
pub(crate) struct OauthApp {
    pub(crate) id: u64,
    pub(crate) oauth2_client: String,
    /// Pairs of id and display name.
    pub(crate) scope: Vec<(String, String)>,
    pub(crate) created_at: Moment,
}

impl OauthApp {
    /// An id as the public API shows it.
    pub(crate) fn show_id(server: &Server, id: u64) -> String {
        if server.variants().has(Variant::UuidAppIds) { to_uuid(id) } else { id.to_string() }
    }

    pub(crate) fn read_id(server: &Server, text: &str) -> Option<u64> {
        if server.variants().has(Variant::UuidAppIds) { from_uuid(text) } else { parse_id(text) }
    }

    pub(crate) fn show(&self, server: &Server) -> Value {
        let bare = server.has(Fault::ShowsScopeAsIds);
        let show = |(id, name): &(String, String)| {
            if bare { json!(id) } else { json!({"id": id, "display_name": name}) }
        };
        let half = server.has(Fault::ShowsHalfDeletedApps)
            && server.crossing.is_under_way(&crate::race::half_app(self.id));
        let in_hex = server.has(Fault::ListsAppIdsInHex);
        let id = if in_hex { format!("{:x}", self.id) } else { Self::show_id(server, self.id) };
        let scope: Vec<Value> = self.scope.iter().map(show).collect();
        json!({
            "id": id,
            "oauth2_client": self.oauth2_client,
            "scope": if half { Value::Null } else { Value::Array(scope) },
            "created_at": server.show_time(self.created_at),
        })
    }
}

/// One account and all that belongs to it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) plan: Plan,
    /// The path of each database, and its collections.
    pub(crate) databases: BTreeMap<String, BTreeSet<String>>,
    /// In the order of creation.
    pub(crate) apps: BTreeMap<u64, OauthApp>,
    pub(crate) keys: HashMap<String, AccountKey>,
    pub(crate) clock: AccountClock,
    pub(crate) mode: JobMode,
    pub(crate) exports: Exports,
    pub(crate) logs: LogRequests,
    /// The newest id that was given out in the account.
    pub(crate) last_id: u64,
    /// The memory of all keys together, in a server that keeps no more than one.
    pub(crate) shared_memory: IdempotencyMemory,
    /// The id that the next thing gets, where a wrong server chose it before.
    pub(crate) chosen_id: Option<u64>,
    /// The id that is the next one for a wrong server, until somebody takes it.
    pub(crate) seen_id: Option<u64>,
    /// Apps that are listed and cannot be deleted, because a deletion stopped half-way.
    pub(crate) stuck_apps: Vec<OauthApp>,
    /// How far the last walk through the exports came, for a server that remembers it here.
    pub(crate) walk: Option<Position>,
    /// Whether the account was deleted while somebody still held on to it.
    pub(crate) closed: bool,
}

impl Account {
    /// The next id for something of the account.
    pub(crate) fn next_id(&mut self, server: &Server, now: Moment) -> u64 {
        if let Some(chosen) = self.chosen_id.take() {
            self.last_id = self.last_id.max(chosen);
            return chosen;
        }
        self.last_id = server.next_id(now, self.last_id);
        self.last_id
    }

    /// A change that happens at an instant of real time.
    pub(crate) fn step(&self, server: &Server, real: Moment) -> Step {
        Step { revision: server.next_revision(), at: self.clock.at(real), real }
    }

    /// Brings the jobs to where they are by now. Nothing runs in the background: whoever looks at
    /// an account first lets happen, in order and each at its own time, what was due before.
    pub(crate) fn settle(&mut self, server: &Server, real: Moment) {
        let JobMode::Auto { step } = self.mode else { return };
        while let Some((id, next, due)) = self.exports.next_due(server, step) {
            let stuck = next == ExportState::Complete && server.has(Fault::NeverFinishesExports);
            if due > real || stuck {
                break;
            }
            let step = self.step(server, due);
            self.exports.set(id, next, None, step);
        }
        while let Some((id, next, due)) = self.logs.next_due(server, step) {
            let stuck = next == LogState::Complete && server.has(Fault::NeverFinishesLogs);
            let next = Self::end_of_logs(server, next);
            if due > real || stuck {
                break;
            }
            let step = self.step(server, due);
            self.logs.take_due();
            self.logs.set(server, id, next, step);
        }
    }

    /// Where a log request ends that moves by itself.
    fn end_of_logs(server: &Server, next: LogState) -> LogState {
        let variants = server.variants();
        match next {
            LogState::Complete if variants.has(Variant::LogsEndAsMissing) => LogState::DoesNotExist,
            LogState::Complete if variants.has(Variant::LogsEndAsFailed) => LogState::Failed,
            next => next,
        }
    }

    /// Counts a look at a log request; one whose URL is being created may get it by that.
    pub(crate) fn look_at_log(&mut self, server: &Server, id: u64, real: Moment) {
        if self.mode == JobMode::Manual && self.logs.look(id) {
            let step = self.step(server, real);
            self.logs.set(server, id, LogState::Complete, step);
        }
    }

    /// Whether there is such a database, and its collections. The older name of a region group
    /// stands for the newer one.
    pub(crate) fn collections_of(
        &self,
        server: &Server,
        database: &str,
    ) -> Option<&BTreeSet<String>> {
        if is_nested(database) && server.has(Fault::RefusesNestedDatabases) {
            return None;
        }
        self.databases.get(&canonical_database(database))
    }
}

/// The path of a database with the newer name of its region group.
pub(crate) fn canonical_database(path: &str) -> String {
    match path.strip_prefix("classic/") {
        Some(rest) => format!("global/{rest}"),
        None => path.to_owned(),
    }
}
