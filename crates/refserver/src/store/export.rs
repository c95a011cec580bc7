//! Exports: what one is, how it is shown, and how one after the other is worked off.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::database_path::shown_path;
use crate::fault::Fault;
use crate::server::Server;
use crate::store::history::History;
use crate::time::{Moment, SECOND};
use crate::variant::Variant;

/// Where an export is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExportState {
    Pending,
    InProgress,
    Complete,
    Failed,
}

impl ExportState {
    pub(crate) const ALL: [Self; 4] =
        [Self::Pending, Self::InProgress, Self::Complete, Self::Failed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "InProgress",
            Self::Complete => "Complete",
            Self::Failed => "Failed",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub(crate) fn is_terminal(self) -> bool {
        matches!(self, Self::Complete | Self::Failed)
    }

    /// Whether the control API may take an export from here to there.
    pub(crate) fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending, Self::InProgress | Self::Failed)
                | (Self::InProgress, Self::Complete | Self::Failed)
        )
    }

    /// Where the state stands in the list: the order of life, or that of the alphabet.
    pub(crate) fn group(self, server: &Server) -> u8 {
        let alphabetical = server.variants().has(Variant::AlphabeticalStateOrder);
        match self {
            Self::Pending if alphabetical => 3,
            Self::InProgress if alphabetical => 2,
            Self::Complete if alphabetical => 0,
            Self::Failed if alphabetical => 1,
            Self::Pending => 0,
            Self::InProgress => 1,
            Self::Complete => 2,
            Self::Failed => 3,
        }
    }
}

/// The place in S3 that an export goes to. The path has no slash in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) bucket: String,
    pub(crate) path: String,
}

impl Destination {
    fn show(&self, server: &Server) -> Value {
        let slashed = server.variants().has(Variant::TrailingSlashInDestination);
        let slash = if slashed && !self.path.ends_with('/') { "/" } else { "" };
        let path = format!("{}{slash}", self.path);
        let cut = server.has(Fault::CutsDestinationUri);
        let shown = if cut { "" } else { path.as_str() };
        let uri = format!("s3://{}/{shown}", self.bucket);
        if server.has(Fault::ShowsDestinationAsText) {
            return json!(uri);
        }
        json!({"s3": {"bucket": self.bucket, "path": path}, "uri": uri})
    }
}

/// Why an export failed.
#[derive(Debug, Clone)]
pub(crate) struct StateInfo {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// What a client asks for when it creates an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExportOrder {
    pub(crate) database: String,
    pub(crate) collections: Option<Vec<String>>,
    pub(crate) format: String,
    pub(crate) destination: Destination,
}

/// One export.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub(crate) id: u64,
    pub(crate) state: ExportState,
    pub(crate) order: ExportOrder,
    created_at: Moment,
    updated_at: Moment,
    state_info: Option<StateInfo>,
    pub(crate) history: History<ExportState>,
    /// When the state was reached, in real time.
    entered: Moment,
    /// Whether somebody has got it while it was in progress.
    seen_in_progress: bool,
}

impl Export {
    pub(crate) fn show(&self, server: &Server) -> Value {
        let mut body = Map::new();
        let id = if server.variants().has(Variant::IntegerExportIds) {
            json!(self.id)
        } else {
            json!(self.id.to_string())
        };
        body.insert("id".into(), id);
        body.insert("state".into(), json!(self.state.name()));
        body.insert("database".into(), json!(self.shown_database(server)));
        let collections = self.order.collections.as_ref();
        let dropped = server.has(Fault::DropsCollections);
        if let Some(collections) = collections.filter(|_| !dropped) {
            let mut names = collections.clone();
            if server.variants().has(Variant::SortedCollections) {
                names.sort_unstable();
            }
            body.insert("collections".into(), json!(names));
        }
        let simple = server.has(Fault::ShowsSimpleFormatOnly);
        let format = if simple { "simple" } else { self.order.format.as_str() };
        body.insert("format".into(), json!(format));
        body.insert("destination".into(), self.order.destination.show(server));
        let (created_at, updated_at) = self.shown_times(server);
        body.insert("created_at".into(), json!(server.show_time(created_at)));
        body.insert("updated_at".into(), json!(server.show_time(updated_at)));
        body.insert("is_terminal".into(), json!(self.shows_as_terminal(server)));
        let hidden = server.has(Fault::HidesStateInfo);
        if let Some(info) = self.state_info.as_ref().filter(|_| !hidden) {
            let mut shown = json!({"code": info.code, "message": info.message});
            if server.variants().has(Variant::OlderFailureMembers) {
                body.insert("failure".into(), shown.clone());
                body.insert("failed_at".into(), json!(server.show_time(updated_at)));
                shown["retryable"] = json!(false);
            }
            body.insert("state_info".into(), shown);
        }
        Value::Object(body)
    }

    fn shown_database(&self, server: &Server) -> Cow<'_, str> {
        let path = self.order.database.as_str();
        let end = path.match_indices('/').nth(1).map(|(idx, _)| idx);
        match end {
            Some(end) if server.has(Fault::ShowsTopDatabaseOnly) => Cow::Borrowed(&path[..end]),
            _ => shown_path(server, path),
        }
    }

    /// When it was created and when it changed last.
    fn shown_times(&self, server: &Server) -> (Moment, Moment) {
        let Self { created_at, updated_at, .. } = *self;
        if server.has(Fault::FreezesUpdatedAt) {
            return (created_at, created_at);
        }
        if server.has(Fault::MovesCreatedAt) {
            return (updated_at, updated_at);
        }
        if self.state.is_terminal() && server.has(Fault::UpdatesBeforeCreation) {
            return (created_at, created_at.plus(-SECOND));
        }
        (created_at, updated_at)
    }

    fn shows_as_terminal(&self, server: &Server) -> bool {
        match self.state {
            ExportState::Failed if server.has(Fault::SaysFailedIsNotTerminal) => false,
            ExportState::Pending if server.has(Fault::SaysPendingIsTerminal) => true,
            state => state.is_terminal(),
        }
    }
}

/// A change of state and when it happened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// The number of the change.
    pub(crate) revision: u64,
    /// When, by the clock of the account.
    pub(crate) at: Moment,
    /// When, in real time.
    pub(crate) real: Moment,
}

/// How long a job stays in a state by itself, if it has to stay for so long at least.
pub(crate) fn stay(server: &Server, id: u64, step: i64) -> i64 {
    let irregular = server.variants().has(Variant::IrregularProgress);
    if irregular { step.saturating_mul(1 + i64::try_from(id % 3).unwrap_or(0)) } else { step }
}

/// The exports of one account. At most one is in progress.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    by_id: BTreeMap<u64, Export>,
    in_progress: Option<u64>,
    /// Those that may still be pending, in the order of creation; others are passed over.
    waiting: VecDeque<u64>,
    n_unfinished: usize,
    /// Those that go their own way in a wrong server.
    loose: BTreeSet<u64>,
    /// When the last one stopped being in progress, in real time.
    freed: Option<Moment>,
}

impl Exports {
    pub(crate) fn get(&self, id: u64) -> Option<&Export> {
        self.by_id.get(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Export> {
        self.by_id.values()
    }

    pub(crate) fn in_progress(&self) -> Option<u64> {
        self.in_progress
    }

    pub(crate) fn any_unfinished(&self) -> bool {
        self.n_unfinished > 0
    }

    pub(crate) fn add(&mut self, server: &Server, id: u64, order: ExportOrder, step: Step) {
        let state = ExportState::Pending;
        let by_real = server.has(Fault::DatesCreationByRealClock);
        let starved = self.by_id.len() == 2 && server.has(Fault::StarvesThirdExport);
        let export = Export {
            id,
            state,
            order,
            created_at: if by_real { step.real } else { step.at },
            updated_at: step.at,
            state_info: None,
            history: History::starting(step.revision, state),
            entered: step.real,
            seen_in_progress: false,
        };
        if !starved {
            self.waiting.push_back(id);
        }
        self.n_unfinished += 1;
        self.by_id.insert(id, export);
    }

    /// Takes an export to another state; whether that is legal is the caller's business.
    pub(crate) fn set(&mut self, id: u64, next: ExportState, info: Option<StateInfo>, step: Step) {
        let Some(export) = self.by_id.get_mut(&id) else { return };
        export.state = next;
        export.state_info = info;
        export.updated_at = step.at;
        export.entered = step.real;
        export.history.push(step.revision, next);
        if next == ExportState::InProgress {
            self.in_progress = Some(id);
        } else if self.in_progress == Some(id) {
            self.in_progress = None;
            self.freed = Some(step.real);
        }
        if next.is_terminal() {
            self.n_unfinished = self.n_unfinished.saturating_sub(1);
        }
    }

    /// Takes an export back to its beginning; only a wrong server does.
    pub(crate) fn restart(&mut self, id: u64, step: Step) {
        self.take_back(id, ExportState::Pending, step);
    }

    /// Takes an export back to a state that it has left; only a wrong server does.
    pub(crate) fn take_back(&mut self, id: u64, state: ExportState, step: Step) {
        let ended = self.by_id.get(&id).is_some_and(|export| export.state.is_terminal());
        self.set(id, state, None, step);
        if ended && !state.is_terminal() {
            self.n_unfinished += 1;
        }
        if state == ExportState::Pending {
            self.waiting.push_back(id);
        }
    }

    /// The ids of all exports.
    pub(crate) fn ids(&self) -> BTreeSet<u64> {
        self.by_id.keys().copied().collect()
    }

    /// Loses exports; only a wrong server does.
    pub(crate) fn lose(&mut self, ids: &BTreeSet<u64>) {
        self.by_id.retain(|id, _| !ids.contains(id));
        self.waiting.retain(|id| !ids.contains(id));
        self.in_progress = self.in_progress.filter(|id| !ids.contains(id));
    }

    /// Lets an export go its own way, whatever the others do; only a wrong server does.
    pub(crate) fn set_loose(&mut self, id: u64) {
        self.loose.insert(id);
    }

    /// Whether this is the first look at the export while it is in progress.
    pub(crate) fn is_first_look(&mut self, id: u64) -> bool {
        let Some(export) = self.by_id.get_mut(&id) else { return false };
        let running = export.state == ExportState::InProgress;
        running && !std::mem::replace(&mut export.seen_in_progress, true)
    }

    /// The next change that happens by itself, and when it is due in real time: the export in
    /// progress completes, or the oldest pending one begins.
    pub(crate) fn next_due(
        &mut self,
        server: &Server,
        step: i64,
    ) -> Option<(u64, ExportState, Moment)> {
        if server.has(Fault::RunsTwoExportsAtOnce) {
            return self.next_due_of_any(step, |_| true);
        }
        if !self.loose.is_empty() {
            let loose = |id: u64| self.loose.contains(&id);
            if let Some(next) = self.next_due_of_any(step, loose) {
                return Some(next);
            }
        }
        if let Some(id) = self.in_progress {
            let skips = server.variants().has(Variant::SkipsInProgress);
            let step = if skips { 0 } else { stay(server, id, step) };
            let due = self.by_id.get(&id)?.entered.plus(step);
            return Some((id, ExportState::Complete, due));
        }
        while let Some(id) = self.waiting.front().copied() {
            let pending = self.by_id.get(&id).filter(|e| e.state == ExportState::Pending);
            if let Some(export) = pending {
                let ready = export.entered.plus(stay(server, id, step));
                let due = self.freed.map_or(ready, |freed| freed.max(ready));
                return Some((id, ExportState::InProgress, due));
            }
            self.waiting.pop_front();
        }
        None
    }

    /// The same if each export went its own way.
    fn next_due_of_any(
        &self,
        step: i64,
        goes_alone: impl Fn(u64) -> bool,
    ) -> Option<(u64, ExportState, Moment)> {
        let exports = self.by_id.values().filter(|export| goes_alone(export.id));
        let unfinished = exports.filter(|export| !export.state.is_terminal());
        let export = unfinished.min_by_key(|export| export.entered)?;
        let next = match export.state {
            ExportState::Pending => ExportState::InProgress,
            _ => ExportState::Complete,
        };
        Some((export.id, next, export.entered.plus(step)))
    }
}
