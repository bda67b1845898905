//! Asking for a yes on another device, act by act, and what its yes opens (FEATURES L5, D1, D2, D4, D5).

use daemun_protocol::{ApprovalKind, Asked, Channel, FieldCode, QrLink, Timestamp};
use rusqlite::Connection;

use super::counting::Device;
use super::{Gate, Taking, Turn, account_subject};
use crate::approval_link;
use crate::email_address::EmailAddress;
use crate::flow::approval::{
    Asks, DEVICE_LIFETIME, Instead, NewKey, Outcome, PHONE_LIFETIME, QR_LIFETIME, ShownQr, Then, Waiting,
};
use crate::flow::code::{Asking, Contact, Purpose};
use crate::flow::second_factor::{Entering, First, Salt};
use crate::flow::sign_in::PasswordStage;
use crate::flow::{Entrance, Next, Refusal, Said, Stage};
use crate::limits::Rate;
use crate::login_id::MobileNumber;
use crate::mail::texts;
use crate::person_name::is_same_name;
use crate::recovery_codes;
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, ApprovalRow, FlowRow, Settled, Trouble};

/// Requests to one account's phone: more would be a way to have somebody say yes for the sake of quiet.
const PHONE_REQUESTS: Rate = Rate { count: 3, seconds: 10 * 60 };
/// After "it was not me", browsers that are not known to the account ask its phone no more for so long.
const NOT_ME_PAUSE: u64 = 3600;
/// Times that one account has others mailed to let it in: one password is enough to ask, and no reason to fill mailboxes.
const MAILED_REQUESTS: Rate = Rate { count: 5, seconds: 3600 };

impl Gate {
    /// Whether what a flow waits for is there, or can come no more: the next look at it changes it.
    pub(super) fn is_due(&self, connection: &Connection, row: &FlowRow, now: Timestamp) -> Result<bool, Trouble> {
        if let Stage::Approved(_) = &row.flow.stage {
            return Ok(true);
        }
        if let Stage::NewRecoveryKey(new) = &row.flow.stage {
            return self.is_replaced(connection, new);
        }
        let request = if let Stage::Waiting(waiting) | Stage::RecoveryKey(waiting) = &row.flow.stage {
            &waiting.request
        } else if let Stage::Approve(looking) = &row.flow.stage {
            &looking.request
        } else {
            return Ok(false);
        };
        let approval = store::approval(connection, request)?;
        Ok(approval.is_none_or(|approval| approval.settled.is_some() || approval.expires_at <= now))
    }

    /// What the camera of another device is shown, as long as it leads anywhere.
    pub(super) fn qr_link(&self, stage: &Stage, now: Timestamp) -> Option<QrLink> {
        let Stage::Waiting(Waiting { request, qr: Some(qr), .. }) = stage else { return None };
        let url = || approval_link::url(&self.places.own_origin(), &approval_link::token(&self.key, request, &qr.salt));
        (qr.expires_at > now).then(|| QrLink { url: url(), expires_at: qr.expires_at })
    }

    /// Whether a key that settings show is worth nothing any more: nobody is to write that one down.
    fn is_replaced(&self, connection: &Connection, new: &NewKey) -> Result<bool, Trouble> {
        let Then::Settings(whose) = &new.then else { return Ok(false) };
        let digest = self.recovery_key_digest(whose.account, &new.salt);
        Ok(store::recovery_key(connection, whose.account)? != digest)
    }

    /// What is stored of the recovery key of this account and salt.
    fn recovery_key_digest(&self, account: i64, salt: &Salt) -> Option<Digest32> {
        let key = recovery_codes::make_key(&self.key, account, salt);
        recovery_codes::key_digest(&self.key, account, key.expose())
    }

    /// Takes a request back whose flow goes.
    pub(super) fn take_back_request(
        &self,
        connection: &Connection,
        stage: &Stage,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        if let Stage::Waiting(waiting) | Stage::RecoveryKey(waiting) = stage {
            store::settle_approval(connection, &waiting.request, Settled::TakenBack, None, None, now)?;
        }
        Ok(())
    }
}

impl Taking<'_> {
    /// What is due, is done: see [`Gate::is_due`].
    pub(super) fn advance(&mut self) -> Result<Turn, Trouble> {
        let stage = self.row.flow.stage.clone();
        if let Stage::Approved(waiting) = stage {
            self.approved(waiting)
        } else if let Stage::Waiting(waiting) | Stage::RecoveryKey(waiting) = stage {
            self.settle(Next::to(waiting.ended(Outcome::Expired)))
        } else if let Stage::Approve(looking) = stage {
            self.request_is_over(looking.whose)
        } else if let Stage::NewRecoveryKey(NewKey { then: Then::Settings(whose), .. }) = stage {
            self.settle(Next::to(Stage::TrustedDevices(whose)))
        } else {
            self.settle(Next::unavailable())
        }
    }

    /// Somebody said yes.
    fn approved(&mut self, waiting: Waiting) -> Result<Turn, Trouble> {
        match waiting.asks {
            Asks::OwnPhone { account, instead, .. } => {
                let Some(account) = store::account(self.connection, account)? else {
                    return self.settle(Next::to(Stage::Identify { identifier: None }));
                };
                if let Some(next) = self.unlock_trouble(&account)? {
                    return self.settle(next);
                }
                // The member's own device has let this one in.
                store::let_in(self.connection, &self.browser.id(), &account.workspace, self.now)?;
                let identifier = match instead {
                    Instead::Password(_) => account.email.clone(),
                    Instead::Code { typed, .. } => typed,
                };
                self.enter_with(&account, &identifier, First::Passkey).map(Turn::Answered)
            }
            Asks::NewDevice { newcomer, .. } => self.newcomer_is_in(&newcomer),
        }
    }

    fn newcomer_is_in(&mut self, newcomer: &Entering) -> Result<Turn, Trouble> {
        let account = match self.still_entering(newcomer)? {
            Ok(account) => account,
            Err(next) => return self.settle(next),
        };
        self.go_in(&account, &newcomer.whose.identifier, &newcomer.first).map(Turn::Answered)
    }

    // --- The own phone -------------------------------------------------------------------------------------------------

    /// `use_mobile` at the password.
    pub(super) fn use_mobile(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::Password(stage) = stage else { return Ok(Next::unavailable()) };
        let account = match self.gate.settled_account(self.connection, stage)? {
            Some(account) => store::account(self.connection, account)?,
            None => None,
        };
        match account {
            Some(account) => self.ask_own_phone(&account, Instead::Password(stage.clone())),
            None => Ok(Next::unavailable()),
        }
    }

    /// A mobile number was entered: its owner's phone is asked at once, if there is just one such member and they have a
    /// trusted device.
    pub(super) fn phone_of(&self, number: &MobileNumber) -> Result<Option<AccountRow>, Trouble> {
        let listed = store::memberships_by_number(self.connection, number)?;
        let [only] = listed.as_slice() else { return Ok(None) };
        let id = crate::login_id::LoginId::Mobile(number.clone());
        let Some(account) = store::account_of(self.connection, &only.id, &id)? else { return Ok(None) };
        let allows = store::workspace(self.connection, &only.id)?.is_some_and(|workspace| workspace.device_unlock);
        let can = self.gate.relying_party.is_some() && self.gate.shows == super::Shows::Members;
        Ok((allows && can && self.gate.has_device(self.connection, account.id)?).then_some(account))
    }

    /// Asks, or says how long to wait.
    pub(super) fn ask_own_phone(&self, account: &AccountRow, instead: Instead) -> Result<Next, Trouble> {
        let seconds_ago = |seconds: u64| Timestamp(self.now.0.saturating_sub(seconds * 1000));
        let requests = store::phone_requests_since(self.connection, account.id, seconds_ago(NOT_ME_PAUSE))?;
        if let Some(retry_after) = self.phone_wait(account, &requests)? {
            return Ok(Next::Refuse(Refusal::TooManyRequests { retry_after }));
        }
        let lately = requests.into_iter().filter(|request| request.asked_at > seconds_ago(PHONE_REQUESTS.seconds));
        let shown: Vec<String> = lately.flat_map(|request| request.numbers).collect();
        let numbers = self.draw_numbers(&shown)?;
        let [number, ..] = &numbers;
        let number = number.clone();
        let mut sorted = numbers.to_vec();
        sorted.sort();
        let expires_at = self.now.plus_seconds(PHONE_LIFETIME);
        let request = self.new_request(ApprovalKind::SignIn, account, (&number, sorted), expires_at)?;
        Ok(Next::to(Stage::Waiting(Waiting {
            request,
            expires_at,
            asks: Asks::OwnPhone { workspace: account.workspace.clone(), account: account.id, number, instead },
            qr: None,
        })))
    }

    /// Three numbers that nobody was shown lately, the right one first.
    fn draw_numbers(&self, shown: &[String]) -> Result<[String; 3], Trouble> {
        let mut numbers: Vec<String> = Vec::new();
        while numbers.len() < 3 {
            let [byte]: [u8; 1] = self.gate.chance.bytes()?;
            // 10 to 99, all alike.
            let number = (10 + u32::from(byte % 90)).to_string();
            if byte < 180 && !shown.contains(&number) && !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        <[String; 3]>::try_from(numbers).map_err(|_| Trouble::TaskLost)
    }

    /// Seconds until the member's phone may be asked once more, after these requests of the last hour.
    fn phone_wait(&self, account: &AccountRow, requests: &[ApprovalRow]) -> Result<Option<u32>, Trouble> {
        let browser = self.browser.id();
        let is_stranger =
            self.gate.standing(self.connection, &browser, &account_subject(account.id))? == Device::Stranger;
        let not_me = requests.iter().rfind(|request| request.settled == Some(Settled::NotMe));
        let wait = |until: Timestamp| crate::flow::seconds_until(until, self.now).max(1);
        if let Some(not_me) = not_me.filter(|_| is_stranger) {
            return Ok(Some(wait(not_me.asked_at.plus_seconds(NOT_ME_PAUSE))));
        }
        // One at a time; a browser's own one gives way to its next.
        let pending = requests
            .iter()
            .find(|request| request.settled.is_none() && request.expires_at > self.now && request.browser != browser);
        if let Some(pending) = pending {
            return Ok(Some(wait(pending.expires_at)));
        }
        let moments: Vec<Timestamp> = requests.iter().map(|request| request.asked_at).collect();
        Ok(crate::limits::wait_for_rates(&[PHONE_REQUESTS], &moments, self.now))
    }

    fn new_request(
        &self,
        kind: ApprovalKind,
        account: &AccountRow,
        (number, numbers): (&str, Vec<String>),
        expires_at: Timestamp,
    ) -> Result<String, Trouble> {
        let browser = self.browser.id();
        store::take_back_approvals(self.connection, &account.workspace, &browser, self.now)?;
        let request = ApprovalRow {
            id: self.gate.chance.token::<16>()?,
            kind,
            account: account.id,
            workspace: account.workspace.clone(),
            flow: self.id.into(),
            browser,
            number: number.into(),
            numbers,
            browser_name: self.asker.seen.browser.clone(),
            place: self.asker.seen.place.clone(),
            asked_at: self.now,
            expires_at,
            settled: None,
            who: account.name.clone(),
        };
        store::insert_approval(self.connection, &request)?;
        // Of a new device, the member's own others: colleagues see it where they have the approvals open, and are notified
        // when they are asked by name.
        self.notify(account, &request)?;
        Ok(request.id)
    }

    // --- A new device --------------------------------------------------------------------------------------------------

    /// Everything else is proven: in, or first to whoever lets new devices in. Who joins brings the first one.
    pub(super) fn let_in(
        &mut self,
        account: &AccountRow,
        identifier: &str,
        first: &First,
    ) -> Result<crate::store::Finished, Trouble> {
        let browser = self.browser.id();
        let workspace = store::workspace(self.connection, &account.workspace)?;
        let asks = workspace.is_some_and(|workspace| workspace.device_approval)
            && self.row.flow.entrance != Entrance::Join
            && !store::is_let_in(self.connection, &browser, &account.workspace)?;
        if !asks {
            return self.go_in(account, identifier, first);
        }
        let newcomer = Entering { whose: super::reset_turns::whose(account, identifier.into()), first: first.clone() };
        let next = self.ask_to_let_in(account, newcomer)?;
        self.finish(next)
    }

    fn ask_to_let_in(&self, account: &AccountRow, newcomer: Entering) -> Result<Next, Trouble> {
        let expires_at = self.now.plus_seconds(DEVICE_LIFETIME);
        let request = self.new_request(ApprovalKind::Device, account, ("", Vec::new()), expires_at)?;
        let asks = Asks::NewDevice { newcomer, asked: Asked::Everybody };
        Ok(Next::to(Stage::Waiting(Waiting { request, expires_at, asks, qr: None })))
    }

    /// `ask_member`: whoever is named hears of it, and whether there is such a member is not said.
    pub(super) fn ask_member(&self, stage: &Stage, typed: &str) -> Result<Next, Trouble> {
        let Stage::Waiting(waiting) = stage else { return Ok(Next::unavailable()) };
        let Asks::NewDevice { newcomer, .. } = &waiting.asks else { return Ok(Next::unavailable()) };
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(Next::Refuse(Refusal::field("/input/member", FieldCode::Required)));
        }
        if typed.chars().count() > 100 {
            return Ok(Next::Refuse(Refusal::field("/input/member", FieldCode::TooLong)));
        }
        if let Some(retry_after) = self.count_mailed_request(newcomer.whose.account)? {
            return Ok(Next::Refuse(Refusal::TooManyRequests { retry_after }));
        }
        // Members have their say even where the administrator was asked before.
        let Some(request) = self.ask_otherwise(waiting, ApprovalKind::Device, waiting.expires_at)? else {
            return Ok(Next::to(waiting.clone().ended(Outcome::Expired)));
        };
        let email = EmailAddress::parse(typed).ok();
        let (who, mut is_told) = (newcomer.whose.name.clone(), false);
        for member in store::members(self.connection, waiting.workspace())? {
            let is_meant =
                is_same_name(&member.name, typed) || email.as_ref().is_some_and(|email| email.as_str() == member.email);
            if is_meant && member.id != newcomer.whose.account {
                self.tell(&member, |locale, workspace, at| texts::let_in_asked(locale, workspace, at, &who, ""))?;
                self.notify(&member, &request)?;
                is_told = true;
            }
        }
        if !is_told {
            self.tell_nobody(texts::let_in_asked(self.row.flow.locale, waiting.workspace(), self.now, &who, ""))?;
            self.notify_nobody(typed, &request)?;
        }
        Ok(self.asked_now(waiting, newcomer, Asked::Member, Said::MemberAsked { to: typed.into() }))
    }

    /// `ask_admin`: the super administrator is asked, and the time begins anew.
    pub(super) fn ask_admin(&self, stage: &Stage, reason: &str) -> Result<Next, Trouble> {
        let Stage::Waiting(waiting) = stage else { return Ok(Next::unavailable()) };
        let Asks::NewDevice { newcomer, .. } = &waiting.asks else { return Ok(Next::unavailable()) };
        let reason = reason.trim();
        if reason.chars().count() > 200 {
            return Ok(Next::Refuse(Refusal::field("/input/reason", FieldCode::TooLong)));
        }
        if let Some(retry_after) = self.count_mailed_request(newcomer.whose.account)? {
            return Ok(Next::Refuse(Refusal::TooManyRequests { retry_after }));
        }
        let expires_at = self.now.plus_seconds(DEVICE_LIFETIME);
        let Some(request) = self.ask_otherwise(waiting, ApprovalKind::Administrator, expires_at)? else {
            return Ok(Next::to(waiting.clone().ended(Outcome::Expired)));
        };
        for id in store::super_administrators(self.connection, waiting.workspace())? {
            if let Some(admin) = store::account(self.connection, id)? {
                let who = newcomer.whose.name.clone();
                self.tell(&admin, |locale, workspace, at| texts::let_in_asked(locale, workspace, at, &who, reason))?;
                self.notify(&admin, &request)?;
            }
        }
        store::forget_approval_qr(self.connection, &waiting.request)?;
        let waiting = Waiting { expires_at, qr: None, ..waiting.clone() };
        Ok(self.asked_now(&waiting, newcomer, Asked::Administrator, Said::AdministratorAsked))
    }

    /// The request as it is from now on; `None`: it is over, and nobody has looked yet.
    fn ask_otherwise(
        &self,
        waiting: &Waiting,
        kind: ApprovalKind,
        expires_at: Timestamp,
    ) -> Result<Option<ApprovalRow>, Trouble> {
        match store::ask_otherwise(self.connection, &waiting.request, kind, expires_at, self.now)? {
            true => store::approval(self.connection, &waiting.request),
            false => Ok(None),
        }
    }

    /// Counts a request that mails somebody, or nobody; or says how many seconds to wait for one more.
    fn count_mailed_request(&self, account: i64) -> Result<Option<u32>, Trouble> {
        let counter = self.gate.counter("mailed requests", None, &account_subject(account));
        self.counted(&counter, &[MAILED_REQUESTS])
    }

    fn asked_now(&self, waiting: &Waiting, newcomer: &Entering, asked: Asked, said: Said) -> Next {
        let asks = Asks::NewDevice { newcomer: newcomer.clone(), asked };
        Next::Renew(Stage::Waiting(Waiting { asks, ..waiting.clone() }), vec![said])
    }

    pub(super) fn submit_recovery_key(&mut self, stage: &Stage, typed: &str) -> Result<Turn, Trouble> {
        let Stage::RecoveryKey(waiting) = stage else { return self.settle(Next::unavailable()) };
        let Asks::NewDevice { newcomer, .. } = &waiting.asks else { return self.settle(Next::unavailable()) };
        let account = match self.still_entering(newcomer)? {
            Ok(account) => account,
            Err(next) => return self.settle(next),
        };
        let Some(digest) = recovery_codes::key_digest(&self.gate.key, account.id, typed) else {
            let code = if typed.trim().is_empty() { FieldCode::Required } else { FieldCode::RecoveryCodeInvalid };
            return self.settle(Next::Refuse(Refusal::field("/input/code", code)));
        };
        let refusal = self.try_factor(account.id, || {
            let is_right = store::take_recovery_key(self.connection, account.id, &digest)?;
            Ok(if is_right { super::code_turn::Tried::Right } else { super::code_turn::Tried::Wrong })
        })?;
        if let Some(refusal) = refusal {
            return self.settle(Next::Refuse(refusal));
        }
        let salt = self.replace_recovery_key(account.id)?;
        self.tell(&account, texts::recovery_key_used)?;
        let then = Then::In(newcomer.clone());
        self.settle(Next::to(Stage::NewRecoveryKey(NewKey { salt, then })))
    }

    /// From now on an account's recovery key is the one of this salt.
    pub(super) fn replace_recovery_key(&self, account: i64) -> Result<Salt, Trouble> {
        let salt = self.gate.chance.bytes()?;
        if let Some(digest) = self.gate.recovery_key_digest(account, &salt) {
            store::replace_recovery_key(self.connection, account, &digest)?;
        }
        Ok(salt)
    }

    /// `done`: the new key is kept somewhere.
    pub(super) fn recovery_key_kept(&mut self, new: &NewKey) -> Result<Turn, Trouble> {
        match &new.then {
            Then::In(newcomer) => self.newcomer_is_in(newcomer),
            Then::Settings(whose) => self.settle(Next::to(Stage::TrustedDevices(whose.clone()))),
        }
    }

    // --- Both ----------------------------------------------------------------------------------------------------------

    /// `show_qr`: what was shown before leads to the request no more.
    pub(super) fn show_qr(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::Waiting(waiting) = stage else { return Ok(Next::unavailable()) };
        let expires_at = self.now.plus_seconds(QR_LIFETIME).min(waiting.expires_at);
        let qr = ShownQr { salt: self.gate.chance.bytes()?, expires_at };
        let token = approval_link::token(&self.gate.key, &waiting.request, &qr.salt);
        let digest = approval_link::digest(&self.gate.key, &token);
        if !store::replace_approval_qr(self.connection, &waiting.request, &digest, expires_at, self.now)? {
            // It is over, and nobody has looked yet.
            return Ok(Next::to(waiting.clone().ended(Outcome::Expired)));
        }
        Ok(Next::Renew(Stage::Waiting(Waiting { qr: Some(qr), ..waiting.clone() }), Vec::new()))
    }

    /// `resend` where something waits, or where it ended: another request for the same.
    pub(super) fn ask_again(&self, waiting: &Waiting) -> Result<Next, Trouble> {
        match &waiting.asks {
            Asks::OwnPhone { account, instead, .. } => match store::account(self.connection, *account)? {
                Some(account) => self.ask_own_phone(&account, instead.clone()),
                None => Ok(Next::unavailable()),
            },
            Asks::NewDevice { newcomer, .. } => match self.still_entering(newcomer)? {
                Ok(account) => self.ask_to_let_in(&account, newcomer.clone()),
                Err(next) => Ok(next),
            },
        }
    }

    /// `use_other`: without the phone; of a new device, the other ways are where it waits.
    pub(super) fn without_phone(&self, waiting: &Waiting) -> Result<Next, Trouble> {
        match &waiting.asks {
            Asks::OwnPhone { instead: Instead::Password(stage), .. } => {
                Ok(Next::to(Stage::Password(PasswordStage { restricted_until: None, ..stage.clone() })))
            }
            Asks::OwnPhone { instead: Instead::Code { number, .. }, .. } => {
                if self.gate.channels.contains(&Channel::Sms) {
                    self.ask_for_code(Contact::phone(number.clone()), Purpose::SignIn, Asking::First)
                } else {
                    Ok(Next::unavailable())
                }
            }
            Asks::NewDevice { .. } => self.ask_again(waiting),
        }
    }
}
