//! The member's device as the browser speaks of it: what it is asked for, and why it did not answer (FEATURES L4, S4, T5).
//! It knows the names of errors, and no browser.

/// What a device is asked for (WebAuthn Level 3 §4, *ceremony*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// To show that the member has one of their credentials: `navigator.credentials.get()`.
    Authentication,
    /// To make a new one: `navigator.credentials.create()`.
    Registration,
}

/// Where the member's device can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Here,
    /// On the page with all screens, which can do more than this one where the browser can do less.
    Elsewhere,
    Nowhere,
}

/// Why a device did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceFault {
    /// Cancelled, timed out, nothing that fits, or not allowed: the standard hides which, so that nobody can find out what is there.
    NotAllowed,
    /// The browser says that the time was over.
    TimedOut,
    /// Taken back by the page itself; nothing to be told.
    Aborted,
    /// This authenticator has a credential of this account already.
    Registered,
    /// No authenticator that is there can do what is asked for: verify who it is, or keep the credential.
    Unable,
    /// None of the algorithms that are asked for is known to it.
    Unsupported,
    /// The page's address may not ask for these credentials.
    Insecure,
    /// The options are none that this browser can read.
    Unreadable,
    /// The authenticator could not go on.
    Failed,
    /// Every unlock method of the device is switched off (FEATURES L4).
    UnlockOff,
    /// The browser has no such thing, as in many apps' own browsers.
    Missing,
    /// The page is inside another one, which does not let it ask.
    Framed,
}

impl DeviceFault {
    pub const ALL: [Self; 12] = [
        Self::NotAllowed,
        Self::TimedOut,
        Self::Aborted,
        Self::Registered,
        Self::Unable,
        Self::Unsupported,
        Self::Insecure,
        Self::Unreadable,
        Self::Failed,
        Self::UnlockOff,
        Self::Missing,
        Self::Framed,
    ];

    /// The fault that an error of this name tells of (WebAuthn Level 3 §5.1.3, §5.1.4 and their lists of exceptions; Credential
    /// Management Level 1 §2.5; Web IDL §2.8.1). `UnlockOff`, `Missing` and `Framed` are what the page's own script found.
    pub fn named(name: &str, ceremony: Ceremony) -> Self {
        match name {
            "NotAllowedError" => Self::NotAllowed,
            "TimeoutError" => Self::TimedOut,
            "AbortError" => Self::Aborted,
            "InvalidStateError" if ceremony == Ceremony::Registration => Self::Registered,
            "ConstraintError" => Self::Unable,
            "NotSupportedError" => Self::Unsupported,
            "SecurityError" => Self::Insecure,
            "EncodingError" | "DataError" | "TypeError" | "SyntaxError" => Self::Unreadable,
            "UnlockOff" => Self::UnlockOff,
            "Missing" => Self::Missing,
            "Framed" => Self::Framed,
            // `UnknownError`, `NotReadableError`, and whatever a browser may come up with.
            _ => Self::Failed,
        }
    }

    /// For tests and support.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "device_not_allowed",
            Self::TimedOut => "device_timed_out",
            Self::Aborted => "device_aborted",
            Self::Registered => "device_registered_before",
            Self::Unable => "device_unable",
            Self::Unsupported => "device_unsupported",
            Self::Insecure => "device_insecure",
            Self::Unreadable => "device_unreadable",
            Self::Failed => "device_failed",
            Self::UnlockOff => "device_unlock_off",
            Self::Missing => "device_missing",
            Self::Framed => "device_framed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ceremony, DeviceFault};

    #[test]
    fn l4_every_error_of_the_standards_is_known_by_its_name() {
        for (name, fault) in [
            ("NotAllowedError", DeviceFault::NotAllowed),
            ("TimeoutError", DeviceFault::TimedOut),
            ("AbortError", DeviceFault::Aborted),
            ("ConstraintError", DeviceFault::Unable),
            ("NotSupportedError", DeviceFault::Unsupported),
            ("SecurityError", DeviceFault::Insecure),
            ("EncodingError", DeviceFault::Unreadable),
            ("DataError", DeviceFault::Unreadable),
            ("TypeError", DeviceFault::Unreadable),
            ("UnknownError", DeviceFault::Failed),
            ("NotReadableError", DeviceFault::Failed),
            ("HierarchyRequestError", DeviceFault::Failed),
            ("OfSomeLaterBrowser", DeviceFault::Failed),
            ("", DeviceFault::Failed),
        ] {
            for ceremony in [Ceremony::Authentication, Ceremony::Registration] {
                assert_eq!(DeviceFault::named(name, ceremony), fault, "{name}");
            }
        }
    }

    #[test]
    fn s4_a_state_that_is_wrong_means_registered_before_only_while_registering() {
        let of = |ceremony| DeviceFault::named("InvalidStateError", ceremony);
        assert_eq!(of(Ceremony::Registration), DeviceFault::Registered);
        assert_eq!(of(Ceremony::Authentication), DeviceFault::Failed);
    }

    #[test]
    fn each_fault_has_a_code_of_its_own() {
        let mut codes: Vec<_> = DeviceFault::ALL.iter().map(|fault| fault.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), DeviceFault::ALL.len());
    }
}
