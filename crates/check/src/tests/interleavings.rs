//! All interleavings of small histories of an account that does everything right: an order is
//! always found; and where one answer is another, mostly none is.

use std::collections::BTreeMap;

use model::world::{Answer, Call, World as Account};

use super::*;
use crate::linearizable::{Event, Linearized, linearize};

const NODES: usize = 5000;

/// What a client does.
#[derive(Clone, Copy, Debug)]
enum Do {
    Create,
    CreateOnce,
    Look,
    Get,
    Run,
    Ask,
    AskOnce,
    LookAtLogs,
    Delete,
    LookAtApps,
    Revoke,
}

/// An account that takes one call after the other and makes no mistake.
#[derive(Clone)]
struct Right {
    exports: BTreeMap<String, &'static str>,
    logs: BTreeMap<String, &'static str>,
    apps: BTreeSet<String>,
    once: BTreeMap<(usize, char), String>,
    next: u32,
    revoked: bool,
}

impl Right {
    fn new() -> Right {
        Right {
            exports: BTreeMap::from([("100".to_owned(), "Pending")]),
            logs: BTreeMap::new(),
            apps: BTreeSet::from(["11".to_owned(), "12".to_owned()]),
            once: BTreeMap::new(),
            next: 200,
            revoked: false,
        }
    }

    /// The same as it is known to the judges.
    fn known() -> Account {
        let mut world = World::new();
        world.step(&create(0, 0, None), &created("100"));
        Account::of(&world.state, 0, AT).expect("it is known")
    }

    fn new_id(&mut self) -> String {
        self.next += 1;
        self.next.to_string()
    }

    /// The id that a key stands for, from now on.
    fn once(&mut self, by: usize, kind: char) -> (String, bool) {
        if let Some(id) = self.once.get(&(by, kind)) {
            return (id.clone(), false);
        }
        let id = self.new_id();
        self.once.insert((by, kind), id.clone());
        (id, true)
    }

    fn make_export(&mut self, by: usize, once: bool) -> Answer {
        let (id, fresh) = if once { self.once(by, 'e') } else { (self.new_id(), true) };
        if fresh {
            self.exports.insert(id.clone(), "Pending");
        }
        Answer::Made(id)
    }

    fn make_log(&mut self, by: usize, once: bool) -> Answer {
        let (id, fresh) = if once { self.once(by, 'l') } else { (self.new_id(), true) };
        if fresh {
            self.logs.insert(id.clone(), "Requested");
        }
        Answer::Made(id)
    }

    /// Takes a call, and answers it.
    fn take(&mut self, by: usize, what: Do) -> Answer {
        if self.revoked && by == 4 && !matches!(what, Do::Run | Do::Revoke) {
            return Answer::Unauthorized;
        }
        let shown = |items: &BTreeMap<String, &'static str>| {
            Answer::Items(items.iter().map(|(id, s)| (id.clone(), (*s).to_owned())).collect())
        };
        match what {
            Do::Create => self.make_export(by, false),
            Do::CreateOnce => self.make_export(by, true),
            Do::Ask => self.make_log(by, false),
            Do::AskOnce => self.make_log(by, true),
            Do::Look => shown(&self.exports),
            Do::LookAtLogs => shown(&self.logs),
            Do::Get => Answer::Shown(self.exports["100"].to_owned()),
            Do::Run => {
                let before = self.exports.insert("100".to_owned(), "InProgress");
                if before == Some("Pending") { Answer::Done } else { Answer::Refused(409) }
            }
            Do::Delete if self.apps.remove("11") => Answer::Done,
            Do::Delete => Answer::Refused(404),
            Do::LookAtApps => {
                Answer::Items(self.apps.iter().map(|id| (id.clone(), String::new())).collect())
            }
            Do::Revoke => {
                self.revoked = true;
                Answer::Done
            }
        }
    }
}

fn call(what: Do) -> Call {
    let (text, body) = (Some("k".to_owned()), "b".to_owned());
    let contended = false;
    match what {
        Do::Create => Call::CreateExport { text: None, body, contended },
        Do::CreateOnce => Call::CreateExport { text, body, contended },
        Do::Ask => Call::RequestLogs { text: None, body, contended },
        Do::AskOnce => Call::RequestLogs { text, body, contended },
        Do::Look => Call::ListExports,
        Do::LookAtLogs => Call::ListLogs,
        Do::Get => Call::GetExport("100".to_owned()),
        Do::Run => Call::MoveExport("100".to_owned(), ExportState::InProgress),
        Do::Delete => Call::DeleteApp("11".to_owned()),
        Do::LookAtApps => Call::ListApps,
        Do::Revoke => Call::RevokeKey(4),
    }
}

/// A client: its key, and what it does in order.
type Client = (usize, &'static [Do]);

/// Every order in which the calls of the clients can take effect, as positions of clients.
fn orders(left: &[usize]) -> Vec<Vec<usize>> {
    if left.iter().all(|n| *n == 0) {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for client in (0..left.len()).filter(|client| left[*client] > 0) {
        let mut fewer = left.to_vec();
        fewer[client] -= 1;
        for mut rest in orders(&fewer) {
            rest.insert(0, client);
            all.push(rest);
        }
    }
    all
}

/// The history that comes of an order. A call is sent as soon as its client has its answer, or
/// `early` effects before its own one; its answer arrives as late after the effect.
fn history(clients: &[Client], order: &[usize], early: u64) -> Vec<Event> {
    let mut account = Right::new();
    let mut done = vec![0; clients.len()];
    let mut free = vec![0; clients.len()];
    let mut events = Vec::new();
    for (at, client) in order.iter().enumerate() {
        let (by, steps) = clients[*client];
        let what = steps[done[*client]];
        done[*client] += 1;
        let effect = 10 * (at as u64 + 1);
        let begun = effect.saturating_sub(10 * early + 2).max(free[*client] + 1);
        // The answer is there before the next effect of the same client.
        let next = order[at + 1..].iter().position(|other| other == client);
        let latest = next.map_or(u64::MAX, |next| effect + 10 * (next as u64 + 1) - 5);
        let ended = (effect + 10 * early + 2).min(latest);
        free[*client] = ended;
        let public = !matches!(what, Do::Run | Do::Revoke);
        let answer = account.take(by, what);
        events.push(Event { by: public.then_some(by), call: call(what), answer, begun, ended });
    }
    events
}

fn programs() -> Vec<Vec<Client>> {
    vec![
        vec![(0, &[Do::Create, Do::Look]), (4, &[Do::Create, Do::Look])],
        vec![(0, &[Do::CreateOnce, Do::Look]), (0, &[Do::CreateOnce]), (0, &[Do::Look])],
        vec![(0, &[Do::CreateOnce, Do::CreateOnce]), (4, &[Do::CreateOnce, Do::Look])],
        vec![(0, &[Do::Get, Do::Get]), (0, &[Do::Run]), (4, &[Do::Look, Do::Create])],
        vec![(0, &[Do::Run]), (0, &[Do::Run]), (4, &[Do::Get, Do::Look])],
        vec![(0, &[Do::Ask, Do::LookAtLogs]), (4, &[Do::AskOnce, Do::AskOnce])],
        vec![(0, &[Do::AskOnce, Do::LookAtLogs]), (0, &[Do::AskOnce]), (4, &[Do::AskOnce])],
        vec![(0, &[Do::Delete, Do::LookAtApps]), (4, &[Do::Delete, Do::LookAtApps])],
        vec![(0, &[Do::Revoke]), (4, &[Do::Create, Do::Create]), (0, &[Do::Look])],
        vec![(0, &[Do::Revoke]), (4, &[Do::LookAtApps, Do::Delete]), (0, &[Do::Delete])],
    ]
}

fn all_histories(early: u64) -> Vec<Vec<Event>> {
    let mut all = Vec::new();
    for clients in programs() {
        let left: Vec<usize> = clients.iter().map(|(_, steps)| steps.len()).collect();
        all.extend(orders(&left).iter().map(|order| history(&clients, order, early)));
    }
    all
}

/// Whether an order respects that what was over before another began comes before it.
fn respects_time(events: &[Event], order: &[usize]) -> bool {
    order.iter().enumerate().all(|(place, at)| {
        order[..place].iter().all(|before| events[*before].begun <= events[*at].ended)
    })
}

/// The account that the judges know is stepped through an order.
fn explains(world: &Account, events: &[Event], order: &[usize]) -> bool {
    let step = |world: Account, at: &usize| {
        let event = &events[*at];
        world.step(event.by, &event.call, &event.answer)
    };
    order.iter().try_fold(world.clone(), step).is_some()
}

#[test]
fn an_account_that_makes_no_mistake_is_always_explained() {
    let world = Right::known();
    let mut n = 0;
    for early in [0, 1, 3] {
        for events in all_histories(early) {
            let Linearized::Order(order) = linearize(&world, &events, NODES) else {
                panic!("no order is found for {events:#?}");
            };
            assert_eq!(order.len(), events.len());
            assert!(respects_time(&events, &order), "{order:?} of {events:#?}");
            assert!(explains(&world, &events, &order), "{order:?} of {events:#?}");
            n += 1;
        }
    }
    assert!(n > 200, "{n} histories are few");
}

/// Answers that are not this one.
fn other_answers(answer: &Answer) -> Vec<Answer> {
    let mut others = vec![Answer::Refused(404), Answer::Unauthorized, Answer::Done];
    match answer {
        Answer::Made(_) => others.extend([Answer::Made("999".to_owned())]),
        Answer::Shown(_) => {
            others.extend(["Pending", "InProgress", "Failed"].map(|s| Answer::Shown(s.to_owned())));
        }
        Answer::Items(items) => {
            for id in items.keys() {
                let mut fewer = items.clone();
                fewer.remove(id);
                others.push(Answer::Items(fewer));
            }
            let mut more = items.clone();
            more.insert("999".to_owned(), "Pending".to_owned());
            others.push(Answer::Items(more));
        }
        Answer::Done | Answer::Unauthorized | Answer::Refused(_) => {}
    }
    others.retain(|other| other != answer);
    others
}

/// Whether any order at all explains the answers: all are tried, without any cleverness.
fn can_be_explained(world: &Account, events: &[Event], done: &mut Vec<usize>) -> bool {
    if done.len() == events.len() {
        return true;
    }
    for at in (0..events.len()).filter(|at| !done.contains(at)).collect::<Vec<_>>() {
        let event = &events[at];
        let open = |other: &usize| !done.contains(other);
        if (0..events.len()).filter(open).any(|other| events[other].ended < event.begun) {
            continue;
        }
        if let Some(next) = world.step(event.by, &event.call, &event.answer) {
            done.push(at);
            if can_be_explained(&next, events, done) {
                return true;
            }
            done.pop();
        }
    }
    false
}

#[test]
fn an_answer_that_is_another_is_explained_by_those_orders_only_that_allow_it() {
    let world = Right::known();
    let (mut caught, mut all) = (0, 0);
    for early in [0, 1] {
        for events in all_histories(early) {
            for at in 0..events.len() {
                for other in other_answers(&events[at].answer) {
                    let mut events = events.clone();
                    events[at].answer = other;
                    let found = linearize(&world, &events, NODES);
                    let possible = can_be_explained(&world, &events, &mut Vec::new());
                    all += 1;
                    match found {
                        Linearized::Order(order) => {
                            assert!(possible && explains(&world, &events, &order), "{events:#?}");
                        }
                        Linearized::Impossible(most) => {
                            assert!(!possible && most < events.len(), "{events:#?}");
                            caught += 1;
                        }
                        Linearized::Unknown => panic!("{NODES} are too few for {events:#?}"),
                    }
                }
            }
        }
    }
    assert!(all > 2000, "{all} histories are few");
    assert!(caught * 10 > all * 8, "only {caught} of {all} are caught");
}
