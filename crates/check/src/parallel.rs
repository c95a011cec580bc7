//! Calls that overlapped: each has the outcome of some order of them, and creations under one
//! idempotency key have one effect.

use std::collections::{BTreeMap, BTreeSet};

use model::world::{Answer, Call, World};
use serde_json::Value;

use crate::linearizable::{Event, Linearized, linearize};
use crate::verdict::Observations;

/// How many calls of a history are told in a message.
const TOLD_MAX: usize = 12;

/// How many worlds a search may visit.
const NODES_MAX: usize = 20_000;

/// What the clients of one account did at once.
#[derive(Clone, Debug)]
pub struct History {
    /// The account before; `None` where it is not known well enough.
    pub world: Option<World>,
    /// The calls that overlapped.
    pub events: Vec<Event>,
    /// The bodies of the answers, by position in `events`.
    pub bodies: Vec<Option<Value>>,
    /// Looks at the lists that were taken when all was over.
    pub closing: Vec<Event>,
}

/// The part of an account that a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Exports,
    Logs,
    Apps,
    Keys,
}

fn subject(call: &Call) -> Subject {
    match call {
        Call::CreateExport { .. }
        | Call::GetExport(_)
        | Call::ListExports
        | Call::MoveExport(..) => Subject::Exports,
        Call::RequestLogs { .. } | Call::GetLog(_) | Call::ListLogs | Call::MoveLog(..) => {
            Subject::Logs
        }
        Call::DeleteApp(_) | Call::ListApps => Subject::Apps,
        Call::RevokeKey(_) => Subject::Keys,
    }
}

fn rows(subject: Subject) -> (&'static str, &'static str) {
    match subject {
        Subject::Exports | Subject::Keys => {
            ("exports-concurrent-calls-linearizable", "exports-idempotency-concurrent-one-effect")
        }
        Subject::Logs => {
            ("logs-concurrent-calls-linearizable", "logs-idempotency-concurrent-one-effect")
        }
        Subject::Apps => ("oauth-concurrent-calls-linearizable", ""),
    }
}

/// Judges a history without its closing looks, or with them. Gives back an order of the events
/// that explains the answers, if there is one for each subject.
pub fn judge(history: &History, with_closing: bool, out: &mut Observations) -> Option<Vec<usize>> {
    let mut order = Vec::new();
    let mut explained = true;
    for subject in [Subject::Exports, Subject::Logs, Subject::Apps] {
        match judge_subject(history, subject, with_closing, out) {
            Some(part) => order.extend(part),
            None => explained = false,
        }
    }
    let keys =
        (0..history.events.len()).filter(|at| subject(&history.events[*at].call) == Subject::Keys);
    order.extend(keys);
    explained.then_some(order)
}

fn judge_subject(
    history: &History,
    about: Subject,
    with_closing: bool,
    out: &mut Observations,
) -> Option<Vec<usize>> {
    let of =
        |event: &Event| matches!(subject(&event.call), own if own == about || own == Subject::Keys);
    let own: Vec<usize> = (0..history.events.len()).filter(|at| of(&history.events[*at])).collect();
    if !own.iter().any(|at| subject(&history.events[*at].call) == about) {
        return Some(Vec::new());
    }
    let (row, one_effect) = rows(about);
    let mut events: Vec<Event> = own.iter().map(|at| history.events[*at].clone()).collect();
    // A server error is a failure of its own, and whether it had an effect cannot be said.
    let failed = events.iter().any(|event| matches!(event.answer, Answer::Refused(500..)));
    let Some(world) = history.world.as_ref().filter(|_| !failed) else {
        out.unknown(row, "what the calls met is not known well enough");
        return None;
    };
    let groups = groups(history, &own);
    let sound = groups.iter().all(|group| judge_group(history, world, group, one_effect, out));
    if !sound {
        return None;
    }
    if with_closing {
        events.extend(history.closing.iter().filter(|event| of(event)).cloned());
    }
    let before = events.len();
    match linearize(world, &events, NODES_MAX) {
        Linearized::Order(order) => {
            if overlaps(&events) {
                out.holds(row);
            }
            if with_closing && !groups.is_empty() {
                out.holds(one_effect);
            }
            Some(order.into_iter().filter_map(|at| own.get(at).copied()).collect())
        }
        Linearized::Impossible(explained) => {
            let unasked = with_closing && !groups.is_empty() && shows_more(history, world, about);
            let (row, message) = match unasked {
                true => (
                    one_effect,
                    "calls under one idempotency key had more than one effect".to_owned(),
                ),
                false => (
                    row,
                    format!(
                        "{before} calls that overlapped, looks afterwards included, have answers \
                         that no order of them explains ({explained} at most): {}",
                        told(&events)
                    ),
                ),
            };
            out.broken(row, message);
            None
        }
        Linearized::Unknown => {
            out.unknown(row, "the search for an order ran out of its budget");
            None
        }
    }
}

/// A history in words: when each call began and ended, what it was, and what it was answered.
fn told(events: &[Event]) -> String {
    let mut lines: Vec<String> = events.iter().take(TOLD_MAX).map(one_told).collect();
    if events.len() > TOLD_MAX {
        lines.push("…".to_owned());
    }
    lines.join("; ")
}

fn one_told(event: &Event) -> String {
    let call = match &event.call {
        Call::CreateExport { text: Some(text), .. } => format!("create an export under {text}"),
        Call::CreateExport { text: None, .. } => "create an export".to_owned(),
        Call::RequestLogs { text: Some(text), .. } => format!("request logs under {text}"),
        Call::RequestLogs { text: None, .. } => "request logs".to_owned(),
        Call::GetExport(id) => format!("get export {id}"),
        Call::GetLog(id) => format!("get log request {id}"),
        Call::ListExports => "list exports".to_owned(),
        Call::ListLogs => "list log requests".to_owned(),
        Call::ListApps => "list apps".to_owned(),
        Call::DeleteApp(id) => format!("delete app {id}"),
        Call::MoveExport(id, to) => format!("move export {id} to {}", to.as_str()),
        Call::MoveLog(id, to) => format!("move log request {id} to {}", to.as_str()),
        Call::RevokeKey(key) => format!("revoke key {key}"),
    };
    let answer = match &event.answer {
        Answer::Made(id) => id.clone(),
        Answer::Shown(state) => state.clone(),
        Answer::Items(items) => {
            let items = items.iter().map(|(id, state)| format!("{id} {state}"));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Answer::Done => "done".to_owned(),
        Answer::Unauthorized => "401".to_owned(),
        Answer::Refused(status) => status.to_string(),
    };
    format!("{}-{} {call}: {answer}", event.begun, event.ended)
}

/// Judges requests for a new URL that were sent at once and all named the version that was current.
/// `answers` are the status of each and the version that it shows. The version is a lock:
/// whoever succeeds after another has raised it came with a stale one.
pub fn judge_version_lock(current: i64, answers: &[(u16, Option<i64>)], out: &mut Observations) {
    let row = "logs-url-version-is-lock";
    let raised = |(status, version): &&(u16, Option<i64>)| {
        (200..300).contains(status) && version.is_some_and(|version| version > current)
    };
    let n = answers.iter().filter(raised).count();
    if answers.len() > 1 && n > 0 {
        out.expect(row, n == 1, || {
            format!("{n} requests for a new URL succeeded at once with one and the same version")
        });
    }
}

/// Whether any two calls were under way at once.
fn overlaps(events: &[Event]) -> bool {
    events.iter().enumerate().any(|(at, one)| {
        events[at + 1..].iter().any(|two| one.begun < two.ended && two.begun < one.ended)
    })
}

/// Creations that carry one idempotency key with one body and the same account key, two or more
/// of them.
fn groups(history: &History, own: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<(Option<usize>, &str, &str), Vec<usize>> = BTreeMap::new();
    for at in own {
        let event = &history.events[*at];
        if let Call::CreateExport { text: Some(text), body, .. }
        | Call::RequestLogs { text: Some(text), body, .. } = &event.call
        {
            groups.entry((event.by, text, body)).or_default().push(*at);
        }
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// All that succeed show the same; and one does succeed, unless haste or an unfinished export was
/// in the way.
fn judge_group(
    history: &History,
    world: &World,
    group: &[usize],
    row: &'static str,
    out: &mut Observations,
) -> bool {
    let ids: BTreeSet<&String> = group
        .iter()
        .filter_map(|at| match &history.events[*at].answer {
            Answer::Made(id) => Some(id),
            _ => None,
        })
        .collect();
    let n = group.len();
    if ids.len() > 1 {
        out.broken(row, format!("{n} calls at once under one idempotency key made {}", ids.len()));
        return false;
    }
    let refused = |at: &usize| match history.events[*at].answer {
        Answer::Refused(status) => Some(status),
        Answer::Unauthorized => Some(401),
        _ => None,
    };
    let statuses: BTreeSet<u16> = group.iter().filter_map(refused).collect();
    let is_export = matches!(history.events[group[0]].call, Call::CreateExport { .. });
    let busy = is_export && (world.is_busy() || others_made(history, group));
    let hindered = statuses.contains(&429) || statuses.contains(&401) || busy;
    if ids.is_empty() && !hindered {
        let message = format!("of {n} calls at once under one idempotency key none succeeded");
        out.broken(row, message);
        return false;
    }
    let made = |at: &&usize| matches!(history.events[**at].answer, Answer::Made(_));
    let shown: Vec<&Option<Value>> =
        group.iter().filter(made).map(|at| &history.bodies[*at]).collect();
    if is_export && shown.windows(2).any(|pair| pair[0] != pair[1]) {
        out.broken(row, format!("{n} calls at once under one idempotency key got several answers"));
        return false;
    }
    true
}

/// Whether another call made an export meanwhile, which may be a reason to refuse these (C-30).
fn others_made(history: &History, group: &[usize]) -> bool {
    let last = group.iter().map(|at| history.events[*at].ended).max().unwrap_or(0);
    history.events.iter().enumerate().any(|(at, event)| {
        !group.contains(&at)
            && event.begun < last
            && matches!(event.call, Call::CreateExport { .. })
            && matches!(event.answer, Answer::Made(_))
    })
}

/// Whether the closing looks show something that no answer tells of.
fn shows_more(history: &History, world: &World, about: Subject) -> bool {
    let made: BTreeSet<&String> = history
        .events
        .iter()
        .filter_map(|event| match &event.answer {
            Answer::Made(id) => Some(id),
            _ => None,
        })
        .collect();
    let closing = history.closing.iter().filter(|event| subject(&event.call) == about);
    closing
        .filter_map(|event| match &event.answer {
            Answer::Items(items) => Some(items),
            _ => None,
        })
        .any(|items| items.keys().any(|id| !made.contains(id) && !world.knows(id)))
}
