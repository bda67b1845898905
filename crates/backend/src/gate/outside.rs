//! What goes on outside any transaction (a password is compared or hashed, a provider is asked) is concluded in one of its own, against
//! the flow as it is by then. It refuses to know what it was.

use daemun_protocol::ProblemCode;

use super::{Asker, Gate, Taking, problems, to_keep};
use crate::browser::Browser;
use crate::store::{self, Finished, Scope, Trouble};

/// An act that goes on outside: whose it is, on which flow, and what its answer is kept for.
#[derive(Clone, Debug)]
pub(super) struct Outside {
    pub(super) asker: Asker,
    pub(super) browser: Browser,
    pub(super) flow: String,
    pub(super) scope: Scope,
}

/// What an act comes to after that.
pub(super) enum Concluded {
    Answered(Finished),
    /// Nothing was compared or hashed: nothing is counted, and the same key may ask again.
    Undone,
}

impl Gate {
    /// Concludes what went on outside, and keeps the answer.
    pub(super) async fn conclude(
        &self,
        outside: Outside,
        conclude: impl FnOnce(&mut Taking<'_>) -> Result<Concluded, Trouble> + Send + 'static,
    ) -> Result<Finished, Trouble> {
        let gate = self.clone();
        self.store
            .write(move |transaction| {
                let (Outside { asker, browser, flow, scope }, now) = (outside, gate.clock.now());
                let row = store::read_flow(transaction, &flow, &scope.browser, &gate.log)?;
                let Some(row) = row else { return problems::bare(ProblemCode::FlowUnknown, 404) };
                let mut taking = Taking::new(&gate, transaction, (&asker, &browser), &flow, row, now);
                match conclude(&mut taking)? {
                    Concluded::Answered(finished) => {
                        let kept = to_keep(&finished, &taking.row.flow.stage)?;
                        store::finish_answer(transaction, &scope, kept, now)?;
                        Ok(finished)
                    }
                    Concluded::Undone => {
                        store::forget_answer(transaction, &scope)?;
                        problems::finished(&problems::waiting(ProblemCode::Unavailable, 503, Some(5)))
                    }
                }
            })
            .await
    }
}
