//! The one value that all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::config::Config;
use crate::fault::Fault;
use crate::ids::{IdSource, Signer};
use crate::store::directory::Directory;
use crate::time::{Moment, RealClock, TimeStyle};
use crate::variant::Variants;

/// A handle on the server, as the router hands it around.
pub(crate) type SharedServer = Arc<Server>;

/// The state of the whole server.
pub(crate) struct Server {
    pub(crate) config: Config,
    pub(crate) directory: Directory,
    pub(crate) signer: Signer,
    ids: IdSource,
    clock: RealClock,
    style: TimeStyle,
    /// Counts the changes of everything that is listed.
    revision: AtomicU64,
}

impl Server {
    pub(crate) fn new(config: Config) -> SharedServer {
        let clock = RealClock::start();
        Arc::new(Self {
            ids: IdSource::new(config.variants, clock.now()),
            style: TimeStyle::of(config.variants),
            config,
            directory: Directory::new(),
            signer: Signer::new(),
            clock,
            revision: AtomicU64::new(1),
        })
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.config.faults.has(fault)
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
