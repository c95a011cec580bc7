//! Tests of the generated programs.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;

fn ground() -> Ground {
    let database = |path: &str| DatabaseSetup {
        path: path.to_owned(),
        collections: vec!["Product".to_owned(), "Category".to_owned()],
    };
    Ground {
        databases: vec![database("us-std/shop"), database("us-std/archive")],
        mints: true,
        clock: true,
        jobs: true,
        storage: true,
        apps: true,
    }
}

fn drawn(ground: &Ground, theme: Theme, n: usize) -> Vec<Program> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = programs(ground.clone(), theme, 50);
    (0..n).map(|_| strategy.new_tree(&mut runner).expect("nothing is rejected").current()).collect()
}

#[test]
fn the_same_seed_draws_the_same_programs() {
    for theme in Theme::ALL {
        assert_eq!(drawn(&ground(), theme, 20), drawn(&ground(), theme, 20), "{theme:?}");
    }
}

#[test]
fn every_kind_of_transition_is_drawn() {
    let all: Vec<Program> =
        Theme::ALL.iter().flat_map(|theme| drawn(&ground(), *theme, 60)).collect();
    let steps: Vec<String> = all
        .iter()
        .flat_map(|program| &program.steps)
        .flat_map(|step| [step].into_iter().chain(step.inner()))
        .map(|step| {
            let json = serde_json::to_value(step).expect("it is data");
            json["do"].as_str().expect("it is tagged").to_owned()
        })
        .collect();
    for kind in [
        "create_export",
        "get_export",
        "list_page",
        "walk",
        "foreign_token",
        "request_logs",
        "get_log",
        "create_log_url",
        "fetch_log_file",
        "await_export",
        "await_log",
        "delete_app",
        "advance_clock",
        "advance_to_url_expiry",
        "move_export",
        "move_log",
        "issue_key",
        "revoke_key",
        "lost",
        "parallel",
    ] {
        assert!(steps.iter().any(|step| step == kind), "{kind} is never drawn");
    }
    let changing = all
        .iter()
        .flat_map(|program| &program.steps)
        .any(|step| matches!(step, model::Transition::Walk { between, .. } if !between.is_empty()));
    assert!(changing, "no walk meets a change");
}

#[test]
fn without_a_control_api_nothing_needs_one() {
    let ground =
        Ground { mints: false, clock: false, jobs: false, storage: false, apps: false, ..ground() };
    for theme in Theme::ALL.into_iter().filter(|theme| theme.fits(&ground)) {
        for program in drawn(&ground, theme, 60) {
            assert_eq!(program.needs(), Vec::<&str>::new(), "{theme:?}: {program:?}");
        }
    }
}

#[test]
fn lengths_reach_from_one_to_fifty() {
    let lengths: Vec<usize> =
        drawn(&ground(), Theme::Everything, 200).iter().map(|one| one.steps.len()).collect();
    assert!(lengths.iter().any(|n| *n <= 5), "{lengths:?}");
    assert!(lengths.iter().any(|n| *n >= 40), "{lengths:?}");
}
