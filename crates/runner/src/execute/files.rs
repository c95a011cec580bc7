//! File URLs: renewal, and the file behind one.

use std::time::Duration;

use check::{Observations, files, logs};
use model::Transition;
use model::state::Moment;
use model::transition::{Credential, Handle, LogState};
use serde_json::Value;
use spec::wire::{Request, Response};

use super::{FILE_BYTES_MAX, Run, Trouble};
use crate::gzip;

impl Run<'_> {
    /// Asks for a new file URL, and looks at what the request shows afterwards.
    pub(super) async fn renew(&mut self, step: &Transition, log: Handle) -> Result<(), Trouble> {
        let before = self.lane.state.logs.get(&log).cloned();
        let complete = before.as_ref().is_some_and(|log| log.states.contains(&LogState::Complete));
        let response = self.call(step).await?;
        let (Some(before), Some(by)) = (before, step.by()) else { return Ok(()) };
        if !complete || !response.is_success() || before.url.is_none() {
            return Ok(());
        }
        let get = Transition::GetLog { by: by.clone(), log };
        let deadline = self.suite.now() + self.suite.settle_millis();
        let shown = loop {
            let shown = self.call(&get).await?;
            let state = shown.json.as_ref().and_then(|body| body.get("state"));
            let making = state.and_then(Value::as_str) == Some(LogState::CreatingNewUrl.as_str());
            if !making {
                break shown;
            }
            if self.lane.state.is_manual(before.account) {
                self.move_log(log, LogState::Complete).await?;
            } else if self.suite.now() > deadline {
                return Ok(());
            } else {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let Some(body) = &shown.json else { return Ok(()) };
        let moment = Moment { sent: self.suite.now(), received: self.suite.now() };
        let now = self.lane.state.account_time(before.account, moment).0;
        let expiry = before.url.as_ref().and_then(|url| url.expires_at);
        let expired = expiry.is_some_and(|expiry| now >= expiry);
        let mut out = Observations::default();
        logs::judge_renewal(&before, body, expired, &mut out);
        self.keep(out);
        Ok(())
    }

    pub(super) async fn fetch(&mut self, log: Handle) -> Result<(), Trouble> {
        let Some(known) = self.lane.state.logs.get(&log) else { return Ok(()) };
        let Some(url) = known.url.clone() else { return Ok(()) };
        let (window, account, asked) = (known.window, known.account, known.body.clone());
        self.suite.count();
        let sent = self.suite.now();
        let result = self.suite.transport.fetch(&url.url, FILE_BYTES_MAX).await;
        let moment = Moment { sent, received: self.suite.now() };
        let path = url.url.split('?').next().unwrap_or("").to_owned();
        let request = Request::new("GET", path);
        let response = match result {
            Ok(response) => response,
            Err(error) => {
                self.record(&request, &Credential::Missing, &Response::default());
                let mut out = Observations::default();
                out.broken(
                    "logs-file-is-gzip",
                    format!("the presigned URL cannot be fetched: {error}"),
                );
                self.keep(out);
                return Ok(());
            }
        };
        let (low, high) = self.lane.state.account_time(account, moment);
        let slack = self.lane.state.slack;
        let expired = url.expires_at.and_then(|expiry| {
            if low - slack >= expiry {
                Some(true)
            } else {
                (high + slack < expiry).then_some(false)
            }
        });
        let lines = gzip::lines(&response.body);
        let mut out = Observations::default();
        let database = asked.database.as_deref();
        let region = asked.region_group.as_deref();
        let region = database.map(|path| path.split('/').next().unwrap_or("")).or(region);
        let region_group = region.unwrap_or("");
        let fetched = files::Fetched { expired, window, database, region_group };
        let lines = lines.as_deref().map_err(String::as_str);
        files::judge(fetched, &response, lines, &mut out);
        self.record(&request, &Credential::Missing, &response);
        self.keep(out);
        Ok(())
    }
}
