//! Lists with fewer states, and keys that are made a run's own.

use super::*;
use crate::transition::{ExportFilter, FirstPage, LogBody};

#[test]
fn a_list_can_do_without_the_states_that_need_not_be_taken() {
    let core = LogState::CORE.to_vec();
    let narrowed = |states: &[LogState]| match Listing::Logs(states.to_vec()).narrowed() {
        None => None,
        Some(Listing::Logs(states)) => Some(states),
        Some(other) => panic!("{other:?} is no list of logs"),
    };
    let cases: [(&[LogState], Option<Vec<LogState>>); 6] = [
        (&LogState::ALL, Some(core)),
        (&LogState::CORE, None),
        (&[LogState::Pending], None),
        (&[LogState::Failed, LogState::Pending], Some(vec![LogState::Pending])),
        (&[LogState::Failed, LogState::TimedOut], Some(Vec::new())),
        (&[], None),
    ];
    for (states, expected) in cases {
        assert_eq!(narrowed(states), expected, "{states:?}");
    }
    assert_eq!(Listing::Apps.narrowed(), None);
    assert_eq!(Listing::Exports(ExportFilter::default()).narrowed(), None);
}

#[test]
fn a_transition_is_narrowed_or_left_out() {
    let by = Credential::Key(0);
    let page = |states: &[LogState]| Transition::ListPage {
        by: by.clone(),
        list: Listing::Logs(states.to_vec()),
        max_results: Some(2),
        first: FirstPage::Null,
    };
    let walk = |states: &[LogState]| Transition::Walk {
        by: by.clone(),
        list: Listing::Logs(states.to_vec()),
        max_results: None,
        between: vec![Transition::GetLog { by: Credential::Key(1), log: 3 }],
    };
    assert_eq!(page(&LogState::ALL).narrowed(), Some(Some(page(&LogState::ALL).clone_core())));
    assert_eq!(walk(&LogState::ALL).narrowed(), Some(Some(walk(&LogState::ALL).clone_core())));
    assert_eq!(page(&LogState::CORE).narrowed(), None);
    assert_eq!(page(&[LogState::Failed]).narrowed(), Some(None));
    assert_eq!(walk(&[LogState::Failed]).narrowed(), Some(None));
    assert_eq!(create(0, 7).narrowed(), None);
    assert_eq!(Transition::GetLog { by, log: 1 }.narrowed(), None);
}

impl Transition {
    /// The same with the states that must be taken.
    fn clone_core(mut self) -> Transition {
        if let Transition::ListPage { list, .. } | Transition::Walk { list, .. } = &mut self {
            *list = Listing::Logs(vec![LogState::Requested, LogState::Pending, LogState::Complete]);
        }
        self
    }
}

#[test]
fn keys_and_tokens_are_made_a_runs_own_and_stay_what_they_are() {
    let key = |step: &Transition| match step {
        Transition::CreateExport { idempotency_key, .. } => idempotency_key.clone(),
        Transition::RequestLogs { body, .. } => body.idempotency_token.clone(),
        _ => None,
    };
    assert_eq!(key(&create(0, 7).made_own(255)).as_deref(), Some("k-0000000000ff"));
    let ask = |token: &str| Transition::RequestLogs {
        by: Credential::Key(0),
        handle: 1,
        body: LogBody {
            database: None,
            region_group: Some("us-std".to_owned()),
            start_seconds: -2,
            end_seconds: -1,
            idempotency_token: Some(token.to_owned()),
            offset_hours: 0,
        },
    };
    let lower = "9d4bd2f5-a0ce-4a06-b3e5-9a3f5e2c0d11";
    let own = key(&ask(lower).made_own(0xabc)).expect("a token");
    assert_eq!(own, "9d4bd2f5-a0ce-4a06-b3e5-000000000abc");
    let upper = key(&ask(&lower.to_uppercase()).made_own(0xabc)).expect("a token");
    assert_eq!(upper, own.to_uppercase());
    assert_eq!(key(&ask("no uuid").made_own(0xabc)).as_deref(), Some("no uuid"));
    let walk = Transition::Walk {
        by: Credential::Key(0),
        list: Listing::Apps,
        max_results: None,
        between: vec![create(0, 7)],
    };
    let own = walk.made_own(255);
    assert_eq!(own.inner(), [&create(0, 7).made_own(255)]);
    // The same nonce gives the same key, so that a retry stays a retry.
    assert_eq!(create(0, 7).made_own(5), create(0, 7).made_own(5));
    assert_ne!(create(0, 7).made_own(5), create(0, 7).made_own(6));
}

#[test]
fn what_is_inside_a_transition_counts() {
    let step = Box::new(create(2, 7));
    let lost = Transition::Lost { cut: crate::transition::Cut::Early, step };
    assert_eq!(lost.operation(), Some("createExport"));
    assert_eq!(lost.by(), Some(&Credential::Key(2)));
    assert!(lost.is_public());
    let parallel = Transition::Parallel { branches: vec![vec![lost.clone()], vec![create(0, 8)]] };
    let operations: std::collections::BTreeSet<&str> = parallel.operations().into_iter().collect();
    assert_eq!(operations, ["createExport"].into());
    assert_eq!(parallel.by(), None);
    assert!(parallel.is_public() && parallel.needs().contains(&"accounts"));
    assert!(!Transition::AdvanceClock { account: 0, seconds: 1 }.is_public());
    let other = lost.sent_by(&Credential::Missing).expect("somebody sends");
    assert_eq!(other.by(), Some(&Credential::Missing));
    assert_eq!(parallel.sent_by(&Credential::Missing), None);
}
