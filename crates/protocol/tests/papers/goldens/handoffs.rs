//! Minji signs in in the webview of an app, which takes her over. It refuses to know how she signed in.

use daemun_protocol::{Account, Destination, HostSession, Redeemed, Redemption, Secret, Status, Workspace};

use super::{Host, MINJI, NOW, NamedFlow, about, at, flow, nuri};

const CODE: &str = "Hq3vW8nT0yLk5RzXc7JmPs2dFgB9uQa4EoViNt6Yx1M";
/// RFC 7636, Appendix B.
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(super) fn flows() -> Vec<NamedFlow> {
    let complete = flow(5, Status::Complete(Destination::Host { handoff: Secret::new(CODE) }));
    vec![("flow-complete-handoff", about(MINJI, Some("김민지"), at(nuri(), complete)))]
}

pub(super) fn hosts() -> [(&'static str, Host); 3] {
    let redemption =
        Redemption { code: Secret::new(CODE), verifier: Secret::new(VERIFIER), app: Some("Nuri Work, Android".into()) };
    let token = Secret::new("wZ4kQ1rS8tUvXyA2bC3dE5fG6hJ7lM9nP0oIuY-TRe_");
    let account = Account { identifier: MINJI.into(), name: Some("김민지".into()) };
    let workspace = Workspace { logo: None, accent: None, ..nuri() };
    [
        ("handoff-redeem", Host::Redemption(redemption)),
        ("handoff-redeemed", Host::Redeemed(Redeemed { token, expires_at: NOW.plus_seconds(12 * 3600) })),
        ("handoff-session", Host::Session(HostSession { account, workspace })),
    ]
}
