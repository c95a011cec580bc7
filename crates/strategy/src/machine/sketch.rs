//! From numbers to transitions: what a program under construction has made so far, and what can be
//! done next.

use model::Program;
use model::program::{AccountSetup, DatabaseSetup, Jobs, KeySetup, Plan, Role, Setup};
use model::transition::{
    Credential, Destination, ExportBody, ExportFilter, ExportState, FirstPage, Format, Handle,
    Listing, LogState, Transition,
};

use super::weights::{Kind, weights};
use super::{Draw, Ground, Theme};

/// Seconds of a day.
pub(super) const DAY: u64 = 24 * 60 * 60;

/// Further than this no account's clock is moved: windows of log requests stay near to it.
pub(super) const ADVANCE_MAX: u64 = 20 * DAY;

pub(super) const PAGE_SIZES: [Option<u32>; 7] =
    [Some(1), Some(2), Some(3), None, Some(100), Some(10), Some(4)];

/// An export as the sketch believes it to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job<S> {
    pub(super) handle: Handle,
    pub(super) account: usize,
    pub(super) state: S,
}

/// A program under construction.
pub struct Sketch<'a> {
    pub(super) ground: &'a Ground,
    pub(super) theme: Theme,
    pub(super) program: Program,
    pub(super) exports: Vec<Job<ExportState>>,
    pub(super) logs: Vec<Job<LogState>>,
    pub(super) next: Handle,
    pub(super) advanced: Vec<u64>,
}

/// Chooses one of several by a number.
pub(super) fn pick<T: Copy>(of: &[T], number: u16) -> T {
    of[usize::from(number) % of.len()]
}

pub(super) fn one_in(n: u16, number: u16) -> bool {
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
            Kind::ToExpiry => self.expire_url(picks),
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

    pub(super) fn is_free(&self, account: usize) -> bool {
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
        let format = if (number / 8).is_multiple_of(2) { Format::Simple } else { Format::Tagged };
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
