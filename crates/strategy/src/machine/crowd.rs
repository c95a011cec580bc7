//! Clients at once: bursts under one idempotency key, mixed histories of two to four clients,
//! calls that meet a move, a deletion or a revocation.

use model::transition::{Credential, ExportFilter, ExportState, Listing, LogState, Transition};

use super::Theme;
use super::sketch::{Sketch, page, pick};

/// A page size at which every list of a crowd is a single page.
const WHOLE: Option<u32> = Some(100);

impl Sketch<'_> {
    pub(super) fn crowd(&mut self, picks: [u16; 6]) {
        if !self.ground.mints {
            return;
        }
        let branches = match picks[0] % 10 {
            0 | 1 => self.burst(picks),
            2 => self.log_burst(picks),
            3 if self.n_apps() > 0 => self.deletions(picks),
            4 if self.ground.jobs && self.theme != Theme::Automatic => self.moves(picks),
            5 => self.revocation(picks),
            _ => self.mixed(picks),
        };
        if branches.len() > 1 {
            self.push(Transition::Parallel { branches });
        }
    }

    /// Several clients create under one key, and others look.
    fn burst(&mut self, picks: [u16; 6]) -> Vec<Vec<Transition>> {
        let n = pick(&[2, 3, 4, 8, 16], picks[1]);
        let by = self.good_key(0, picks[2]);
        let body = self.body(picks[3]);
        let key = format!("burst-{}", self.handle());
        let mut branches = Vec::new();
        for _ in 0..n {
            let handle = self.handle();
            let (by, body) = (by.clone(), body.clone());
            let idempotency_key = Some(key.clone());
            branches.push(vec![Transition::CreateExport { by, handle, body, idempotency_key }]);
            self.note_export(handle, 0);
        }
        branches
    }

    fn log_burst(&mut self, picks: [u16; 6]) -> Vec<Vec<Transition>> {
        let n = pick(&[2, 3, 4, 8], picks[1]);
        let token = format!("9d1e7c40-6b5a-4f3e-a2d1-{:012x}", self.handle());
        let body = self.log_body(picks[3], Some(&token));
        let mut branches = Vec::new();
        for at in 0..n {
            let by = self.good_key(0, picks[2].wrapping_add(at));
            let handle = self.handle();
            branches.push(vec![Transition::RequestLogs { by, handle, body: body.clone() }]);
            self.note_log(handle, 0);
        }
        branches
    }

    /// Several clients delete one app, and one lists.
    fn deletions(&mut self, picks: [u16; 6]) -> Vec<Vec<Transition>> {
        let by = self.good_key(0, picks[2]);
        let app = usize::from(picks[1] % self.n_apps());
        let delete = || Transition::DeleteApp { by: by.clone(), account: 0, app };
        let look = page(by.clone(), Listing::Apps, WHOLE);
        vec![vec![delete()], vec![delete()], vec![look]]
    }

    /// Two exports are moved to InProgress at once while somebody looks.
    fn moves(&mut self, picks: [u16; 6]) -> Vec<Vec<Transition>> {
        let (exports, _) = self.handles(0);
        if exports.len() < 2 {
            return self.mixed(picks);
        }
        let by = self.good_key(0, picks[2]);
        let one = pick(&exports, picks[1]);
        let two = pick(&exports, picks[1] + 1);
        let start = |export| Transition::MoveExport { export, to: ExportState::InProgress };
        let end = Transition::MoveExport { export: one, to: ExportState::Complete };
        let look = || page(by.clone(), Listing::Exports(ExportFilter::default()), WHOLE);
        let get = |export| Transition::GetExport { by: by.clone(), export };
        vec![vec![start(one), end], vec![start(two), get(two)], vec![look(), get(one), look()]]
    }

    /// A key is revoked while it is used.
    fn revocation(&mut self, picks: [u16; 6]) -> Vec<Vec<Transition>> {
        let Some(key) = self.mortal_key() else { return self.mixed(picks) };
        let by = Credential::Key(key);
        let list = || page(by.clone(), Listing::Exports(ExportFilter::default()), WHOLE);
        let handle = self.handle();
        let body = self.body(picks[1]);
        let create =
            Transition::CreateExport { by: by.clone(), handle, body, idempotency_key: None };
        self.note_export(handle, 0);
        vec![vec![list(), create, list()], vec![Transition::RevokeKey { key }]]
    }

    /// Two to four clients, each with one to four calls.
    fn mixed(&mut self, picks: [u16; 6]) -> Vec<Vec<Transition>> {
        let clients = 2 + picks[1] % 3;
        let key = format!("crowd-{}", self.handle());
        let mut branches = Vec::new();
        for client in 0..clients {
            let length = 1 + picks[2].rotate_left(u32::from(client)) % 4;
            let branch: Vec<Transition> = (0..length)
                .map(|at| {
                    let number = picks[3].wrapping_mul(31).wrapping_add(client * 97 + at * 13);
                    self.crowd_call(number ^ picks[4].rotate_left(u32::from(at + client)), &key)
                })
                .collect();
            branches.push(branch);
        }
        branches
    }

    fn crowd_call(&mut self, number: u16, key: &str) -> Transition {
        let by = self.good_key(0, number / 7);
        let (exports, logs) = self.handles(0);
        match number % 9 {
            0 | 1 => {
                let handle = self.handle();
                let body = self.body(number / 16);
                self.note_export(handle, 0);
                Transition::CreateExport { by, handle, body, idempotency_key: None }
            }
            2 => {
                let handle = self.handle();
                let body = self.body(0);
                self.note_export(handle, 0);
                let idempotency_key = Some(key.to_owned());
                Transition::CreateExport { by, handle, body, idempotency_key }
            }
            3 if !exports.is_empty() => {
                Transition::GetExport { by, export: pick(&exports, number / 9) }
            }
            4 => {
                let handle = self.handle();
                let body = self.log_body(number / 16, None);
                self.note_log(handle, 0);
                Transition::RequestLogs { by, handle, body }
            }
            5 if !logs.is_empty() => Transition::GetLog { by, log: pick(&logs, number / 9) },
            6 => page(by, Listing::Logs(LogState::ALL.to_vec()), WHOLE),
            _ => page(by, Listing::Exports(ExportFilter::default()), WHOLE),
        }
    }
}
