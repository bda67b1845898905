//! Quick login, act by act (FEATURES L7, S7). A PIN counts for nothing without the signature of the device that it is for: so only
//! that device can use tries up. Each try is counted and stored before argon2 runs, outside any transaction, as a password's is, and the
//! next one waits until it is concluded.

use daemun_protocol::{Credential, DeviceKind, Input, Possession, Secret, StepKind};
use rusqlite::Connection;

use super::new_password_turn::ToHash;
use super::outside::{Concluded, Outside};
use super::reset_turns::whose;
use super::same_key::KeyTurn;
use super::{Gate, Taking, Turn, is_over};
use crate::browser::Browser;
use crate::flow::find_id::masked;
use crate::flow::new_password::Whose;
use crate::flow::quick_login::{self, Host, Known, NewPin, QuickLogin, Unlock};
use crate::flow::second_factor::First;
use crate::flow::settings::{NewDevice, RegisteredFor};
use crate::flow::sign_in;
use crate::flow::{AfterProof, Ending, Facts, Next, Refusal, Said, Stage, Workspace};
use crate::limits::Doing;
use crate::mail::texts::{QuickLoginNews, quick_login_news};
use crate::password::{Against, Prepared, StoredPassword};
use crate::possession::{DeviceKey, has_signed};
use crate::relying_party::{Ceremony, credential_id};
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, AccountState, Finished, NewQuickLogin, QuickLoginRow, Trouble};

/// A PIN to be compared.
pub(super) struct PinCheck {
    pin: Secret,
    against: StoredPassword,
    rev: u64,
    /// The stage as it was before its challenge was used up.
    before: QuickLogin,
}

/// What is kept for the key meanwhile.
pub(super) const RESERVED: &str = "a PIN";

impl Gate {
    /// What a browser is asked that somebody has set quick login up in, and what is said beside it: where every workspace has come
    /// to forbid it, that alone.
    pub(super) fn quick_login_at(
        &self,
        connection: &Connection,
        browser: &Digest32,
    ) -> Result<Option<(Stage, Vec<Said>)>, Trouble> {
        let mut denied = None;
        for row in store::quick_logins_at(connection, browser)? {
            let Some(account) = store::account(connection, row.account)? else { continue };
            let Some(workspace) = store::workspace(connection, &account.workspace)? else { continue };
            if account.state == AccountState::Active && workspace.quick_login {
                let whose = whose(&account, masked(&account.email));
                let challenge = self.chance.token::<16>()?;
                return Ok(Some((Stage::QuickLogin(QuickLogin { whose, key: row.id, challenge }), Vec::new())));
            }
            denied.get_or_insert(Said::MethodNotAllowed { workspace: workspace.name });
        }
        Ok(denied.map(|denied| (Stage::Identify { identifier: None }, vec![denied])))
    }

    /// What the device's own unlock is asked at the PIN's step.
    pub(super) fn ask_biometrics(
        &self,
        connection: &Connection,
        stage: &QuickLogin,
    ) -> Result<Option<Ceremony>, Trouble> {
        let passkey = store::quick_login(connection, &stage.key)?.and_then(|row| row.passkey);
        let passkeys = store::passkeys_of(connection, stage.whose.account)?;
        let credential = passkeys.into_iter().find(|known| Some(known.id) == passkey).map(|known| known.credential);
        match (&self.relying_party, credential) {
            (Some(party), Some(credential)) => Ok(Some(party.ask(&[credential])?)),
            (Some(_), None) | (None, _) => Ok(None),
        }
    }

    /// The facts of the PIN's step.
    pub(super) fn with_quick_login(
        &self,
        connection: &Connection,
        facts: Facts,
        stage: &Stage,
    ) -> Result<Facts, Trouble> {
        let Stage::QuickLogin(stage) = stage else { return Ok(facts) };
        let row = store::quick_login(connection, &stage.key)?;
        let has_biometrics = self.relying_party.is_some() && row.is_some_and(|row| row.passkey.is_some());
        Ok(Facts { has_passkey: Some(has_biometrics), ..facts })
    }

    /// What a member's settings know of it.
    pub(super) fn known_quick_login(
        &self,
        connection: &Connection,
        account: &AccountRow,
        workspace: Option<&Workspace>,
        browser: &Digest32,
    ) -> Result<Known, Trouble> {
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            store::quick_logins_of(connection, account.id)?.into_iter().partition(|row| row.browser == *browser);
        let may_register = workspace.is_some_and(|its| its.device_unlock);
        let has_device = device_here(connection, account.id, browser)?.is_some();
        Ok(Known {
            here: here.first().map(|row| match row.passkey {
                Some(_) => Unlock::PinOrBiometrics,
                None => Unlock::Pin,
            }),
            elsewhere: u32::try_from(elsewhere.len()).unwrap_or(u32::MAX),
            can_unlock: self.relying_party.is_some() && (has_device || may_register),
        })
    }

    /// PINs of one browser are tried one after another, each counted only when the one before it is concluded: none is found to
    /// be one too many while another is compared, and a right one is never among those that a key was revoked for.
    pub(super) async fn turn_of_pins(&self, browser: &Browser, input: &Input) -> Option<KeyTurn> {
        input.pin.as_ref()?;
        Some(self.same_key.turn_of(self.key.mac("PINs' turn", &[&browser.id()])).await)
    }

    pub(super) async fn check_pin(&self, outside: Outside, check: PinCheck) -> Result<Finished, Trouble> {
        let compared = self.checker.is_right(check.pin.clone(), Against::Account(check.against.clone())).await;
        let conclude = move |taking: &mut Taking<'_>| match compared {
            Ok(is_right) => taking.conclude_pin(&check, is_right).map(Concluded::Answered),
            Err(_) => {
                // The same signature may come again.
                store::give_back_pin_try(taking.connection, &check.before.key)?;
                taking.restore_challenge(&check)?;
                Ok(Concluded::Undone)
            }
        };
        self.conclude(outside, conclude).await
    }
}

/// The account's trusted device that a browser is of.
fn device_here(connection: &Connection, account: i64, browser: &Digest32) -> Result<Option<i64>, Trouble> {
    let passkeys = store::passkeys_of(connection, account)?;
    let mut devices = passkeys.into_iter().filter(|passkey| passkey.kind == DeviceKind::Device);
    Ok(devices.find(|device| device.browser == *browser).map(|device| device.id))
}

impl Taking<'_> {
    /// `submit` at `quick_login` and at `set_pin`.
    pub(super) fn submit_pin(
        &mut self,
        stage: &Stage,
        (pin, again): (Secret, Option<Secret>),
        possession: &Possession,
        reserved: Option<&str>,
    ) -> Result<Turn, Trouble> {
        if let Stage::QuickLogin(stage) = stage {
            self.enter_pin(stage, pin, possession, reserved)
        } else if let Stage::SetPin(stage) = stage {
            self.submit_new_pin(stage, &pin, again.as_ref(), possession, reserved)
        } else {
            self.settle(Next::unavailable())
        }
    }

    fn enter_pin(
        &mut self,
        stage: &QuickLogin,
        pin: Secret,
        possession: &Possession,
        reserved: Option<&str>,
    ) -> Result<Turn, Trouble> {
        let row = match self.still_quick(stage)? {
            Ok((_, row)) => row,
            Err(next) => return self.settle(next),
        };
        // Whatever comes of it, the challenge is used up.
        let renewed = Stage::QuickLogin(QuickLogin { challenge: self.gate.chance.token::<16>()?, ..stage.clone() });
        if reserved.is_none() {
            let message = Possession::message(StepKind::QuickLogin.as_str(), &stage.key, &stage.challenge);
            let refusal = if !has_signed(&row.public_key, &message, &possession.signature) {
                Some(Refusal::PasskeyRefused)
            } else if let Some(error) = quick_login::trouble(&pin) {
                Some(Refusal::Fields(vec![error]))
            } else {
                let met = self.gate.meter.take(Doing::Password, self.asker.neighbourhood, self.now);
                met.err().map(|retry_after| Refusal::TooManyRequests { retry_after })
            };
            if let Some(refusal) = refusal {
                return self.settle(Next::RefuseAndRemember(renewed, refusal));
            }
            // None is being compared: what took the last one was never concluded, because the process ended in between.
            if !store::take_pin_try(self.connection, &row.id)? {
                let next = self.revoke_spent(&row)?;
                return self.settle(next);
            }
            self.row.flow.stage = renewed;
            store::write_flow(self.connection, self.id, &self.row)?;
        }
        let rev = self.row.flow.rev;
        Ok(Turn::Pin(Box::new(PinCheck { pin, against: row.pin, rev, before: stage.clone() })))
    }

    /// The account and the quick login that a PIN is asked for, if it opens anything still.
    fn still_quick(&self, stage: &QuickLogin) -> Result<Result<(AccountRow, QuickLoginRow), Next>, Trouble> {
        let (QuickLogin { whose, key, .. }, first) = (stage, First::QuickLogin(stage.key.clone()));
        let policy = store::workspace(self.connection, &whose.workspace)?;
        if let Some(next) = sign_in::first_trouble(&whose.workspace, &first, policy.as_ref()) {
            return Ok(Err(next));
        }
        let (account, row) = (self.still(whose)?, store::quick_login(self.connection, key)?);
        let row = row.filter(|row| row.account == whose.account && row.browser == self.browser.id());
        let (Some(account), Some(row)) = (account, row) else {
            return Ok(Err(Next::to(Stage::Identify { identifier: None })));
        };
        Ok(self.suspension(&account, &first)?.map_or(Ok((account, row)), Err))
    }

    /// Every try was used up: it is over, and the password is asked for.
    fn revoke_spent(&self, row: &QuickLoginRow) -> Result<Next, Trouble> {
        store::revoke_quick_login(self.connection, &row.id)?;
        let Some(account) = store::account(self.connection, row.account)? else {
            return Ok(Next::to(Stage::Identify { identifier: None }));
        };
        self.tell_of_quick_login(&account, QuickLoginNews::Revoked)?;
        let workspace = store::workspace(self.connection, &account.workspace)?.ok_or(Trouble::TaskLost)?;
        Ok(quick_login::revoked(&workspace))
    }

    fn tell_of_quick_login(&self, account: &AccountRow, news: QuickLoginNews) -> Result<(), Trouble> {
        self.tell(account, |locale, workspace, at| quick_login_news(news, locale, workspace, at))
    }

    fn conclude_pin(&mut self, check: &PinCheck, is_right: bool) -> Result<Finished, Trouble> {
        let row = store::quick_login(self.connection, &check.before.key)?;
        let is_here = self.is_at_pin(check);
        // Another PIN was set while the one before it was compared.
        let is_right = is_right && row.as_ref().is_none_or(|row| row.pin == check.against);
        let next = match row {
            Some(row) if !is_right && row.tries_left == 0 => self.revoke_spent(&row)?,
            Some(row) if !is_right => Next::Refuse(Refusal::CodeWrong { tries_left: row.tries_left }),
            Some(row) if !is_here => {
                store::give_back_pin_try(self.connection, &row.id)?;
                return self.stale();
            }
            Some(row) => match self.still_quick(&check.before)? {
                Ok((account, _)) => return self.enter_by_quick_login(&account, &row),
                Err(next) => next,
            },
            // It was revoked meanwhile.
            None => Next::to(Stage::Identify { identifier: None }),
        };
        if is_here { self.finish(next) } else { self.stale() }
    }

    fn is_at_pin(&self, check: &PinCheck) -> bool {
        let is_pin = matches!(&self.row.flow.stage, Stage::QuickLogin(stage) if stage.key == check.before.key);
        is_pin && self.row.flow.rev == check.rev && !is_over(&self.row, self.now)
    }

    fn restore_challenge(&mut self, check: &PinCheck) -> Result<(), Trouble> {
        if self.is_at_pin(check) {
            self.row.flow.stage = Stage::QuickLogin(check.before.clone());
            store::write_flow(self.connection, self.id, &self.row)?;
        }
        Ok(())
    }

    fn enter_by_quick_login(&mut self, account: &AccountRow, row: &QuickLoginRow) -> Result<Finished, Trouble> {
        store::note_quick_login(self.connection, &row.id, self.now)?;
        let identifier = account.email.clone();
        self.enter_with(account, &identifier, First::QuickLogin(row.id.clone()))
    }

    /// `use_passkey` at `quick_login`: the device's own unlock.
    pub(super) fn use_biometrics(&mut self, stage: &QuickLogin, credential: &Credential) -> Result<Turn, Trouble> {
        let (account, row) = match self.still_quick(stage)? {
            Ok(still) => still,
            Err(next) => return self.settle(next),
        };
        let shown = match credential_id(credential) {
            Some(id) => store::passkey(self.connection, &id)?,
            None => None,
        };
        let unlocked = self.unlock(credential, super::passkey_turns::Owner::Account(account.id))?;
        match unlocked {
            Ok(_) if shown.is_none_or(|shown| Some(shown.id) != row.passkey) => {
                self.settle(Next::Refuse(Refusal::PasskeyRefused))
            }
            Ok(account) => self.enter_by_quick_login(&account, &row).map(Turn::Answered),
            Err(next) => self.settle(next),
        }
    }

    /// `use_other` at `quick_login`.
    pub(super) fn without_quick_login(stage: &Stage) -> Option<Next> {
        matches!(stage, Stage::QuickLogin(_)).then(|| Next::to(Stage::Identify { identifier: None }))
    }

    // In settings

    /// The PIN, after a fresh proof.
    pub(super) fn ask_for_pin(&mut self, account: &AccountRow, whose: Whose) -> Result<Next, Trouble> {
        let Host { quick_login, screen_lock } = self.row.flow.host;
        let policy = store::workspace(self.connection, &account.workspace)?;
        if !quick_login || !policy.is_some_and(|policy| policy.quick_login) {
            // What is listed says why.
            return Ok(Next::to(Stage::Security(whose)));
        }
        let here = self.quick_login_here(account.id)?;
        let change = here.is_some();
        let key = match here {
            Some(row) => row.id,
            None => self.gate.chance.token::<16>()?,
        };
        let challenge = self.gate.chance.token::<16>()?;
        Ok(Next::to(Stage::SetPin(NewPin { whose, key, challenge, change, once: screen_lock })))
    }

    fn quick_login_here(&self, account: i64) -> Result<Option<QuickLoginRow>, Trouble> {
        let all = store::quick_logins_of(self.connection, account)?;
        Ok(all.into_iter().find(|row| row.browser == self.browser.id()))
    }

    fn submit_new_pin(
        &mut self,
        stage: &NewPin,
        pin: &Secret,
        again: Option<&Secret>,
        possession: &Possession,
        reserved: Option<&str>,
    ) -> Result<Turn, Trouble> {
        let renewed = Stage::SetPin(NewPin { challenge: self.gate.chance.token::<16>()?, ..stage.clone() });
        let message = Possession::message(StepKind::SetPin.as_str(), &stage.key, &stage.challenge);
        let key = DeviceKey::parse(&possession.public_key);
        let is_signed = reserved.is_some()
            || key.as_ref().is_some_and(|key| has_signed(key.bytes(), &message, &possession.signature));
        let Some(key) = key.filter(|_| is_signed) else {
            return self.settle(Next::RefuseAndRemember(renewed, Refusal::PasskeyRefused));
        };
        let errors = quick_login::trouble_to_set(pin, again, stage.once);
        let (true, Ok(prepared)) = (errors.is_empty(), Prepared::to_be_set(pin)) else {
            return self.settle(Next::RefuseAndRemember(renewed, Refusal::Fields(errors)));
        };
        if reserved.is_none() {
            self.row.flow.stage = renewed;
            store::write_flow(self.connection, self.id, &self.row)?;
        }
        self.hash(prepared, Vec::new(), ToHash::Pin { stage: stage.clone(), key }, reserved)
    }

    /// The PIN is made: it is for this browser, and for the device that has just signed.
    pub(super) fn keep_pin(
        &mut self,
        stage: &NewPin,
        key: &DeviceKey,
        pin: &StoredPassword,
    ) -> Result<Finished, Trouble> {
        let whose = &stage.whose;
        let policy = store::workspace(self.connection, &whose.workspace)?;
        let account = store::account(self.connection, whose.account)?;
        let (Some(account), true) = (account, policy.is_some_and(|policy| policy.quick_login)) else {
            let next = self.settings_again(whose)?;
            return self.finish(next);
        };
        let browser = self.browser.id();
        let new =
            NewQuickLogin { id: &stage.key, account: account.id, browser: &browser, public_key: key.bytes(), pin };
        store::keep_quick_login(self.connection, &new, self.now)?;
        let (said, news) = match stage.change {
            true => (Said::PinChanged, QuickLoginNews::PinChanged),
            false => (Said::QuickLoginOn, QuickLoginNews::On),
        };
        self.tell_of_quick_login(&account, news)?;
        let next = self.settings_again(whose)?;
        self.finish(next.saying(said))
    }

    /// `turn_on_biometrics`.
    pub(super) fn turn_on_biometrics(&mut self, stage: &Stage, facts: &Facts) -> Result<Next, Trouble> {
        let Stage::Security(whose) = stage else { return Ok(Next::unavailable()) };
        let has_device = device_here(self.connection, whose.account, &self.browser.id())?.is_some();
        if !has_device && let Some(refusal) = self.device_trouble(whose.account, DeviceKind::Device)? {
            return Ok(Next::Refuse(refusal));
        }
        self.once_proven(whose, AfterProof::TurnOnBiometrics(whose.clone()), facts)
    }

    /// By the trusted device that this is, or by one that is registered first.
    pub(super) fn biometrics_on(&mut self, account: &AccountRow, whose: Whose) -> Result<Next, Trouble> {
        let settings = Stage::Security(whose.clone());
        let Some(row) = self.quick_login_here(account.id)? else { return Ok(Next::to(settings)) };
        match device_here(self.connection, account.id, &self.browser.id())? {
            Some(passkey) => {
                self.unlock_by(account, &row, passkey).map(|()| Next::Go(settings, vec![Said::BiometricsOn]))
            }
            None => {
                let new = NewDevice { whose, kind: DeviceKind::Device, registered_for: RegisteredFor::QuickLogin };
                Ok(Next::to(Stage::RegisterDevice(new)))
            }
        }
    }

    /// The device that was registered for it is there.
    pub(super) fn registered_for_biometrics(&self, whose: &Whose, passkey: i64) -> Result<Next, Trouble> {
        let settings = Stage::Security(whose.clone());
        match (store::account(self.connection, whose.account)?, self.quick_login_here(whose.account)?) {
            (Some(account), Some(row)) => {
                self.unlock_by(&account, &row, passkey)?;
                Ok(Next::Go(settings, vec![Said::BiometricsOn]))
            }
            (Some(_), None) => Ok(Next::Go(settings, vec![Said::DeviceRegistered])),
            (None, _) => Ok(Next::to(Stage::Ended(Ending::SignedOut))),
        }
    }

    fn unlock_by(&self, account: &AccountRow, row: &QuickLoginRow, passkey: i64) -> Result<(), Trouble> {
        store::set_biometrics(self.connection, &row.id, Some(passkey))?;
        self.tell_of_quick_login(account, QuickLoginNews::BiometricsOn)
    }

    /// `turn_off_biometrics`.
    pub(super) fn turn_off_biometrics(&self, stage: &Stage) -> Result<Next, Trouble> {
        self.change_quick_login(stage, (Said::BiometricsOff, QuickLoginNews::BiometricsOff), |taking, account| {
            match taking.quick_login_here(account)? {
                Some(row) => store::set_biometrics(taking.connection, &row.id, None),
                None => Ok(()),
            }
        })
    }

    /// `turn_off_quick_login`.
    pub(super) fn turn_off_quick_login(&self, stage: &Stage) -> Result<Next, Trouble> {
        self.change_quick_login(stage, (Said::QuickLoginOff, QuickLoginNews::Off), |taking, account| {
            store::revoke_quick_login_at(taking.connection, account, &taking.browser.id())
        })
    }

    /// `turn_off_quick_login_elsewhere`.
    pub(super) fn turn_off_quick_login_elsewhere(&self, stage: &Stage) -> Result<Next, Trouble> {
        self.change_quick_login(stage, (Said::QuickLoginOff, QuickLoginNews::OffElsewhere), |taking, account| {
            store::revoke_quick_logins_elsewhere(taking.connection, account, &taking.browser.id())
        })
    }

    fn change_quick_login(
        &self,
        stage: &Stage,
        (said, news): (Said, QuickLoginNews),
        change: impl FnOnce(&Self, i64) -> Result<(), Trouble>,
    ) -> Result<Next, Trouble> {
        let Stage::Security(whose) = stage else { return Ok(Next::unavailable()) };
        change(self, whose.account)?;
        if let Some(account) = store::account(self.connection, whose.account)? {
            self.tell_of_quick_login(&account, news)?;
        }
        Ok(Next::Go(stage.clone(), vec![said]))
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use daemun_protocol::{Act, Begin, Client, Flow, Hints, Kind, Problem, ProblemCode, Status, Step};
    use p256::ecdsa::signature::Signer;
    use p256::ecdsa::{Signature, SigningKey};

    use super::super::password_turn::tests::gate;
    use super::super::{Asker, Deed, Found, Reply};
    use super::*;
    use crate::login_id::LoginId;
    use crate::server_key::digest;
    use crate::store::Scope;

    const PIN: &str = "135791";

    /// Keeps a PIN of Minji's, for this key.
    fn keep(connection: &Connection, browser: &Browser, secret: &SigningKey, gate: &Gate) -> Result<(), Trouble> {
        let policy = store::workspace(connection, "nuri")?.ok_or(Trouble::TaskLost)?;
        store::set_policy(connection, &Workspace { quick_login: true, ..policy })?;
        let id = LoginId::parse("minji@daemun.test").map_err(|_| Trouble::TaskLost)?;
        let account = store::account_of(connection, "nuri", &id)?.ok_or(Trouble::TaskLost)?.id;
        let pin = crate::password::hash(&Prepared::to_be_compared(&Secret::new(PIN)), &[1; 16])?;
        let public_key = secret.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        let browser = browser.id();
        let new = NewQuickLogin { id: "key", account, browser: &browser, public_key: &public_key, pin: &pin };
        store::keep_quick_login(connection, &new, gate.clock.now())
    }

    fn guess(flow: &Flow, secret: &SigningKey, pin: &str) -> Deed {
        let Status::Active { step, .. } = &flow.status else { panic!("{flow:?}") };
        let Step::QuickLogin { key, challenge, .. } = &step.step else { panic!("{step:?}") };
        let signature: Signature = secret.sign(Possession::message("quick_login", key, challenge).as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        let possession = Some(Box::new(Possession { public_key: String::new(), signature }));
        let input = Input { pin: Some(Secret::new(pin)), possession, ..Input::default() };
        let act = Act { rev: flow.rev, input, locale: None };
        Deed {
            flow: flow.id.clone(),
            action: "submit".into(),
            key: format!("key-{pin}"),
            body: digest(pin.as_bytes()),
            act,
        }
    }

    /// A phone that is asked for its PIN.
    struct Phone {
        gate: Gate,
        browser: Browser,
        asker: Asker,
        secret: SigningKey,
        flow: Flow,
    }

    impl Phone {
        async fn new(directory: &std::path::Path) -> Self {
            let gate = gate(directory).await;
            let browser = Browser::draw(&gate.chance).unwrap();
            let secret = SigningKey::from_slice(&[7; 32]).unwrap();
            let kept = gate.store.write({
                let (gate, browser, secret) = (gate.clone(), browser.clone(), secret.clone());
                move |transaction| keep(transaction, &browser, &secret, &gate)
            });
            kept.await.unwrap();
            let asker = Asker {
                place: super::super::Place::Page,
                browser: Some(browser.clone()),
                session: None,
                neighbourhood: IpAddr::from([127, 0, 0, 1]).into(),
                seen: Default::default(),
            };
            let steps = StepKind::ALL.iter().map(|kind| kind.as_str().into()).collect();
            let capabilities = vec!["quick_login".into()];
            let client = Client { version: "1".into(), steps, locale: "en".into(), capabilities };
            let begin = Begin { kind: Kind::SignIn, hints: Hints::default(), client };
            let begun = gate.begin(asker.clone(), "key-begin", b"", begin).await.unwrap();
            let flow = serde_json::from_str(&begun.finished.body).unwrap();
            Self { gate, browser, asker, secret, flow }
        }

        async fn enters(&self, pin: &str) -> Reply {
            let deed = guess(&self.flow, &self.secret, pin);
            self.gate.act(self.asker.clone(), self.browser.clone(), deed).await.unwrap()
        }

        /// A wrong one; the next is for what is shown with it.
        async fn slips(&mut self, pin: &str) -> Problem {
            let problem = problem(&self.enters(pin).await);
            self.flow = *problem.flow.clone().unwrap();
            problem
        }

        /// A try is counted, and the process ends before anything is compared.
        async fn enters_in_vain(&self, pin: &str) {
            let deed = guess(&self.flow, &self.secret, pin);
            let scope = Scope {
                browser: self.browser.id(),
                route: format!("flows/{}/actions/submit", self.flow.id),
                key: deed.key.clone(),
                body: deed.body,
            };
            let (gate, asker, browser) = (self.gate.clone(), self.asker.clone(), self.browser.clone());
            let counted = self.gate.store.write(move |transaction| {
                let turn = gate.first_turn(transaction, &asker, &browser, &scope, deed)?;
                Ok(matches!(turn, Turn::Pin(_)))
            });
            assert!(counted.await.unwrap());
        }

        /// What the flow shows by now.
        async fn reads(&mut self) {
            let Found::Live { flow, .. } = self.gate.find(&self.asker, &self.flow.id).await.unwrap() else {
                panic!("a flow")
            };
            self.flow = *flow;
        }

        async fn tries_left(&self) -> Option<u32> {
            let row = self.gate.store.read(|transaction| store::quick_login(transaction, "key")).await.unwrap();
            row.map(|row| row.tries_left)
        }
    }

    fn problem(reply: &Reply) -> Problem {
        serde_json::from_str(&reply.finished.body).unwrap()
    }

    fn stands_at(reply: &Reply) -> Option<StepKind> {
        let flow: Flow = serde_json::from_str(&reply.finished.body).unwrap();
        let Status::Active { step, .. } = flow.status else { return None };
        step.step.kind()
    }

    /// L7: the process dies while a PIN is compared; asked again with the same key, the same signature is good still and the try is
    /// not counted twice.
    #[tokio::test]
    async fn l7_a_counted_try_is_resumed_and_not_counted_again() {
        let directory = tempfile::tempdir().unwrap();
        let mut phone = Phone::new(directory.path()).await;
        phone.enters_in_vain("000001").await;
        // Its successor is asked again.
        let again = phone.enters("000001").await;
        assert_eq!(problem(&again).tries_left, Some(4));
        // For another act it is used up.
        assert_eq!(phone.slips("000002").await.code, ProblemCode::PasskeyRefused);
        let right = phone.enters(PIN).await;
        assert!(right.new_session.is_some(), "{}", right.finished.body);
    }

    /// L7: a try that was never concluded is spent. The last one is good for whoever asks for just that again, the right PIN too.
    #[tokio::test]
    async fn l7_the_last_try_is_resumed_when_the_process_has_died() {
        let directory = tempfile::tempdir().unwrap();
        let mut phone = Phone::new(directory.path()).await;
        for (pin, left) in [("000001", 4), ("000002", 3), ("000003", 2), ("000004", 1)] {
            assert_eq!(phone.slips(pin).await.tries_left, Some(left));
        }
        phone.enters_in_vain(PIN).await;
        assert_eq!(phone.tries_left().await, Some(0));
        let right = phone.enters(PIN).await;
        assert!(right.new_session.is_some(), "{}", right.finished.body);
        assert_eq!(phone.tries_left().await, Some(5));
    }

    /// L7: where it is not asked for again, the key is over with the next try, and looks at no PIN for that.
    #[tokio::test]
    async fn l7_tries_that_were_never_concluded_are_spent() {
        let directory = tempfile::tempdir().unwrap();
        let mut phone = Phone::new(directory.path()).await;
        for (pin, left) in [("000001", 4), ("000002", 3), ("000003", 2), ("000004", 1), ("000005", 0)] {
            phone.enters_in_vain(pin).await;
            assert_eq!(phone.tries_left().await, Some(left));
            phone.reads().await;
        }
        let before = phone.flow.clone();
        let over = phone.enters(PIN).await;
        assert_eq!((over.new_session.is_some(), stands_at(&over)), (false, Some(StepKind::Password)));
        assert_eq!(phone.tries_left().await, None);
        // What was counted before is worth nothing any more.
        let late = Phone { flow: before, ..phone };
        assert_eq!(problem(&late.enters("000005").await).code, ProblemCode::Stale);
    }
}
