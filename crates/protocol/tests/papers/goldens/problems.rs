//! Every way to be refused.

use daemun_protocol::{Channel, FieldCode, FieldError, Flow, Problem, ProblemCode};

use super::approvals::none_waits;
use super::devices::{passkey, register_device};
use super::ids::{MINJIS_MOBILE, find_id, register_id};
use super::joining::create_account;
use super::passwords::{expired as password_expired, request_reset, reset};
use super::policy::{denied_members, not_fresh, review};
use super::providers::provider;
use super::quick_login::{quick_login, set_pin};
use super::second_factor::{enrol_contact, recovery_code};
use super::sign_in::{
    code, code_resent, code_with_wait, expired, identify, organisation, password, password_by_organisation,
    password_restricted,
};
use super::{CODE_LIFETIME, MINJI, later};

const IDENTIFIER: &str = "/input/identifier";
const ORGANISATION: &str = "/input/organisation";
const NAME: &str = "/input/name";
const EMAIL: &str = "/input/email";
const PIN: &str = "/input/pin";
const PASSWORD: &str = "/input/password";

/// Each with what tells it from others of the same code.
pub(super) fn all() -> Vec<(&'static str, Problem)> {
    let bare = Problem::new;
    let mut all = vec![
        ("", bare(ProblemCode::Malformed, 400)),
        ("type", bare(ProblemCode::Malformed, 415)),
        ("", bare(ProblemCode::TooLarge, 413)),
        ("", Problem { title: "Daemun-Version must be 1".into(), ..bare(ProblemCode::VersionUnsupported, 400) }),
        ("", bare(ProblemCode::ClientUnsupported, 422)),
        ("", bare(ProblemCode::OriginRefused, 403)),
        ("", bare(ProblemCode::SignInRequired, 403)),
        ("", bare(ProblemCode::FlowUnknown, 404)),
        ("", with(ProblemCode::FlowExpired, 410, expired())),
        ("", with(ProblemCode::Stale, 409, code())),
        ("", with(ProblemCode::ActionUnavailable, 403, identify(1, None))),
        (
            "wait",
            Problem {
                retry_after: Some(12),
                ..with(ProblemCode::ActionUnavailable, 403, later(code_with_wait(12), 18))
            },
        ),
        ("", bare(ProblemCode::KeyReused, 422)),
        ("", bare(ProblemCode::HandoffInvalid, 400)),
    ];
    all.extend(fields());
    all.extend(meanings());
    all.extend([
        ("", Problem { retry_after: Some(3600), ..with(ProblemCode::SignInRestricted, 429, password_restricted()) }),
        ("", Problem { retry_after: Some(240), ..with(ProblemCode::TooManyRequests, 429, identify(1, None)) }),
        ("", Problem { retry_after: Some(5), ..bare(ProblemCode::Unavailable, 503) }),
        ("", bare(ProblemCode::Internal, 500)),
    ]);
    all
}

/// What can be wrong with what was put in.
fn fields() -> Vec<(&'static str, Problem)> {
    vec![
        (
            "",
            invalid(&[(IDENTIFIER, FieldCode::Required), (PASSWORD, FieldCode::Required)], password_by_organisation()),
        ),
        ("email_invalid", invalid(&[(IDENTIFIER, FieldCode::EmailInvalid)], identify(1, None))),
        ("too_long", invalid(&[(IDENTIFIER, FieldCode::TooLong)], identify(1, None))),
        ("identifier_invalid", invalid(&[(IDENTIFIER, FieldCode::IdentifierInvalid)], password_by_organisation())),
        (
            "contact_is_id",
            invalid(&[(IDENTIFIER, FieldCode::ContactIsId)], enrol_contact(Some(MINJI), &[Channel::Email])),
        ),
        ("recovery_code_invalid", invalid(&[("/input/code", FieldCode::RecoveryCodeInvalid)], recovery_code())),
        ("subscription_refused", invalid(&[("/input/subscription", FieldCode::SubscriptionRefused)], none_waits())),
        (
            "option_invalid",
            invalid(
                &[
                    ("/input/changes/password_min_length", FieldCode::OptionInvalid),
                    ("/input/changes/attempt_limit", FieldCode::OptionInvalid),
                ],
                not_fresh(),
            ),
        ),
        ("nothing_changed", invalid(&[("/input/changes", FieldCode::NothingChanged)], not_fresh())),
        ("confirmation_required", invalid(&[("/input/confirmed", FieldCode::ConfirmationRequired)], review(3))),
        ("member_unknown", invalid(&[("/input/identifier", FieldCode::MemberUnknown)], denied_members(2, true))),
        ("pin_invalid", invalid(&[(PIN, FieldCode::PinInvalid)], quick_login())),
        ("pin_same_digit", invalid(&[(PIN, FieldCode::PinSameDigit)], set_pin(false, false))),
        ("pin_run", invalid(&[(PIN, FieldCode::PinRun)], set_pin(false, false))),
        ("pin_repeats", invalid(&[(PIN, FieldCode::PinRepeats)], set_pin(true, false))),
        ("pin_mismatch", invalid(&[("/input/pin_again", FieldCode::PinMismatch)], set_pin(false, false))),
        ("mobile_invalid", invalid(&[(IDENTIFIER, FieldCode::MobileInvalid)], identify(1, None))),
        ("code_invalid", invalid(&[("/input/code", FieldCode::CodeInvalid)], code())),
        ("organisation_invalid", invalid(&[(ORGANISATION, FieldCode::OrganisationInvalid)], organisation(2, None))),
        (
            "create_account",
            invalid(
                &[
                    (NAME, FieldCode::Required),
                    (EMAIL, FieldCode::EmailInvalid),
                    (PASSWORD, FieldCode::PasswordTooShort),
                    ("/input/terms/service", FieldCode::TermsRequired),
                    ("/input/terms/privacy", FieldCode::TermsRequired),
                ],
                create_account(2, None, Some("seojun@daemun"), Vec::new()),
            ),
        ),
        (
            "request_reset",
            invalid(&[(NAME, FieldCode::Required), (EMAIL, FieldCode::Required)], request_reset(5, None)),
        ),
        (
            "password",
            invalid(
                &[
                    (PASSWORD, FieldCode::PasswordTooShort),
                    (PASSWORD, FieldCode::PasswordNeedsLetter),
                    (PASSWORD, FieldCode::PasswordNeedsDigit),
                    (PASSWORD, FieldCode::PasswordNeedsSymbol),
                ],
                password_expired(),
            ),
        ),
        ("password_too_long", invalid(&[(PASSWORD, FieldCode::PasswordTooLong)], reset())),
        ("password_invalid", invalid(&[(PASSWORD, FieldCode::PasswordInvalid)], reset())),
        ("password_is_id", invalid(&[(PASSWORD, FieldCode::PasswordIsId)], reset())),
        ("password_breached", invalid(&[(PASSWORD, FieldCode::PasswordBreached)], reset())),
        ("password_reused", invalid(&[(PASSWORD, FieldCode::PasswordReused)], password_expired())),
        ("id_invalid", invalid(&[(IDENTIFIER, FieldCode::IdInvalid)], register_id(Some("2soyeon")))),
        ("id_taken", invalid(&[(IDENTIFIER, FieldCode::IdTaken)], register_id(Some("minji")))),
        (
            "mobile_unavailable",
            invalid(&[(IDENTIFIER, FieldCode::MobileUnavailable)], find_id(Some(MINJIS_MOBILE), &[Channel::Email])),
        ),
    ]
}

/// What was put in is whole, and means nothing that leads on.
fn meanings() -> Vec<(&'static str, Problem)> {
    vec![
        ("", Problem { tries_left: Some(4), ..with(ProblemCode::CodeWrong, 422, code()) }),
        ("pin", Problem { tries_left: Some(4), ..with(ProblemCode::CodeWrong, 422, quick_login()) }),
        ("", with(ProblemCode::CodeExpired, 422, later(code_with_wait(0), CODE_LIFETIME))),
        ("", with(ProblemCode::CodeSpent, 422, code_resent())),
        ("", with(ProblemCode::PasskeyUnknown, 422, identify(1, None))),
        ("", with(ProblemCode::PasskeyRefused, 422, passkey())),
        ("pin", with(ProblemCode::PasskeyRefused, 422, quick_login())),
        ("", with(ProblemCode::DeviceFull, 422, register_device())),
        ("", with(ProblemCode::ProviderRefused, 422, provider(3))),
        ("", with(ProblemCode::OrganisationUnknown, 422, organisation(2, None))),
        ("", Problem { tries_left: Some(9), ..with(ProblemCode::CredentialsWrong, 422, password()) }),
        ("unrevealed", with(ProblemCode::CredentialsWrong, 422, password())),
    ]
}

fn with(code: ProblemCode, status: u16, flow: Flow) -> Problem {
    Problem { flow: Some(Box::new(flow)), ..Problem::new(code, status) }
}

fn invalid(fields: &[(&str, FieldCode)], flow: Flow) -> Problem {
    let errors = fields.iter().map(|(pointer, code)| FieldError { pointer: (*pointer).into(), code: code.clone() });
    Problem { errors: errors.collect(), ..with(ProblemCode::InputInvalid, 422, flow) }
}
