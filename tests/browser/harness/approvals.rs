//! Two devices at once: what a member does on the one that asks, and what on the one that answers.

use super::browser::Languages;
use super::gate::Gate;
use super::member::Member;
use super::sight::Sight;

/// In nuri: a member, and the super administrator.
pub const COLLEAGUES: [&str; 2] = ["dohyun@daemun.test", "sujin@daemun.test"];

impl Gate {
    /// A member who is in, at a browser of their own.
    pub async fn member_in(&self, email: &str, workspace: &str) -> Member<'_> {
        self.member_in_reading(email, workspace, "ko-KR,ko").await
    }

    /// The same, in one of the languages.
    pub async fn member_in_reading(&self, email: &str, workspace: &str, languages: Languages) -> Member<'_> {
        let member = self.member_reading(languages).await;
        member.gives_password_at(workspace, email).await;
        member.is_in(email, workspace).await;
        member
    }

    /// A member's own phone: they are in, and it is a trusted device. Its unlock lasts as long as its tab.
    pub async fn phone_of(&self, email: &str, workspace: &str) -> Member<'_> {
        let phone = self.member_in(email, workspace).await;
        phone.registers_this_device().await;
        phone
    }
}

impl Member<'_> {
    /// Opens the settings, and there the devices.
    pub async fn opens_devices(&self) -> Sight {
        self.opens("/security").await;
        self.comes_to("security").await;
        self.does("show_devices").await;
        self.comes_to("trusted_devices").await
    }

    /// Registers this device, which is given an unlock.
    pub async fn registers_this_device(&self) {
        self.has_unlock().await;
        self.opens_devices().await;
        self.does("register").await;
        self.comes_to("register_device").await;
        self.does("submit").await;
        self.waits_for("the device to be there", |sight| sight.is_settled() && sight.says("device_registered")).await;
    }

    // The device that asks

    /// From the front door to the number, by the password's step.
    pub async fn asks_own_phone(&self, email: &str, workspace: &str) -> String {
        self.opens("/").await;
        self.comes_to_password_of(email, workspace).await;
        self.does("use_mobile").await;
        self.shows_number().await
    }

    /// The number that is to be chosen on the phone.
    pub async fn shows_number(&self) -> String {
        self.comes_to("match_number").await;
        let number = self.runs("return document.querySelector('.number').innerText").await;
        number.as_str().expect("a number").to_owned()
    }

    /// From the organisation's door to waiting for somebody's yes.
    pub async fn waits_to_be_let_in(&self, email: &str, workspace: &str) -> Sight {
        self.gives_password_at(workspace, email).await;
        self.comes_to("wait_approval").await
    }

    pub async fn looks_for_other_ways(&self) -> Sight {
        self.clicks("[data-action=other_ways]").await;
        self.waits_for("other ways", |sight| sight.offers("ask_member")).await
    }

    /// Has a QR code shown for another device's camera, another one than before; what it holds.
    pub async fn shows_qr(&self) -> String {
        let drawn = "document.querySelector('.qr path')?.getAttribute('d') ?? ''";
        let before = self.runs(&format!("return {drawn}")).await;
        self.does("show_qr").await;
        let another = format!("const drawn = {drawn}; return drawn !== '' && drawn !== {before}");
        self.waits_until_true("another QR code", &another).await;
        let held = self.scans().await;
        assert!(held.starts_with(&format!("{}/approve/", self.gate.origin())), "{held}");
        held
    }

    // The device that answers

    /// Opens what a camera has read.
    pub async fn opens_scanned(&self, held: &str) -> Sight {
        self.opens(held.strip_prefix(&self.gate.origin()).expect("an address of this gate")).await
    }

    /// Opens the list and waits for a request in it.
    pub async fn sees_request(&self) -> Sight {
        self.opens("/approve").await;
        self.waits_for("a request", |sight| sight.screen == "approvals" && sight.offers("choose")).await
    }

    /// Looks at the only request there is.
    pub async fn opens_request(&self) -> Sight {
        self.sees_request().await;
        self.does("choose").await;
        self.comes_to("approve").await
    }

    /// The numbers to choose from.
    pub async fn numbers(&self) -> Vec<String> {
        let numbers =
            self.runs("return [...document.querySelectorAll('input[name=number]')].map((each) => each.value)").await;
        numbers.as_array().expect("numbers").iter().map(|number| number.as_str().expect("one").to_owned()).collect()
    }

    pub async fn picks_number(&self, number: &str) {
        self.clicks(&format!("input[name=number][value='{number}']")).await;
    }

    /// Chooses a number and unlocks the device for it.
    pub async fn approves_with(&self, number: &str) -> Sight {
        self.picks_number(number).await;
        self.does("approve").await
    }
}
