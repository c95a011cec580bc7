//! The catalogues of faults and variants.

use std::collections::BTreeSet;

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
