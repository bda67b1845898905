//! The codes that stand for text: what they mean is said here, how a person reads it is said by the app's locales.

use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;

open_enum! {
    /// Why a request was refused (`code` of a problem, RFC 9457 §3.2).
    pub enum ProblemCode {
        /// 400: the body is not JSON of the expected shape.
        Malformed = "malformed",
        /// 413: the body is larger than the backend reads.
        TooLarge = "too_large",
        /// 400: `Daemun-Version` is missing or not spoken here.
        VersionUnsupported = "version_unsupported",
        /// 422: the flow would need a step that this client lacks.
        ClientUnsupported = "client_unsupported",
        /// 403: the request came from an origin that is not allowed.
        OriginRefused = "origin_refused",
        /// 404: no such flow, or not this browser's.
        FlowUnknown = "flow_unknown",
        /// 410: the flow's time is over.
        FlowExpired = "flow_expired",
        /// 409: `rev` is not the current one; the current flow is in `flow`.
        Stale = "stale",
        /// 403: the current step does not offer this action (or not yet: `retry_after`).
        ActionUnavailable = "action_unavailable",
        /// 422: the idempotency key was used with another body.
        KeyReused = "key_reused",
        /// 422: a field is wrong; see `errors`.
        InputInvalid = "input_invalid",
        /// 422: not the code that was sent; `tries_left` says how many more.
        CodeWrong = "code_wrong",
        /// 422: the code's time is over; ask for a new one.
        CodeExpired = "code_expired",
        /// 422: the code was replaced or used; ask for a new one (FEATURES E2).
        CodeSpent = "code_spent",
        /// 422: no organisation has this ID (FEATURES E3).
        OrganisationUnknown = "organisation_unknown",
        /// 422: ID or password is wrong; `tries_left` where the policy reveals it (FEATURES L9).
        CredentialsWrong = "credentials_wrong",
        /// 422: nobody signs in here by the credential that was shown; the browser may be told to forget it (FEATURES L4).
        PasskeyUnknown = "passkey_unknown",
        /// 422: what the authenticator says does not hold, or its time is over; ask it again (FEATURES L4).
        PasskeyRefused = "passkey_refused",
        /// 422: as many accounts as may be are registered on this device (FEATURES S4).
        DeviceFull = "device_full",
        /// 422: what came back from an external provider does not belong to where the flow is: another browser's, used before, or
        /// not to be believed (FEATURES L3).
        ProviderRefused = "provider_refused",
        /// The code of a handoff is none, was used, is over, or the verifier is not that of its challenge.
        HandoffInvalid = "handoff_invalid",
        /// 403: this can only be begun by who is signed in.
        SignInRequired = "sign_in_required",
        /// 429: too many wrong passwords; `retry_after` says for how long (FEATURES L9).
        SignInRestricted = "sign_in_restricted",
        /// 429: too many requests from here or for this address; `retry_after`.
        TooManyRequests = "too_many_requests",
        /// 503: the backend cannot do this at the moment; `retry_after`.
        Unavailable = "unavailable",
        /// 500: the backend's own fault.
        Internal = "internal",
    }
}

open_enum! {
    /// What is wrong with one field (`errors[].code`).
    pub enum FieldCode {
        Required = "required",
        TooLong = "too_long",
        /// Not an email address.
        EmailInvalid = "email_invalid",
        /// Neither an email address nor a mobile number.
        IdentifierInvalid = "identifier_invalid",
        /// No mobile number, though it looks like one (FEATURES L2).
        MobileInvalid = "mobile_invalid",
        /// No subscription of a push service that is known here (FEATURES D6).
        SubscriptionRefused = "subscription_refused",
        /// Not as many digits as the code has.
        CodeInvalid = "code_invalid",
        /// Not as many letters and digits as a recovery code has (FEATURES T5).
        RecoveryCodeInvalid = "recovery_code_invalid",
        /// Letters, digits, `-` only.
        OrganisationInvalid = "organisation_invalid",
        /// Not an ID: 3 to 40 lower-case letters, digits, `.`, `_`, `-`, a letter first (FEATURES R5).
        IdInvalid = "id_invalid",
        /// Somebody in this workspace has this ID (FEATURES R5).
        IdTaken = "id_taken",
        /// A required one of the terms is not agreed to; the pointer is `/input/terms/{id}` (FEATURES E4).
        TermsRequired = "terms_required",
        /// Codes cannot be sent to mobile numbers here (FEATURES L10).
        MobileUnavailable = "mobile_unavailable",
        /// Fewer characters than the policy asks for (FEATURES R3).
        PasswordTooShort = "password_too_short",
        /// More characters than are taken.
        PasswordTooLong = "password_too_long",
        /// The policy asks for an English letter.
        PasswordNeedsLetter = "password_needs_letter",
        /// The policy asks for a digit.
        PasswordNeedsDigit = "password_needs_digit",
        /// The policy asks for a symbol.
        PasswordNeedsSymbol = "password_needs_symbol",
        /// One of the last passwords, which the policy keeps from being used again.
        PasswordReused = "password_reused",
        /// Known from breaches: the first that anybody tries.
        PasswordBreached = "password_breached",
        /// It has control characters, or nothing that could be typed again (RFC 8265 §4.2).
        PasswordInvalid = "password_invalid",
        /// The ID or the address itself.
        PasswordIsId = "password_is_id",
        /// The address that the member signs in with: a second factor is to be somewhere else (FEATURES T2).
        ContactIsId = "contact_is_id",
        /// Not six digits (FEATURES L7); so for the next ones.
        PinInvalid = "pin_invalid",
        /// One digit six times.
        PinSameDigit = "pin_same_digit",
        /// Each digit one more, or one less, than the one before.
        PinRun = "pin_run",
        /// Two or three digits over and over.
        PinRepeats = "pin_repeats",
        /// Not the PIN of the other field.
        PinMismatch = "pin_mismatch",
        /// Not one of the policy's options (FEATURES P1).
        OptionInvalid = "option_invalid",
        /// The policy is like that already (FEATURES P2).
        NothingChanged = "nothing_changed",
        /// No member of the workspace signs in with it (FEATURES P1).
        MemberUnknown = "member_unknown",
        /// It is to be said that members are to be locked out (FEATURES P2).
        ConfirmationRequired = "confirmation_required",
    }
}

open_enum! {
    /// Something worth saying beside the current step (`messages[].code`).
    pub enum MessageCode {
        /// A code is on its way to `params.to`.
        CodeSent = "code_sent",
        /// A new code is on its way; only the newest counts.
        CodeSentAgain = "code_sent_again",
        /// Signing in is restricted until `params.until` (FEATURES L9).
        SignInRestricted = "sign_in_restricted",
        /// A method was switched off by the administrator since it was offered (FEATURES L8).
        MethodNotAllowed = "method_not_allowed",
        /// The place the member came from is not one that this deployment leads back to (FEATURES L11).
        ReturnNotAllowed = "return_not_allowed",
        /// The new password counts from now on: sign in with it (FEATURES R1). At `security` the member is signed in (FEATURES S6).
        PasswordChanged = "password_changed",
        /// The screen of the security link was left, so it begins anew (FEATURES O3).
        LinkLeft = "link_left",
        /// The device can be signed in with from now on (FEATURES S4).
        DeviceRegistered = "device_registered",
        /// The device cannot be signed in with any more (FEATURES S4).
        DeviceRemoved = "device_removed",
        /// Where that was asked for, nobody is signed in any more (FEATURES S1).
        SignedOutElsewhere = "signed_out_elsewhere",
        /// A second factor is asked for from now on (FEATURES S5).
        TwoFactorOn = "two_factor_on",
        /// None is asked for any more.
        TwoFactorOff = "two_factor_off",
        /// This device can be signed in with by a PIN from now on (FEATURES S7).
        QuickLoginOn = "quick_login_on",
        /// By another one.
        PinChanged = "pin_changed",
        /// By none any more; so for the next ones.
        QuickLoginOff = "quick_login_off",
        /// By the device's own unlock instead of the PIN.
        BiometricsOn = "biometrics_on",
        /// By the PIN alone.
        BiometricsOff = "biometrics_off",
        /// Five PINs were wrong: it is another way to sign in now, and a new PIN after that (FEATURES L7).
        QuickLoginRevoked = "quick_login_revoked",
        /// There is an ID and a password from now on (FEATURES R5).
        IdRegistered = "id_registered",
        /// The super administrator is asked now (FEATURES D4).
        AdministratorAsked = "administrator_asked",
        /// If `params.to` is a member, they are asked now (FEATURES D2).
        MemberAsked = "member_asked",
        /// The workspace asks everybody for a second factor, and none is saved yet (FEATURES T2).
        SecondFactorRequired = "second_factor_required",
        /// The policy holds from now on (FEATURES P2).
        PolicySaved = "policy_saved",
        /// Somebody else has changed the policy meanwhile: nothing was saved (FEATURES P2).
        PolicyChangedMeanwhile = "policy_changed_meanwhile",
        /// More members than before would be locked out: nothing was saved (FEATURES P2).
        PolicyLocksOutMore = "policy_locks_out_more",
        /// The member has cancelled at `params.provider` (FEATURES L3); so for the next ones.
        ProviderCancelled = "provider_cancelled",
        /// It has refused.
        ProviderDenied = "provider_denied",
        /// It cannot be reached, or says nothing that can be read.
        ProviderUnavailable = "provider_unavailable",
        /// The account at `params.provider` is connected from now on (FEATURES S3); so for the next ones.
        IdentityConnected = "identity_connected",
        /// It is not any more.
        IdentityDisconnected = "identity_disconnected",
        /// It is connected to another account of this workspace.
        IdentityTaken = "identity_taken",
        /// The member `params.to` may not sign in by `params.provider` from now on (FEATURES P1).
        MemberDenied = "member_denied",
        /// They may again.
        MemberAllowed = "member_allowed",
        /// The number can be signed in with from now on (FEATURES S2).
        PhoneLinked = "phone_linked",
        /// It cannot any more.
        PhoneUnlinked = "phone_unlinked",
        /// What the member agreed to hand over there is saved in their profile.
        ContactsSaved = "contacts_saved",
    }
}

open_enum! {
    /// What a `notice` step says.
    pub enum NoticeCode {
        /// The address is verified and belongs to no workspace (FEATURES E6).
        NoWorkspace = "no_workspace",
        /// Sign-in by email is restricted for this address until `params.until` (FEATURES E2).
        EmailRestricted = "email_restricted",
        /// The account is suspended until an administrator lifts it (FEATURES L9).
        AccountSuspended = "account_suspended",
        /// The method was switched off by the administrator; others are offered (FEATURES L8).
        MethodNotAllowed = "method_not_allowed",
        /// Welcome to `params.workspace` (FEATURES E4, E5, E7).
        Joined = "joined",
        /// `params.to` is a member of `params.workspace` already; said to whoever proved the address (FEATURES E4).
        AlreadyMember = "already_member",
        /// No invitation has this link (FEATURES E4, E5); so for the next ones.
        InvitationUnknown = "invitation_unknown",
        InvitationExpired = "invitation_expired",
        InvitationRevoked = "invitation_revoked",
        /// As many as it was for have joined with it, or the one it was for has.
        InvitationUsed = "invitation_used",
        /// `params.workspace` has no room for another member.
        WorkspaceFull = "workspace_full",
        /// If anybody has this name and `params.to`, a mail is on its way there (FEATURES R1).
        ResetRequested = "reset_requested",
        /// No password can be reset with this link (FEATURES R2); so for the next ones.
        ResetLinkUnknown = "reset_link_unknown",
        ResetLinkExpired = "reset_link_expired",
        /// It was used, or a newer one was sent.
        ResetLinkUsed = "reset_link_used",
        /// Nobody has saved `params.to` (FEATURES L10); said to whoever proved it.
        IdNotFound = "id_not_found",
        /// A second factor is asked for, none is saved, and only the organisation can save one (FEATURES T3).
        SecondFactorMissing = "second_factor_missing",
        /// Nothing is shared by this security link (FEATURES O5); so for the next ones.
        LinkUnknown = "link_unknown",
        LinkExpired = "link_expired",
        LinkRevoked = "link_revoked",
        /// Whoever was asked has declined (FEATURES L5, D3, D4); so for the next ones.
        ApprovalDenied = "approval_denied",
        /// Nobody has answered in time.
        ApprovalExpired = "approval_expired",
        /// Another number than the one shown was chosen (FEATURES L5).
        ApprovalNumberWrong = "approval_number_wrong",
        /// Whoever was asked says that it was not them (FEATURES L5).
        ApprovalNotMe = "approval_not_me",
        /// To who was asked: approved, the other device goes on (FEATURES D6); so for the next ones.
        RequestApproved = "request_approved",
        RequestDenied = "request_denied",
        /// Another number than the one on the other screen: the request is over.
        RequestNumberWrong = "request_number_wrong",
        /// It was not the member: the request is over, and what to do now.
        RequestNotMe = "request_not_me",
        /// Somebody else was first, or it was taken back or is over.
        RequestSettled = "request_settled",
        /// This is for the administrators of `params.workspace` (FEATURES P2).
        NotAdministrator = "not_administrator",
        /// The account at `params.provider` is connected to none here (FEATURES L3).
        ProviderNotLinked = "provider_not_linked",
    }
}

open_enum! {
    /// Why a new password is asked for (`reason` of `new_password`).
    pub enum NewPasswordReason {
        /// The old one is forgotten (FEATURES R1).
        Reset = "reset",
        /// The old one was right and its time is over (FEATURES R4).
        Expired = "expired",
        /// There is none yet: an administrator has registered this member (FEATURES E5).
        Invited = "invited",
        /// The member wants another one (FEATURES S6).
        Changed = "changed",
    }
}

open_enum! {
    /// What a member of a deployment agrees to (`terms[].id`); the app has a name for each.
    pub enum TermsId {
        Service = "service",
        Privacy = "privacy",
        Marketing = "marketing",
    }
}

open_enum! {
    /// What an external provider tells of its member (`providers[].shares`).
    pub enum Share {
        /// A name for the account there that means nothing to anybody else.
        Identifier = "identifier",
        /// An email address, which is saved as the personal one if the member agrees there.
        Email = "email",
        /// A mobile number, likewise.
        Mobile = "mobile",
    }
}

open_enum! {
    /// Why a flow ended without success (`reason`).
    pub enum EndReason {
        Expired = "expired",
        /// The member, or the app on their behalf, gave it up.
        Cancelled = "cancelled",
        /// The invitation was declined; nothing was kept.
        Declined = "declined",
        /// The screen of a security link was closed or left (FEATURES O3).
        Left = "left",
        /// Whoever began it is signed in no longer.
        SignedOut = "signed_out",
    }
}

/// How loudly a message is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Severity {
    Success,
    Warning,
    Error,
    #[default]
    #[serde(other)]
    Info,
}
