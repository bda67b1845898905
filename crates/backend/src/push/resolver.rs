//! From a push service's name to the addresses that are connected to: asked once, judged, and those alone. It refuses
//! to know what is sent there.

use core::error::Error;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hyper_util::client::legacy::connect::dns::Name;
use tower::Service;

use super::public_address::is_public;
use super::subscription::Reach;

type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What the client connects by: it takes the answer as it is and asks nobody again, so no name can mean another place
/// by then (DNS rebinding). The name itself stays the one that TLS asks for.
#[derive(Clone)]
pub(super) struct Resolver {
    /// A port of 0 stands for the endpoint's own.
    pub look_up: Arc<dyn Fn(String) -> Later<io::Result<Vec<SocketAddr>>> + Send + Sync>,
    /// Whether an address may be what a name means.
    pub judge: fn(&str, IpAddr) -> bool,
}

/// A name has an address that no push service can have.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{0} is no push service's address")]
pub(super) struct Unlikely(pub IpAddr);

impl Resolver {
    pub fn system(reach: Reach) -> Self {
        let judge = match reach {
            Reach::PushServices => |_: &str, address| is_public(address),
            Reach::ThisMachineToo => |name: &str, address: IpAddr| {
                if is_here(name) { address.is_loopback() } else { is_public(address) }
            },
        };
        Self { look_up: Arc::new(|name| Box::pin(ask_the_system(name))), judge }
    }
}

/// Names that are this machine's (RFC 6761 §6.3).
fn is_here(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

async fn ask_the_system(name: String) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.collect())
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Later<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { look_up, judge } = self.clone();
        Box::pin(async move {
            let addresses = look_up(name.as_str().to_owned()).await?;
            // One that is wrong makes the others no better: whoever answered is not to be trusted.
            let unlikely = addresses.iter().map(SocketAddr::ip).find(|address| !judge(name.as_str(), *address));
            match unlikely {
                Some(address) => Err(Unlikely(address).into()),
                None => Ok(addresses.into_iter()),
            }
        })
    }
}
