//! Accounts and keys for a program: minted through the control API, or taken from the target file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use check::Observations;
use model::program::{AccountSetup, KeySetup, Plan, Role};
use model::state::{App, Millis, Moment};
use model::transition::Credential;
use model::{Program, State, Transition};

use crate::control::{NewAccount, NewOauthApp};
use crate::execute::{Trouble, control_trouble};
use crate::secret::{Redactor, Secret};
use crate::suite::Suite;

/// The accounts of one program as they are at the target.
#[derive(Default)]
pub struct Lane {
    /// What is known of them.
    pub state: State,
    /// Secrets of the keys, by position.
    secrets: Vec<Secret>,
    /// Secrets of the accounts' databases, by account.
    database_secrets: Vec<Option<Secret>>,
    /// Accounts to delete at the end.
    minted: Vec<String>,
    /// What must not reach any record of this program.
    pub redactor: Redactor,
    /// What setting up showed.
    pub observations: Observations,
}

impl Lane {
    /// The `Authorization` header of a credential; `None` sends none.
    pub fn authorization(&self, by: &Credential) -> Option<String> {
        let secret = |key: &usize| self.secrets.get(*key).map_or("", Secret::expose);
        Some(match by {
            Credential::Missing => return None,
            Credential::Empty => String::new(),
            Credential::BearerOnly => "Bearer".to_owned(),
            Credential::Garbage => "Bearer not-a-secret-that-anybody-issued".to_owned(),
            Credential::Key(key) => format!("Bearer {}", secret(key)),
            Credential::OtherScheme(scheme, key) if scheme == "Basic" => {
                format!("Basic {}", STANDARD.encode(format!("{}:", secret(key))))
            }
            Credential::OtherScheme(scheme, key) => format!("{scheme} {}", secret(key)),
            Credential::Bare(key) => secret(key).to_owned(),
            Credential::Truncated(key) => {
                let secret = secret(key);
                let end = secret.char_indices().next_back().map_or(0, |(at, _)| at);
                format!("Bearer {}", &secret[..end])
            }
            Credential::Extended(key) => format!("Bearer {}x", secret(key)),
            Credential::DatabaseSecret(account) => {
                let secret = self.database_secrets.get(*account).and_then(Option::as_ref);
                format!("Bearer {}", secret.map_or("", Secret::expose))
            }
        })
    }
}

/// Makes the accounts and keys of a program.
pub async fn provision(suite: &Suite, program: &Program) -> Result<Lane, Trouble> {
    let mut lane = Lane {
        state: State::new(&program.setup, suite.slack_millis()),
        redactor: suite.redactor.scope(),
        ..Lane::default()
    };
    let made = match &suite.control {
        Some(_) => mint(suite, program, &mut lane).await,
        None => {
            borrow(suite, program, &mut lane);
            Ok(())
        }
    };
    if let Err(trouble) = made {
        tear_down(suite, &lane).await;
        return Err(trouble);
    }
    Ok(lane)
}

async fn mint(suite: &Suite, program: &Program, lane: &mut Lane) -> Result<(), Trouble> {
    let Some(control) = &suite.control else { return Ok(()) };
    let tells_time = program.steps.iter().any(depends_on_time)
        || program.setup.keys.iter().any(|key| key.ttl_days.is_some());
    for (index, setup) in program.setup.accounts.iter().enumerate() {
        let steers = suite.offers(&["jobs"]);
        let new = new_account(setup, steers);
        let account = control.create_account(&new).await.map_err(control_trouble)?;
        suite.minted.borrow_mut().insert(account.account_id.clone());
        lane.minted.push(account.account_id.clone());
        let known = &mut lane.state.accounts[index];
        if !steers {
            // Nothing is promised of when its jobs move.
            known.setup.jobs = model::Jobs::Auto(0);
        }
        known.id.clone_from(&account.account_id);
        known.apps = account
            .oauth_apps
            .iter()
            .map(|id| App { id: id.clone(), present: Some(true) })
            .collect();
        if let Some(secret) = &account.core_secret {
            lane.redactor.learn(secret);
        }
        lane.database_secrets.push(account.core_secret);
        if tells_time && suite.offers(&["clock"]) {
            let sent = suite.now();
            let now = control
                .advance_clock(&account.account_id, 0)
                .await
                .map_err(control_trouble)?
                .as_millisecond();
            let moment = Moment { sent, received: suite.now() };
            lane.state.learn_clock(index, now, moment);
        }
    }
    lane.secrets = vec![Secret::new(String::new()); program.setup.keys.len()];
    for (index, setup) in program.setup.keys.iter().enumerate().filter(|(_, key)| !key.later) {
        mint_key(suite, lane, index, *setup).await?;
    }
    Ok(())
}

/// Makes one key of the set-up.
pub async fn mint_key(
    suite: &Suite,
    lane: &mut Lane,
    index: usize,
    setup: KeySetup,
) -> Result<(), Trouble> {
    let Some(control) = &suite.control else { return Ok(()) };
    let account = lane.state.accounts[setup.account].id.clone();
    let key = control
        .create_key(&account, setup.role, Some("conformance"), setup.ttl_days)
        .await
        .map_err(control_trouble)?;
    lane.redactor.learn(&key.secret);
    let expires_at = key.expires_at.map(|time| time.as_millisecond());
    let now = suite.now();
    let (low, high) = lane.state.account_time(setup.account, Moment { sent: now, received: now });
    let due = setup.ttl_days.map(|days| Millis::from(days) * 24 * 60 * 60 * 1000);
    let fits = match (due, expires_at) {
        (None, None) => true,
        (Some(due), Some(at)) => at >= low + due - 10_000 && at <= high + due + 10_000,
        _ => false,
    };
    lane.observations.expect("control-contract", fits, || {
        "a key's expires_at is not its ttl_days after the account's clock".to_owned()
    });
    let known = &mut lane.state.keys[index];
    known.id = key.id;
    known.issued = true;
    // The promise counts, not what the target says of it: a key of so many days lives so long.
    known.expires_at = due.map(|due| low + (high - low) / 2 + due);
    lane.secrets[index] = key.secret;
    Ok(())
}

fn new_account(setup: &AccountSetup, steers: bool) -> NewAccount {
    let app = |index: u32| NewOauthApp {
        oauth2_client: if index.is_multiple_of(2) { "Cloudflare" } else { "Datadog" }.to_owned(),
        scope: vec![("list_databases".to_owned(), "List Databases".to_owned())],
    };
    NewAccount {
        plan: Some(setup.plan),
        databases: setup.databases.clone(),
        oauth_apps: (0..setup.apps).map(app).collect(),
        jobs: steers.then_some(setup.jobs),
    }
}

/// Takes accounts and keys from the target file: shared with whoever else uses them, so that
/// nothing is known of what they hold.
fn borrow(suite: &Suite, program: &Program, lane: &mut Lane) {
    let names = account_names(suite, &program.setup.accounts);
    for (index, name) in names.iter().enumerate() {
        let account = &mut lane.state.accounts[index];
        account.exclusive = false;
        account.id.clone_from(name);
        lane.database_secrets.push(None);
    }
    let mut used: Vec<usize> = Vec::new();
    for (index, setup) in program.setup.keys.iter().enumerate() {
        let name = &names[setup.account];
        let free = |exact: bool| {
            suite.static_keys.iter().enumerate().position(|(at, key)| {
                let fits = key.role == setup.role || !exact && good(key.role) && good(setup.role);
                key.account == *name && fits && !used.contains(&at)
            })
        };
        // No key stands in for two, or two keys of a program would be one.
        let found = free(true).or_else(|| free(false));
        used.extend(found);
        if found.is_none() {
            lane.state.keys[index].revoked = true;
        }
        let secret = found.map(|at| suite.static_keys[at].secret.clone());
        lane.secrets.push(secret.unwrap_or_else(|| Secret::new(String::new())));
    }
}

/// Roles that may use every operation, and so stand in for each other.
fn good(role: Role) -> bool {
    role != Role::Billing
}

fn account_names(suite: &Suite, setups: &[AccountSetup]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for setup in setups {
        let plan = |plan: Plan| plan == setup.plan;
        let free = suite
            .static_keys
            .iter()
            .find(|key| plan(key.plan) && !names.contains(&key.account))
            .map(|key| key.account.clone());
        names.push(free.unwrap_or_default());
    }
    names
}

fn depends_on_time(step: &Transition) -> bool {
    matches!(
        step,
        Transition::AdvanceClock { .. }
            | Transition::AdvanceToUrlExpiry { .. }
            | Transition::RequestLogs { .. }
            | Transition::FetchLogFile { .. }
    ) || step.inner().into_iter().any(depends_on_time)
}

/// Deletes what was minted for a program. A failure here is not the program's: the account stays
/// on the list of the run, whose end tries again and says what is left.
pub async fn tear_down(suite: &Suite, lane: &Lane) {
    let Some(control) = &suite.control else { return };
    for id in &lane.minted {
        if control.delete_account(id).await.is_ok() {
            suite.minted.borrow_mut().remove(id);
        }
    }
}
