//! Draws about apps, clocks, keys that come and go, tokens, and callers who may not be let in.

use model::program::{KeySetup, Role};
use model::transition::{Credential, ExportFilter, Listing, LogState, Tamper, Transition, UrlBody};

use super::sketch::{ADVANCE_MAX, DAY, Sketch, one_in, page, pick};

impl Sketch<'_> {
    pub(super) fn apps(&mut self, picks: [u16; 6]) {
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let max_results = pick(&[Some(1), Some(2), None, Some(100)], picks[2]);
        let between = match one_in(2, picks[3]) && self.ground.apps {
            true => vec![self.deletion(by.clone(), account, picks[4])],
            false => Vec::new(),
        };
        self.push(Transition::Walk { by, list: Listing::Apps, max_results, between });
    }

    pub(super) fn deletion(&self, by: Credential, account: usize, number: u16) -> Transition {
        // One more than there are: an id that no app has.
        let n = usize::try_from(self.program.setup.accounts[account].apps).unwrap_or(0) + 1;
        Transition::DeleteApp { by, account, app: usize::from(number) % n }
    }

    pub(super) fn delete(&mut self, picks: [u16; 6]) {
        if !self.ground.apps {
            return;
        }
        let account = self.account(picks[0]);
        let by = self.good_key(account, picks[1]);
        let step = self.deletion(by, account, picks[2]);
        self.push(step);
    }

    pub(super) fn advance(&mut self, picks: [u16; 6]) {
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

    pub(super) fn issue_or_revoke(&mut self, issue: bool, picks: [u16; 6]) {
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

    pub(super) fn token(&mut self, picks: [u16; 6]) {
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
    pub(super) fn stranger(&mut self, picks: [u16; 6]) {
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
            1 => page(by, self.filter([picks[4], picks[5]]), pick(&[None, Some(1)], picks[5])),
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
}
