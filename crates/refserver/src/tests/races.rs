//! The races: each is seen by clients at once, or by one whose connection is cut, and by nobody who
//! waits for each answer before the next request.

mod cuts;
mod pairs;
mod party;

use party::Party;

use super::demonstrations::perform;
use super::order;
use crate::{Config, Fault, Variant};

/// What a party of clients gets to see of a server.
type Visit = fn(&Party) -> String;

/// What a visit shows, and how many public requests it takes.
fn look(faults: &[Fault], visit: Visit) -> (String, u32) {
    let party = Party::new(Config::new("http://server.test").with_faults(faults.iter().copied()));
    let seen = visit(&party);
    (seen, party.n_requests())
}

/// Complains if a visit does not show a fault. A race can be lost, so there are a few tries.
fn check(fault: Fault, visit: Visit) -> Option<String> {
    let (good, n_requests) = look(&[], visit);
    assert_eq!(n_requests, fault.shortest(), "{}", fault.id());
    let hidden = (0..5).all(|_| look(&[fault], visit).0 == good);
    hidden.then(|| format!("{}: {good}", fault.id()))
}

#[test]
fn every_race_is_seen() {
    let visits: Vec<(Fault, Visit)> = pairs::VISITS.iter().chain(cuts::VISITS).copied().collect();
    let missing = Fault::ALL.iter().filter(|fault| fault.is_race());
    let missing = missing.filter(|fault| !visits.iter().any(|(shown, _)| shown == *fault));
    assert_eq!(missing.map(|fault| fault.id()).collect::<Vec<_>>(), [""; 0]);
    let hidden = visits.into_iter().filter_map(|(fault, visit)| check(fault, visit));
    assert_eq!(hidden.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_client_alone_sees_no_race() {
    for script in ALONE {
        let (good, _) = perform(&[], script);
        for fault in Fault::ALL.iter().filter(|fault| fault.is_race()) {
            assert_eq!(perform(&[*fault], script).0, good, "{}: {script}", fault.id());
        }
    }
}

/// What one client does that waits for each answer, in all operations.
const ALONE: &[&str] = &[
    "create key=a format=~; 3x create key=a; create key=b; create key=a format=\"tagged\"; \
     2x create; list max_results=2; list max_results=2&next_token=@; get 0; get 2; \
     move export 0 InProgress; get 0; list; move export 0 Complete; get 0; list; \
     list state=Pending; list state=Complete; as owner; 2x create key=a; as other; list; \
     create key=a; list; get 0",
    "2x log idempotency_token=\"6f1b1b0e-8c55-4f5c-9e0b-7c2d3a4b5c6d\"; 2x log; logs; \
     move log 0 Complete; status 0; url 0 version=1; url 0 version=1; url 0; status 0; \
     status 3; status 0; logs; as other; status 0; logs",
    "apps; delete 0; delete 0; apps; delete 1; apps max_results=1; delete unknown; apps",
    "auto; 3x create; wait 2; list; log; wait 2; status; create; list; get",
    "as billing; create; list; get unknown; as first; create; as garbage; list; as none; list; \
     as billing; create; free; create; list",
];
#[test]
fn who_is_not_cut_off_does_not_see_what_a_cut_shows() {
    let good = pairs::VISITS.iter().map(|(_, visit)| look(&[], *visit).0);
    for ((_, visit), good) in pairs::VISITS.iter().zip(good.collect::<Vec<_>>()) {
        for (fault, _) in cuts::VISITS {
            assert_eq!(look(&[*fault], *visit).0, good, "{}", fault.id());
        }
    }
}

#[test]
fn a_waiting_key_may_be_refused() {
    let config = Config::new("http://server.test");
    let party = Party::new(config.with_variants([Variant::RefusesWaitingKeys]));
    let key = &party.tenant.key;
    let ask = || party.create(key, "a", &order());
    assert_eq!(party.both(ask(), ask()).map(|seen| seen.0), [201, 409]);
    let again = [party.one(ask()), party.one(ask())];
    assert!(party::same(&again, "id") && again[0].0 == 201);
}
