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

/// "Will you join?"
pub struct Invitation<'m>(&'m Member<'m>);

/// "Who are you going to be?"
pub struct CreateAccount<'m>(&'m Member<'m>);

/// "Whose password is forgotten?"
pub struct RequestReset<'m>(&'m Member<'m>);

/// "What is it going to be?"
pub struct NewPassword<'m>(&'m Member<'m>);

/// "Which ID do you want?"
pub struct RegisterId<'m>(&'m Member<'m>);

/// "Where can we reach you?"
pub struct FindId<'m>(&'m Member<'m>);

/// "To which address was this link shared?"
pub struct LinkAddress<'m>(&'m Member<'m>);

/// Who joins.
#[derive(Clone, Copy)]
pub struct Newcomer<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub password: &'a str,
}

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

    pub async fn at_invitation(&self) -> Invitation<'_> {
        self.comes_to("invitation").await;
        Invitation(self)
    }

    pub async fn at_create_account(&self) -> CreateAccount<'_> {
        self.comes_to("create_account").await;
        CreateAccount(self)
    }

    pub async fn at_request_reset(&self) -> RequestReset<'_> {
        self.comes_to("request_reset").await;
        RequestReset(self)
    }

    pub async fn at_new_password(&self) -> NewPassword<'_> {
        self.comes_to("new_password").await;
        NewPassword(self)
    }

    pub async fn at_register_id(&self) -> RegisterId<'_> {
        self.comes_to("register_id").await;
        RegisterId(self)
    }

    pub async fn at_find_id(&self) -> FindId<'_> {
        self.comes_to("find_id").await;
        FindId(self)
    }

    pub async fn at_link_address(&self) -> LinkAddress<'_> {
        self.comes_to("link_address").await;
        LinkAddress(self)
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

    /// From the front door past the code that came to a phone; `number` is written as it is typed, `place` in E.164.
    pub async fn proves_number(&self, number: &str, place: &str) {
        self.asks_for_code(number).await;
        let code = self.gate.code_for(place).await;
        self.at_code().await.enters(&code).await;
    }

    /// Opens one of the sandbox's links.
    pub async fn opens_link(&self, name: &str) -> Sight {
        let link = self.gate.link(name).await;
        self.opens(&link).await
    }

    /// From a good invitation to its form.
    pub async fn comes_to_create_account(&self) {
        self.opens_link("join").await;
        self.at_invitation().await.accepts().await;
        self.comes_to("create_account").await;
    }

    /// From the invitation's form past the code.
    pub async fn becomes(&self, newcomer: Newcomer<'_>) {
        self.at_create_account().await.sends(newcomer).await;
        self.comes_to("code").await;
        let code = self.gate.code_for(newcomer.email).await;
        self.at_code().await.enters(&code).await;
    }

    /// From the front door, by a reset link in a mail, to the new password.
    pub async fn comes_to_reset(&self, name: &str, address: &str) {
        self.asks_for_reset(name, address).await;
        let link = self.gate.link_for(address).await;
        self.opens(&link).await;
        self.comes_to("new_password").await;
    }

    /// From the organisation's door to the notice that a mail may be on its way.
    pub async fn asks_for_reset(&self, name: &str, address: &str) {
        self.opens("/o/nuri").await;
        self.comes_to("password").await;
        self.does("forgot").await;
        self.at_request_reset().await.sends(name, address).await;
        self.at_notice("reset_requested").await;
    }

    /// From the organisation's door to being in, or to being told why not.
    pub async fn signs_in_at(&self, organisation: &str, identifier: &str, password: &str) {
        self.opens(&format!("/o/{organisation}")).await;
        self.at_password().await.enters_with_id(identifier, password).await;
    }

    /// From one of the sandbox's security links to the code.
    pub async fn asks_for_link_code(&self, link: &str, address: &str) {
        self.opens_link(link).await;
        self.at_link_address().await.sends(address).await;
        self.comes_to("code").await;
    }

    /// From the code of a security link to what is shared.
    pub async fn opens_what_is_shared(&self, address: &str) -> Sight {
        let code = self.gate.code_for(address).await;
        self.at_code().await.enters(&code).await;
        self.is_shown_what_is_shared().await
    }

    pub async fn is_shown_what_is_shared(&self) -> Sight {
        self.waits_for("what is shared", |sight| sight.page == "shared").await
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

    pub async fn uses_notification(&self) -> Sight {
        self.0.does("use_notification").await
    }

    pub async fn uses_sms(&self) -> Sight {
        self.0.does("use_sms").await
    }

    pub async fn uses_other(&self) -> Sight {
        self.0.does("use_other").await
    }

    /// Ticks the box that asks for this browser to be remembered.
    pub async fn asks_to_be_remembered(&self) -> Sight {
        self.0.clicks("input[name=remember]").await;
        self.0.waits_for("the box to be ticked", |sight| sight.field("remember").checked).await
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

impl Invitation<'_> {
    pub async fn accepts(&self) -> Sight {
        self.0.does("accept").await
    }

    pub async fn declines(&self) -> Sight {
        self.0.does("decline").await
    }
}

impl CreateAccount<'_> {
    /// Agrees to what is required and sends all of it.
    pub async fn sends(&self, newcomer: Newcomer<'_>) -> Sight {
        self.agrees_to("service").await;
        self.agrees_to("privacy").await;
        self.fills_in(newcomer).await;
        self.0.does("submit").await
    }

    pub async fn fills_in(&self, Newcomer { name, email, password }: Newcomer<'_>) {
        self.0.fills("name", name).await;
        self.0.fills("email", email).await;
        self.0.fills("password", password).await;
    }

    /// Ticks a box that is not ticked yet.
    pub async fn agrees_to(&self, terms: &str) {
        if !self.0.sees().await.tick(terms).checked {
            self.0.clicks(&format!("input[name=terms][value={terms}]")).await;
        }
    }
}

impl RequestReset<'_> {
    pub async fn sends(&self, name: &str, address: &str) -> Sight {
        self.0.fills("name", name).await;
        self.0.fills("email", address).await;
        self.0.does("submit").await
    }
}

impl NewPassword<'_> {
    pub async fn sets(&self, password: &str) -> Sight {
        self.0.fills("password", password).await;
        self.0.does("submit").await
    }
}

impl RegisterId<'_> {
    pub async fn sends(&self, identifier: &str, password: &str) -> Sight {
        self.0.fills("identifier", identifier).await;
        self.0.fills("password", password).await;
        self.0.does("submit").await
    }
}

impl FindId<'_> {
    pub async fn sends(&self, contact: &str) -> Sight {
        self.0.fills("identifier", contact).await;
        self.0.does("submit").await
    }
}

impl LinkAddress<'_> {
    pub async fn sends(&self, address: &str) -> Sight {
        self.0.fills("email", address).await;
        self.0.does("submit").await
    }
}
