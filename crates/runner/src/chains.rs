//! Fixed short chains: one program for each class of behaviour that a few calls can decide.
//!
//! They are values like any generated program, so they shrink, replay and are judged in the same
//! way. A chain only says what is done; what may be right is the oracle's business.

pub(crate) mod access;
mod exports;
mod idempotency;
mod lists;
mod logs;
mod matrix;
mod oauth;
mod time;
mod together;

use model::program::{AccountSetup, DatabaseSetup, Jobs, KeySetup, Plan, Program, Role, Setup};
use model::transition::{
    Credential, Destination, ExportBody, ExportFilter, ExportState, Format, Handle, Listing,
    LogBody, LogState, Transition, UrlBody,
};

/// The databases that chains speak of: those that are minted, or those that the target has.
#[derive(Clone, Debug)]
pub struct Facts {
    /// A top-level database with at least one collection, if possible two.
    pub shop: DatabaseSetup,
    /// Another one, for filters.
    pub other: Option<DatabaseSetup>,
    /// One below another, for nested paths.
    pub nested: Option<DatabaseSetup>,
    /// How many exports may be made to see what many do; fewer where they stay behind.
    pub plenty: u32,
}

impl Facts {
    /// What is minted where the target has a control API.
    pub fn minted() -> Facts {
        let database = |path: &str, collections: &[&str]| DatabaseSetup {
            path: path.to_owned(),
            collections: collections.iter().map(|name| (*name).to_owned()).collect(),
        };
        Facts {
            shop: database("us-std/shop", &["Product", "Category"]),
            other: Some(database("us-std/shop_Archive", &["Order"])),
            nested: Some(database("us-std/shop/branch", &["Stock"])),
            plenty: 120,
        }
    }

    /// What a target file declares for an account.
    pub fn declared(databases: &[DatabaseSetup]) -> Option<Facts> {
        let depth = |database: &&DatabaseSetup| database.path.split('/').count();
        let mut tops = databases.iter().filter(|database| depth(database) == 2);
        let shop = tops.next()?.clone();
        let other = tops.next().cloned();
        let nested = databases.iter().find(|database| depth(database) > 2).cloned();
        Some(Facts { shop, other, nested, plenty: 24 })
    }

    /// All of them, the top-level one first.
    pub fn all(&self) -> Vec<DatabaseSetup> {
        let mut all = vec![self.shop.clone()];
        all.extend(self.other.clone());
        all.extend(self.nested.clone());
        all
    }
}

/// All chains.
pub fn all(facts: &Facts) -> Vec<Program> {
    let mut programs = Vec::new();
    programs.extend(exports::chains(facts));
    programs.extend(idempotency::chains(facts));
    programs.extend(lists::chains(facts));
    programs.extend(logs::chains(facts));
    programs.extend(oauth::chains(facts));
    programs.extend(access::chains(facts));
    programs.extend(time::chains(facts));
    programs.extend(together::chains(facts));
    programs.extend(matrix::chains(facts));
    programs
}

/// The owner key of the first account: the key that most steps are made with.
pub(crate) const OWNER: Credential = Credential::Key(0);

/// A program under construction.
pub(crate) struct Chain {
    program: Program,
    facts: Facts,
}

impl Chain {
    /// One enterprise account with manual jobs and an owner key.
    pub(crate) fn new(name: &str, facts: &Facts) -> Chain {
        Chain::on_plan(name, facts, Plan::Enterprise)
    }

    /// The same on a plan.
    pub(crate) fn on_plan(name: &str, facts: &Facts, plan: Plan) -> Chain {
        let setup = Setup {
            accounts: vec![AccountSetup {
                plan,
                databases: facts.all(),
                apps: 0,
                jobs: Jobs::Manual,
            }],
            keys: vec![KeySetup { account: 0, role: Role::Owner, ttl_days: None, later: false }],
        };
        Chain {
            program: Program { name: name.to_owned(), setup, steps: Vec::new() },
            facts: facts.clone(),
        }
    }

    /// Gives the account apps.
    pub(crate) fn apps(mut self, n: u32) -> Chain {
        self.program.setup.accounts[0].apps = n;
        self
    }

    /// Lets the account's jobs move by themselves.
    pub(crate) fn auto(mut self, step_ms: u32) -> Chain {
        self.program.setup.accounts[0].jobs = Jobs::Auto(step_ms);
        self
    }

    /// One more key of the first account.
    pub(crate) fn key(self, role: Role, ttl_days: Option<u32>) -> Chain {
        self.key_setup(KeySetup { account: 0, role, ttl_days, later: false })
    }

    /// One more key.
    pub(crate) fn key_setup(mut self, key: KeySetup) -> Chain {
        self.program.setup.keys.push(key);
        self
    }

    /// How many keys there are so far.
    pub(crate) fn n_keys(&self) -> usize {
        self.program.setup.keys.len()
    }

    /// One more account, with a key of its own.
    pub(crate) fn account(mut self, plan: Plan, apps: u32) -> Chain {
        let account = self.program.setup.accounts.len();
        self.program.setup.accounts.push(AccountSetup {
            plan,
            databases: self.facts.all(),
            apps,
            jobs: Jobs::Manual,
        });
        let key = KeySetup { account, role: Role::Owner, ttl_days: None, later: false };
        self.program.setup.keys.push(key);
        self
    }

    /// Adds steps.
    pub(crate) fn steps(mut self, steps: impl IntoIterator<Item = Transition>) -> Chain {
        self.program.steps.extend(steps);
        self
    }

    /// Done.
    pub(crate) fn done(self) -> Program {
        self.program
    }
}

/// A plain body for a database: `simple`, URI destination, no collections.
pub(crate) fn body(database: &str) -> ExportBody {
    ExportBody {
        database: database.to_owned(),
        collections: None,
        format: Format::Simple,
        destination: Destination::Uri("s3://conformance-bucket/exports/run".to_owned()),
    }
}

pub(crate) fn create(by: Credential, handle: Handle, body: ExportBody) -> Transition {
    Transition::CreateExport { by, handle, body, idempotency_key: None }
}

pub(crate) fn create_with(
    by: Credential,
    handle: Handle,
    body: ExportBody,
    key: &str,
) -> Transition {
    Transition::CreateExport { by, handle, body, idempotency_key: Some(key.to_owned()) }
}

pub(crate) fn get(by: Credential, export: Handle) -> Transition {
    Transition::GetExport { by, export }
}

pub(crate) fn advance(account: usize, seconds: u64) -> Transition {
    Transition::AdvanceClock { account, seconds }
}

pub(crate) fn export_to(export: Handle, states: &[ExportState]) -> Vec<Transition> {
    states.iter().map(|to| Transition::MoveExport { export, to: *to }).collect()
}

pub(crate) fn log_to(log: Handle, to: LogState) -> Transition {
    Transition::MoveLog { log, to }
}

pub(crate) fn exports(states: &[ExportState], database: Option<&str>) -> Listing {
    Listing::Exports(ExportFilter {
        states: states.to_vec(),
        database: database.map(str::to_owned),
    })
}

pub(crate) fn page(by: Credential, list: Listing, max_results: Option<u32>) -> Transition {
    Transition::ListPage { by, list, max_results, first: model::transition::FirstPage::Absent }
}

pub(crate) fn walk(by: Credential, list: Listing, max_results: Option<u32>) -> Transition {
    Transition::Walk { by, list, max_results, between: Vec::new() }
}

/// A walk during which something is done after each page.
pub(crate) fn walk_with(
    by: Credential,
    list: Listing,
    max_results: u32,
    between: Vec<Transition>,
) -> Transition {
    Transition::Walk { by, list, max_results: Some(max_results), between }
}

/// A window of an hour that ended an hour before the account's clock.
pub(crate) fn logs_of(database: Option<&str>, region_group: Option<&str>) -> LogBody {
    LogBody {
        database: database.map(str::to_owned),
        region_group: region_group.map(str::to_owned),
        start_seconds: -7200,
        end_seconds: -3600,
        idempotency_token: None,
        offset_hours: 0,
    }
}

pub(crate) fn request(by: Credential, handle: Handle, body: LogBody) -> Transition {
    Transition::RequestLogs { by, handle, body }
}

pub(crate) fn status(by: Credential, log: Handle) -> Transition {
    Transition::GetLog { by, log }
}

pub(crate) fn new_url(by: Credential, log: Handle, body: UrlBody) -> Transition {
    Transition::CreateLogUrl { by, log, body }
}

/// Seconds of a day.
pub(crate) const DAY: u64 = 24 * 60 * 60;
