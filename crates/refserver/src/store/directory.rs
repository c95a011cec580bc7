//! Where an account is found: by its id for the control API, by the secret of a key for all others.
//!
//! Both maps are split into shards, each behind its own lock, so that requests of different
//! accounts do not wait for each other. A lookup costs the same however many accounts there are.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::store::account::Account;

const N_SHARDS: usize = 32;

/// One account and its lock.
pub(crate) struct AccountCell(Mutex<Account>);

impl AccountCell {
    pub(crate) fn new(account: Account) -> Arc<Self> {
        Arc::new(Self(Mutex::new(account)))
    }

    /// A panic under the lock must not take the account down with it, so poison is ignored.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For a look at an account other than one's own, where waiting could be for ever.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, Account>> {
        self.0.try_lock().ok()
    }
}

/// Where a secret leads.
#[derive(Clone)]
pub(crate) struct KeyHolder {
    pub(crate) cell: Arc<AccountCell>,
    pub(crate) key_id: String,
}

struct Sharded<V> {
    hash: RandomState,
    shards: Vec<RwLock<HashMap<String, V>>>,
}

impl<V: Clone> Sharded<V> {
    fn new() -> Self {
        let shards = (0..N_SHARDS).map(|_| RwLock::new(HashMap::new())).collect();
        Self { hash: RandomState::new(), shards }
    }

    fn shard(&self, name: &str) -> &RwLock<HashMap<String, V>> {
        let idx = usize::try_from(self.hash.hash_one(name) % N_SHARDS as u64).unwrap_or(0);
        &self.shards[idx]
    }

    fn get(&self, name: &str) -> Option<V> {
        self.shard(name).read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn insert(&self, name: String, value: V) {
        let shard = self.shard(&name);
        shard.write().unwrap_or_else(PoisonError::into_inner).insert(name, value);
    }

    fn remove(&self, name: &str) -> Option<V> {
        self.shard(name).write().unwrap_or_else(PoisonError::into_inner).remove(name)
    }

    fn all(&self) -> Vec<V> {
        let read = |shard: &RwLock<HashMap<String, V>>| {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            shard.values().cloned().collect::<Vec<_>>()
        };
        self.shards.iter().flat_map(read).collect()
    }
}

/// All accounts of the server.
pub(crate) struct Directory {
    accounts: Sharded<Arc<AccountCell>>,
    secrets: Sharded<KeyHolder>,
}

impl Directory {
    pub(crate) fn new() -> Self {
        Self { accounts: Sharded::new(), secrets: Sharded::new() }
    }

    pub(crate) fn account(&self, id: &str) -> Option<Arc<AccountCell>> {
        self.accounts.get(id)
    }

    pub(crate) fn add_account(&self, id: String, account: Account) {
        self.accounts.insert(id, AccountCell::new(account));
    }

    pub(crate) fn remove_account(&self, id: &str) -> Option<Arc<AccountCell>> {
        self.accounts.remove(id)
    }

    /// Every account there is; only a server that leaks asks for it.
    pub(crate) fn all_accounts(&self) -> Vec<Arc<AccountCell>> {
        self.accounts.all()
    }

    pub(crate) fn holder(&self, secret: &str) -> Option<KeyHolder> {
        self.secrets.get(secret)
    }

    pub(crate) fn add_secret(&self, secret: String, holder: KeyHolder) {
        self.secrets.insert(secret, holder);
    }

    pub(crate) fn remove_secret(&self, secret: &str) {
        self.secrets.remove(secret);
    }

    /// How many accounts and how many secrets there are.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.accounts.all().len(), self.secrets.all().len())
    }
}
