//! Everything that one run holds: the target as reached, the documents, and what was declared.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use check::{Documented, Policy};
use model::DatabaseSetup;
use model::render::Place;
use model::state::Millis;
use spec::requirement::Requirements;
use spec::{Document, document};

use crate::control::Control;
use crate::draw::Generators;
use crate::secret::{Redactor, Secret};
use crate::target::TargetFile;
use crate::transport::{Base, Transport};

/// How long a job is waited for once another was seen not to end.
const UNSETTLED_MILLIS: Millis = 500;

/// A key that exists and was not minted by us.
#[derive(Clone)]
pub struct StaticKey {
    /// The account's name in the target file.
    pub account: String,
    /// Its role.
    pub role: model::Role,
    /// Its plan.
    pub plan: model::Plan,
    /// Its secret.
    pub secret: Secret,
}

/// Choices of the target that change how it is asked, each noticed once and heeded from then on.
#[derive(Debug, Default)]
pub struct Seen {
    /// Whether it refuses a second export while one is unfinished (C-30).
    pub one_at_a_time: Cell<bool>,
    /// Whether it refuses a list of log requests by states that it need not take.
    pub core_log_states: Cell<bool>,
    /// Whether a job of it had not ended within the settle bound: others are not waited for as
    /// long again.
    pub unsettled: Cell<bool>,
}

/// A run's surroundings. One thread drives it, so interior mutability needs no locks.
pub struct Suite {
    /// The HTTP client.
    pub transport: Arc<Transport>,
    /// Where the Account API is.
    pub account: Base,
    /// The control API, if the target has one.
    pub control: Option<Control>,
    /// Name and version of the implementation.
    pub implementation: (String, String),
    /// What the target offers, sorted.
    pub capabilities: BTreeSet<String>,
    /// Declared keys, where there is no control API.
    pub static_keys: Vec<StaticKey>,
    /// Declared databases with their account's name, where there is no control API.
    pub static_databases: Vec<(String, DatabaseSetup)>,
    /// The target file as read.
    pub file: TargetFile,
    /// Declared choices.
    pub policy: RefCell<Policy>,
    /// Where operations are whose path is a choice.
    pub place: Place,
    /// The Account API's document.
    pub document: Rc<Document>,
    /// What draws requests from it.
    pub generators: Generators,
    /// Its responses, compiled.
    pub documented: Documented,
    /// The requirement rows.
    pub requirements: Requirements,
    /// What must not reach any artefact.
    pub redactor: Redactor,
    /// Accounts minted and not yet deleted.
    pub minted: RefCell<BTreeSet<String>>,
    /// What the target was seen to do.
    pub seen: Seen,
    /// Programs that were given a nonce.
    pub nonces: Cell<u64>,
    /// Public requests sent so far.
    pub sent: Cell<u64>,
    /// The seed of everything generated.
    pub seed: Cell<u64>,
    /// Random valid cases per operation.
    pub cases: Cell<u32>,
    /// Our clock at the start, Unix milliseconds.
    pub started_at: Millis,
    /// The same moment on the monotonic clock.
    pub started: Instant,
}

impl Suite {
    /// Our clock: Unix milliseconds that never go back during a run.
    pub fn now(&self) -> Millis {
        self.started_at + Millis::try_from(self.started.elapsed().as_millis()).unwrap_or(0)
    }

    /// How far clocks may disagree, in milliseconds: the declared slack, and at least what
    /// rounding to whole seconds costs (C-02).
    pub fn slack_millis(&self) -> Millis {
        let declared = Millis::try_from(self.file.policy.clock_slack.as_millis()).unwrap_or(0);
        declared.max(1000) + 1000
    }

    /// How long a job may take, in milliseconds.
    pub fn settle_millis(&self) -> Millis {
        let declared = self.file.policy.settle.as_millis();
        let declared = Millis::try_from(declared).unwrap_or(Millis::MAX / 4);
        if self.seen.unsettled.get() { declared.min(UNSETTLED_MILLIS) } else { declared }
    }

    /// Whether the target offers all of these.
    pub fn offers(&self, needs: &[impl AsRef<str>]) -> bool {
        needs.iter().all(|need| self.capabilities.contains(need.as_ref()))
    }

    /// The document's operation with this id.
    pub fn operation(&self, id: &str) -> Option<&document::Operation> {
        self.document.operation(id)
    }

    /// A number that no other program of this run gets, nor, in all likelihood, any of another.
    pub fn nonce(&self) -> u64 {
        self.nonces.set(self.nonces.get() + 1);
        self.started_at.unsigned_abs().wrapping_mul(4096).wrapping_add(self.nonces.get())
    }

    /// Counts a public request.
    pub fn count(&self) {
        self.sent.set(self.sent.get() + 1);
    }
}
