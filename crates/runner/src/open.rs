//! Opens a target: reads what is declared, shakes hands, and refuses what is no test target.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use check::{Documented, Policy};
use model::DatabaseSetup;
use model::render::{DEFAULT_LOG_URL_PATH, Place};
use spec::requirement::Requirements;
use spec::wire::Request;
use spec::{Document, documents};

use crate::control::{Control, ControlError};
use crate::draw::Generators;
use crate::execute::control_trouble;
use crate::secret::{Redactor, Secret};
use crate::suite::{Seen, StaticKey, Suite};
use crate::target::{IdempotencyMismatch, Policy as Declared, TargetFile};
use crate::transport::{Base, Transport, TransportConfig};

/// Why a target cannot be opened; says which exit code it means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Usage or configuration: exit code 2.
    #[error("{0}")]
    Configuration(String),
    /// The target is not there, or does not answer: exit code 3.
    #[error("{0}")]
    Unreachable(String),
}

/// The capabilities that an account API behind the control API has by itself.
const MINTED: [&str; 6] =
    ["second_key", "second_account", "billing_key", "free_plan", "role_keys", "nested_database"];

/// Opens the target of a target file. `environment` looks a variable up.
pub async fn open(
    file: TargetFile,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Suite, OpenError> {
    let secrets = file.resolve_secrets(&environment).map_err(|mistakes| {
        let all: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        OpenError::Configuration(all.join("\n"))
    })?;
    let transport = Transport::new(TransportConfig::from(&file.limits))
        .map_err(|error| OpenError::Configuration(format!("failed to {error}")))?;
    let transport = Arc::new(transport);
    let account = account_base(&file)?;
    let redactor = Redactor::new();
    let control = control(&file, &transport, secrets.control_token.clone(), &redactor);
    let mut capabilities = BTreeSet::new();
    let mut implementation = declared_name(&file);
    if let Some(control) = &control {
        let hand = control.handshake().await.map_err(open_error)?;
        implementation = (hand.name, hand.version);
        capabilities = offered(hand.capabilities);
    }
    // The handshake proves a test target; without it the target file has to say so.
    if control.is_none() && file.needs_interlock() {
        return Err(OpenError::Configuration(format!(
            "{} is not on this machine, and nothing says that it is a test target; offer the \
             control API, or write allow_remote = \"I own this test environment\" into the \
             target file",
            account.as_str()
        )));
    }
    let usable = control.filter(|_| capabilities.contains("accounts"));
    let static_keys = static_keys(&file, &secrets.keys, &redactor);
    let static_databases = static_databases(&file);
    if usable.is_none() {
        capabilities.extend(declared_capabilities(&static_keys, &static_databases));
        if static_keys.is_empty() {
            return Err(OpenError::Configuration(
                "there is nothing to authenticate with: the target has no control API that makes \
                 accounts, and the target file has no [[keys]]"
                    .to_owned(),
            ));
        }
    }
    if usable.is_none() {
        try_keys(&transport, &account, &file, &static_keys).await?;
    }
    let (document, documented) = account_document().map_err(OpenError::Unreachable)?;
    let generators = Generators::new(document.clone());
    Ok(Suite {
        transport,
        account,
        control: usable,
        implementation,
        capabilities,
        static_keys,
        static_databases,
        policy: RefCell::new(policy(&file.policy)),
        place: place(&file.policy),
        file,
        document,
        generators,
        documented,
        requirements: Requirements::embedded().clone(),
        redactor,
        minted: RefCell::default(),
        seen: Seen::default(),
        nonces: Cell::new(0),
        sent: Cell::new(0),
        seed: Cell::new(0),
        cases: Cell::new(0),
        started_at: jiff::Timestamp::now().as_millisecond(),
        started: Instant::now(),
    })
}

/// The Account API's document, with its responses compiled.
fn account_document() -> Result<(Rc<Document>, Documented), String> {
    let document = Document::parse(documents::ACCOUNT)
        .map_err(|error| format!("the suite's own document: {error}"))?;
    let documented = Documented::new(&document)?;
    Ok((Rc::new(document), documented))
}

/// Tries each declared key once, so that a wrong secret is one sentence and not a hundred
/// failures.
async fn try_keys(
    transport: &Transport,
    account: &Base,
    file: &TargetFile,
    keys: &[StaticKey],
) -> Result<(), OpenError> {
    let request = Request::new("GET", "/api/v1/oauth/apps");
    for (declared, key) in file.keys.iter().zip(keys) {
        let bearer = key.secret.bearer();
        let answer = transport.send_patiently(account, &request, Some(&bearer)).await;
        let answer = answer.map_err(|error| {
            OpenError::Unreachable(format!("the target does not answer: failed to {error}"))
        })?;
        if answer.response.status == 401 {
            return Err(OpenError::Configuration(format!(
                "the target refuses the key in {} with 401; check the secret in that variable",
                declared.secret_env
            )));
        }
    }
    Ok(())
}

fn account_base(file: &TargetFile) -> Result<Base, OpenError> {
    file.endpoints.account.clone().ok_or_else(|| {
        OpenError::Configuration(
            "the target file has no account endpoint; only the Account API can be examined so far"
                .to_owned(),
        )
    })
}

fn control(
    file: &TargetFile,
    transport: &Arc<Transport>,
    token: Option<Secret>,
    redactor: &Redactor,
) -> Option<Control> {
    let base = file.endpoints.control.clone()?;
    if let Some(token) = &token {
        redactor.learn(token);
    }
    Some(Control::new(transport.clone(), base, token))
}

fn open_error(error: ControlError) -> OpenError {
    match &error {
        ControlError::Refused { .. } => OpenError::Configuration(error.to_string()),
        ControlError::Transport { .. }
        | ControlError::Unexpected { .. }
        | ControlError::Illegal { .. }
        | ControlError::Unknown { .. }
        | ControlError::Unsupported { .. } => {
            let words = crate::drive::trouble_words(Some(&control_trouble(error)));
            OpenError::Unreachable(format!("no test target answers there: {words}"))
        }
    }
}

fn offered(mut capabilities: BTreeSet<String>) -> BTreeSet<String> {
    if capabilities.contains("accounts") {
        capabilities.extend(MINTED.map(str::to_owned));
    }
    if capabilities.contains("core") {
        capabilities.insert("database_secret".to_owned());
    }
    capabilities
}

fn declared_name(file: &TargetFile) -> (String, String) {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    (known(&file.implementation.name), known(&file.implementation.version))
}

fn static_keys(file: &TargetFile, secrets: &[Secret], redactor: &Redactor) -> Vec<StaticKey> {
    let keys = file.keys.iter().zip(secrets);
    keys.map(|(key, secret)| {
        redactor.learn(secret);
        StaticKey {
            account: key.account.clone(),
            role: key.role,
            plan: key.plan,
            secret: secret.clone(),
        }
    })
    .collect()
}

fn static_databases(file: &TargetFile) -> Vec<(String, DatabaseSetup)> {
    file.databases
        .iter()
        .map(|database| {
            let setup = DatabaseSetup {
                path: database.path.clone(),
                collections: database.collections.clone(),
            };
            (database.account.clone(), setup)
        })
        .collect()
}

/// What can be told from declared keys and databases alone.
fn declared_capabilities(
    keys: &[StaticKey],
    databases: &[(String, DatabaseSetup)],
) -> BTreeSet<String> {
    use model::{Plan, Role};
    let mut offered = BTreeSet::new();
    let mut add = |name: &str, there: bool| {
        if there {
            offered.insert(name.to_owned());
        }
    };
    let enterprise = |key: &&StaticKey| key.plan == Plan::Enterprise;
    let accounts: BTreeSet<&str> =
        keys.iter().filter(enterprise).map(|key| key.account.as_str()).collect();
    let good = |account: &str| {
        keys.iter().filter(|key| key.account == account && key.role != Role::Billing).count()
    };
    add("second_account", accounts.len() > 1);
    add("second_key", accounts.iter().next().is_some_and(|first| good(first) > 1));
    add("billing_key", keys.iter().any(|key| key.role == Role::Billing));
    add("free_plan", keys.iter().any(|key| key.plan == Plan::Free));
    let nested = |path: &str| path.split('/').count() > 2;
    add("nested_database", databases.iter().any(|(_, database)| nested(&database.path)));
    offered
}

fn policy(declared: &Declared) -> Policy {
    Policy {
        mismatch_replays: declared
            .idempotency_mismatch
            .map(|choice| choice == IdempotencyMismatch::Replay),
        log_url_declared: declared.create_log_url_path.is_some(),
    }
}

fn place(declared: &Declared) -> Place {
    let path = declared.create_log_url_path.clone();
    Place { log_url_path: path.unwrap_or_else(|| DEFAULT_LOG_URL_PATH.to_owned()) }
}
