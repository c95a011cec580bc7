//! Draws about log requests: their lives, lists, files and URLs.

use model::transition::{Listing, LogBody, LogState, Transition, UrlBody};

use super::Theme;
use super::sketch::{Job, PAGE_SIZES, Sketch, one_in, page, pick};

const TOKENS: [&str; 2] =
    ["813831fe-8f2a-423f-9467-55551f784250", "0b54a7c2-3c2e-4f6e-9d6a-2f5f6a7b8c9d"];

/// Windows of log requests, in seconds around the account's clock.
const WINDOWS: [(i64, i64); 4] =
    [(-7200, -3600), (-86_400, 0), (-3600, 3600), (-7 * 86_400, -6 * 86_400)];

impl Sketch<'_> {
    pub(super) fn log(&self, number: u16) -> Option<Job<LogState>> {
        (!self.logs.is_empty()).then(|| pick(&self.logs, number))
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
        LogBody {
            database,
            region_group,
            start_seconds,
            end_seconds,
            idempotency_token,
            offset_hours: 0,
        }
    }

    pub(super) fn request(&mut self, picks: [u16; 6]) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let token = picks[2].is_multiple_of(2).then(|| pick(&TOKENS, picks[3]));
        let number = match token {
            Some(token) if !one_in(6, picks[4]) => u16::from(token.as_bytes()[0]),
            _ => picks[5],
        };
        let body = self.log_body(number, token);
        let handle = self.handle();
        self.push(Transition::RequestLogs { by, handle, body });
        self.note_log(handle, account);
    }

    pub(super) fn status(&mut self, picks: [u16; 6]) {
        if let Some(job) = self.log(picks[0]) {
            let by = self.good_key(job.account, picks[1]);
            self.push(Transition::GetLog { by, log: job.handle });
        }
    }

    pub(super) fn log_list(&mut self, picks: [u16; 6], walks: bool) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let chosen = picks[2] % 128;
        let inside = |(at, _): &(usize, &LogState)| chosen & (1 << at) != 0;
        let some: Vec<LogState> =
            LogState::ALL.iter().enumerate().filter(inside).map(|(_, state)| *state).collect();
        let all = some.is_empty() || picks[3].is_multiple_of(2);
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

    pub(super) fn new_url(&mut self, picks: [u16; 6]) {
        let Some(job) = self.log(picks[0]) else { return };
        let by = self.good_key(job.account, picks[1]);
        let bodies =
            [UrlBody::None, UrlBody::Empty, UrlBody::CurrentVersion, UrlBody::WrongVersion];
        self.push(Transition::CreateLogUrl { by, log: job.handle, body: pick(&bodies, picks[2]) });
    }

    pub(super) fn fetch(&mut self, picks: [u16; 6]) {
        if let Some(job) = self.log(picks[0]).filter(|_| self.ground.storage) {
            self.push(Transition::FetchLogFile { log: job.handle });
        }
    }

    /// Just before a URL expires or just after, and then the file.
    pub(super) fn expire_url(&mut self, picks: [u16; 6]) {
        let fits = self.ground.storage && self.ground.clock;
        let Some(job) = self.log(picks[0]).filter(|_| fits) else { return };
        let seconds = pick(&[-10, 10], picks[1]);
        self.push(Transition::AdvanceToUrlExpiry { log: job.handle, seconds });
        self.push(Transition::FetchLogFile { log: job.handle });
    }

    pub(super) fn move_log(&mut self, picks: [u16; 6]) {
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
}
