//! What the deployment can do, for the screens that speak of it: the terms for new members, and the platform's apps
//! (FEATURES E4, E7). The login path speaks of neither, and asks for nothing: there is nothing of it in that bundle.

pub use bundle::Deployment;

#[cfg(feature = "whole")]
mod bundle {
    use daemun_flow::Fault;
    use daemun_protocol::{AppLink, Discovery, Platform, Terms};
    use leptos::prelude::*;

    use crate::ports::{api, page};

    /// The deployment, as far as it is known. Copied freely.
    #[derive(Clone, Copy)]
    pub struct Deployment {
        known: RwSignal<Option<Discovery>>,
    }

    impl Deployment {
        pub fn unknown() -> Self {
            Self { known: RwSignal::new(None) }
        }

        /// Sees to it that the deployment is known. Every request waits for this.
        ///
        /// # Errors
        /// The fault is the waiting request's own: it is told, and tried again, in the same way.
        pub async fn ask(self, abort: &api::Abort) -> Result<(), Fault> {
            if self.known.with_untracked(Option::is_none) {
                let found = api::discover(abort).await?;
                if !abort.is_aborted() {
                    self.known.set(Some(found));
                }
            }
            Ok(())
        }

        /// What new members agree to.
        pub fn terms(self) -> Vec<Terms> {
            self.known.with_untracked(|known| known.as_ref().map(|found| found.terms.clone())).unwrap_or_default()
        }

        /// The platform's app for where this browser runs.
        pub fn app(self) -> Option<AppLink> {
            self.known.with_untracked(|known| {
                let apps = &known.as_ref()?.apps;
                let of = |platform| apps.iter().find(|app| app.platform == platform);
                of(page::platform()).or_else(|| of(Platform::Other)).cloned()
            })
        }
    }
}

#[cfg(not(feature = "whole"))]
mod bundle {
    use daemun_flow::Fault;
    use daemun_protocol::Terms;

    use crate::ports::api;

    /// The deployment, of which the login path asks nothing.
    #[derive(Clone, Copy)]
    pub struct Deployment;

    impl Deployment {
        pub const fn unknown() -> Self {
            Self
        }

        /// # Errors
        /// None.
        pub async fn ask(self, _: &api::Abort) -> Result<(), Fault> {
            Ok(())
        }

        pub const fn terms(self) -> Vec<Terms> {
            Vec::new()
        }
    }
}
