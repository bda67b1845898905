//! Page objects: one for each screen, with what a member does there. Each is reached by waiting for its screen, and
//! each act waits for the backend's answer.

use super::member::Member;
use super::sight::Sight;

/// "Who are you?"
pub struct Identify<'m>(&'m Member<'m>);

/// "Which organisation?"
pub struct Organisation<'m>(&'m Member<'m>);

/// "What is the code that we sent?"
pub struct Code<'m>(&'m Member<'m>);

/// "Which of your workspaces?"
pub struct ChooseWorkspace<'m>(&'m Member<'m>);

/// "And your password?"
pub struct Password<'m>(&'m Member<'m>);

impl<'g> Member<'g> {
    pub async fn at_identify(&self) -> Identify<'_> {
        self.comes_to("identify").await;
        Identify(self)
    }

    pub async fn at_organisation(&self) -> Organisation<'_> {
        self.comes_to("organisation").await;
        Organisation(self)
    }

    pub async fn at_code(&self) -> Code<'_> {
        self.comes_to("code").await;
        Code(self)
    }

    pub async fn at_choose_workspace(&self) -> ChooseWorkspace<'_> {
        self.comes_to("choose_workspace").await;
        ChooseWorkspace(self)
    }

    pub async fn at_password(&self) -> Password<'_> {
        self.comes_to("password").await;
        Password(self)
    }

    /// Waits for the notice with this code.
    pub async fn at_notice(&self, code: &str) -> Sight {
        self.waits_for(&format!("the notice {code:?}"), |sight| {
            sight.is_settled() && sight.screen == "notice" && sight.says(code)
        })
        .await
    }

    pub async fn at_ended(&self) -> Sight {
        self.waits_for("the end", |sight| sight.screen == "ended" && sight.state != "busy").await
    }

    // Ways that many stories begin with

    /// From the front door to the code.
    pub async fn asks_for_code(&self, address: &str) {
        self.at_identify().await.sends(address).await;
        self.comes_to("code").await;
    }

    /// From the front door past the code that is in the mail.
    pub async fn proves_address(&self, address: &str) {
        self.asks_for_code(address).await;
        let code = self.gate.code_for(address).await;
        self.at_code().await.enters(&code).await;
    }

    /// From the front door to the password of a workspace among several.
    pub async fn comes_to_password_of(&self, address: &str, workspace: &str) {
        self.proves_address(address).await;
        self.at_choose_workspace().await.picks(workspace).await;
        self.comes_to("password").await;
    }

    /// From the password to being in.
    pub async fn enters_password_of(&self, address: &str, workspace: &str) {
        let password = self.gate.password_of(address, workspace).await;
        self.at_password().await.enters(&password).await;
        self.is_in(address, workspace).await;
    }
}

impl Identify<'_> {
    pub async fn sends(&self, address: &str) -> Sight {
        self.0.fills("identifier", address).await;
        self.0.does("submit").await
    }

    pub async fn uses_organisation(&self) -> Sight {
        self.0.does("use_organisation").await
    }
}

impl Organisation<'_> {
    pub async fn sends(&self, organisation: &str) -> Sight {
        self.0.fills("organisation", organisation).await;
        self.0.does("submit").await
    }

    pub async fn uses_email(&self) -> Sight {
        self.0.does("use_email").await
    }
}

impl Code<'_> {
    /// Types a code; a complete one is sent by itself (FEATURES X6).
    pub async fn enters(&self, code: &str) -> Sight {
        self.0.awaits_answer(self.0.fills("code", code)).await
    }

    pub async fn resends(&self) -> Sight {
        self.0.does("resend").await
    }

    pub async fn goes_back(&self) -> Sight {
        self.0.does("back").await
    }
}

impl ChooseWorkspace<'_> {
    pub async fn picks(&self, workspace: &str) -> Sight {
        self.0.chooses(workspace).await
    }
}

impl Password<'_> {
    pub async fn enters(&self, password: &str) -> Sight {
        self.0.fills("password", password).await;
        self.0.does("submit").await
    }

    /// Where the ID is asked too.
    pub async fn enters_with_id(&self, identifier: &str, password: &str) -> Sight {
        self.0.fills("identifier", identifier).await;
        self.enters(password).await
    }

    pub async fn goes_back(&self) -> Sight {
        self.0.does("back").await
    }
}
