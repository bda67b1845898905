// Runs inline, before anything else has arrived: puts the page into the reader's language, keeps what is typed until the
// app takes over, and says so when the app cannot start. `PAGE` is written in by `cargo xtask finish`:
// { locales: { [tag]: { name, dir, url, integrity, shell: { [key]: text } } } }.
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
const say = (key) => PAGE.locales[daemun.language].shell[key] ?? '';

function speak(language) {
  const locale = PAGE.locales[language];
  daemun.language = language;
  root.lang = language;
  root.dir = locale.dir;
  offer(language);
  languages.value = language;
  if (root.dataset.app !== 'ready') document.title = say('page.title');
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = say(element.dataset.text);
  // A lost file is asked for once more before anybody is told.
  const load = (again) => fetch(locale.url, { integrity: locale.integrity })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
    .catch((why) => (again ? load(false) : Promise.reject(why)));
  return load(true);
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
daemun.words = speak([saved(), ...navigator.languages].map(known).find(Boolean) ?? 'en');
languages.addEventListener('change', () => {
  const language = languages.value;
  try { localStorage.setItem('daemun.language', language); } catch { /* the choice lasts as long as the page */ }
  const words = speak(language);
  daemun.words = words.then((words) => {
    if (language === daemun.language) daemun.speak?.(words, language);
    return words;
  });
  daemun.words.catch(() => {});
});

// Only the plain front door can show its first form by itself; elsewhere the backend knows what comes.
const front = location.pathname === '/' && !history.state?.flow;
if (!front) query('#shell').hidden = true;

// What happens before the app is there is kept for it.
let composing = null;
daemun.early = null;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  daemun.early = 'submit';
  root.dataset.state = 'busy';
});
query('#shell [data-action=use_organisation]').addEventListener('click', () => {
  daemun.early = 'use_organisation';
  root.dataset.state = 'busy';
});
input.addEventListener('compositionstart', () => { composing ??= Promise.withResolvers?.() ?? deferred(); });
input.addEventListener('compositionend', () => { composing?.resolve(); composing = null; });
function deferred() {
  const it = {};
  it.promise = new Promise((resolve) => { it.resolve = resolve; });
  return it;
}
/** Resolves when no letter is being composed in the field: taking it away then would tear the letter. */
daemun.settled = async () => { while (composing) await composing.promise; };

/** Shows that the page cannot go on, and how to. */
daemun.fail = (why) => {
  if (root.dataset.app === 'failed') return;
  root.dataset.app = 'failed';
  root.dataset.screen = 'failed';
  root.dataset.state = 'error';
  clearTimeout(slow);
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
  // The parts are kept for ever by their names; a damaged one would come out of the cache again.
  const parts = [...document.querySelectorAll('link[href][rel$=load], script[src]')].map((part) => part.href ?? part.src);
  parts.push(PAGE.locales[daemun.language].url);
  await Promise.allSettled(parts.map((part) => fetch(part, { cache: 'reload' })));
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
