//! Walks over lists, and tokens used where they do not belong.

use std::collections::{BTreeMap, BTreeSet};

use check::paging::{Known, Walked};
use check::{Observations, Seen};
use model::render::{self, Page};
use model::state::Moment;
use model::transition::{Credential, FirstPage, Listing, Tamper};
use model::{State, Transition, apply};
use spec::wire::{Request, Response};

use super::{Run, Trouble, WALK_BOUND};

impl Run<'_> {
    pub(super) async fn walk(
        &mut self,
        step: &Transition,
        asked: &WalkAsked<'_>,
    ) -> Result<(), Trouble> {
        let WalkAsked { by, list, max_results, between } = *asked;
        let account = self.account_of(by);
        let mut page = Page::First(FirstPage::Absent);
        let mut walked = Walked {
            items: Vec::new(),
            pages: 0,
            ended: false,
            stopped: false,
            list,
            max_results,
            touched: BTreeSet::new(),
            changed: false,
        };
        let mut deleted = false;
        let mut known = None;
        while walked.pages < WALK_BOUND && !walked.ended && !walked.stopped {
            let request = render::page_request(list, max_results, &page);
            let (response, moment) = self.send(&request, by, list.operation()).await?;
            walked.pages += 1;
            if walked.pages == 1
                && let Some(narrowed) = self.refused_for_states(step, &response)
            {
                return match narrowed {
                    Some(narrowed) => Box::pin(self.step(&narrowed)).await,
                    None => Ok(()),
                };
            }
            let looked = Looked { step, by, request: &request, response: &response, moment };
            let first = page == Page::First(FirstPage::Absent);
            self.judge_page(&looked, &mut walked, &mut known, first, deleted);
            apply::listed(&mut self.lane.state, account, list, &response, moment);
            walked
                .items
                .extend(check::paging::items(list, &response).into_iter().flatten().cloned());
            match check::paging::next_token(list, &response) {
                // Items that come again prove enough: such a walk need not be followed further.
                Some(_) if walked.repeats() => break,
                Some(token) => page = Page::After(token),
                None => walked.ended = true,
            }
            if !walked.ended
                && !walked.stopped
                && let Some(step) = between.get(walked.pages - 1)
            {
                deleted |= matches!(step, Transition::DeleteApp { .. });
                walked.changed = true;
                walked.touched.extend(self.change(step, account, list).await?);
            }
            // What moves by itself may have done so between any two pages.
            walked.touched.extend(moving(&self.lane.state, account, list));
        }
        let mut out = Observations::default();
        check::paging::judge_walk(&known.unwrap_or_default(), &walked, &mut out);
        self.keep(out);
        Ok(())
    }

    /// Judges a page of a walk; the first one says what is known of the list.
    fn judge_page(
        &mut self,
        looked: &Looked<'_>,
        walked: &mut Walked<'_>,
        known: &mut Option<Known>,
        first: bool,
        deleted: bool,
    ) {
        let (list, max_results) = (walked.list, walked.max_results);
        let account = self.account_of(looked.by);
        let mut out = Observations::default();
        let policy = self.suite.policy.borrow().clone();
        let seen = Seen {
            state: &self.lane.state,
            step: looked.step,
            by: looked.by,
            operation: list.operation(),
            request: looked.request,
            response: looked.response,
            moment: looked.moment,
            now: looked.moment.sent,
            policy: &policy,
        };
        known.get_or_insert_with(|| check::paging::known(&seen, account, list));
        let touched = &walked.touched;
        let page = check::paging::Page { list, max_results, first, touched, deleted };
        let documented = &self.suite.documented;
        let goes_on = check::judge::page_of_walk(&seen, documented, &page, &mut out);
        walked.stopped = !goes_on;
        self.keep(out);
    }

    /// Does something in the middle of a walk; gives back the ids of what it made, changed or
    /// deleted in the list.
    async fn change(
        &mut self,
        step: &Transition,
        account: usize,
        list: &Listing,
    ) -> Result<Vec<String>, Trouble> {
        let before = marks(&self.lane.state, account, list);
        Box::pin(self.step(step)).await?;
        let after = marks(&self.lane.state, account, list);
        let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        Ok(ids.into_iter().filter(|id| before.get(*id) != after.get(*id)).cloned().collect())
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
        if let Some(how) = uses.tamper {
            token = tamper(&token, how);
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

/// A page as it was asked for and answered.
struct Looked<'a> {
    step: &'a Transition,
    by: &'a Credential,
    request: &'a Request,
    response: &'a Response,
    moment: Moment,
}

/// A walk as it is asked for.
#[derive(Clone, Copy)]
pub(super) struct WalkAsked<'a> {
    pub(super) by: &'a Credential,
    pub(super) list: &'a Listing,
    pub(super) max_results: Option<u32>,
    pub(super) between: &'a [Transition],
}

pub(super) struct TokenUse<'a> {
    pub(super) owner: &'a Credential,
    pub(super) by: &'a Credential,
    pub(super) list: &'a Listing,
    pub(super) used_for: &'a Listing,
    pub(super) tamper: Option<Tamper>,
}

/// By id, what a list shows of its items and where they stand in it.
fn marks(state: &State, account: usize, list: &Listing) -> BTreeMap<String, String> {
    match list {
        Listing::Exports(_) => {
            let own = state.exports.values().filter(|export| export.account == account);
            own.map(|export| (export.id.clone(), format!("{:?}", export.states))).collect()
        }
        Listing::Logs(_) => {
            let own = state.logs.values().filter(|log| log.account == account);
            own.map(|log| (log.id.clone(), format!("{:?} {:?}", log.states, log.url))).collect()
        }
        Listing::Apps => {
            let apps = state.accounts.get(account).map(|account| &account.apps);
            let apps = apps.into_iter().flatten();
            apps.map(|app| (app.id.clone(), format!("{:?}", app.present))).collect()
        }
    }
}

/// Ids of what moves by itself in an account whose jobs do.
fn moving(state: &State, account: usize, list: &Listing) -> Vec<String> {
    if state.is_manual(account) {
        return Vec::new();
    }
    match list {
        Listing::Exports(_) => {
            let own = state.exports.values().filter(|export| export.account == account);
            let open = own.filter(|export| export.states.iter().any(|s| !s.is_terminal()));
            open.map(|export| export.id.clone()).collect()
        }
        Listing::Logs(_) => {
            let own = state.logs.values().filter(|log| log.account == account);
            let open = own.filter(|log| log.states.iter().any(|s| !s.is_terminal()));
            open.map(|log| log.id.clone()).collect()
        }
        Listing::Apps => Vec::new(),
    }
}

/// A token that the target did not give.
fn tamper(token: &str, how: Tamper) -> String {
    let mut letters: Vec<char> = token.chars().collect();
    match how {
        Tamper::Replace => {
            let middle = letters.len() / 2;
            if let Some(letter) = letters.get_mut(middle) {
                *letter = if *letter == 'A' { 'B' } else { 'A' };
            }
        }
        Tamper::Shorten => {
            letters.pop();
        }
        Tamper::Lengthen => letters.push('A'),
        Tamper::Empty => letters.clear(),
        Tamper::Invent => return "no-token-that-anybody-gave".to_owned(),
    }
    letters.into_iter().collect()
}
