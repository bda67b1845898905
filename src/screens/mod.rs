//! One file per step: what a member is asked, and what each act of theirs means. Screens look at the gate and speak to it;
//! they know no network, no storage and no other screen.

mod choice;
mod code_field;
mod form;
mod password_field;

pub mod choose_factor;
pub mod choose_workspace;
pub mod code;
pub mod complete;
pub mod ended;
pub mod identify;
pub mod notice;
pub mod opening;
pub mod organisation;
pub mod passkey;
pub mod password;
pub mod unknown;
pub mod unopened;

// Off the login path: these are in the whole app alone.
#[cfg(feature = "whole")]
mod buttons;
#[cfg(feature = "whole")]
mod contact_form;
#[cfg(feature = "whole")]
mod device_name;
#[cfg(feature = "whole")]
mod new_password_field;
#[cfg(feature = "whole")]
mod notify_here;
#[cfg(feature = "whole")]
mod numbers;
#[cfg(feature = "whole")]
mod pin_field;
#[cfg(feature = "whole")]
mod policy_words;
#[cfg(feature = "whole")]
mod qr_way;
#[cfg(feature = "whole")]
mod sure;
#[cfg(feature = "whole")]
mod take_along;

#[cfg(feature = "whole")]
pub mod account_security;
#[cfg(feature = "whole")]
pub mod approvals;
#[cfg(feature = "whole")]
pub mod approve;
#[cfg(feature = "whole")]
pub mod create_account;
#[cfg(feature = "whole")]
pub mod denied_members;
#[cfg(feature = "whole")]
pub mod deny_review;
#[cfg(feature = "whole")]
pub mod enrol_authenticator;
#[cfg(feature = "whole")]
pub mod enrol_contact;
#[cfg(feature = "whole")]
pub mod external_identities;
#[cfg(feature = "whole")]
pub mod find_id;
#[cfg(feature = "whole")]
pub mod found_ids;
#[cfg(feature = "whole")]
pub mod invitation;
#[cfg(feature = "whole")]
pub mod joined;
#[cfg(feature = "whole")]
pub mod link_address;
#[cfg(feature = "whole")]
pub mod link_phone;
#[cfg(feature = "whole")]
pub mod match_number;
#[cfg(feature = "whole")]
pub mod new_password;
#[cfg(feature = "whole")]
pub mod new_recovery_key;
#[cfg(feature = "whole")]
pub mod phone_taken;
#[cfg(feature = "whole")]
pub mod policy_review;
#[cfg(feature = "whole")]
pub mod provider;
#[cfg(feature = "whole")]
pub mod quick_login;
#[cfg(feature = "whole")]
pub mod recovery_code;
#[cfg(feature = "whole")]
pub mod recovery_codes;
#[cfg(feature = "whole")]
pub mod recovery_key;
#[cfg(feature = "whole")]
pub mod register_device;
#[cfg(feature = "whole")]
pub mod register_id;
#[cfg(feature = "whole")]
pub mod request_reset;
#[cfg(feature = "whole")]
pub mod security;
#[cfg(feature = "whole")]
pub mod sessions;
#[cfg(feature = "whole")]
pub mod set_pin;
#[cfg(feature = "whole")]
pub mod trusted_devices;
#[cfg(feature = "whole")]
pub mod wait_approval;
