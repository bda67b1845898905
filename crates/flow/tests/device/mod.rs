//! A member's device, as far as the machine gets to see it.

use daemun_protocol::{Credential, CredentialResponse, ExtensionResults, PublicKeyOptions};

/// What it is asked by, of which only the challenge matters here.
pub fn options(challenge: &str) -> PublicKeyOptions {
    PublicKeyOptions::new(format!(r#"{{"challenge":"{challenge}"}}"#))
}

/// What it says.
pub fn credential() -> Credential {
    Credential {
        id: "q7GX".into(),
        raw_id: "q7GX".into(),
        kind: "public-key".into(),
        authenticator_attachment: None,
        response: CredentialResponse::Assertion {
            client_data_json: "e30".into(),
            authenticator_data: "AA".into(),
            signature: "AA".into(),
            user_handle: None,
        },
        client_extension_results: ExtensionResults::default(),
    }
}
