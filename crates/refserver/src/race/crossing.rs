//! What requests have in common that should have nothing in common: names of what is under way,
//! marks that stay, and single places where each request leaves what only concerns itself.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::answer::Answer;
use crate::call::Call;
use crate::store::directory::KeyHolder;

/// What requests share. In a server that does not race, it stays empty.
#[derive(Default)]
pub(crate) struct Crossing {
    under_way: Mutex<HashMap<String, usize>>,
    marks: Mutex<HashSet<String>>,
    answers: Mutex<HashMap<String, Answer>>,
    call: Mutex<Option<Call>>,
    client: Mutex<Option<KeyHolder>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Crossing {
    /// Begins what has this name; it ends with the value.
    pub(super) fn begin(&self, name: &str) -> Flight<'_> {
        *lock(&self.under_way).entry(name.to_owned()).or_default() += 1;
        Flight { crossing: self, name: name.to_owned() }
    }

    /// How often what has this name is under way.
    pub(super) fn n_under_way(&self, name: &str) -> usize {
        lock(&self.under_way).get(name).copied().unwrap_or(0)
    }

    pub(crate) fn is_under_way(&self, name: &str) -> bool {
        self.n_under_way(name) > 0
    }

    /// Leaves a mark that is never taken off.
    pub(super) fn mark(&self, name: &str) {
        lock(&self.marks).insert(name.to_owned());
    }

    pub(crate) fn is_marked(&self, name: &str) -> bool {
        lock(&self.marks).contains(name)
    }

    /// Leaves an answer under a name.
    pub(super) fn keep_answer(&self, name: &str, answer: Answer) {
        lock(&self.answers).insert(name.to_owned(), answer);
    }

    pub(super) fn kept_answer(&self, name: &str) -> Option<Answer> {
        lock(&self.answers).get(name).cloned()
    }

    pub(super) fn drop_answer(&self, name: &str) {
        lock(&self.answers).remove(name);
    }

    /// Leaves a request where the last one was.
    pub(super) fn keep_call(&self, call: &Call) {
        *lock(&self.call) = Some(call.clone());
    }

    pub(super) fn kept_call(&self) -> Option<Call> {
        lock(&self.call).clone()
    }

    /// Leaves who asks where the last one was.
    pub(super) fn keep_client(&self, client: KeyHolder) {
        *lock(&self.client) = Some(client);
    }

    pub(super) fn kept_client(&self) -> Option<KeyHolder> {
        lock(&self.client).clone()
    }
}

/// Something under way, until it is dropped.
pub(super) struct Flight<'a> {
    crossing: &'a Crossing,
    name: String,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut under_way = lock(&self.crossing.under_way);
        if let Some(count) = under_way.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.name);
            }
        }
    }
}
