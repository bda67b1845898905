//! Page objects of the second factor's screens, as those in `screens.rs`.

use super::member::Member;
use super::sight::Sight;

/// "How will you show that it is you?"
pub struct ChooseFactor<'m>(&'m Member<'m>);

/// "Where shall codes go?"
pub struct EnrolContact<'m>(&'m Member<'m>);

/// "Does your authenticator app have the key?"
pub struct EnrolAuthenticator<'m>(&'m Member<'m>);

/// "Have you kept these?"
pub struct RecoveryCodes<'m>(&'m Member<'m>);

/// "Which of those that you have kept?"
pub struct RecoveryCode<'m>(&'m Member<'m>);

impl<'g> Member<'g> {
    pub async fn at_choose_factor(&self) -> ChooseFactor<'_> {
        self.comes_to("choose_factor").await;
        ChooseFactor(self)
    }

    pub async fn at_enrol_contact(&self) -> EnrolContact<'_> {
        self.comes_to("enrol_contact").await;
        EnrolContact(self)
    }

    pub async fn at_enrol_authenticator(&self) -> EnrolAuthenticator<'_> {
        self.comes_to("enrol_authenticator").await;
        EnrolAuthenticator(self)
    }

    pub async fn at_recovery_codes(&self) -> RecoveryCodes<'_> {
        self.comes_to("recovery_codes").await;
        RecoveryCodes(self)
    }

    pub async fn at_recovery_code(&self) -> RecoveryCode<'_> {
        self.comes_to("recovery_code").await;
        RecoveryCode(self)
    }

    // Ways that many stories begin with

    /// From the organisation's door past the password, to whatever is asked for then.
    pub async fn gives_password_at(&self, organisation: &str, email: &str) {
        let password = self.gate.password_of(email, organisation).await;
        self.signs_in_at(organisation, email, &password).await;
    }

    /// From the organisation's door to the key for an authenticator app, where the member has no second factor yet.
    pub async fn comes_to_key(&self, organisation: &str, email: &str) {
        self.gives_password_at(organisation, email).await;
        self.at_enrol_contact().await.uses_authenticator().await;
        self.comes_to("enrol_authenticator").await;
    }
}

impl ChooseFactor<'_> {
    pub async fn picks(&self, factor: &str) -> Sight {
        self.0.chooses_factor(factor).await
    }
}

impl EnrolContact<'_> {
    pub async fn sends(&self, contact: &str) -> Sight {
        self.0.fills("identifier", contact).await;
        self.0.does("submit").await
    }

    pub async fn uses_authenticator(&self) -> Sight {
        self.0.does("use_authenticator").await
    }
}

impl EnrolAuthenticator<'_> {
    /// The key, as it is shown for typing: in groups.
    pub async fn key(&self) -> String {
        let key = self.0.runs("return document.querySelector('.key code').innerText").await;
        key.as_str().expect("a key").to_owned()
    }

    /// Types a code; a complete one is sent by itself.
    pub async fn enters(&self, code: &str) -> Sight {
        self.0.awaits_answer(self.0.fills("code", code)).await
    }
}

impl RecoveryCodes<'_> {
    /// The codes that are to be seen.
    pub async fn codes(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('.codes li')].filter((each) => each.checkVisibility())\
            .map((each) => each.innerText)";
        let codes = self.0.runs(script).await;
        codes.as_array().expect("codes").iter().map(|code| code.as_str().expect("a code").to_owned()).collect()
    }

    pub async fn has_kept_them(&self) -> Sight {
        self.0.does("done").await
    }
}

impl RecoveryCode<'_> {
    pub async fn enters(&self, code: &str) -> Sight {
        self.0.fills("code", code).await;
        self.0.does("submit").await
    }

    pub async fn uses_other(&self) -> Sight {
        self.0.does("use_other").await
    }
}
