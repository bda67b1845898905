//! Requests with one idempotency key take turns, so that the second gets the first's answer; so do passwords of one
//! ID. It refuses to know answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::server_key::{Digest32, ServerKey};
use crate::store::Scope;

type Table = Arc<Mutex<HashMap<Digest32, Arc<tokio::sync::Mutex<()>>>>>;

/// The keys that are in use now.
#[derive(Debug, Default)]
pub struct SameKey(Table);

/// One request's turn with its key; it ends when this is dropped.
pub struct KeyTurn {
    table: Table,
    key: Digest32,
    guard: Option<OwnedMutexGuard<()>>,
}

impl SameKey {
    /// Waits until no other request with this key is being answered.
    pub async fn turn(&self, server_key: &ServerKey, scope: &Scope) -> KeyTurn {
        self.turn_of(server_key.mac("same key", &[&scope.browser, scope.route.as_bytes(), scope.key.as_bytes()])).await
    }

    /// Waits until no other turn of this is under way.
    pub async fn turn_of(&self, key: Digest32) -> KeyTurn {
        let lock = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        let mut turn = KeyTurn { table: Arc::clone(&self.0), key, guard: None };
        turn.guard = Some(lock.lock_owned().await);
        turn
    }
}

impl Drop for KeyTurn {
    fn drop(&mut self) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        self.guard = None;
        // Nobody else holds the lock or waits for it: only the table does.
        if table.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            table.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_are_taken_and_the_table_is_empty_after() {
        let same_key = Arc::new(SameKey::default());
        let scope = Scope { browser: [1; 32], route: "flows".into(), key: "k".into(), body: [0; 32] };
        let inside = Arc::new(Mutex::new((0_u32, 0_u32)));
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (same_key, scope, inside) = (Arc::clone(&same_key), scope.clone(), Arc::clone(&inside));
                tokio::spawn(async move {
                    let _turn = same_key.turn(&ServerKey::new([0; 32]), &scope).await;
                    {
                        let mut inside = inside.lock().unwrap();
                        inside.0 += 1;
                        inside.1 = inside.1.max(inside.0);
                    }
                    tokio::task::yield_now().await;
                    inside.lock().unwrap().0 -= 1;
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(inside.lock().unwrap().1, 1);
        assert!(same_key.0.lock().unwrap().is_empty());
    }
}
