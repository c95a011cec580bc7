//! Walks over lists, and tokens used where they do not belong.

use check::{Observations, Seen};
use model::render::{self, Page};
use model::transition::{Credential, FirstPage, Listing};
use model::{Transition, apply};

use super::{Run, Trouble, WALK_BOUND};

impl Run<'_> {
    pub(super) async fn walk(
        &mut self,
        step: &Transition,
        by: &Credential,
        list: &Listing,
        max_results: Option<u32>,
    ) -> Result<(), Trouble> {
        let account = self.account_of(by);
        let mut page = Page::First(FirstPage::Absent);
        let mut walked = check::paging::Walked {
            items: Vec::new(),
            pages: 0,
            ended: false,
            stopped: false,
            list,
            max_results,
        };
        let mut known = None;
        while walked.pages < WALK_BOUND && !walked.ended && !walked.stopped {
            let request = render::page_request(list, max_results, &page);
            let (response, moment) = self.send(&request, by, list.operation()).await?;
            walked.pages += 1;
            let mut out = Observations::default();
            let policy = self.suite.policy.borrow().clone();
            let seen = Seen {
                state: &self.lane.state,
                step,
                by,
                operation: list.operation(),
                request: &request,
                response: &response,
                moment,
                now: moment.sent,
                policy: &policy,
            };
            known.get_or_insert_with(|| check::paging::known(&seen, account, list));
            let asked = check::paging::Page {
                list,
                max_results,
                first: page == Page::First(FirstPage::Absent),
            };
            walked.stopped =
                !check::judge::page_of_walk(&seen, &self.suite.documented, &asked, &mut out);
            self.keep(out);
            apply::listed(&mut self.lane.state, account, list, &response);
            walked
                .items
                .extend(check::paging::items(list, &response).into_iter().flatten().cloned());
            match check::paging::next_token(list, &response) {
                // Items that come again prove enough: such a walk need not be followed further.
                Some(_) if walked.repeats() => break,
                Some(token) => page = Page::After(token),
                None => walked.ended = true,
            }
        }
        let mut out = Observations::default();
        check::paging::judge_walk(&known.unwrap_or_default(), &walked, &mut out);
        self.keep(out);
        Ok(())
    }

    pub(super) async fn foreign_token(
        &mut self,
        step: &Transition,
        uses: &TokenUse<'_>,
    ) -> Result<(), Trouble> {
        let first = render::page_request(uses.list, Some(1), &Page::First(FirstPage::Absent));
        let (response, _) = self.send(&first, uses.owner, uses.list.operation()).await?;
        let Some(mut token) = check::paging::next_token(uses.list, &response) else {
            return Ok(());
        };
        if uses.tampered {
            token = tamper(&token);
        }
        let request = render::page_request(uses.used_for, Some(1), &Page::After(token));
        let (response, moment) = self.send(&request, uses.by, uses.used_for.operation()).await?;
        let mut out = Observations::default();
        let policy = self.suite.policy.borrow().clone();
        let seen = Seen {
            state: &self.lane.state,
            step,
            by: uses.by,
            operation: uses.used_for.operation(),
            request: &request,
            response: &response,
            moment,
            now: moment.sent,
            policy: &policy,
        };
        let account = self.account_of(uses.by);
        check::paging::judge_foreign_token(&seen, account, uses.used_for, &mut out);
        self.keep(out);
        Ok(())
    }
}

pub(super) struct TokenUse<'a> {
    pub(super) owner: &'a Credential,
    pub(super) by: &'a Credential,
    pub(super) list: &'a Listing,
    pub(super) used_for: &'a Listing,
    pub(super) tampered: bool,
}

/// The token with a letter or digit in its middle replaced by another.
fn tamper(token: &str) -> String {
    let mut letters: Vec<char> = token.chars().collect();
    let middle = letters.len() / 2;
    if let Some(letter) = letters.get_mut(middle) {
        *letter = if *letter == 'A' { 'B' } else { 'A' };
    }
    letters.into_iter().collect()
}
