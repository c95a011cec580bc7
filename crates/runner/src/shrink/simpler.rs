//! Forms of a program that are simpler in one place, the boldest first.

use std::collections::BTreeSet;

use model::transition::{
    Credential, Destination, ExportFilter, FirstPage, Format, Listing, LogState,
};
use model::{Program, Role, Transition};

/// Programs that are simpler than this one in one place: a step less, a step of another kind or
/// with simpler values, a smaller set-up.
pub fn simpler(program: &Program) -> Vec<Program> {
    let n = program.steps.len();
    let mut candidates = Vec::new();
    for at in (0..n).rev().filter(|_| n > 1) {
        candidates.push(replaced(program, at, Vec::new()));
    }
    for at in 0..n {
        let database = first_database(program, &program.steps[at]);
        for form in forms(&program.steps[at], &database) {
            candidates.push(replaced(program, at, form));
        }
    }
    candidates.extend(smaller_setups(program));
    candidates
}

fn replaced(program: &Program, at: usize, by: Vec<Transition>) -> Program {
    let mut simpler = program.clone();
    simpler.steps.splice(at..=at, by);
    simpler
}

/// The first database of the account that a step is about.
fn first_database(program: &Program, step: &Transition) -> String {
    let account = match step.by() {
        Some(Credential::Key(key)) => program.setup.keys.get(*key).map_or(0, |key| key.account),
        _ => 0,
    };
    let account = program.setup.accounts.get(account);
    let first = account.and_then(|account| account.databases.first());
    first.map(|database| database.path.clone()).unwrap_or_default()
}

/// What may stand in the place of one step.
fn forms(step: &Transition, database: &str) -> Vec<Vec<Transition>> {
    let mut forms: Vec<Vec<Transition>> = match step {
        Transition::Lost { step, .. } => inside_lost(step, database),
        Transition::Parallel { branches } => inside_parallel(branches, database),
        other => single(other, database).into_iter().map(|form| vec![form]).collect(),
    };
    if let Some(Credential::Key(key)) = step.by()
        && *key > 0
        && let Some(form) = step.sent_by(&Credential::Key(0))
    {
        forms.push(vec![form]);
    }
    forms
}

fn inside_lost(step: &Transition, database: &str) -> Vec<Vec<Transition>> {
    let lost = |step: Transition| {
        let step = Box::new(step);
        vec![Transition::Lost { cut: model::transition::Cut::Early, step }]
    };
    let mut forms = vec![vec![step.clone()]];
    forms.extend(single(step, database).into_iter().map(lost));
    forms
}

fn inside_parallel(branches: &[Vec<Transition>], database: &str) -> Vec<Vec<Transition>> {
    let mut forms = vec![branches.concat()];
    let mut with = |branches: Vec<Vec<Transition>>| {
        let branches: Vec<_> = branches.into_iter().filter(|one| !one.is_empty()).collect();
        match branches.len() {
            0 => {}
            1 => forms.push(branches.concat()),
            _ => forms.push(vec![Transition::Parallel { branches }]),
        }
    };
    // Halves first: a burst of sixteen is rarely needed as a whole.
    if branches.len() > 3 {
        with(branches[..branches.len() / 2].to_vec());
        with(branches[branches.len() / 2..].to_vec());
    }
    for at in (0..branches.len()).rev() {
        let mut fewer = branches.to_vec();
        fewer.remove(at);
        with(fewer);
    }
    // The same change for all: what they have in common is often what matters.
    for nth in 0..UNIFORM_CHANGES {
        let simpler = |step: &Transition| uniform(step, database, nth);
        let all = branches.iter().map(|branch| branch.iter().map(simpler).collect()).collect();
        if all != branches {
            with(all);
        }
    }
    for (at, branch) in branches.iter().enumerate() {
        for index in (0..branch.len()).rev().filter(|_| branch.len() > 1) {
            let mut fewer = branches.to_vec();
            fewer[at].remove(index);
            with(fewer);
        }
        for (index, step) in branch.iter().enumerate() {
            for form in single(step, database) {
                let mut simpler = branches.to_vec();
                simpler[at][index] = form;
                with(simpler);
            }
        }
    }
    forms
}

/// How many changes of creations there are at the most.
const UNIFORM_CHANGES: usize = 5;

/// The step with the change of this number, if it is a creation that the change changes.
fn uniform(step: &Transition, database: &str, nth: usize) -> Transition {
    let mut form = step.clone();
    if let Transition::CreateExport { body, idempotency_key, .. } = &mut form {
        match nth {
            0 => *idempotency_key = None,
            1 => body.collections = None,
            2 => body.format = Format::Simple,
            3 => database.clone_into(&mut body.database),
            _ => body.destination = Destination::Uri("s3://bucket/path".to_owned()),
        }
    }
    form
}

/// Simpler forms of a transition that is a single one.
fn single(step: &Transition, database: &str) -> Vec<Transition> {
    match step {
        Transition::CreateExport { .. } => creations(step, database),
        Transition::RequestLogs { .. } => log_requests(step, database),
        Transition::Walk { .. } => walks(step),
        Transition::ListPage { .. } => pages(step),
        Transition::ForeignToken { .. } => tokens(step),
        Transition::AwaitExport { by, export } => {
            vec![Transition::GetExport { by: by.clone(), export: *export }]
        }
        Transition::AwaitLog { by, log } => {
            vec![Transition::GetLog { by: by.clone(), log: *log }]
        }
        Transition::AdvanceClock { account, seconds } => {
            let rounder = [60, 3600, 86_400, 2 * 86_400, 366 * 86_400];
            let smaller = rounder.into_iter().filter(|one| one < seconds);
            smaller.map(|seconds| Transition::AdvanceClock { account: *account, seconds }).collect()
        }
        Transition::GetExport { .. }
        | Transition::GetLog { .. }
        | Transition::CreateLogUrl { .. }
        | Transition::FetchLogFile { .. }
        | Transition::DeleteApp { .. }
        | Transition::AdvanceToUrlExpiry { .. }
        | Transition::MoveExport { .. }
        | Transition::MoveLog { .. }
        | Transition::IssueKey { .. }
        | Transition::RevokeKey { .. }
        | Transition::Lost { .. }
        | Transition::Parallel { .. }
        | Transition::Raw { .. } => Vec::new(),
    }
}

/// The same transition with one change, for each change that changes anything.
fn changed(step: &Transition, changes: &[&dyn Fn(&mut Transition)]) -> Vec<Transition> {
    let with = |change: &&dyn Fn(&mut Transition)| {
        let mut form = step.clone();
        change(&mut form);
        (form != *step).then_some(form)
    };
    changes.iter().filter_map(with).collect()
}

fn creations(step: &Transition, database: &str) -> Vec<Transition> {
    let forms = (0..UNIFORM_CHANGES).map(|nth| uniform(step, database, nth));
    forms.filter(|form| form != step).collect()
}

fn log_requests(step: &Transition, database: &str) -> Vec<Transition> {
    let body = |change: fn(&mut model::transition::LogBody, &str)| {
        move |step: &mut Transition| {
            if let Transition::RequestLogs { body, .. } = step {
                change(body, database);
            }
        }
    };
    changed(
        step,
        &[
            &body(|body, _| body.idempotency_token = None),
            &body(|body, database| {
                body.database = Some(database.to_owned());
                body.region_group = None;
            }),
            &body(|body, _| (body.start_seconds, body.end_seconds) = (-7200, -3600)),
        ],
    )
}

fn walks(step: &Transition) -> Vec<Transition> {
    let Transition::Walk { by, list, max_results, between } = step else { return Vec::new() };
    let with = |list: &Listing, max_results, between: &[Transition]| Transition::Walk {
        by: by.clone(),
        list: list.clone(),
        max_results,
        between: between.to_vec(),
    };
    let mut forms = Vec::new();
    if between.is_empty() {
        forms.push(Transition::ListPage {
            by: by.clone(),
            list: list.clone(),
            max_results: *max_results,
            first: FirstPage::Absent,
        });
    }
    for at in (0..between.len()).rev() {
        let mut fewer = between.clone();
        fewer.remove(at);
        forms.push(with(list, *max_results, &fewer));
    }
    forms.extend(lists(list).iter().map(|list| with(list, *max_results, between)));
    if max_results.is_some() {
        forms.push(with(list, None, between));
    }
    forms
}

fn pages(step: &Transition) -> Vec<Transition> {
    let Transition::ListPage { by, list, max_results, first } = step else { return Vec::new() };
    let with = |list: &Listing, max_results, first| Transition::ListPage {
        by: by.clone(),
        list: list.clone(),
        max_results,
        first,
    };
    let mut forms: Vec<Transition> =
        lists(list).iter().map(|list| with(list, *max_results, *first)).collect();
    if max_results.is_some() {
        forms.push(with(list, None, *first));
    }
    if *first != FirstPage::Absent {
        forms.push(with(list, *max_results, FirstPage::Absent));
    }
    forms
}

fn tokens(step: &Transition) -> Vec<Transition> {
    changed(
        step,
        &[
            &|step| {
                if let Transition::ForeignToken { tamper, .. } = step {
                    *tamper = None;
                }
            },
            &|step| {
                if let Transition::ForeignToken { list, used_for, .. } = step {
                    *used_for = list.clone();
                }
            },
        ],
    )
}

/// The list with fewer filters.
fn lists(list: &Listing) -> Vec<Listing> {
    match list {
        Listing::Exports(filter) => {
            let mut simpler = Vec::new();
            let mut with = |other: ExportFilter| {
                if other != *filter {
                    simpler.push(Listing::Exports(other));
                }
            };
            with(ExportFilter::default());
            with(ExportFilter { database: None, ..filter.clone() });
            with(ExportFilter { states: Vec::new(), ..filter.clone() });
            for at in 0..filter.states.len() {
                let mut states = filter.states.clone();
                states.remove(at);
                with(ExportFilter { states, ..filter.clone() });
            }
            simpler
        }
        Listing::Logs(states) => {
            let whole = LogState::ALL.to_vec();
            if *states == whole { Vec::new() } else { vec![Listing::Logs(whole)] }
        }
        Listing::Apps => Vec::new(),
    }
}

/// The program with less set up for it. Only what no step speaks of is left out.
fn smaller_setups(program: &Program) -> Vec<Program> {
    let mut smaller = Vec::new();
    let mut with = |change: &dyn Fn(&mut Program)| {
        let mut other = program.clone();
        change(&mut other);
        if other != *program {
            smaller.push(other);
        }
    };
    let keys = keys_used(program);
    with(&|program| {
        let last = keys.last().map_or(1, |key| key + 1).max(1);
        program.setup.keys.truncate(last);
    });
    with(&|program| {
        let owners = program.setup.keys.iter().map(|key| key.account + 1);
        let last = owners.chain(accounts_used(program)).max().unwrap_or(1);
        program.setup.accounts.truncate(last);
    });
    with(&|program| {
        for account in &mut program.setup.accounts {
            account.databases.truncate(1);
        }
    });
    for apps in 0..4 {
        with(&|program| {
            for account in &mut program.setup.accounts {
                account.apps = account.apps.min(apps);
            }
        });
    }
    with(&|program| {
        for key in &mut program.setup.keys {
            key.role = Role::Owner;
        }
    });
    with(&|program| {
        for key in &mut program.setup.keys {
            key.ttl_days = None;
        }
    });
    smaller
}

/// Positions of the keys that any step speaks of.
fn keys_used(program: &Program) -> BTreeSet<usize> {
    fn walk(step: &Transition, used: &mut BTreeSet<usize>) {
        let by = [step.by()];
        let owner = match step {
            Transition::ForeignToken { owner, .. } => Some(owner),
            Transition::IssueKey { key } | Transition::RevokeKey { key } => {
                used.insert(*key);
                None
            }
            _ => None,
        };
        for credential in by.into_iter().flatten().chain(owner) {
            if let Credential::Key(key)
            | Credential::OtherScheme(_, key)
            | Credential::Bare(key)
            | Credential::Truncated(key)
            | Credential::Extended(key) = credential
            {
                used.insert(*key);
            }
        }
        for inner in step.inner() {
            walk(inner, used);
        }
    }
    let mut used = BTreeSet::new();
    for step in &program.steps {
        walk(step, &mut used);
    }
    used
}

/// One more than the positions of the accounts that steps speak of directly.
fn accounts_used(program: &Program) -> Vec<usize> {
    let steps = program.steps.iter().flat_map(|step| [step].into_iter().chain(step.inner()));
    let account = |step: &Transition| match step {
        Transition::DeleteApp { account, .. } | Transition::AdvanceClock { account, .. } => {
            Some(*account + 1)
        }
        other => match other.by() {
            Some(Credential::DatabaseSecret(account)) => Some(*account + 1),
            _ => None,
        },
    };
    steps.filter_map(account).collect()
}
