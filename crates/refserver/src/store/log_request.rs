//! Log requests: what one is, how it is shown, and how it gets its file URLs.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::database_path::{shown_group, shown_path};
use crate::fault::Fault;
use crate::ids::{from_uuid, parse_id, to_uuid};
use crate::server::Server;
use crate::store::export::{Step, stay};
use crate::store::history::History;
use crate::time::{DAY, HOUR, Moment};
use crate::variant::Variant;

/// In manual mode a URL that is being created is there at the second look.
const LOOKS_UNTIL_URL: u8 = 2;

/// Where a log request is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogState {
    Requested,
    Pending,
    CreatingNewUrl,
    Complete,
    Failed,
    TimedOut,
    DoesNotExist,
}

impl LogState {
    pub(crate) const ALL: [Self; 7] = [
        Self::Requested,
        Self::Pending,
        Self::CreatingNewUrl,
        Self::Complete,
        Self::Failed,
        Self::TimedOut,
        Self::DoesNotExist,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Requested => "Requested",
            Self::Pending => "Pending",
            Self::CreatingNewUrl => "CreatingNewUrl",
            Self::Complete => "Complete",
            Self::Failed => "Failed",
            Self::TimedOut => "TimedOut",
            Self::DoesNotExist => "DoesNotExist",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the control API may take a request from here to there.
    pub(crate) fn may_become(self, next: Self) -> bool {
        match self {
            Self::Requested | Self::Pending => next != Self::Requested,
            Self::CreatingNewUrl => matches!(next, Self::Complete | Self::Failed),
            Self::Complete | Self::Failed | Self::TimedOut | Self::DoesNotExist => false,
        }
    }

    /// Where the state leads by itself.
    fn moves_on_to(self) -> Option<Self> {
        match self {
            Self::Requested => Some(Self::Pending),
            Self::Pending | Self::CreatingNewUrl => Some(Self::Complete),
            Self::Complete | Self::Failed | Self::TimedOut | Self::DoesNotExist => None,
        }
    }
}

/// What a client asks for when it requests logs.
#[derive(Debug, Clone)]
pub(crate) struct LogOrder {
    /// The database, or all of a region group.
    pub(crate) database: Option<String>,
    pub(crate) region_group: String,
    pub(crate) time_start: Timestamp,
    pub(crate) time_end: Timestamp,
}

/// A URL under which the file can be fetched for a while.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileUrl {
    pub(crate) serial: u64,
    pub(crate) expires_at: Moment,
}

/// One log request.
#[derive(Debug, Clone)]
pub(crate) struct LogRequest {
    pub(crate) id: u64,
    pub(crate) account_id: String,
    pub(crate) state: LogState,
    pub(crate) order: LogOrder,
    updated_at: Moment,
    /// How many URLs were made so far; it serves as the optimistic lock.
    pub(crate) version: u64,
    url: Option<FileUrl>,
    pub(crate) history: History<LogState>,
    entered: Moment,
    looks: u8,
    /// Whether a list has shown it.
    pub(crate) listed: bool,
    /// When its first URL expires.
    pub(crate) first_expiry: Option<Moment>,
}

impl LogRequest {
    /// An id as the public API shows it.
    pub(crate) fn show_id(server: &Server, id: u64) -> String {
        if server.variants().has(Variant::UuidRequestIds) { to_uuid(id) } else { id.to_string() }
    }

    pub(crate) fn read_id(server: &Server, text: &str) -> Option<u64> {
        if server.variants().has(Variant::UuidRequestIds) {
            from_uuid(text)
        } else {
            parse_id(text)
        }
    }

    /// The version as it is shown.
    pub(crate) fn shown_version(&self, server: &Server) -> u64 {
        let factor = if server.variants().has(Variant::VersionJumps) { 3 } else { 1 };
        self.version * factor + u64::from(server.variants().has(Variant::VersionStartsAt1))
    }

    pub(crate) fn show(&self, server: &Server) -> Value {
        let mut body = Map::new();
        let as_number = server.has(Fault::ShowsRequestIdAsNumber);
        let id = if as_number { json!(self.id) } else { json!(Self::show_id(server, self.id)) };
        body.insert("request_id".into(), id);
        body.insert("state".into(), json!(self.state.name()));
        if let Some(database) = &self.order.database {
            body.insert("database".into(), json!(shown_path(server, database)));
        }
        let hidden = self.order.database.is_some()
            && server.variants().has(Variant::HidesRegionGroupOfDatabase);
        if !hidden && !server.has(Fault::HidesRegionGroup) {
            let group = shown_group(server, &self.order.region_group);
            body.insert("region_group".into(), json!(group));
        }
        let rounded = server.has(Fault::RoundsWindowToDays);
        let show = |instant: Timestamp| {
            let shown = server.time_style().show_exactly(instant);
            if rounded { format!("{}T00:00:00Z", &shown[..10]) } else { shown }
        };
        body.insert("time_start".into(), json!(show(self.order.time_start)));
        body.insert("time_end".into(), json!(show(self.order.time_end)));
        body.insert("updated_at".into(), json!(server.show_time(self.updated_at)));
        body.insert("version".into(), json!(self.shown_version(server)));
        if let Some(url) = self.shown_url(server) {
            let address = crate::presign::write(server, self, url);
            body.insert("presigned_url".into(), json!(address));
            if !server.has(Fault::HidesUrlExpiry) {
                let expires_at = server.show_time(url.expires_at);
                body.insert("presigned_url_expiration_time".into(), json!(expires_at));
            }
        }
        Value::Object(body)
    }

    fn shown_url(&self, server: &Server) -> Option<FileUrl> {
        match self.state {
            LogState::Complete => self.url.filter(|_| !server.has(Fault::HidesUrl)),
            LogState::Failed if server.has(Fault::ShowsUrlOfFailedLogs) => {
                Some(FileUrl { serial: 0, expires_at: self.updated_at.plus(HOUR) })
            }
            LogState::Requested
            | LogState::Pending
            | LogState::CreatingNewUrl
            | LogState::Failed
            | LogState::TimedOut
            | LogState::DoesNotExist => None,
        }
    }

    /// When the newest URL stops to be good.
    pub(crate) fn url_expires_at(&self) -> Option<Moment> {
        self.url.map(|url| url.expires_at)
    }
}

/// The log requests of one account.
#[derive(Debug, Default)]
pub(crate) struct LogRequests {
    by_id: BTreeMap<u64, LogRequest>,
    /// What may move on by itself, in the order in which it is due.
    waiting: VecDeque<(Moment, u64)>,
    tokens: HashMap<String, (u64, Moment)>,
}

impl LogRequests {
    pub(crate) fn get(&self, id: u64) -> Option<&LogRequest> {
        self.by_id.get(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &LogRequest> {
        self.by_id.values()
    }

    pub(crate) fn add(
        &mut self,
        server: &Server,
        account_id: &str,
        id: u64,
        order: LogOrder,
        step: Step,
    ) -> &LogRequest {
        let requested = server.variants().has(Variant::StartsRequested);
        let state = if requested { LogState::Requested } else { LogState::Pending };
        let request = LogRequest {
            id,
            account_id: account_id.to_owned(),
            state,
            order,
            updated_at: step.at,
            version: 0,
            url: None,
            history: History::starting(step.revision, state),
            entered: step.real,
            looks: 0,
            listed: false,
            first_expiry: None,
        };
        self.waiting.push_back((step.real, id));
        self.by_id.entry(id).or_insert(request)
    }

    /// Remembers which request an idempotency token led to.
    pub(crate) fn remember(&mut self, token: String, id: u64, at: Moment) {
        self.tokens.insert(token, (id, at));
    }

    /// The request that a token led to less than a day ago.
    pub(crate) fn remembered(
        &self,
        server: &Server,
        token: &str,
        now: Moment,
    ) -> Option<&LogRequest> {
        let (id, since) = self.tokens.get(token)?;
        let life = if server.has(Fault::ForgetsLogTokensAfterAnHour) { HOUR } else { DAY };
        if now < since.plus(life) { self.by_id.get(id) } else { None }
    }

    /// Takes a request to another state; whether that is legal is the caller's business. Whoever
    /// becomes complete gets a new URL.
    pub(crate) fn set(&mut self, server: &Server, id: u64, next: LogState, step: Step) {
        let Some(request) = self.by_id.get_mut(&id) else { return };
        request.state = next;
        request.updated_at = step.at;
        request.entered = step.real;
        request.looks = 0;
        request.history.push(step.revision, next);
        if next == LogState::Complete {
            let life = if server.has(Fault::MakesExpiredUrls) {
                -HOUR
            } else if server.variants().has(Variant::ShortUrlLife) {
                HOUR / 4
            } else if server.variants().has(Variant::LongUrlLife) {
                7 * DAY
            } else {
                HOUR
            };
            if request.version > 0 && server.has(Fault::LowersVersion) {
                request.version -= 1;
            } else {
                request.version += 1;
            }
            let renewed = request.url.filter(|_| server.has(Fault::RenewsUrlsWithOldExpiry));
            let expires_at = renewed.map_or(step.at.plus(life), |old| old.expires_at);
            request.url = Some(FileUrl { serial: request.version, expires_at });
            request.first_expiry.get_or_insert(expires_at);
        }
        if next.moves_on_to().is_some() {
            self.waiting.push_back((step.real, id));
        }
    }

    /// The next change that happens by itself, and when it is due in real time.
    pub(crate) fn next_due(
        &mut self,
        server: &Server,
        step: i64,
    ) -> Option<(u64, LogState, Moment)> {
        while let Some((since, id)) = self.waiting.front().copied() {
            // An entry counts only for the state in which it was made.
            let current = self.by_id.get(&id).filter(|request| request.entered == since);
            let next = current.and_then(|request| request.state.moves_on_to());
            if let Some(next) = next {
                return Some((id, next, since.plus(stay(server, id, step))));
            }
            self.waiting.pop_front();
        }
        None
    }

    /// Takes the front of the queue off, because it is being moved.
    pub(crate) fn take_due(&mut self) {
        self.waiting.pop_front();
    }

    /// The ids of all requests.
    pub(crate) fn ids(&self) -> BTreeSet<u64> {
        self.by_id.keys().copied().collect()
    }

    /// Loses requests; only a wrong server does.
    pub(crate) fn lose(&mut self, ids: &BTreeSet<u64>) {
        self.by_id.retain(|id, _| !ids.contains(id));
    }

    /// Loses the URL of a request; only a wrong server does.
    pub(crate) fn lose_url(&mut self, id: u64) {
        if let Some(request) = self.by_id.get_mut(&id) {
            request.url = None;
        }
    }

    /// Notes that a list has shown these.
    pub(crate) fn note_listed(&mut self, ids: &[u64]) {
        for id in ids {
            if let Some(request) = self.by_id.get_mut(id) {
                request.listed = true;
            }
        }
    }

    /// Counts a look at a request whose URL is being created; tells whether it is there now.
    pub(crate) fn look(&mut self, id: u64) -> bool {
        let Some(request) = self.by_id.get_mut(&id) else { return false };
        if request.state != LogState::CreatingNewUrl {
            return false;
        }
        request.looks += 1;
        request.looks >= LOOKS_UNTIL_URL
    }
}
