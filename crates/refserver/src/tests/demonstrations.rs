//! Every fault bites: one short visit for each of them, after which a right server has shown one
//! thing and the faulty one another. The visits are the shortest that are known, so they also prove
//! the number of requests that the catalogue gives.

mod stage;
mod table;

use stage::Stage;
use table::DEMONSTRATIONS;

use crate::{Config, Fault};

/// What a visit shows, and how many public requests it took.
pub(super) fn perform(faults: &[Fault], script: &str) -> (Vec<String>, u32) {
    let config = Config::new("http://server.test").with_faults(faults.iter().copied());
    let mut stage = Stage::new(config);
    stage.perform(script);
    (stage.seen, stage.n_requests)
}

#[test]
fn every_fault_that_is_no_race_has_a_demonstration() {
    let shown: Vec<Fault> = DEMONSTRATIONS.iter().map(|(fault, _)| *fault).collect();
    let races = |fault: &&Fault| fault.is_race();
    let missing = Fault::ALL.iter().filter(|fault| !fault.is_race() && !shown.contains(fault));
    let missing: Vec<&str> = missing.map(|fault| fault.id()).collect();
    assert_eq!(missing, [""; 0]);
    assert_eq!(shown.iter().filter(races).count(), 0);
}

#[test]
fn every_demonstration_shows_its_fault_in_so_many_requests() {
    let mut wrong = Vec::new();
    for (fault, script) in DEMONSTRATIONS {
        let (good, n_requests) = perform(&[], script);
        let (bad, _) = perform(&[*fault], script);
        if good == bad {
            wrong.push(format!("{} is not shown by {script:?}: {good:?}", fault.id()));
        }
        if n_requests != fault.shortest() {
            let known = fault.shortest();
            wrong.push(format!("{}: {n_requests} requests, not {known}", fault.id()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_right_server_shows_the_same_every_time() {
    for (_, script) in DEMONSTRATIONS {
        assert_eq!(perform(&[], script), perform(&[], script), "{script}");
    }
}

#[test]
fn what_a_demonstration_needs_is_said() {
    for (fault, script) in DEMONSTRATIONS {
        let says = |word: &str| fault.needs().contains(&word);
        let uses = |words: &[&str]| words.iter().any(|word| script.contains(word));
        for (need, words) in [
            ("clock", &["advance"][..]),
            ("jobs", &["move"]),
            ("storage", &["fetch"]),
            ("second_account", &["as other"]),
            ("billing_key", &["as billing"]),
            ("free_plan", &["free;"]),
            ("auto_jobs", &["auto;"]),
        ] {
            assert_eq!(says(need), uses(words), "{}: {need}", fault.id());
        }
    }
}
