//! Draws about exports: creations, looks, lists, moves.

use model::transition::{ExportFilter, ExportState, Listing, Transition};

use super::Theme;
use super::sketch::{Job, PAGE_SIZES, Sketch, one_in, page, pick};

/// Idempotency keys: few, so that they meet again; and alike, so that a target that looks at a
/// part of a key only takes one for the other.
const KEYS: [&str; 5] = [
    "alpha",
    "beta",
    "Alpha",
    "b3c1f8e0-5d7a-4f0e-9a41-0d2f6c7e8a91-1",
    "b3c1f8e0-5d7a-4f0e-9a41-0d2f6c7e8a91-2",
];

impl Sketch<'_> {
    pub(super) fn create(&mut self, picks: [u16; 6]) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let keyed = self.theme == Theme::Idempotency || picks[2].is_multiple_of(2);
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

    pub(super) fn get(&mut self, picks: [u16; 6]) {
        if let Some(job) = self.export(picks[0]) {
            let by = self.good_key(job.account, picks[1]);
            self.push(Transition::GetExport { by, export: job.handle });
        }
    }

    pub(super) fn export(&self, number: u16) -> Option<Job<ExportState>> {
        (!self.exports.is_empty()).then(|| pick(&self.exports, number))
    }

    pub(super) fn filter(&self, numbers: [u16; 2]) -> Listing {
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

    pub(super) fn page(&mut self, picks: [u16; 6]) {
        let by = self.good_key(self.account(picks[0]), picks[1]);
        let list = self.filter([picks[2], picks[3]]);
        self.push(page(by, list, pick(&PAGE_SIZES, picks[4])));
    }

    pub(super) fn walk(&mut self, picks: [u16; 6], changes: bool) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let list = self.filter([picks[2], picks[3]]);
        let max_results = pick(&[Some(1), Some(2), Some(3)], picks[4]);
        let between = if changes { self.changes(account, picks) } else { Vec::new() };
        self.push(Transition::Walk { by, list, max_results, between });
    }

    /// Creations and moves for the middle of a walk.
    pub(super) fn changes(&mut self, account: usize, picks: [u16; 6]) -> Vec<Transition> {
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

    pub(super) fn move_export(&mut self, picks: [u16; 6]) {
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
}
