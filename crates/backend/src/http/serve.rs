//! Connections: accepted, bounded in number, header size and patience, and ended in order. It refuses to know what is asked.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;
use tower::ServiceExt;

use super::ClientAddress;
use super::crowd::{Crowd, Place};
use super::guards::Peer;
use super::patience::Patient;

/// Connections at once: each member who waits for somebody else has one, whose read is held.
const CONNECTIONS: usize = 4096;
/// Requests at once that end what they began, those among them that nobody waits for any more.
const TASKS: usize = 1024;
/// Seconds in which a request's head must have arrived, and after which an idle connection is closed.
const HEAD_PATIENCE: u64 = 20;
/// Seconds in which a request must be answered.
const ANSWER_PATIENCE: u64 = 60;
/// Seconds that requests under way have to end when the server stops.
const FAREWELL: u64 = 5;

/// Serves until `stop` says so, then lets requests under way end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    client_address: ClientAddress,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let tasks = Arc::new(Semaphore::new(TASKS));
    let crowd = Crowd::default();
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_PATIENCE))
        .max_buf_size(32 * 1024)
        .max_header_size(24 * 1024)
        .max_headers(64);
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stopped| *stopped) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        // One too many from there is closed unheard.
        let Ok(own_place) = own_place(&crowd, client_address, peer) else { continue };
        let (router, tasks) = (router.clone(), Arc::clone(&tasks));
        let service = service_fn(move |request| answer(router.clone(), Arc::clone(&tasks), request, peer));
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(Patient::new(stream)), service));
        tokio::spawn(async move {
            // A connection that broke has nobody left to tell.
            let _ = connection.await;
            drop((place, own_place));
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(Duration::from_secs(FAREWELL), graceful.shutdown()).await;
}

/// This address has all the connections that it may have.
struct Crowded;

/// A place among those of its address. Neither this machine nor a proxy, which stands for everybody, needs one.
fn own_place(crowd: &Crowd, from: ClientAddress, peer: SocketAddr) -> Result<Option<Place>, Crowded> {
    match from {
        ClientAddress::Peer if !peer.ip().to_canonical().is_loopback() => {
            crowd.enter(peer.ip().into()).map(Some).ok_or(Crowded)
        }
        ClientAddress::Peer | ClientAddress::ForwardedFor => Ok(None),
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and whole: waiting to fill a packet only delays them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(_) => {
            // Out of files, mostly: others must end before this can go on.
            let _ = tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>()).await;
            None
        }
    }
}

/// One request in a task of its own: it ends what it began although the asker may be gone, and a panic in it is a 500.
/// What only reads (RFC 9110 §9.2.1) has begun nothing and goes with its asker; it may be held for long, and takes
/// nobody's turn.
async fn answer(
    router: Router,
    tasks: Arc<Semaphore>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    let only_reads = request.method().is_safe();
    let task = async move {
        let turn = if only_reads { None } else { tasks.acquire_owned().await.ok() };
        let task = tokio::spawn(async move {
            let response = router.oneshot(request).await;
            drop(turn);
            response
        });
        let _leash = only_reads.then(|| Leash(task.abort_handle()));
        task.await
    };
    match tokio::time::timeout(Duration::from_secs(ANSWER_PATIENCE), task).await {
        Ok(Ok(Ok(response))) => Ok(response),
        Ok(Ok(Err(never))) => match never {},
        Ok(Err(_)) => Ok(super::own_fault()),
        // What was begun goes on: asked again with the same key, it is answered.
        Err(_) => Ok(super::replies::problem(daemun_protocol::Problem {
            retry_after: Some(5),
            ..daemun_protocol::Problem::new(daemun_protocol::ProblemCode::Unavailable, 503)
        })),
    }
}

/// Ends a task with whoever waits for it.
struct Leash(AbortHandle);

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.abort();
    }
}
