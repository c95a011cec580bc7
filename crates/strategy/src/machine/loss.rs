//! Draws about answers that never arrive, and about waiting for jobs.

use model::transition::{Cut, Listing, Transition};

use super::sketch::{Sketch, page, pick};

impl Sketch<'_> {
    /// A call whose answer is lost, and mostly its retry.
    pub(super) fn lose(&mut self, picks: [u16; 6]) {
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

    pub(super) fn lost_or_not(&mut self, lost: bool, cut: Cut, step: Transition) {
        self.push(match lost {
            true => Transition::Lost { cut, step: Box::new(step) },
            false => step,
        });
    }

    pub(super) fn wait(&mut self, picks: [u16; 6]) {
        let by = self.good_key(0, picks[0]);
        if picks[1].is_multiple_of(2) {
            if let Some(job) = self.export(picks[2]).filter(|job| job.account == 0) {
                self.push(Transition::AwaitExport { by, export: job.handle });
            }
        } else if let Some(job) = self.log(picks[2]).filter(|job| job.account == 0) {
            self.push(Transition::AwaitLog { by, log: job.handle });
        }
    }
}
