//! The one value that all requests share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Config;
use crate::fault::Fault;
use crate::ids::{IdSource, Signer};
use crate::race::Crossing;
use crate::store::directory::{Directory, KeyHolder};
use crate::time::{Moment, RealClock, TimeStyle};
use crate::variant::{Variant, Variants};

/// A handle on the server, as the router hands it around.
pub(crate) type SharedServer = Arc<Server>;

/// The faults that perform an operation without a key for the last client.
const KEYLESS: [Fault; 8] = [
    Fault::ListsExportsWithoutKey,
    Fault::GetsExportsWithoutKey,
    Fault::RequestsLogsWithoutKey,
    Fault::GetsLogsWithoutKey,
    Fault::MakesUrlsWithoutKey,
    Fault::ListsLogsWithoutKey,
    Fault::ListsAppsWithoutKey,
    Fault::DeletesAppsWithoutKey,
];

/// The state of the whole server.
pub(crate) struct Server {
    pub(crate) config: Config,
    pub(crate) directory: Directory,
    pub(crate) signer: Signer,
    ids: IdSource,
    clock: RealClock,
    style: TimeStyle,
    /// Who asked last, for a server that takes those who do not say who they are for the same.
    last_client: Mutex<Option<KeyHolder>>,
    takes_anyone: bool,
    /// What requests at the same time share in a server that lets them get into each other's way.
    pub(crate) crossing: Crossing,
    races: bool,
    /// How many responses were written, for a server that treats some of them differently.
    n_responses: AtomicU64,
    /// Counts the changes of everything that is listed.
    revision: AtomicU64,
}

impl Server {
    pub(crate) fn new(config: Config) -> SharedServer {
        let clock = RealClock::start();
        // This choice shows only where a request takes its time.
        let waits = config.variants.has(Variant::RefusesWaitingKeys);
        Arc::new(Self {
            ids: IdSource::new(config.variants, clock.now()),
            style: TimeStyle::of(config.variants),
            last_client: Mutex::new(None),
            takes_anyone: KEYLESS.iter().any(|fault| config.faults.has(*fault)),
            crossing: Crossing::default(),
            races: waits || Fault::ALL.iter().any(|it| it.is_race() && config.faults.has(*it)),
            config,
            directory: Directory::new(),
            signer: Signer::new(),
            clock,
            n_responses: AtomicU64::new(0),
            revision: AtomicU64::new(1),
        })
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.config.faults.has(fault)
    }

    /// Whoever asked last; nobody, unless the server takes those without a key for them.
    pub(crate) fn last_client(&self) -> Option<KeyHolder> {
        if !self.takes_anyone {
            return None;
        }
        self.last_client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a note of who asks.
    pub(crate) fn note_client(&self, holder: &KeyHolder) {
        if self.takes_anyone {
            let mut last = self.last_client.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some(holder.clone());
        }
    }

    /// The number of a response.
    pub(crate) fn count_response(&self) -> u64 {
        self.n_responses.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether requests at the same time get into each other's way.
    pub(crate) fn races(&self) -> bool {
        self.races
    }

    pub(crate) fn variants(&self) -> Variants {
        self.config.variants
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(crate) fn time_style(&self) -> TimeStyle {
        self.style
    }

    pub(crate) fn show_time(&self, moment: Moment) -> String {
        self.style.show(moment)
    }

    pub(crate) fn next_id(&self, now: Moment, last: u64) -> u64 {
        self.ids.next(now, last)
    }

    /// The number of a new change.
    pub(crate) fn next_revision(&self) -> u64 {
        self.revision.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number of the newest change so far.
    pub(crate) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }
}
