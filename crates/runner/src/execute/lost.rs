//! Calls whose answers never arrive, and their retries.

use std::time::Duration;

use check::Observations;
use model::replay::{Replay, comparable, export_replay, log_replay};
use model::state::{Millis, Moment};
use model::transition::{Credential, Cut};
use model::{Transition, lost, render};
use spec::wire::{Request, Response};

use super::{Run, Trouble};
use crate::transport::TransportError;

impl Run<'_> {
    /// Makes a call and cuts its connection.
    pub(super) async fn lose(&mut self, cut: Cut, step: &Transition) -> Result<(), Trouble> {
        let Some(by) = step.by().cloned() else { return Ok(()) };
        let now = self.anchor(self.account_of(&by));
        let Some(request) = render::request(&self.lane.state, &self.suite.place, step, now) else {
            return Ok(());
        };
        let authorization = self.lane.authorization(&by);
        let sent = self.suite.now();
        let transport = &self.suite.transport;
        let cut = transport
            .send_and_cut(&self.suite.account, &request, authorization.as_deref(), cut)
            .await;
        match cut {
            // Nothing was sent: the road does not allow it.
            Err(TransportError::Unsupported { .. } | TransportError::Unsendable { .. }) => {
                return Ok(());
            }
            Err(error @ TransportError::Connect { .. }) => {
                let asked = format!("{} {}", request.method, request.path);
                return Err(Trouble::Unanswered { step: self.step, asked, error });
            }
            // Whatever became of the rest, the answer is lost.
            Ok(()) | Err(_) => {}
        }
        self.suite.count();
        self.record(&request, &by, &Response::default());
        let moment = Moment { sent, received: self.suite.now() };
        lost::sent(&mut self.lane.state, step, moment, now);
        Ok(())
    }

    /// Whether a call repeats one whose answer was lost.
    pub(super) fn is_retry(&self, step: &Transition) -> bool {
        matches!(self.replay(step), Some(Replay::Lost(_)))
    }

    /// Whether nothing is known of the idempotency key or token of a call.
    pub(super) fn is_new(&self, step: &Transition) -> bool {
        matches!(self.replay(step), Some(Replay::Fresh))
    }

    fn replay(&self, step: &Transition) -> Option<Replay<'_>> {
        let now = self.suite.now();
        let moment = Moment { sent: now, received: now };
        let state = &self.lane.state;
        Some(match step {
            Transition::CreateExport {
                by: Credential::Key(key), body, idempotency_key, ..
            } => export_replay(state, *key, idempotency_key.as_deref(), &body.to_json(), moment),
            Transition::RequestLogs { by: by @ Credential::Key(key), body, .. } => {
                let token = body.idempotency_token.as_deref();
                log_replay(state, *key, self.account_of(by), token, &comparable(body), moment)
            }
            _ => return None,
        })
    }

    /// Sends a retry until the target is no longer at the first request (C-33), within the bound
    /// for liveness.
    pub(super) async fn send_retry(
        &mut self,
        request: &Request,
        by: &Credential,
        operation: &str,
    ) -> Result<(Response, Moment), Trouble> {
        let deadline: Millis = self.suite.now() + self.suite.settle_millis();
        let mut pause = Duration::from_millis(2);
        let mut may_be_busy = operation == "createExport" && self.suite.offers(&["jobs"]);
        loop {
            let (response, moment) = match may_be_busy {
                true => self.send_once(request, by).await?,
                false => self.send(request, by, operation).await?,
            };
            let busy = matches!(response.status, 400 | 403 | 409 | 429) && may_be_busy;
            if busy {
                // Another export that is unfinished may be the reason as well (C-30).
                may_be_busy = false;
                self.finish_exports(by, true).await?;
                continue;
            }
            if response.status != 409 {
                return Ok((response, moment));
            }
            if self.suite.now() > deadline {
                // By now the first request is over, and whoever is still at it will be for ever.
                self.suite.seen.unsettled.set(true);
                let mut out = Observations::default();
                let message = "a retry after a lost answer is refused for good";
                out.broken(check::judge::lost_row(operation), message);
                self.keep(out);
                return Ok((response, moment));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(250));
        }
    }
}
