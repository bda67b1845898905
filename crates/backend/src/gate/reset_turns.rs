//! A forgotten password, act by act. What is asked is written down and looked up elsewhere (see `reset_desk`), so that the
//! act does the same for everybody.

use daemun_protocol::{FieldCode, FieldError, Secret};
use rusqlite::Connection;

use super::sign_in_turns::email_error;
use super::{Gate, Taking, reset_subject};
use crate::email_address::EmailAddress;
use crate::flow::new_password::Whose;
use crate::flow::reset::{self, OpenedReset, ResetForm, ResetLinkTrouble};
use crate::flow::{Next, Notice, Refusal, Stage};
use crate::link_token::{LinkKind, LinkToken};
use crate::person_name::{NotAName, PersonName};
use crate::store::{self, AccountRow, ResetLink, ResetRequest, Trouble};

/// Of what was typed, so many characters are remembered.
const REMEMBERED: usize = 300;

impl Gate {
    /// What a link to reset a password opens. It uses nothing up.
    pub(super) fn open_reset_link(
        &self,
        connection: &Connection,
        token: Option<&Secret>,
        now: daemun_protocol::Timestamp,
    ) -> Result<OpenedReset, Trouble> {
        let unknown = OpenedReset::Bad { trouble: ResetLinkTrouble::Unknown, workspace: None };
        let Some(token) = token.and_then(LinkToken::parse) else { return Ok(unknown) };
        let Some(link) = store::reset_link_of(connection, &token.digest(&self.key, LinkKind::Reset))? else {
            return Ok(unknown);
        };
        let Some(account) = store::account(connection, link.account)? else { return Ok(unknown) };
        Ok(match link_trouble(&link, now) {
            Some(trouble) => OpenedReset::Bad { trouble, workspace: Some(account.workspace) },
            None => OpenedReset::Good { link: link.id, whose: whose(&account, account.email.clone()) },
        })
    }
}

/// What is wrong with a link, if anything.
pub(super) fn link_trouble(link: &ResetLink, now: daemun_protocol::Timestamp) -> Option<ResetLinkTrouble> {
    if link.spent {
        Some(ResetLinkTrouble::Used)
    } else if link.expires_at <= now {
        Some(ResetLinkTrouble::Expired)
    } else {
        None
    }
}

/// An account as something is proven for it now.
pub(super) fn whose(account: &AccountRow, identifier: String) -> Whose {
    Whose {
        workspace: account.workspace.clone(),
        account: account.id,
        epoch: account.epoch,
        identifier,
        name: account.name.clone(),
    }
}

/// What is wrong with a name, as an error of its field.
pub(super) fn name_error(refused: NotAName) -> FieldError {
    let code = match refused {
        NotAName::Empty => FieldCode::Required,
        NotAName::TooLong => FieldCode::TooLong,
    };
    FieldError { pointer: "/input/name".into(), code }
}

/// What was typed, as far as it is remembered.
pub(super) fn remembered(typed: &str) -> String {
    typed.chars().take(REMEMBERED).collect()
}

impl Taking<'_> {
    /// The account that something was proven for, if the proof is worth anything still.
    pub(super) fn still(&self, whose: &Whose) -> Result<Option<AccountRow>, Trouble> {
        let account = store::account(self.connection, whose.account)?;
        Ok(account.filter(|account| account.epoch == whose.epoch && account.workspace == whose.workspace))
    }

    pub(super) fn forgot(&self, stage: &Stage) -> Next {
        if let Stage::Password(stage) = stage {
            reset::forgot_password(stage)
        } else if let Stage::Notice(Notice::BadResetLink { trouble, workspace }) = stage {
            reset::ask_anew(*trouble, workspace.as_deref())
        } else {
            Next::unavailable()
        }
    }

    /// No account is looked up here, whoever asks for whom.
    pub(super) fn submit_reset(&self, stage: &Stage, name: &str, typed: &str) -> Result<Next, Trouble> {
        let Stage::RequestReset(form) = stage else { return Ok(Next::unavailable()) };
        let typed = typed.trim();
        let form = ResetForm { name: Some(remembered(name)), email: Some(remembered(typed)), ..form.clone() };
        let (name, email) = match (PersonName::parse(name), EmailAddress::parse(typed)) {
            (Ok(name), Ok(email)) => (name, email),
            (name, email) => {
                let name = name.err().map(name_error);
                let email = email.err().map(|refused| email_error("/input/email", refused));
                let refusal = Refusal::Fields(name.into_iter().chain(email).collect());
                return Ok(Next::RefuseAndRemember(Stage::RequestReset(form), refusal));
            }
        };
        let counter = match self.may_send("resets asked", email.as_str(), &reset_subject(email.as_str()))? {
            Ok(counter) => counter,
            Err(retry_after) => {
                let refusal = Refusal::TooManyRequests { retry_after };
                return Ok(Next::RefuseAndRemember(Stage::RequestReset(form), refusal));
            }
        };
        let request = ResetRequest {
            name: name.as_str().into(),
            email: email.as_str().into(),
            workspace: form.workspace.clone(),
            locale: self.row.flow.locale.tag().into(),
            at: self.now,
        };
        store::insert_reset_request(self.connection, &request)?;
        store::note_sent(self.connection, &counter, self.now)?;
        Ok(reset::requested(&form, typed.into()))
    }
}
