//! The catalogues of faults and variants.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Fault, Faults, Variant};

fn is_kebab(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    id.bytes().all(fits) && !id.starts_with('-') && !id.ends_with('-')
}

fn check(entries: &[(&'static str, &'static str)]) {
    let mut seen = BTreeSet::new();
    for (id, doc) in entries {
        assert!(is_kebab(id), "{id}");
        assert!(seen.insert(id), "{id} is there twice");
        assert!(doc.ends_with('.') && !doc.starts_with(' '), "{id}: {doc:?}");
    }
}

#[test]
fn ids_are_unique_and_lead_back() {
    check(&Fault::ALL.iter().map(|fault| (fault.id(), fault.doc())).collect::<Vec<_>>());
    check(&Variant::ALL.iter().map(|variant| (variant.id(), variant.doc())).collect::<Vec<_>>());
    for fault in Fault::ALL {
        assert_eq!(Fault::from_id(fault.id()), Some(*fault));
        assert!(!fault.violates().is_empty(), "{}", fault.id());
    }
    for variant in Variant::ALL {
        assert_eq!(Variant::from_id(variant.id()), Some(*variant));
    }
    assert_eq!(Fault::from_id("no-such-fault"), None);
}

#[test]
fn a_set_has_what_was_put_in() {
    for fault in Fault::ALL {
        let set = Faults::none().with(*fault);
        let members: Vec<_> = Fault::ALL.iter().filter(|other| set.has(**other)).collect();
        assert_eq!(members, [fault]);
    }
    let all: Faults = Fault::ALL.iter().copied().collect();
    assert!(Fault::ALL.iter().all(|fault| all.has(*fault)));
    assert!(Faults::none().is_empty() && !all.is_empty());
}

#[test]
fn there_are_enough_faults() {
    assert!(Fault::ALL.len() >= 180, "{}", Fault::ALL.len());
    let n_races = Fault::ALL.iter().filter(|fault| fault.is_race()).count();
    assert!(n_races >= 28, "{n_races}");
    assert_eq!(Fault::from_id("canary"), Some(Fault::Canary));
    assert!(Variant::ALL.len() >= 58, "{}", Variant::ALL.len());
}

#[test]
fn what_a_fault_needs_is_in_known_words() {
    let known: BTreeSet<&str> = Fault::NEEDS.into_iter().collect();
    let used: BTreeSet<&str> = Fault::ALL.iter().flat_map(|it| it.needs()).copied().collect();
    assert_eq!(used, known);
    for fault in Fault::ALL {
        let needs: BTreeSet<&str> = fault.needs().iter().copied().collect();
        assert_eq!(needs.len(), fault.needs().len(), "{}", fault.id());
        let at_once = needs.contains("parallel");
        assert!(fault.shortest() >= if at_once { 2 } else { 1 }, "{}", fault.id());
    }
}

/// Faults that nobody finds by trying each operation once: they need four or more particular
/// requests, or one special value.
const DEEP: &[Fault] = &[
    Fault::DefaultsTo5Exports,
    Fault::LosesEleventhExport,
    Fault::RemembersLast8Keys,
    Fault::SharesPositionBetweenWalks,
    Fault::TokensDropFilters,
    Fault::TokensCarryTheAccount,
    Fault::SkipsExportsOfSameSecond,
    Fault::StarvesThirdExport,
    Fault::IgnoresThirdState,
    Fault::KeepsOneOfTwoCollections,
    Fault::LosesFolderAfterSlash,
    Fault::IgnoresKeysOf36Characters,
    Fault::Compares32CharactersOfKeys,
    Fault::RefusesWindowOfOneDay,
    Fault::RefusesWindowOf90Days,
    Fault::LosesLastFullPage,
    Fault::WalksInCircles,
    Fault::ForgetsKeysRefusedBefore,
    Fault::ForgetsKeysAtMidnight,
];

#[test]
fn some_faults_are_deep() {
    let deep: BTreeSet<Fault> = DEEP.iter().copied().collect();
    assert!(deep.len() >= 12 && deep.len() == DEEP.len());
    assert!(deep.iter().filter(|fault| fault.shortest() >= 4).count() >= 8);
}

/// The rows that no fault of this server breaks, each with the reason.
const UNBREAKABLE: &[(&str, &str)] = &[
    ("A-006", "keys are made in the Dashboard, which nobody sees from here"),
    ("A-007", "the name of a key is not shown by any operation"),
    ("A-009", "the files of an export are not served here"),
    ("A-010", "what an export may be used for binds no server"),
    ("A-011", "that an operation is in beta binds no server"),
    ("A-032", "the files of an export are not served here"),
    ("A-034", "the files of an export are not served here"),
    ("A-037", "the files of an export are not served here"),
    ("A-061", "what logs may be used for binds no server"),
    ("A-084", "says where a request comes from, which A-062 and A-065 cover"),
    ("A-119", "integrations let themselves in by a door that is not served here"),
    ("A-120", "permits to use the operations and binds no server"),
    ("A-121", "the Dashboard page that is mirrored is not seen from here"),
    ("A-129", "needs the integration's own token"),
    ("A-130", "needs the integration's own token"),
];

#[test]
fn every_row_is_broken_or_said_to_be_unbreakable() {
    let broken: BTreeSet<&str> = Fault::ALL.iter().flat_map(|it| it.violates()).copied().collect();
    let unbreakable: BTreeMap<&str, &str> = UNBREAKABLE.iter().copied().collect();
    let rows: Vec<String> = (1..=137).map(|number| format!("A-{number:03}")).collect();
    for row in &rows {
        let (is_broken, is_excused) =
            (broken.contains(row.as_str()), unbreakable.contains_key(row.as_str()));
        assert!(is_broken != is_excused, "{row}: broken {is_broken}, excused {is_excused}");
    }
    let known = |row: &str| rows.iter().any(|known| known == row);
    assert!(broken.iter().all(|row| known(row)), "{broken:?}");
}
