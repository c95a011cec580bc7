//! From numbers to transitions: what a program under construction has made so far, and what can be
//! done next.

use model::Program;
use model::program::{AccountSetup, DatabaseSetup, Jobs, KeySetup, Plan, Role, Setup};
use model::transition::{
    Credential, Cut, Destination, ExportBody, ExportFilter, ExportState, FirstPage, Format, Handle,
    Listing, LogBody, LogState, Tamper, Transition, UrlBody,
};

use super::{Draw, Ground, Theme};

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// Further than this no account's clock is moved: windows of log requests stay near to it.
const ADVANCE_MAX: u64 = 20 * DAY;

/// Idempotency keys: few, so that they meet again; and alike, so that a target that looks at a
/// part of a key only takes one for the other.
const KEYS: [&str; 5] = [
    "alpha",
    "beta",
    "Alpha",
    "b3c1f8e0-5d7a-4f0e-9a41-0d2f6c7e8a91-1",
    "b3c1f8e0-5d7a-4f0e-9a41-0d2f6c7e8a91-2",
];

const TOKENS: [&str; 2] =
    ["813831fe-8f2a-423f-9467-55551f784250", "0b54a7c2-3c2e-4f6e-9d6a-2f5f6a7b8c9d"];

const PAGE_SIZES: [Option<u32>; 7] =
    [Some(1), Some(2), Some(3), None, Some(100), Some(10), Some(4)];

/// Windows of log requests, in seconds around the account's clock.
const WINDOWS: [(i64, i64); 4] =
    [(-7200, -3600), (-86_400, 0), (-3600, 3600), (-7 * 86_400, -6 * 86_400)];

/// A kind of transition that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Create,
    Get,
    Page,
    Walk,
    WalkWithChanges,
    Request,
    Status,
    LogPage,
    LogWalk,
    NewUrl,
    Fetch,
    ToExpiry,
    Apps,
    Delete,
    Move,
    MoveLog,
    Advance,
    Issue,
    Revoke,
    Token,
    Stranger,
    Lose,
    Crowd,
    Await,
}

/// How often each kind is drawn for a theme.
fn weights(theme: Theme) -> &'static [(Kind, u16)] {
    use Kind::{
        Advance, Apps, Await, Create, Crowd, Delete, Fetch, Get, Issue, LogPage, LogWalk, Lose,
        Move, MoveLog, NewUrl, Page, Request, Revoke, Status, Stranger, ToExpiry, Token, Walk,
        WalkWithChanges,
    };
    match theme {
        Theme::Everything => &[
            (Create, 6),
            (Get, 4),
            (Page, 3),
            (Walk, 2),
            (WalkWithChanges, 1),
            (Request, 4),
            (Status, 3),
            (LogPage, 2),
            (LogWalk, 1),
            (NewUrl, 1),
            (Fetch, 1),
            (Apps, 1),
            (Delete, 1),
            (Move, 4),
            (MoveLog, 3),
            (Advance, 2),
            (Issue, 1),
            (Revoke, 1),
            (Token, 1),
            (Stranger, 3),
            (Lose, 1),
            (Crowd, 1),
        ],
        Theme::Idempotency => &[
            (Create, 12),
            (Get, 2),
            (Page, 2),
            (Request, 5),
            (Status, 1),
            (LogPage, 1),
            (Move, 3),
            (MoveLog, 1),
            (Advance, 3),
            (Stranger, 1),
            (Issue, 1),
        ],
        Theme::Lists => &[
            (Create, 6),
            (Page, 4),
            (Walk, 4),
            (WalkWithChanges, 4),
            (Request, 4),
            (LogPage, 3),
            (LogWalk, 2),
            (Apps, 2),
            (Delete, 1),
            (Move, 5),
            (MoveLog, 3),
            (Token, 3),
        ],
        Theme::Jobs => &[
            (Create, 3),
            (Get, 4),
            (Page, 2),
            (Request, 3),
            (Status, 5),
            (LogPage, 2),
            (NewUrl, 3),
            (Fetch, 3),
            (ToExpiry, 2),
            (Move, 6),
            (MoveLog, 6),
            (Advance, 2),
        ],
        Theme::Keys => &[
            (Create, 3),
            (Get, 2),
            (Page, 2),
            (Request, 2),
            (Status, 2),
            (Apps, 1),
            (Delete, 1),
            (Advance, 4),
            (Issue, 3),
            (Revoke, 2),
            (Stranger, 12),
            (LogPage, 1),
        ],
        Theme::Crowd => &[(Create, 2), (Request, 1), (Move, 2), (Crowd, 6), (Page, 1), (Get, 1)],
        Theme::Loss => &[
            (Create, 2),
            (Request, 1),
            (Lose, 6),
            (Page, 2),
            (LogPage, 1),
            (Get, 1),
            (Move, 1),
            (Delete, 1),
            (Apps, 1),
        ],
        Theme::Automatic => &[
            (Create, 4),
            (Get, 6),
            (Page, 5),
            (Request, 2),
            (Status, 4),
            (LogPage, 2),
            (Await, 2),
            (NewUrl, 1),
            (Walk, 1),
            (Crowd, 1),
        ],
    }
}

/// An export as the sketch believes it to be.
#[derive(Clone, Copy, Debug)]
struct Job<S> {
    handle: Handle,
    account: usize,
    state: S,
}

/// A program under construction.
pub struct Sketch<'a> {
    pub(super) ground: &'a Ground,
    theme: Theme,
    program: Program,
    exports: Vec<Job<ExportState>>,
    logs: Vec<Job<LogState>>,
    next: Handle,
    advanced: Vec<u64>,
}

/// Chooses one of several by a number.
pub(super) fn pick<T: Copy>(of: &[T], number: u16) -> T {
    of[usize::from(number) % of.len()]
}

fn one_in(n: u16, number: u16) -> bool {
    number.is_multiple_of(n)
}

impl<'a> Sketch<'a> {
    /// A program without transitions: one account, and where accounts are minted often another,
    /// each with several keys.
    pub fn new(ground: &'a Ground, theme: Theme, numbers: [u16; 6]) -> Sketch<'a> {
        let auto = theme == Theme::Automatic && ground.jobs;
        let jobs = if auto { Jobs::Auto(pick(&[1, 3, 6], numbers[0])) } else { Jobs::Manual };
        let apps = if ground.apps { pick(&[3, 4, 2, 0], numbers[1]) } else { 0 };
        let account = |plan| AccountSetup { plan, databases: ground.databases.clone(), apps, jobs };
        let key = |account, role, ttl_days, later| KeySetup { account, role, ttl_days, later };
        let mut setup = Setup {
            accounts: vec![account(Plan::Enterprise)],
            keys: vec![key(0, Role::Owner, None, false)],
        };
        if ground.mints {
            let days = Some(pick(&[1, 2, 3], numbers[2]));
            let second = pick(&[Role::Admin, Role::Developer], numbers[3]);
            setup.keys.push(key(0, second, None, false));
            setup.keys.push(key(0, Role::Billing, None, false));
            if ground.clock {
                setup.keys.push(key(0, Role::Developer, days, false));
                setup.keys.push(key(0, Role::Admin, days, true));
            }
            if !one_in(4, numbers[4]) {
                let plan = if one_in(4, numbers[5]) { Plan::Free } else { Plan::Enterprise };
                setup.accounts.push(account(plan));
                setup.keys.push(key(1, Role::Owner, None, false));
            }
        }
        let n = setup.accounts.len();
        Sketch {
            ground,
            theme,
            program: Program { name: String::new(), setup, steps: Vec::new() },
            exports: Vec::new(),
            logs: Vec::new(),
            next: 0,
            advanced: vec![0; n],
        }
    }

    /// The program. A last look at the whole lists shows what went unnoticed on the way.
    pub fn finish(mut self) -> Program {
        let by = Credential::Key(0);
        let exports = self.exports.iter().any(|job| job.account == 0);
        if exports {
            self.push(page(by.clone(), Listing::Exports(ExportFilter::default()), Some(100)));
        }
        if self.logs.iter().any(|job| job.account == 0) {
            self.push(page(by.clone(), Listing::Logs(LogState::ALL.to_vec()), Some(100)));
        }
        if self.program.setup.accounts[0].apps > 0 {
            self.push(page(by, Listing::Apps, Some(100)));
        }
        self.program
    }

    /// Adds what a draw stands for, if there is anything that it can stand for by now.
    pub fn add(&mut self, draw: Draw) {
        let weights = weights(self.theme);
        let total: u16 = weights.iter().map(|(_, weight)| weight).sum();
        let mut at = draw.kind % total;
        let kind = weights.iter().find(|(_, weight)| {
            let here = at < *weight;
            at = at.saturating_sub(*weight);
            here
        });
        if let Some((kind, _)) = kind {
            self.draw(*kind, draw.picks);
        }
    }

    fn draw(&mut self, kind: Kind, picks: [u16; 6]) {
        match kind {
            Kind::Create => self.create(picks),
            Kind::Get => self.get(picks),
            Kind::Page => self.page(picks),
            Kind::Walk => self.walk(picks, false),
            Kind::WalkWithChanges => self.walk(picks, true),
            Kind::Request => self.request(picks),
            Kind::Status => self.status(picks),
            Kind::LogPage | Kind::LogWalk => self.log_list(picks, kind == Kind::LogWalk),
            Kind::NewUrl => self.new_url(picks),
            Kind::Fetch => self.fetch(picks),
            Kind::ToExpiry => self.to_expiry(picks),
            Kind::Apps => self.apps(picks),
            Kind::Delete => self.delete(picks),
            Kind::Move => self.move_export(picks),
            Kind::MoveLog => self.move_log(picks),
            Kind::Advance => self.advance(picks),
            Kind::Issue | Kind::Revoke => self.issue_or_revoke(kind == Kind::Issue, picks),
            Kind::Token => self.token(picks),
            Kind::Stranger => self.stranger(picks),
            Kind::Lose => self.lose(picks),
            Kind::Crowd => self.crowd(picks),
            Kind::Await => self.wait(picks),
        }
    }

    pub(super) fn push(&mut self, step: Transition) {
        self.program.steps.push(step);
    }

    pub(super) fn handle(&mut self) -> Handle {
        self.next += 1;
        self.next - 1
    }

    /// A key of an account that may do everything, as long as it lasts.
    pub(super) fn good_key(&self, account: usize, number: u16) -> Credential {
        let good = |(at, key): (usize, &KeySetup)| {
            let fits = key.account == account && key.role != Role::Billing;
            (fits && key.ttl_days.is_none() && !key.later).then_some(at)
        };
        let keys: Vec<usize> =
            self.program.setup.keys.iter().enumerate().filter_map(good).collect();
        // The owner's key most often: what one key made is what another meets.
        let number = if number.is_multiple_of(3) { number / 3 } else { 0 };
        Credential::Key(if keys.is_empty() { 0 } else { pick(&keys, number) })
    }

    /// Mostly the first account.
    pub(super) fn account(&self, number: u16) -> usize {
        let n = self.program.setup.accounts.len();
        if n > 1 && one_in(5, number) { 1 } else { 0 }
    }

    fn is_free(&self, account: usize) -> bool {
        self.program.setup.accounts[account].plan == Plan::Free
    }

    pub(super) fn body(&self, number: u16) -> ExportBody {
        let databases: &[DatabaseSetup] = &self.ground.databases;
        let database = &databases[usize::from(number / 16) % databases.len()];
        let collections = match number % 4 {
            0 if !database.collections.is_empty() => Some(database.collections.clone()),
            1 => database.collections.first().map(|name| vec![name.clone()]),
            _ => None,
        };
        let destination = match number / 4 % 2 {
            0 => Destination::Uri("s3://conformance-bucket/exports/run".to_owned()),
            _ => Destination::S3 {
                bucket: "conformance-other".to_owned(),
                path: "exports/object".to_owned(),
            },
        };
        let format = if number / 8 % 2 == 0 { Format::Simple } else { Format::Tagged };
        ExportBody { database: database.path.clone(), collections, format, destination }
    }

    pub(super) fn note_export(&mut self, handle: Handle, account: usize) {
        if !self.is_free(account) {
            self.exports.push(Job { handle, account, state: ExportState::Pending });
        }
    }

    pub(super) fn note_log(&mut self, handle: Handle, account: usize) {
        self.logs.push(Job { handle, account, state: LogState::Pending });
    }

    fn create(&mut self, picks: [u16; 6]) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let keyed = self.theme == Theme::Idempotency || picks[2] % 2 == 0;
        let key = keyed.then(|| pick(&KEYS, picks[3]));
        // Under a key mostly the same body, or each repetition would be a mismatch.
        let body = match key {
            Some(key) if !one_in(6, picks[4]) => self.body(u16::from(key.as_bytes()[0])),
            _ => self.body(picks[5]),
        };
        let handle = self.handle();
        let idempotency_key = key.map(str::to_owned);
        self.push(Transition::CreateExport { by, handle, body, idempotency_key });
        self.note_export(handle, account);
    }

    fn get(&mut self, picks: [u16; 6]) {
        if let Some(job) = self.export(picks[0]) {
            let by = self.good_key(job.account, picks[1]);
            self.push(Transition::GetExport { by, export: job.handle });
        }
    }

    fn export(&self, number: u16) -> Option<Job<ExportState>> {
        (!self.exports.is_empty()).then(|| pick(&self.exports, number))
    }

    fn log(&self, number: u16) -> Option<Job<LogState>> {
        (!self.logs.is_empty()).then(|| pick(&self.logs, number))
    }

    fn filter(&self, numbers: [u16; 2]) -> Listing {
        let states = match numbers[0] % 4 {
            0 => vec![pick(&ExportState::ALL, numbers[0] / 4)],
            1 => {
                let chosen = numbers[0] / 4 % 16;
                let inside = |(at, _): &(usize, &ExportState)| chosen & (1 << at) != 0;
                let all = ExportState::ALL.iter().enumerate();
                all.filter(inside).map(|(_, state)| *state).collect()
            }
            _ => Vec::new(),
        };
        let databases = &self.ground.databases;
        let database = one_in(4, numbers[1])
            .then(|| databases[usize::from(numbers[1] / 4) % databases.len()].path.clone());
        Listing::Exports(ExportFilter { states, database })
    }

    fn page(&mut self, picks: [u16; 6]) {
        let by = self.good_key(self.account(picks[0]), picks[1]);
        let list = self.filter([picks[2], picks[3]]);
        self.push(page(by, list, pick(&PAGE_SIZES, picks[4])));
    }

    fn walk(&mut self, picks: [u16; 6], changes: bool) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let list = self.filter([picks[2], picks[3]]);
        let max_results = pick(&[Some(1), Some(2), Some(3)], picks[4]);
        let between = if changes { self.changes(account, picks) } else { Vec::new() };
        self.push(Transition::Walk { by, list, max_results, between });
    }

    /// Creations and moves for the middle of a walk.
    fn changes(&mut self, account: usize, picks: [u16; 6]) -> Vec<Transition> {
        let before = self.program.steps.len();
        for number in 0..1 + picks[5] % 3 {
            let picks = picks.map(|pick| pick.rotate_left(u32::from(number) + 3));
            match picks[5] % 3 {
                0 if self.ground.jobs => self.move_export(picks),
                _ => {
                    let by = self.good_key(account, picks[1]);
                    let handle = self.handle();
                    let body = self.body(picks[2]);
                    self.push(Transition::CreateExport { by, handle, body, idempotency_key: None });
                    self.note_export(handle, account);
                }
            }
        }
        self.program.steps.split_off(before)
    }

    pub(super) fn log_body(&self, number: u16, token: Option<&str>) -> LogBody {
        let databases = &self.ground.databases;
        let database = &databases[usize::from(number / 4) % databases.len()].path;
        let region = database.split('/').next().unwrap_or("us-std").to_owned();
        let (database, region_group) = match number % 4 {
            0 => (None, Some(region)),
            1 => (Some(database.clone()), Some(region)),
            _ => (Some(database.clone()), None),
        };
        let (start_seconds, end_seconds) = pick(&WINDOWS, number / 16);
        let idempotency_token = token.map(str::to_owned);
        LogBody { database, region_group, start_seconds, end_seconds, idempotency_token }
    }

    fn request(&mut self, picks: [u16; 6]) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let token = (picks[2] % 2 == 0).then(|| pick(&TOKENS, picks[3]));
        let number = match token {
            Some(token) if !one_in(6, picks[4]) => u16::from(token.as_bytes()[0]),
            _ => picks[5],
        };
        let body = self.log_body(number, token);
        let handle = self.handle();
        self.push(Transition::RequestLogs { by, handle, body });
        self.note_log(handle, account);
    }

    fn status(&mut self, picks: [u16; 6]) {
        if let Some(job) = self.log(picks[0]) {
            let by = self.good_key(job.account, picks[1]);
            self.push(Transition::GetLog { by, log: job.handle });
        }
    }

    fn log_list(&mut self, picks: [u16; 6], walks: bool) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let chosen = picks[2] % 128;
        let inside = |(at, _): &(usize, &LogState)| chosen & (1 << at) != 0;
        let some: Vec<LogState> =
            LogState::ALL.iter().enumerate().filter(inside).map(|(_, state)| *state).collect();
        let all = some.is_empty() || picks[3] % 2 == 0;
        let list = Listing::Logs(if all { LogState::ALL.to_vec() } else { some });
        if !walks {
            self.push(page(by, list, pick(&PAGE_SIZES, picks[4])));
            return;
        }
        let mut between = Vec::new();
        if one_in(2, picks[5]) {
            let handle = self.handle();
            let body = self.log_body(picks[5], None);
            between.push(Transition::RequestLogs { by: by.clone(), handle, body });
            self.note_log(handle, account);
        }
        let max_results = pick(&[Some(1), Some(2), Some(3)], picks[4]);
        self.push(Transition::Walk { by, list, max_results, between });
    }

    fn new_url(&mut self, picks: [u16; 6]) {
        let Some(job) = self.log(picks[0]) else { return };
        let by = self.good_key(job.account, picks[1]);
        let bodies =
            [UrlBody::None, UrlBody::Empty, UrlBody::CurrentVersion, UrlBody::WrongVersion];
        self.push(Transition::CreateLogUrl { by, log: job.handle, body: pick(&bodies, picks[2]) });
    }

    fn fetch(&mut self, picks: [u16; 6]) {
        if let Some(job) = self.log(picks[0]).filter(|_| self.ground.storage) {
            self.push(Transition::FetchLogFile { log: job.handle });
        }
    }

    /// Just before a URL expires or just after, and then the file.
    fn to_expiry(&mut self, picks: [u16; 6]) {
        let fits = self.ground.storage && self.ground.clock;
        let Some(job) = self.log(picks[0]).filter(|_| fits) else { return };
        let seconds = pick(&[-10, 10], picks[1]);
        self.push(Transition::AdvanceToUrlExpiry { log: job.handle, seconds });
        self.push(Transition::FetchLogFile { log: job.handle });
    }

    fn apps(&mut self, picks: [u16; 6]) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let max_results = pick(&[Some(1), Some(2), None, Some(100)], picks[2]);
        let between = match one_in(2, picks[3]) && self.ground.apps {
            true => vec![self.deletion(by.clone(), account, picks[4])],
            false => Vec::new(),
        };
        self.push(Transition::Walk { by, list: Listing::Apps, max_results, between });
    }

    fn deletion(&self, by: Credential, account: usize, number: u16) -> Transition {
        // One more than there are: an id that no app has.
        let n = usize::try_from(self.program.setup.accounts[account].apps).unwrap_or(0) + 1;
        Transition::DeleteApp { by, account, app: usize::from(number) % n }
    }

    fn delete(&mut self, picks: [u16; 6]) {
        if !self.ground.apps {
            return;
        }
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let step = self.deletion(by, account, picks[2]);
        self.push(step);
    }

    fn move_export(&mut self, picks: [u16; 6]) {
        if !self.ground.jobs || self.exports.is_empty() || self.theme == Theme::Automatic {
            return;
        }
        let at = usize::from(picks[0]) % self.exports.len();
        let job = self.exports[at];
        let running = self.exports.iter().any(|other| {
            other.account == job.account
                && other.handle != job.handle
                && other.state == ExportState::InProgress
        });
        let to = match job.state {
            // Any state now and then: an illegal move must be refused.
            _ if one_in(8, picks[1]) => pick(&ExportState::ALL, picks[2]),
            ExportState::Pending if one_in(4, picks[1]) => ExportState::Failed,
            ExportState::Pending => ExportState::InProgress,
            ExportState::InProgress if one_in(3, picks[1]) => ExportState::Failed,
            ExportState::InProgress => ExportState::Complete,
            ExportState::Complete | ExportState::Failed => return,
        };
        let legal = match (job.state, to) {
            (ExportState::Pending, ExportState::InProgress) => !running,
            (ExportState::Pending, ExportState::Failed)
            | (ExportState::InProgress, ExportState::Complete | ExportState::Failed) => true,
            _ => false,
        };
        if legal {
            self.exports[at].state = to;
        }
        self.push(Transition::MoveExport { export: job.handle, to });
    }

    fn move_log(&mut self, picks: [u16; 6]) {
        if !self.ground.jobs || self.logs.is_empty() || self.theme == Theme::Automatic {
            return;
        }
        let at = usize::from(picks[0]) % self.logs.len();
        let job = self.logs[at];
        let first = matches!(job.state, LogState::Pending | LogState::Requested);
        let ends = [LogState::Complete, LogState::Complete, LogState::Complete, LogState::Failed];
        let to = match first {
            true if one_in(3, picks[1]) => pick(&LogState::ALL, picks[2]),
            true => pick(&ends, picks[2]),
            false if one_in(6, picks[1]) => pick(&LogState::ALL, picks[2]),
            false => return,
        };
        if first && to != LogState::Requested {
            self.logs[at].state = to;
        }
        self.push(Transition::MoveLog { log: job.handle, to });
    }

    fn advance(&mut self, picks: [u16; 6]) {
        let account = self.account(picks[0]);
        if !self.ground.clock {
            return;
        }
        let seconds =
            pick(&[60, 3600, DAY / 2, DAY - 60, 120, DAY + 60, 2 * DAY, 3 * DAY], picks[1]);
        if self.advanced[account] + seconds <= ADVANCE_MAX {
            self.advanced[account] += seconds;
            self.push(Transition::AdvanceClock { account, seconds });
        }
    }

    fn issue_or_revoke(&mut self, issue: bool, picks: [u16; 6]) {
        let is = |(at, key): (usize, &KeySetup)| {
            // The owner's key stays: somebody has to look.
            (at > 0 && key.later == issue && key.role != Role::Owner).then_some(at)
        };
        let keys: Vec<usize> = self.program.setup.keys.iter().enumerate().filter_map(is).collect();
        if keys.is_empty() {
            return;
        }
        let key = pick(&keys, picks[0]);
        self.push(match issue {
            true => Transition::IssueKey { key },
            false => Transition::RevokeKey { key },
        });
    }

    fn token(&mut self, picks: [u16; 6]) {
        let owner = self.good_key(0, picks[0]);
        let tamper = match picks[1] % 8 {
            0 => Some(Tamper::Replace),
            1 => Some(Tamper::Shorten),
            2 => Some(Tamper::Lengthen),
            3 => Some(Tamper::Empty),
            4 => Some(Tamper::Invent),
            _ => None,
        };
        let by = self.good_key(self.account(picks[2]), picks[3]);
        let lists = [
            Listing::Exports(ExportFilter::default()),
            Listing::Logs(LogState::ALL.to_vec()),
            Listing::Apps,
        ];
        let list = lists[usize::from(picks[4]) % 3].clone();
        // Mostly the list that it comes from, and sometimes another one or another query.
        let used_for = match picks[5] % 4 {
            0 => lists[usize::from(picks[5] / 4) % 3].clone(),
            1 => self.filter([picks[5] / 4, picks[4] / 4]),
            _ => list.clone(),
        };
        self.push(Transition::ForeignToken { owner, by, list, used_for, tamper });
    }

    /// A call by somebody who may not be let in, or not for this.
    fn stranger(&mut self, picks: [u16; 6]) {
        let n = self.program.setup.keys.len();
        let key = usize::from(picks[0]) % n;
        let by = match picks[1] % 16 {
            0 => Credential::Missing,
            1 => Credential::Garbage,
            2 => Credential::Bare(key),
            3 => Credential::OtherScheme("Basic".to_owned(), key),
            4 => Credential::Truncated(key),
            5 => Credential::Extended(key),
            _ => Credential::Key(key),
        };
        let account = usize::from(picks[2]) % self.program.setup.accounts.len();
        let step = match picks[3] % 9 {
            0 => {
                let handle = self.handle();
                let body = self.body(picks[4]);
                Transition::CreateExport { by, handle, body, idempotency_key: None }
            }
            1 => page(by, Listing::Exports(ExportFilter::default()), None),
            2 => Transition::GetExport {
                by,
                export: self.export(picks[4]).map_or(999, |j| j.handle),
            },
            3 => {
                let handle = self.handle();
                let body = self.log_body(picks[4], None);
                Transition::RequestLogs { by, handle, body }
            }
            4 => Transition::GetLog { by, log: self.log(picks[4]).map_or(999, |j| j.handle) },
            5 => {
                let log = self.log(picks[4]).map_or(999, |j| j.handle);
                Transition::CreateLogUrl { by, log, body: UrlBody::None }
            }
            6 => page(by, Listing::Logs(LogState::ALL.to_vec()), None),
            7 => page(by, Listing::Apps, None),
            _ if self.ground.apps => self.deletion(by, account, picks[4]),
            _ => page(by, Listing::Apps, None),
        };
        self.push(step);
    }

    /// A call whose answer is lost, and mostly its retry.
    fn lose(&mut self, picks: [u16; 6]) {
        if !self.ground.mints {
            return;
        }
        let cut = pick(&[Cut::Early, Cut::Late], picks[0]);
        let by = self.good_key(0, picks[1]);
        let number = self.next;
        let again = 1 + picks[2] % 3;
        match picks[3] % 6 {
            0 if self.ground.apps => {
                let step = Box::new(self.deletion(by.clone(), 0, picks[4]));
                self.push(Transition::Lost { cut, step });
                self.push(page(by, Listing::Apps, Some(100)));
            }
            1 => {
                let handle = self.handle();
                let body = self.body(picks[4]);
                let step = Transition::CreateExport { by, handle, body, idempotency_key: None };
                self.push(Transition::Lost { cut, step: Box::new(step) });
            }
            2 | 3 => {
                let token = format!("5f0c9a3e-1b2d-4c3e-8f4a-{number:012x}");
                let body = self.log_body(picks[4], Some(&token));
                for time in 0..=again {
                    let handle = self.handle();
                    let body = body.clone();
                    let step = Transition::RequestLogs { by: by.clone(), handle, body };
                    self.lost_or_not(time == 0, cut, step);
                    self.note_log(handle, 0);
                }
            }
            _ => {
                let key = format!("lost-{number}");
                let body = self.body(picks[4]);
                for time in 0..=again {
                    let handle = self.handle();
                    let idempotency_key = Some(key.clone());
                    let (by, body) = (by.clone(), body.clone());
                    let step = Transition::CreateExport { by, handle, body, idempotency_key };
                    self.lost_or_not(time == 0, cut, step);
                    self.note_export(handle, 0);
                }
            }
        }
    }

    fn lost_or_not(&mut self, lost: bool, cut: Cut, step: Transition) {
        self.push(match lost {
            true => Transition::Lost { cut, step: Box::new(step) },
            false => step,
        });
    }

    fn wait(&mut self, picks: [u16; 6]) {
        let by = self.good_key(0, picks[0]);
        if picks[1] % 2 == 0 {
            if let Some(job) = self.export(picks[2]).filter(|job| job.account == 0) {
                self.push(Transition::AwaitExport { by, export: job.handle });
            }
        } else if let Some(job) = self.log(picks[2]).filter(|job| job.account == 0) {
            self.push(Transition::AwaitLog { by, log: job.handle });
        }
    }

    /// Handles of the exports and log requests of an account.
    pub(super) fn handles(&self, account: usize) -> (Vec<Handle>, Vec<Handle>) {
        let exports = self.exports.iter().filter(|job| job.account == account);
        let logs = self.logs.iter().filter(|job| job.account == account);
        (exports.map(|job| job.handle).collect(), logs.map(|job| job.handle).collect())
    }

    /// The first account's apps.
    pub(super) fn n_apps(&self) -> u16 {
        u16::try_from(self.program.setup.accounts[0].apps).unwrap_or(0)
    }

    /// Keys that may be revoked.
    pub(super) fn mortal_key(&self) -> Option<usize> {
        let keys = self.program.setup.keys.iter();
        keys.enumerate().find_map(|(at, key)| {
            let good = matches!(key.role, Role::Admin | Role::Developer);
            (at > 0 && good && key.account == 0 && key.ttl_days.is_none()).then_some(at)
        })
    }
}

pub(super) fn page(by: Credential, list: Listing, max_results: Option<u32>) -> Transition {
    Transition::ListPage { by, list, max_results, first: FirstPage::Absent }
}
