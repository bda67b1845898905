//! Joining, act by act (FEATURES E4, E5).

use daemun_protocol::{FieldCode, FieldError, Secret, Timestamp};
use rusqlite::Connection;

use super::new_password_turn::ToHash;
use super::reset_turns::{name_error, remembered, whose};
use super::sign_in_turns::email_error;
use super::{Gate, Taking, Turn, account_subject};
use crate::email_address::EmailAddress;
use crate::flow::code::{Asking, Contact, Purpose};
use crate::flow::join::{
    self, AccountForm, BadInvitation, Candidate, Invitation, InvitationTrouble, Membership, OpenInvitation, Opened,
    Room,
};
use crate::flow::new_password::password_errors;
use crate::flow::sign_in::Way;
use crate::flow::{Address, Ending, Facts, Next, Notice, Refusal, Stage};
use crate::link_token::{LinkKind, LinkToken};
use crate::login_id::LoginId;
use crate::password::{PasswordPolicy, StoredPassword};
use crate::person_name::PersonName;
use crate::store::{self, AccountState, NewAccount, Trouble};

impl Gate {
    /// What an invitation's link opens. It uses nothing up.
    pub(super) fn open_invitation(
        &self,
        connection: &Connection,
        token: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Opened, Trouble> {
        let Some(token) = token.and_then(LinkToken::parse) else { return Ok(Opened::Bad(BadInvitation::UNKNOWN)) };
        let found = store::invitation_of(connection, &token.digest(&self.key, LinkKind::Join))?;
        let Some(invitation) = found else { return Ok(Opened::Bad(BadInvitation::UNKNOWN)) };
        if let Some(bad) = bad_invitation(connection, &invitation, now)? {
            return Ok(Opened::Bad(bad));
        }
        let account = match invitation.account {
            Some(account) => store::account(connection, account)?,
            None => None,
        };
        Ok(match account {
            Some(account) => {
                Opened::Personal { invitation: invitation.id, whose: whose(&account, account.email.clone()) }
            }
            None => Opened::Open(OpenInvitation {
                invitation: invitation.id,
                workspace: invitation.workspace,
                inviter: invitation.inviter,
            }),
        })
    }
}

/// What is wrong with an invitation now, if anything.
pub(super) fn bad_invitation(
    connection: &Connection,
    invitation: &Invitation,
    now: Timestamp,
) -> Result<Option<BadInvitation>, Trouble> {
    let Some(workspace) = store::workspace(connection, &invitation.workspace)? else {
        return Ok(Some(BadInvitation::UNKNOWN));
    };
    let bad = |trouble, joined| BadInvitation { trouble, workspace: Some(invitation.workspace.clone()), joined };
    let Some(account) = invitation.account else {
        let room = if store::is_full(connection, &workspace)? { Room::None } else { Room::Enough };
        return Ok(invitation.trouble(room, now).map(|trouble| bad(trouble, None)));
    };
    // Who was registered beforehand has a place; and who has joined otherwise meanwhile has used it.
    let account = store::account(connection, account)?;
    let joined = account.filter(|account| account.state == AccountState::Active).map(|account| account.email);
    let trouble = match (invitation.revoked, &joined) {
        (false, Some(_)) => Some(InvitationTrouble::Used),
        (true, _) | (false, None) => invitation.trouble(Room::Enough, now),
    };
    Ok(trouble.map(|trouble| bad(trouble, joined.filter(|_| trouble == InvitationTrouble::Used))))
}

/// The same, of one that was good when it was looked at.
pub(super) fn bad_by_now(
    connection: &Connection,
    invitation: i64,
    now: Timestamp,
) -> Result<Option<BadInvitation>, Trouble> {
    match store::invitation(connection, invitation)? {
        Some(invitation) => bad_invitation(connection, &invitation, now),
        None => Ok(Some(BadInvitation::UNKNOWN)),
    }
}

/// What is wrong with the newest invitation of an account, if it has any and none is good: taking back the link takes back
/// what it was a link to.
pub(super) fn uninvited(
    connection: &Connection,
    account: i64,
    now: Timestamp,
) -> Result<Option<BadInvitation>, Trouble> {
    let mut newest = None;
    for invitation in store::invitations_to(connection, account)? {
        match bad_invitation(connection, &invitation, now)? {
            Some(bad) => newest = Some(bad),
            None => return Ok(None),
        }
    }
    Ok(newest)
}

impl Taking<'_> {
    pub(super) fn accept(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::Invitation(invited) = stage else { return Ok(Next::unavailable()) };
        Ok(join::accept(invited, bad_by_now(self.connection, invited.invitation, self.now)?))
    }

    pub(super) fn decline(&self, stage: &Stage) -> Next {
        if let Stage::Invitation(_) = stage { Next::to(Stage::Ended(Ending::Declined)) } else { Next::unavailable() }
    }

    /// The form is judged, and nobody is looked up: whether the address is a member's is told to whoever reads its mail.
    pub(super) fn submit_account(
        &mut self,
        stage: &Stage,
        entered: EnteredAccount,
        facts: &Facts,
        reserved: Option<&str>,
    ) -> Result<Turn, Trouble> {
        let Stage::CreateAccount(form) = stage else { return self.settle(Next::unavailable()) };
        if let Some(bad) = bad_by_now(self.connection, form.invited.invitation, self.now)? {
            return self.settle(Next::to(Stage::Notice(Notice::BadInvitation(bad))));
        }
        let typed = entered.email.trim();
        let known = |id: &str| entered.terms.iter().any(|agreed| agreed == id);
        let (agreed, missing): (Vec<_>, Vec<_>) = self.gate.terms.iter().partition(|terms| known(terms.id.as_str()));
        let form = AccountForm {
            name: remembered(&entered.name),
            email: remembered(typed),
            terms: agreed.iter().map(|terms| terms.id.as_str().into()).collect(),
            ..form.clone()
        };
        let policy = facts.workspace.as_ref().map_or(PasswordPolicy::DEFAULT, |its| its.passwords);
        let name = PersonName::parse(&entered.name);
        let email = EmailAddress::parse(typed);
        let password = policy.judge(&entered.password, &[typed], &*self.gate.breached);
        let unagreed = missing.iter().filter(|terms| terms.required).map(|terms| FieldError {
            pointer: format!("/input/terms/{}", terms.id.as_str()),
            code: FieldCode::TermsRequired,
        });
        let unagreed: Vec<_> = unagreed.collect();
        match (name, email, password, unagreed.as_slice()) {
            (Ok(name), Ok(email), Ok(password), []) => {
                let form = AccountForm { name: name.as_str().into(), ..form };
                let to_hash = ToHash::Candidate { address: Address { typed: typed.into(), email }, form };
                self.hash(password, Vec::new(), to_hash, reserved)
            }
            (name, email, password, _) => {
                let errors = (name.err().map(name_error).into_iter())
                    .chain(email.err().map(|refused| email_error("/input/email", refused)))
                    .chain(password_errors(password.err().unwrap_or_default()))
                    .chain(unagreed)
                    .collect();
                self.settle(Next::RefuseAndRemember(Stage::CreateAccount(form), Refusal::Fields(errors)))
            }
        }
    }

    /// The password is a hash now, and a code goes to the address.
    pub(super) fn verify_candidate(
        &self,
        address: Address,
        form: AccountForm,
        password: StoredPassword,
    ) -> Result<Next, Trouble> {
        let purpose = Purpose::Join(Box::new(Candidate { form: form.clone(), password }));
        let next = self.ask_for_code(Contact::Email(address), purpose, Asking::First)?;
        Ok(next.or_remember(Stage::CreateAccount(form)))
    }

    /// The address is verified: an account is made, if there is a place and none yet.
    pub(super) fn join(&self, candidate: &Candidate, address: Address) -> Result<Next, Trouble> {
        let (connection, form) = (self.connection, &candidate.form);
        let membership = if let Some(bad) = bad_by_now(connection, form.invited.invitation, self.now)? {
            Membership::Bad(bad)
        } else if self.is_member(&form.invited.workspace, &address)? {
            Membership::Already
        } else {
            Membership::Made(self.make_account(candidate, &address)?)
        };
        Ok(join::address_verified(candidate, address, membership))
    }

    fn is_member(&self, workspace: &str, address: &Address) -> Result<bool, Trouble> {
        Ok(store::account_of(self.connection, workspace, &LoginId::Email(address.email.clone()))?.is_some())
    }

    fn make_account(
        &self,
        candidate: &Candidate,
        address: &Address,
    ) -> Result<crate::flow::new_password::Whose, Trouble> {
        let (connection, form) = (self.connection, &candidate.form);
        let account = NewAccount {
            workspace: &form.invited.workspace,
            email: &address.email,
            phone: None,
            personal_email: None,
            mobile: None,
            two_factor: false,
            super_administrator: false,
            name: &form.name,
            locale: self.row.flow.locale.tag(),
            state: AccountState::Active,
            password: Some(&candidate.password),
        };
        let id = store::insert_account(connection, &account, self.now)?;
        for terms in &form.terms {
            store::agree(connection, id, terms, self.now)?;
        }
        store::use_invitation(connection, form.invited.invitation)?;
        let made = store::account(connection, id)?.ok_or(Trouble::TaskLost)?;
        self.begin_anew(&made)?;
        Ok(whose(&made, address.typed.clone()))
    }

    /// `start`: in, unless something has changed since.
    pub(super) fn start(&mut self, stage: &Stage) -> Result<Turn, Trouble> {
        let Stage::Notice(Notice::Joined(joined)) = stage else { return self.settle(Next::unavailable()) };
        let Some(account) = self.still(&joined.whose)? else {
            return self.settle(join::start_again(joined));
        };
        if store::is_suspended(self.connection, &account_subject(account.id))? {
            let (workspace, way) = (account.workspace, joined.way.clone());
            return self.settle(Next::to(Stage::Notice(Notice::AccountSuspended { workspace, first: way.into() })));
        }
        self.enter_with(&account, &joined.whose.identifier, joined.way.clone().into()).map(Turn::Answered)
    }

    /// `sign_in` where there is an account already.
    pub(super) fn sign_in_instead(&self, stage: &Stage, facts: &Facts) -> Result<Next, Trouble> {
        if let Stage::Notice(Notice::AlreadyMember { address, form }) = stage {
            self.choose(address, form.invited.workspace.clone())
        } else if let Stage::Notice(Notice::BadInvitation(BadInvitation { joined: Some(joined), .. })) = stage {
            Ok(join::sign_in_instead(joined, facts.workspace.as_ref()))
        } else {
            Ok(Next::unavailable())
        }
    }
}

/// What came with `submit` at the form.
pub(super) struct EnteredAccount {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: Secret,
    pub(super) terms: Vec<String>,
}

/// By a link in a mail.
pub(super) fn by_link(email: String) -> Way {
    let email = EmailAddress::as_stored(email);
    Way::Link(Address { typed: email.as_str().into(), email })
}
