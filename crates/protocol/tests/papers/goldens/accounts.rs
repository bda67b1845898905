//! Minji comes back to a browser that remembers two accounts of hers (FEATURES L6).

use daemun_protocol::{
    AccountAct, Action, ActionName, Flow, KnownAccount, KnownAccounts, SignInMethod, Step, StepKind,
};

use super::{NamedAct, NamedFlow, about, active, at, nuri, offers};

const NURI: &str = "kq3ZyW0bT5mXv1cN8rLpDg";
const HANBIT: &str = "Uu7Rn2oJx4eVhSa9TzQfIw";
const MASKED: &str = "mi***@daemun.test";

pub(super) fn acts() -> Vec<NamedAct> {
    let listed_act = |act| Action::Listed { act, account: NURI.into() };
    vec![
        ("act-identify-choose", StepKind::Identify, 1, listed_act(AccountAct::Choose)),
        ("act-identify-forget", StepKind::Identify, 1, listed_act(AccountAct::Forget)),
        ("act-identify-restore", StepKind::Identify, 1, listed_act(AccountAct::Restore)),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-identify-accounts", identify(listed())),
        ("flow-identify-forgotten", forgotten()),
        ("flow-identify-shared", identify(shared())),
        ("flow-identify-methods", identify(of_each_method())),
        ("flow-password-masked", password()),
    ]
}

fn known(id: &str, workspace: &str, method: SignInMethod) -> KnownAccount {
    KnownAccount {
        id: id.into(),
        name: "김민지".into(),
        identifier: MASKED.into(),
        workspace: workspace.into(),
        method,
        provider: None,
        shared: false,
        forgotten: false,
    }
}

fn listed() -> Vec<KnownAccount> {
    let by_line = known(HANBIT, "한빛 디자인", SignInMethod::Provider);
    vec![known(NURI, "누리소프트", SignInMethod::Password), KnownAccount { provider: Some("LINE".into()), ..by_line }]
}

/// One of them was taken off a moment ago.
fn forgotten() -> Flow {
    let [nuri, hanbit] = <[KnownAccount; 2]>::try_from(listed()).unwrap();
    identify(vec![KnownAccount { forgotten: true, ..nuri }, hanbit])
}

/// In one app of a host's that has others.
fn shared() -> Vec<KnownAccount> {
    let [nuri, hanbit] = <[KnownAccount; 2]>::try_from(listed()).unwrap();
    vec![nuri, KnownAccount { shared: true, ..hanbit }]
}

fn of_each_method() -> Vec<KnownAccount> {
    let by_code = known("Tw5bHq1RkXo9MnYzC3vJfA", "누리소프트", SignInMethod::Code);
    vec![
        KnownAccount { identifier: "010-****-6789".into(), ..by_code },
        known("Ez8sLd4VgPu2KiWbO6xNyQ", "한빛 디자인", SignInMethod::Passkey),
        known("Jm0aFt7CrHe5UlSvB9qGjX", "Northwind Traders", SignInMethod::Mobile),
    ]
}

fn identify(accounts: Vec<KnownAccount>) -> Flow {
    let is_forgotten = accounts.iter().any(|account| account.forgotten);
    let ways = [ActionName::Submit, ActionName::UseOrganisation, ActionName::Choose, ActionName::Forget];
    let offers = offers(&ways);
    let offers = if is_forgotten { offers.with(ActionName::Restore) } else { offers };
    let accounts = KnownAccounts::new(&accounts);
    active(1, Step::Identify { identifier: None, passkey: None, accounts }, offers)
}

/// One of them was chosen.
fn password() -> Flow {
    let offers = offers(&[ActionName::Submit, ActionName::Forgot, ActionName::UseOther, ActionName::Back]);
    let step = Step::Password { identifier: Some(MASKED.into()), masked: true };
    about(MASKED, Some("김민지"), at(nuri(), active(2, step, offers)))
}
