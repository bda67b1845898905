//! A password's turn: the try is reserved and stored, then argon2 runs outside any transaction, then what came of it is
//! stored, suspension included. A process that dies in between has counted the try, and the same key resumes it without
//! counting again.

use daemun_protocol::{FieldCode, Secret, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::counting::{Counters, Device, release, reserve, restriction, take_back};
use super::outside::{Concluded, Outside};
use super::{Gate, Taking, Turn, is_over};
use crate::flow::sign_in::{self, PasswordStage, PasswordVerdict, Way};
use crate::flow::{self, Facts, Next, Refusal, Stage, Workspace};
use crate::limits::{Doing, Left, PASSWORD_TRIES, STRANGERS_PASSWORD_TRIES};
use crate::locale::Locale;
use crate::login_id::{LoginId, NotAnId};
use crate::password::{self, Against};
use crate::store::{self, AccountRow, Consecutive, Finished, FlowRow, Trouble};

/// A password to be compared.
pub(super) struct PasswordCheck {
    pub(super) reserved: Reserved,
    password: Secret,
    against: Against,
    rev: u64,
    /// The ID as it was typed.
    identifier: String,
    /// Whose password it was compared to, and how old that is by the account's own count.
    account: Option<(i64, i64)>,
}

/// What was counted beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reserved {
    counters: Counters,
    workspace: String,
    /// What the ID is counted under; see [`id_subject`].
    id: String,
    left: Left,
}

/// What all strangers' wrong passwords for one ID are counted as.
const CEILING: &str = "wrong passwords";
const CEILING_AFTER_A_CODE: &str = "wrong passwords after a code";

/// What came of comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    Right,
    Wrong,
    /// The policy's limit was used up while this one waited for its turn.
    BeyondTheLimit,
}

impl Taking<'_> {
    pub(super) fn submit_password(
        &mut self,
        stage: &PasswordStage,
        identifier: Option<&str>,
        password: Secret,
        facts: &Facts,
        reserved: Option<&str>,
    ) -> Result<Turn, Trouble> {
        let workspace = facts.workspace.as_ref();
        if let Some(next) = sign_in::method_trouble(&stage.workspace, &stage.way, workspace) {
            return self.settle(next);
        }
        let Some(workspace) = workspace else { return self.settle(flow::use_email()) };
        let (id, typed) = match read_id(&stage.way, identifier, self.row.flow.locale) {
            Ok(read) => read,
            Err(code) => return self.settle(Next::Refuse(Refusal::field("/input/identifier", code))),
        };
        if let Some(code) = password_trouble(&password) {
            return self.settle(Next::Refuse(Refusal::field("/input/password", code)));
        }
        // Without a password, nobody has this ID as far as passwords go.
        let account =
            store::account_of(self.connection, &workspace.id, &id)?.filter(|account| account.password.is_some());
        // A reservation that cannot be read, from another version, is none.
        let reserved = match reserved.and_then(|reserved| serde_json::from_str(reserved).ok()) {
            Some(reserved) => reserved,
            None => {
                if let Err(retry_after) = self.gate.meter.take(Doing::Password, self.asker.neighbourhood, self.now) {
                    return self.settle(Next::Refuse(Refusal::TooManyRequests { retry_after }));
                }
                let account = account.as_ref().map(|account| account.id);
                match self.reserve_password(workspace, &stage.way, &id, account)? {
                    Ok(reserved) => reserved,
                    Err(verdict) => return self.settle(sign_in::submit_password(stage, workspace, verdict, self.now)),
                }
            }
        };
        let (against, account) =
            match account.and_then(|account| Some((account.password?.hash, account.id, account.epoch))) {
                Some((hash, id, epoch)) => (Against::Account(hash), Some((id, epoch))),
                None => (Against::Nobody, None),
            };
        let rev = self.row.flow.rev;
        Ok(Turn::Check(Box::new(PasswordCheck { reserved, password, against, rev, identifier: typed, account })))
    }

    /// Counts the try wherever it counts, or says what stands against it.
    fn reserve_password(
        &self,
        workspace: &Workspace,
        way: &Way,
        id: &LoginId,
        account: Option<i64>,
    ) -> Result<Result<Reserved, PasswordVerdict>, Trouble> {
        let subject = id_subject(self.gate, &workspace.id, id.as_str());
        if has_exhausted(self.connection, workspace, &subject)? {
            return Ok(Err(PasswordVerdict::Suspended));
        }
        let counters = self.password_counters(way, &subject, account)?;
        Ok(match reserve(self.connection, &counters, PASSWORD_TRIES, STRANGERS_PASSWORD_TRIES, self.now)? {
            Ok(left) => Ok(Reserved { counters, workspace: workspace.id.clone(), id: subject, left }),
            Err(until) => Err(PasswordVerdict::Restricted { until }),
        })
    }

    fn password_counters(&self, way: &Way, id: &str, account: Option<i64>) -> Result<Counters, Trouble> {
        let browser = self.browser.id();
        let device = match account {
            Some(account) => self.gate.standing(self.connection, &browser, &account_subject(account))?,
            None => Device::Stranger,
        };
        // Who has read the member's mail shares no ceiling with everybody who can write the ID.
        let ceiling = match way {
            Way::Email(_) | Way::Link(_) | Way::Proof(_) => CEILING_AFTER_A_CODE,
            Way::Organisation | Way::Listed(_) => CEILING,
        };
        Ok(self.gate.counters(["wrong passwords", ceiling], &browser, id, device))
    }

    /// From now on the account's IDs are somebody's: what strangers have counted against them while they were nobody's is
    /// forgotten, suspensions too. Not for an account that is suspended.
    pub(super) fn begin_anew(&self, account: &AccountRow) -> Result<(), Trouble> {
        for id in id_subjects(self.gate, account) {
            store::forget_standing(self.connection, &id)?;
            for ceiling in [CEILING, CEILING_AFTER_A_CODE] {
                store::delete_tries(self.connection, &self.gate.counter(ceiling, None, &id))?;
            }
        }
        Ok(())
    }

    /// Until when the account of an ID that the way settles is restricted for this browser.
    pub(super) fn settled_restriction(&self, workspace: &str, way: &Way) -> Result<Option<Timestamp>, Trouble> {
        let id = match way {
            Way::Email(address) | Way::Link(address) => LoginId::Email(address.email.clone()),
            Way::Listed(listed) => LoginId::Email(listed.email.clone()),
            Way::Organisation | Way::Proof(_) => return Ok(None),
        };
        let account = store::account_of(self.connection, workspace, &id)?;
        let subject = id_subject(self.gate, workspace, id.as_str());
        let counters = self.password_counters(way, &subject, account.map(|account| account.id))?;
        restriction(self.connection, &counters, PASSWORD_TRIES, STRANGERS_PASSWORD_TRIES, self.now)
    }

    fn conclude_password(&mut self, check: &PasswordCheck, compared: Compared) -> Result<Finished, Trouble> {
        let verdict = match compared {
            Compared::Right if self.is_current(check)? => None,
            // The password was changed while the one before it was compared.
            Compared::Right | Compared::Wrong => Some(self.count_wrong(check)?),
            Compared::BeyondTheLimit => Some(PasswordVerdict::Suspended),
        };
        let here = password_stage(&self.row, check.rev).filter(|_| !is_over(&self.row, self.now));
        let workspace = self.gate.facts(self.connection, &self.row.flow.stage, &self.viewer())?.workspace;
        match (here, workspace, verdict) {
            (Some(stage), Some(workspace), Some(verdict)) => {
                self.finish(sign_in::submit_password(&stage, &workspace, verdict, self.now))
            }
            (Some(stage), Some(workspace), None) => self.enter(&stage, &workspace, check),
            (None, _, Some(_)) | (_, None, Some(_)) => self.stale(),
            (None, _, None) | (_, None, None) => {
                take_back(self.connection, &check.reserved.counters)?;
                self.stale()
            }
        }
    }

    fn account_of(&self, check: &PasswordCheck) -> Result<Option<AccountRow>, Trouble> {
        let Some((id, epoch)) = check.account else { return Ok(None) };
        let account = store::account(self.connection, id)?;
        Ok(account.filter(|account| account.epoch == epoch && account.workspace == check.reserved.workspace))
    }

    fn is_current(&self, check: &PasswordCheck) -> Result<bool, Trouble> {
        Ok(self.account_of(check)?.is_some())
    }

    /// Counts a wrong password against the policy's limit. What the last one brings about happens here, all at once: the
    /// suspension and the end of the account's sessions.
    fn count_wrong(&self, check: &PasswordCheck) -> Result<PasswordVerdict, Trouble> {
        let (connection, reserved) = (self.connection, &check.reserved);
        let limit = store::workspace(connection, &reserved.workspace)?.and_then(|workspace| workspace.attempt_limit);
        let Some(limit) = limit else { return Ok(PasswordVerdict::Wrong(reserved.left)) };
        let Consecutive(wrong) = store::count_wrong(connection, &reserved.id, self.now)?;
        if let Some(more @ 1..) = limit.checked_sub(wrong) {
            return Ok(PasswordVerdict::Wrong(reserved.left.least(Left::Tries(more))));
        }
        // The ID shows it from now on, whether anybody has it or not; an account's other ID does not.
        store::suspend(connection, &reserved.id, self.now)?;
        if let Some((account, _)) = check.account {
            store::suspend(connection, &account_subject(account), self.now)?;
            store::end_sessions_of(connection, account)?;
        }
        Ok(PasswordVerdict::Suspended)
    }

    /// The password was right: a new session, and this device is known from now on.
    fn enter(
        &mut self,
        stage: &PasswordStage,
        workspace: &Workspace,
        check: &PasswordCheck,
    ) -> Result<Finished, Trouble> {
        let connection = self.connection;
        let Some(account) = self.account_of(check)? else { return self.stale() };
        let subject = account_subject(account.id);
        release(connection, &check.reserved.counters)?;
        for id in id_subjects(self.gate, &account) {
            store::clear_wrong(connection, &id)?;
        }
        // What proves that it is the member still opens nothing that is not open any more.
        if let Some(over) = self.signed_out_meanwhile()? {
            return Ok(over);
        }
        if store::is_suspended(connection, &subject)? {
            return self.finish(sign_in::submit_password(stage, workspace, PasswordVerdict::Suspended, self.now));
        }
        if let Some(next) = sign_in::method_trouble(&stage.workspace, &stage.way, Some(workspace)) {
            return self.finish(next);
        }
        self.enter_with(&account, &check.identifier, stage.way.clone().into())
    }
}

impl Gate {
    pub(super) async fn check_password(&self, outside: Outside, check: PasswordCheck) -> Result<Finished, Trouble> {
        // Tries of one ID are compared one after another, so that none beyond the policy's limit is compared at all, and a
        // right one is never among those that a suspension was made of.
        let _turn = self.same_key.turn_of(self.key.mac("id's turn", &[check.reserved.id.as_bytes()])).await;
        let is_beyond = {
            let reserved = check.reserved.clone();
            self.store.read(move |transaction| match store::workspace(transaction, &reserved.workspace)? {
                Some(workspace) => has_exhausted(transaction, &workspace, &reserved.id),
                None => Ok(false),
            })
        };
        let compared = if is_beyond.await? {
            Ok(Compared::BeyondTheLimit)
        } else {
            let checked = self.checker.is_right(check.password.clone(), check.against.clone()).await;
            checked.map(|is_right| if is_right { Compared::Right } else { Compared::Wrong })
        };
        let conclude = move |taking: &mut Taking<'_>| match compared {
            Ok(compared) => taking.conclude_password(&check, compared).map(Concluded::Answered),
            Err(_) => take_back(taking.connection, &check.reserved.counters).map(|()| Concluded::Undone),
        };
        self.conclude(outside, conclude).await
    }
}

fn password_stage(row: &FlowRow, rev: u64) -> Option<PasswordStage> {
    let Stage::Password(stage) = &row.flow.stage else { return None };
    (row.flow.rev == rev).then(|| stage.clone())
}

/// Whether an ID has used up the policy's limit. It shows so at once, like any other that did, whether anybody has it or
/// not. An account that was suspended otherwise shows it to the right password alone.
fn has_exhausted(connection: &Connection, workspace: &Workspace, id: &str) -> Result<bool, Trouble> {
    Ok(workspace.attempt_limit.is_some() && store::is_suspended(connection, id)?)
}

/// What an ID is counted under, whether anybody has it or not. Each ID of an account counts for itself: a count that two
/// IDs shared would tell that they are one member's.
fn id_subject(gate: &Gate, workspace: &str, id: &str) -> String {
    let digest = gate.key.mac("id", &[workspace.as_bytes(), id.as_bytes()]);
    digest.iter().fold(String::from("id:"), |text, byte| text + &format!("{byte:02x}"))
}

/// The same for every ID of an account.
fn id_subjects(gate: &Gate, account: &AccountRow) -> Vec<String> {
    let ids = [Some(&account.email), account.phone.as_ref(), account.login_name.as_ref()];
    ids.into_iter().flatten().map(|id| id_subject(gate, &account.workspace, id)).collect()
}

/// What accounts are suspended and known under.
pub(crate) fn account_subject(account: i64) -> String {
    format!("account:{account}")
}

/// The ID that the password is for, and how it was typed.
fn read_id(way: &Way, typed: Option<&str>, locale: Locale) -> Result<(LoginId, String), FieldCode> {
    match way {
        Way::Email(address) | Way::Link(address) => Ok((LoginId::Email(address.email.clone()), address.typed.clone())),
        Way::Listed(listed) => Ok((LoginId::Email(listed.email.clone()), listed.email.as_str().into())),
        Way::Proof(whose) => match LoginId::parse(&whose.identifier) {
            Ok(id) => Ok((id, whose.identifier.clone())),
            Err(_) => Err(FieldCode::IdentifierInvalid),
        },
        Way::Organisation => {
            let typed = typed.unwrap_or_default().trim();
            match LoginId::parse_in(typed, locale) {
                Ok(id) => Ok((id, typed.into())),
                Err(NotAnId::Empty) => Err(FieldCode::Required),
                Err(NotAnId::TooLong) => Err(FieldCode::TooLong),
                Err(NotAnId::Malformed) => Err(FieldCode::IdentifierInvalid),
            }
        }
    }
}

fn password_trouble(password: &Secret) -> Option<FieldCode> {
    match password.expose().len() {
        0 => Some(FieldCode::Required),
        1..=password::LONGEST => None,
        _ => Some(FieldCode::TooLong),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::net::IpAddr;

    use daemun_protocol::{Act, Begin, Client, Hints, Input, Kind, StepKind};

    use super::super::{Asker, Deed, Parts, SameKey};
    use super::*;
    use crate::browser::Browser;
    use crate::chance::Chance;
    use crate::clock::Clock;
    use crate::limits::{IpRates, Meter};
    use crate::log::Log;
    use crate::mail::{Inbox, Postman, Ways};
    use crate::password::PasswordChecker;
    use crate::reset_desk::ResetDesk;
    use crate::return_to::ReturnPlaces;
    use crate::server_key::digest;
    use crate::store::{Remembered, Scope, Store};

    pub async fn gate(directory: &std::path::Path) -> Gate {
        let store = Store::open(&directory.join("daemun.db")).unwrap();
        let (clock, chance) = (Clock::manual(Timestamp(1_000)), Chance::seeded(1));
        let key = store.server_key(chance.clone()).await.unwrap();
        let planted = key.clone();
        store.write(move |transaction| crate::sandbox::plant(transaction, &planted, Timestamp(1_000))).await.unwrap();
        let desk = ResetDesk {
            store: store.clone(),
            clock: clock.clone(),
            chance: chance.clone(),
            key: key.clone(),
            origin: "https://login.example".into(),
        };
        Gate::from(Parts {
            key,
            postman: Postman::new(store.clone(), clock.clone(), Log::silent(), Ways::default(), Inbox::Kept, desk),
            terms: Vec::new(),
            channels: vec![daemun_protocol::Channel::Email],
            store,
            clock,
            chance,
            meter: Meter::new(IpRates::GENEROUS),
            checker: PasswordChecker::new(),
            breached: std::sync::Arc::new(crate::password::WorstPasswords),
            relying_party: None,
            shows: super::super::Shows::Members,
            places: ReturnPlaces::new("https://login.example", &[]).unwrap(),
            host: "login.example".into(),
            providers: crate::providers::Providers::new("https://login.example", Vec::new()).unwrap(),
            push: None,
            app_pushes: false,
            same_key: SameKey::default(),
            log: Log::silent(),
        })
    }

    fn begin() -> Begin {
        let steps = StepKind::ALL.iter().map(|kind| kind.as_str().into()).collect();
        Begin {
            kind: Kind::SignIn,
            hints: Hints { organisation: Some("nuri".into()), ..Hints::default() },
            client: Client { version: "1".into(), steps, locale: "en".into(), capabilities: Vec::new() },
        }
    }

    fn guess(flow: &str, key: &str, password: &str) -> Deed {
        let input = Input {
            identifier: Some("minji@daemun.test".into()),
            password: Some(Secret::new(password)),
            ..Input::default()
        };
        let (flow, key, body) = (flow.into(), key.into(), digest(password.as_bytes()));
        Deed { flow, action: "submit".into(), key, body, act: Act { rev: 1, input, locale: None } }
    }

    /// A visitor at the password's step of an organisation.
    async fn visitor(gate: &Gate) -> (Asker, Browser, String) {
        let browser = Browser::draw(&gate.chance).unwrap();
        let asker = Asker {
            place: super::super::Place::Page,
            browser: Some(browser.clone()),
            session: None,
            neighbourhood: IpAddr::from([127, 0, 0, 1]).into(),
            seen: Default::default(),
        };
        let begun = gate.begin(asker.clone(), "key-begin", b"", begin()).await.unwrap();
        let flow: daemun_protocol::Flow = serde_json::from_str(&begun.finished.body).unwrap();
        (asker, browser, flow.id)
    }

    fn scope(browser: &Browser, deed: &Deed) -> Scope {
        let route = format!("flows/{}/actions/submit", deed.flow);
        Scope { browser: browser.id(), route, key: deed.key.clone(), body: deed.body }
    }

    fn tries_left(finished: &Finished) -> Option<u32> {
        serde_json::from_str::<daemun_protocol::Problem>(&finished.body).unwrap().tries_left
    }

    /// L9: the process dies while a password is compared; asked again with the same key, the try is not counted twice.
    #[tokio::test]
    async fn a_reserved_try_is_resumed_and_not_counted_again() {
        let directory = tempfile::tempdir().unwrap();
        let gate = gate(directory.path()).await;
        let (asker, browser, flow) = visitor(&gate).await;
        let deed = guess(&flow, "key-0001", "wrong");
        let reserved = gate.store.write({
            let (gate, asker, browser, scope) = (gate.clone(), asker.clone(), browser.clone(), scope(&browser, &deed));
            move |transaction| gate.first_turn(transaction, &asker, &browser, &scope, deed)
        });
        assert!(matches!(reserved.await.unwrap(), Turn::Check(_)));
        // Here the process ends, and its successor is asked again.
        let again = gate.act(asker.clone(), browser.clone(), guess(&flow, "key-0001", "wrong")).await.unwrap();
        assert_eq!(tries_left(&again.finished), Some(9));
        let next = gate.act(asker, browser, guess(&flow, "key-0002", "wrong")).await.unwrap();
        assert_eq!(tries_left(&next.finished), Some(8));
    }

    /// L9: whoever asks goes away while a password waits to be compared; it is concluded all the same, and counted once.
    #[tokio::test]
    async fn l9_a_try_whose_asker_went_away_is_concluded_and_counted_once() {
        let directory = tempfile::tempdir().unwrap();
        let gate = gate(directory.path()).await;
        let limited = gate.store.write(|transaction| {
            let nuri = store::workspace(transaction, "nuri")?.ok_or(Trouble::TaskLost)?;
            store::set_policy(transaction, &Workspace { attempt_limit: Some(5), ..nuri })
        });
        limited.await.unwrap();
        let (asker, browser, flow) = visitor(&gate).await;
        let deed = guess(&flow, "key-0001", "wrong");
        let scope = scope(&browser, &deed);
        let remembered = async || {
            let (scope, log) = (scope.clone(), gate.log.clone());
            gate.store.read(move |transaction| store::remembered(transaction, &scope, &log)).await.unwrap()
        };
        // Another try of this ID is being compared.
        let id = id_subject(&gate, "nuri", "minji@daemun.test");
        let other = gate.same_key.turn_of(gate.key.mac("id's turn", &[id.as_bytes()])).await;
        let asked = tokio::spawn({
            let (gate, asker, browser) = (gate.clone(), asker.clone(), browser.clone());
            async move { gate.act(asker, browser, deed).await }
        });
        while !matches!(remembered().await, Remembered::Reserved(_)) {
            tokio::task::yield_now().await;
        }
        asked.abort();
        assert!(asked.await.is_err(), "nobody waits for the answer any more");
        drop(other);
        drop(gate.same_key.turn(&gate.key, &scope).await);

        let Remembered::Finished(kept) = remembered().await else { panic!("it was not concluded") };
        assert_eq!(tries_left(&kept), Some(4));
        let again = gate.act(asker.clone(), browser.clone(), guess(&flow, "key-0001", "wrong")).await.unwrap();
        assert_eq!(again.finished, kept, "asked again, it is the same answer");
        let next = gate.act(asker, browser, guess(&flow, "key-0002", "wrong")).await.unwrap();
        assert_eq!(tries_left(&next.finished), Some(3));
    }
}
