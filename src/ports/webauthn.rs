//! The member's device, by the browser's Web Authentication API. The page's own script speaks with the browser (`daemun.device` in
//! `page/shell.js`): options and credentials pass as JSON, and are the browser's own to read and write.

use daemun_flow::{Ceremony, DeviceFault, Reach};
use daemun_protocol::{Credential, PublicKeyOptions};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::json::Json;
use super::page::{daemun, get, method, navigator};

#[cfg(feature = "whole")]
pub use more::{lend, tell_accepted};

/// What the device is asked for.
#[derive(Clone, Copy)]
pub enum Question {
    /// By the member, who waits for it.
    Asked(Ceremony),
    /// For whatever the browser fills in by itself (conditional mediation, WebAuthn Level 3 §5.1.4).
    Filled,
}

/// Asks at once, and takes back what was asked before: there is never more than one question.
pub fn ask(
    question: Question,
    options: &PublicKeyOptions,
) -> impl Future<Output = Result<Box<Credential>, DeviceFault>> + use<> {
    let (how, ceremony) = match question {
        Question::Asked(ceremony @ Ceremony::Authentication) => ("get", ceremony),
        Question::Asked(ceremony @ Ceremony::Registration) => ("create", ceremony),
        Question::Filled => ("fill", Ceremony::Authentication),
    };
    let asked = device(how, options.json());
    async move {
        let said = match asked {
            Some(asked) => JsFuture::from(asked).await.ok().and_then(|said| said.as_string()).unwrap_or_default(),
            None => String::new(),
        };
        let credential = Json::parse(&said).and_then(|said| Credential::read(&said));
        credential.map(Box::new).ok_or_else(|| DeviceFault::named(&said, ceremony))
    }
}

/// Takes back what was asked.
pub fn stop() {
    device("", "");
}

fn device(how: &str, json: &str) -> Option<js_sys::Promise> {
    method(&daemun(), "device")?.call2(&JsValue::NULL, &how.into(), &json.into()).ok()?.dyn_into().ok()
}

/// Nobody signs in by what was shown last: the browser may forget it.
pub fn forget_shown() {
    let _ = method(&daemun(), "unknown").and_then(|forget| forget.call0(&JsValue::NULL).ok());
}

/// Where the device can be asked.
pub fn reach() -> Reach {
    match api() {
        None => Reach::Nowhere,
        Some(api) if crate::WHOLE || method(&api, "parseRequestOptionsFromJSON").is_some() => Reach::Here,
        Some(_) => Reach::Elsewhere,
    }
}

fn api() -> Option<JsValue> {
    get(&js_sys::global(), "PublicKeyCredential")
}

/// Whether the member has just pressed something, so that the browser lets the device be asked without another press.
pub fn is_pressed() -> bool {
    get(&navigator(), "userActivation").and_then(|press| get(&press, "isActive")).is_some_and(|is| is.is_truthy())
}

#[cfg(feature = "whole")]
mod more {
    //! What the login path does without: telling the browser which passkeys count, and older browsers.

    use daemun_protocol::AcceptedCredentials;
    use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
    use leptos::reactive::spawn_local;
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{CredentialCreationOptions, CredentialRequestOptions};
    use webauthn_rs_proto::{
        CreationChallengeResponse, PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions,
        RequestChallengeResponse,
    };

    use super::super::page::{daemun, get, method};
    use super::api;

    /// Tells the browser which passkeys count here and what the account is called (WebAuthn Level 3 §5.1.10.2, §5.1.10.3), where it
    /// can be told. That it went wrong is nobody's business.
    pub fn tell_accepted(accepted: &AcceptedCredentials) {
        let AcceptedCredentials { rp_id, user_id, credential_ids, name, display_name } = accepted;
        let ids: Array = credential_ids.iter().map(|id| JsValue::from(id.as_str())).collect();
        let whose = [("rpId", rp_id.as_str().into()), ("userId", user_id.as_str().into())];
        let called = [("name", name.as_str().into()), ("displayName", display_name.as_str().into())];
        signal("signalAllAcceptedCredentials", whose.iter().cloned().chain([("allAcceptedCredentialIds", ids.into())]));
        signal("signalCurrentUserDetails", whose.iter().cloned().chain(called));
    }

    fn signal(name: &str, members: impl Iterator<Item = (&'static str, JsValue)>) {
        let signalled = api()
            .and_then(|api| method(&api, name)?.call1(&api, &object(members)).ok())
            .and_then(|signalled| signalled.dyn_into::<Promise>().ok());
        if let Some(signalled) = signalled {
            spawn_local(async move { drop(JsFuture::from(signalled).await) });
        }
    }

    fn object(members: impl Iterator<Item = (&'static str, JsValue)>) -> JsValue {
        let object = Object::new();
        for (name, value) in members {
            let _ = Reflect::set(&object, &name.into(), &value);
        }
        object.into()
    }

    /// Lends the page's script what browsers lack that know no JSON of all this (before Chrome 129, Firefox 119, Safari 18.4).
    pub fn lend() {
        if api().is_none_or(|api| method(&api, "parseRequestOptionsFromJSON").is_some()) {
            return;
        }
        let options = Closure::<dyn Fn(String, String) -> JsValue>::new(|method: String, json: String| {
            // What cannot be read is, to the script, as if the browser could not read it.
            options(&method, &json).unwrap_or(JsValue::NULL)
        });
        let credential = Closure::<dyn Fn(JsValue) -> JsValue>::new(|credential| {
            written(&credential).map_or(JsValue::NULL, |credential| {
                js_sys::JSON::stringify(&credential).map_or(JsValue::NULL, JsValue::from)
            })
        });
        let _ = Reflect::set(&daemun(), &"options".into(), &options.into_js_value());
        let _ = Reflect::set(&daemun(), &"credential".into(), &credential.into_js_value());
    }

    fn options(method: &str, json: &str) -> Option<JsValue> {
        let options: JsValue = if method == "create" {
            let public_key: PublicKeyCredentialCreationOptions = serde_json::from_str(json).ok()?;
            CredentialCreationOptions::from(CreationChallengeResponse { public_key }).into()
        } else {
            let public_key: PublicKeyCredentialRequestOptions = serde_json::from_str(json).ok()?;
            CredentialRequestOptions::from(RequestChallengeResponse { public_key, mediation: None }).into()
        };
        get(&options, "publicKey")
    }

    /// What `toJSON()` would write (§5.1.8). The crate's own way writes to the console, makes an empty user handle of one that is not
    /// there, and leaves the transports out.
    fn written(credential: &JsValue) -> Option<JsValue> {
        let response = get(credential, "response")?;
        let bytes = |object: &JsValue, name: &'static str| {
            Some((name, JsValue::from(base64url(&Uint8Array::new(&get(object, name)?))?)))
        };
        let members = ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"];
        let transports = method(&response, "getTransports").and_then(|get| get.call0(&response).ok());
        let said = members
            .into_iter()
            .filter_map(|name| bytes(&response, name))
            .chain(transports.map(|transports| ("transports", transports)));
        let plain = ["id", "type", "authenticatorAttachment"].into_iter();
        let plain = plain.filter_map(|name| Some((name, get(credential, name)?)));
        let results = method(credential, "getClientExtensionResults")?.call0(credential).ok()?;
        let whole = [bytes(credential, "rawId")?, ("response", object(said)), ("clientExtensionResults", results)];
        Some(object(plain.chain(whole)))
    }

    /// RFC 4648 §5, without padding.
    fn base64url(bytes: &Uint8Array) -> Option<String> {
        let letters: String = bytes.to_vec().into_iter().map(char::from).collect();
        let base64 = web_sys::window()?.btoa(&letters).ok()?;
        Some(base64.trim_end_matches('=').replace('+', "-").replace('/', "_"))
    }
}
