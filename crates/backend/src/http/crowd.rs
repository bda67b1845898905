//! How many connections one network address has open, so that no single one takes every place. It refuses to know what
//! they are for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits::Neighbourhood;

/// Connections that one address may have: a few dozen browsers behind one.
const EACH: usize = 128;

/// The connections that are open.
#[derive(Debug, Default)]
pub struct Crowd(Arc<Mutex<HashMap<Neighbourhood, usize>>>);

/// One connection's place; it is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    crowd: Arc<Mutex<HashMap<Neighbourhood, usize>>>,
    who: Neighbourhood,
}

impl Crowd {
    /// A place for one more, if this address may have one.
    pub fn enter(&self, who: Neighbourhood) -> Option<Place> {
        let mut crowd = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = crowd.entry(who).or_insert(0);
        if *open >= EACH {
            return None;
        }
        *open += 1;
        Some(Place { crowd: Arc::clone(&self.0), who })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = crowd.get_mut(&self.who) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                crowd.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn one_address_takes_no_more_than_its_places_and_gives_them_back() {
        let crowd = Crowd::default();
        let (one, other) =
            (Neighbourhood::from(IpAddr::from([192, 0, 2, 1])), Neighbourhood::from(IpAddr::from([192, 0, 2, 2])));
        let mut places: Vec<_> = (0..EACH).map(|_| crowd.enter(one).unwrap()).collect();
        assert!(crowd.enter(one).is_none());
        assert!(crowd.enter(other).is_some());
        places.pop();
        places.push(crowd.enter(one).unwrap());
        assert!(crowd.enter(one).is_none());
        drop(places);
        assert!(crowd.0.lock().unwrap().is_empty());
    }
}
