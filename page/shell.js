// Runs inline, before anything else has arrived: puts the page into the reader's language, keeps what is typed until the
// app takes over, and says so when the app cannot start. `PAGE` is written in by `cargo xtask finish`:
// { host: { url, integrity }, locales: { [tag]: { name, dir, words: { url, integrity }, shell: { [key]: text } } } }.
const root = document.documentElement;
const query = (selector) => document.querySelector(selector);
const input = query('#identifier');
const form = query('#shell form');
const languages = query('[name=language]');

/** What the app asks of the page; see src/ports/page.rs. */
const daemun = (globalThis.daemun = {});

const saved = () => {
  try { return localStorage.getItem('daemun.language'); } catch { return null; }
};
const known = (tag) => tag && Object.keys(PAGE.locales).find((known) => known === tag || tag.toLowerCase().startsWith(known + '-'));
const wordsOf = (language) => PAGE.locales[language].words;
const say = (key) => PAGE.locales[daemun.language].shell[key] ?? '';

/** The words of a language. A lost file is asked for once more before anybody is told. */
function load(language) {
  const { url, integrity } = wordsOf(language);
  const ask = () => fetch(url, { integrity }).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)));
  return ask().catch(ask);
}

/** Puts what the page itself says into a language. */
function show(language) {
  daemun.language = language;
  root.lang = language;
  root.dir = PAGE.locales[language].dir;
  offer(language);
  languages.value = language;
  if (root.dataset.app !== 'ready') document.title = say('page.title');
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = say(element.dataset.text);
}

// The other languages' names wait until the first frame is shown: looking for their fonts would hold it up.
const offer = (tag) => {
  if ([...languages.options].some(({ value }) => value === tag)) return;
  const option = new Option(PAGE.locales[tag].name, tag);
  option.lang = tag;
  languages.append(option);
};
const offerAll = () => Object.keys(PAGE.locales).forEach(offer);
languages.addEventListener('focus', offerAll);
languages.addEventListener('pointerdown', offerAll);
requestAnimationFrame(() => setTimeout(offerAll, 100));
show([saved(), ...navigator.languages].map(known).find(Boolean) ?? 'en');
/** The words, once they are there: `daemun.spoken`, of the language `daemun.language`. */
daemun.words = load(daemun.language).then((words) => { daemun.spoken ??= words; });
daemun.words.catch(() => {});
languages.addEventListener('change', ({ detail }) => {
  const language = languages.value;
  // The whole page changes at once, and only when it can.
  load(language).then((words) => {
    if (languages.value !== language) return;
    daemun.spoken = words;
    daemun.words = Promise.resolve();
    show(language);
    daemun.speak?.(words, language);
    // What a host chooses lasts as long as the page, and so does what cannot be kept.
    try { if (detail !== 'host') localStorage.setItem('daemun.language', language); } catch { /* it cannot */ }
  }).catch(() => { languages.value = daemun.language; });
});

// Whoever embeds the page, by a frame or by a webview, is spoken to by a script of its own: page/host.js.
daemun.framed = parent !== window;
/** Whether this is a page in the platform's own app, on a device of a person's own. */
daemun.native = !daemun.framed && !!(window.daemunHost ?? window.webkit?.messageHandlers?.daemunHost ?? window.ReactNativeWebView);
if (daemun.native || daemun.framed && query('meta[name=daemun-hosts]')) {
  root.toggleAttribute('data-framed', daemun.framed);
  const { url, integrity } = PAGE.host;
  const host = fetch(url, { integrity }).then(() => import(url)).catch(() => {});
  // The app begins when it is there, or cannot be had.
  daemun.words = Promise.all([daemun.words, host]);
  daemun.words.catch(() => {});
}

// The secret of a link leaves the address bar before anything is asked for. A link that is opened in a page which is there
// already only changes the fragment: the page begins anew with it.
if (/^\/(join|reset|link)$/.test(location.pathname)) {
  if (location.hash) {
    daemun.token = location.hash.slice(1);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  addEventListener('hashchange', () => { if (location.hash) location.reload(); });
}

// Only the plain front door can show its first form by itself; elsewhere the backend knows what comes.
const front = location.pathname === '/' && (!history.state?.flow || history.state.at_front_door);
if (!front) query('#shell').hidden = true;
// Everything stands where it will stay, in the right words: now it may be seen.
root.dataset.app = 'shell';
if (front) input.focus();
// In the platform's app, whoever has set quick login up is asked for the PIN at once: by the page with all screens.
if (front && daemun.native) window.indexedDB?.databases?.().then((all) => {
  if (all.some((one) => one.name === 'daemun-quick-login')) location.replace(`/continue${location.search}`);
}, () => {});

// What happens before the app is there is kept for it.
let composing = null;
daemun.early = null;
const act = (name) => {
  daemun.early = name;
  root.dataset.state = 'busy';
  query(`#shell [data-action=${name}]`).setAttribute('aria-busy', 'true');
};
form.addEventListener('submit', (event) => {
  event.preventDefault();
  act('submit');
});
query('#shell [data-action=use_organisation]').addEventListener('click', () => act('use_organisation'));
input.addEventListener('compositionstart', () => { composing ??= Promise.withResolvers?.() ?? deferred(); });
input.addEventListener('compositionend', () => { composing?.resolve(); composing = null; });
function deferred() {
  const it = {};
  it.promise = new Promise((resolve) => { it.resolve = resolve; });
  return it;
}
/**
 * Resolves when no letter is being composed in the field: taking it away then would tear the letter. The end of one letter
 * and the beginning of the next may be one key press, so the next task decides.
 */
daemun.settled = async () => {
  do {
    await composing?.promise;
    await new Promise((resolve) => { setTimeout(resolve); });
  } while (composing);
};

// Whose door this is: the workspace's, or the deployment's own. Elsewhere than at the plain front door that is not known yet, and
// nothing is better than the wrong one.
const own = query('meta[name=daemun-brand]')?.dataset ?? {};
const brand = query('.brand');
const [logo, , name] = brand.children;
brand.hidden = !front;
const pictureAt = (url) => {
  try { return new URL(url, location).origin === location.origin ? url : ''; } catch { return ''; }
};
/** Name, accent and logo of where the member is going. Without them, what is shown stays, if anything is. */
daemun.brand = (theirs) => {
  if (!theirs && !brand.hidden) return;
  const [called, accent, picture] = theirs ?? [];
  name.textContent = called ?? own.name ?? 'Daemun';
  const colour = accent ?? own.accent;
  const known = /^#[\da-f]{6}$/i.test(colour);
  root.toggleAttribute('data-branded', known);
  root.style.setProperty('--brand', known ? colour : '');
  const url = pictureAt(picture ?? own.logo ?? '');
  // One that could not be drawn stays hidden for as long as it is the same.
  if ((logo.getAttribute('src') ?? '') !== url) {
    logo.src = url;
    logo.hidden = !url;
  }
  brand.hidden = false;
};
logo.addEventListener('error', () => { logo.hidden = true; });
if (front) daemun.brand([]);
/** Names the page after the screen's heading, once that says what it will say. */
daemun.entitle = () => setTimeout(() => {
  const heading = query('#app h1')?.textContent;
  if (heading) document.title = `${heading} · ${name.textContent}`;
});

let awaited = 0;
let awaiting;
/**
 * A code that comes by SMS may fill its field by itself (WebOTP). `code` names the one that is waited for, 0 for none: each is
 * asked for once, and no longer than its screen is there.
 */
daemun.sms = (code) => {
  if (code === awaited) return;
  awaited = code;
  awaiting?.abort();
  if (!code || !window.OTPCredential) return;
  awaiting = new AbortController();
  navigator.credentials.get({ otp: { transport: ['sms'] }, signal: awaiting.signal }).then((sms) => {
    const field = query('#app [name=code]');
    field.value = sms.code;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }).catch(() => {});
};

let asking;
let fills;
let shown;
/**
 * Asks the member's device (WebAuthn Level 3 §5.1.3, §5.1.4) and takes back what it was asked before. `how` is `create`, `get`, or
 * `fill` for what the browser fills in by itself; anything else asks for nothing. Resolves with what the device says, as JSON, or
 * with the name of an error. Where the browser reads and writes no JSON of it, `daemun.options` and `daemun.credential` do.
 */
daemun.device = async (how, json) => {
  asking?.abort();
  const { signal } = (asking = new AbortController());
  const method = how === 'create' ? how : 'get';
  const api = window.PublicKeyCredential;
  if (!api || !navigator.credentials) return 'Missing';
  try {
    const mediation = how === 'fill' ? 'conditional' : undefined;
    if (mediation && !(fills ??= await api.isConditionalMediationAvailable?.())) return '';
    const options = JSON.parse(json);
    const publicKey = daemun.options?.(method, json) ?? api[`parse${method === 'get' ? 'Request' : 'Creation'}OptionsFromJSON`](options);
    const credential = await navigator.credentials[method]({ publicKey, signal, mediation });
    shown = { rpId: options.rpId ?? location.hostname, credentialId: credential.id };
    return daemun.credential?.(credential) ?? JSON.stringify(credential);
  } catch ({ name }) {
    if (name !== 'NotAllowedError') return name;
    if (window.top !== window && !document.featurePolicy?.allowsFeature(`publickey-credentials-${method}`)) return 'Framed';
    // Whether this very device was to answer: a key that is carried along unlocks by itself.
    const own = !/"cross-platform"/.test(json) && (/"internal"/.test(json) || !/"allowCredentials":\[{/.test(json));
    return own && (await api.isUserVerifyingPlatformAuthenticatorAvailable?.()) === false ? 'UnlockOff' : name;
  }
};
/** What was shown last is nobody's: the browser may forget it (§5.1.10). */
daemun.unknown = () => window.PublicKeyCredential?.signalUnknownCredential?.(shown)?.catch(() => {});

/** Shows that the page cannot go on, and how to. */
daemun.fail = (why) => {
  if (root.dataset.app === 'failed') return;
  root.dataset.app = 'failed';
  root.dataset.screen = 'failed';
  root.dataset.state = 'error';
  clearTimeout(slow);
  daemun.brand();
  for (const other of document.querySelectorAll('#shell, #slow, #app')) other.hidden = true;
  const failed = query('#failed');
  const notice = query('#failed [data-notice]');
  notice.dataset.notice = notice.dataset.code = why;
  notice.dataset.text = 'failed.' + why;
  notice.textContent = say('failed.' + why);
  failed.hidden = false;
  failed.focus();
  fetch('/.well-known/daemun').then((answer) => answer.json()).then(({ fallback_url: url }) => {
    if (!/^https:\/\//.test(url)) return;
    query('#failed a').href = url;
    query('#failed nav').hidden = false;
  }).catch(() => {});
};
query('#failed [data-action=restart]').addEventListener('click', async () => {
  // A flow that the app cannot live with is not gone back to.
  if (query('#failed [data-notice]').dataset.code === 'panic') history.replaceState(null, '');
  // The parts are kept for ever by their names; a damaged one would come out of the cache again.
  const parts = [...document.querySelectorAll('link[href][rel$=load], script[src]')].map((part) => part.href ?? part.src);
  parts.push(wordsOf(daemun.language).url);
  await Promise.allSettled(parts.map((part) => fetch(part, { cache: 'reload' })));
  // What the link was for is not lost with the page.
  if (daemun.token) history.replaceState(history.state, '', `#${daemun.token}`);
  location.reload();
});
addEventListener('error', (event) => { if (event.target?.matches?.('script[type=module]')) daemun.fail('load'); }, true);

// A panic of the app is a trap. Nothing of it may be called again, so the page says what happened and offers to begin anew.
const isTrap = (why) => typeof WebAssembly === 'object' && why instanceof WebAssembly.RuntimeError;
addEventListener('error', (event) => { if (isTrap(event.error)) daemun.fail('panic'); });
addEventListener('unhandledrejection', (event) => { if (isTrap(event.reason)) daemun.fail('panic'); });

// Silence is told, while loading goes on.
const slow = setTimeout(() => { query('#slow').hidden = false; }, 10_000);
daemun.started = () => {
  clearTimeout(slow);
  query('#slow').hidden = true;
};
if (typeof WebAssembly !== 'object') daemun.fail('wasm');
