// Whoever embeds the page is told how far it is, and may say three things to it (docs/EMBEDDING.md). What this says goes to listed
// pages and to the native app around this one alone, and has nothing in it of the member or the flow. It is loaded for them alone.
// `VERSION` is the app's, written in by `cargo xtask finish`.
const { daemun } = globalThis;
const { documentElement: root, body } = document;
const query = (selector) => document.querySelector(selector);
const above = location.ancestorOrigins?.[0];
/** The origins that may hear: all that are listed, where the browser does not say which one is around this page. */
const hosts = !daemun.framed ? [] : (query('meta[name=daemun-hosts]')?.content ?? '')
  .split(' ').filter((origin) => origin && (!above || origin === above));
const apple = window.webkit?.messageHandlers?.daemunHost;
/** The first that can be told something: `daemunHost` may be there to say what the app can do, and no more. */
const native = [window.daemunHost, apple, window.ReactNativeWebView]
  .find((object) => daemun.native && typeof object?.postMessage === 'function');

const told = {};
/** What was told just before is not told again; how high the page is, is told beside the rest. */
function tell(type, what = {}) {
  const message = { daemun: 1, type, ...what };
  const text = JSON.stringify(message);
  const strand = type === 'resize' ? type : 'course';
  if (told[strand] === text) return;
  told[strand] = text;
  try {
    for (const origin of hosts) parent.postMessage(message, origin);
    native?.postMessage(native === apple ? message : text);
  } catch { /* nobody hears it */ }
}

const measure = () => { if (told.course) tell('resize', { height: body.offsetHeight }); };
const kind = location.pathname.match(/^\/(join|reset|link)$/)?.[1] ?? 'sign_in';
const given_up = ['cancelled', 'left', 'declined'];
/** What the document's root says, once the screen is there. */
function look() {
  const { app, screen } = root.dataset;
  const code = query(`${app === 'failed' ? '#failed' : '#app'} [data-code]`)?.dataset.code ?? screen;
  if (app === 'failed') return tell('error', { code });
  if (app !== 'ready') return;
  if (!told.course) {
    tell('ready', { version: VERSION });
    if (hosts.length) measure();
  }
  if (screen === 'ended') return given_up.includes(code) ? tell('cancelled') : tell('error', { code });
  if (screen === 'unopened') return tell('error', { code });
  if (screen !== 'opening' && screen !== 'complete') tell('step', { screen, kind });
}
new MutationObserver(() => setTimeout(look)).observe(root, { attributes: true, attributeFilter: ['data-app', 'data-screen'] });
look();

let later;
const themes = { light: 'light', dark: 'dark', auto: '' };
const does = {
  theme({ theme }) {
    if (typeof theme === 'string' && Object.hasOwn(themes, theme)) root.style.colorScheme = themes[theme];
  },
  locale({ locale }) {
    const languages = query('[name=language]');
    // All of them are there from when it is first looked at.
    languages.dispatchEvent(new Event('focus'));
    const wanted = [...languages.options].find(({ value }) => locale === value || locale.startsWith(`${value}-`));
    if (!wanted || wanted.selected) return;
    wanted.selected = true;
    languages.dispatchEvent(new CustomEvent('change', { detail: 'host' }));
  },
  cancel() {
    if (['complete', 'ended', 'failed'].includes(root.dataset.screen)) return;
    const flow = history.state?.flow;
    // What is being begun can be given up when it is there.
    clearTimeout(later);
    if (!flow) {
      if (root.dataset.screen !== 'unopened') later = setTimeout(does.cancel, 100);
      return;
    }
    const api = query('meta[name=daemun-api]').content;
    fetch(`${api}/flows/${encodeURIComponent(flow)}`, { method: 'DELETE', keepalive: true, headers: { 'Daemun-Version': '1' } })
      // The app reads its flow again, as it does whenever the network is back, and says that it is over.
      .then(() => dispatchEvent(new Event('online')), () => {});
  },
};
/** Whatever else arrives is dropped without a word. */
function hear(said) {
  try {
    const message = typeof said === 'string' ? JSON.parse(said) : said;
    const { daemun: version, type } = message;
    if (version === 1 && typeof type === 'string' && Object.hasOwn(does, type)) does[type](message);
  } catch { /* it was no message */ }
}

if (hosts.length) {
  addEventListener('message', ({ source, origin, data }) => { if (source === parent && hosts.includes(origin)) hear(data); });
  new ResizeObserver(measure).observe(body);
  // Where links lead may be nothing that can be shown in a frame.
  addEventListener('click', ({ target }) => {
    const link = target.closest?.('a[href]:not([target])');
    if (link) link.target = '_top';
  }, true);
}
// An app that is left out of what a host's apps share says none.
if (daemun.native) daemun.accountList = window.daemunHost?.accountList;
if (native) {
  // It is no secret. Who comes back from a provider has another address by then.
  const kept = 'daemun.handoff';
  const asked = new URLSearchParams(location.search).get('handoff');
  daemun.handoff = asked;
  try {
    if (asked) sessionStorage.setItem(kept, asked);
    else if (location.pathname.startsWith('/continue')) daemun.handoff = sessionStorage.getItem(kept);
    else sessionStorage.removeItem(kept);
  } catch { /* nothing can be kept */ }
  // An app that cannot send a message into the page calls this instead.
  daemun.hear = hear;
  try { if (native === window.daemunHost) native.onmessage = ({ data }) => hear(data); } catch { /* it only listens */ }
}

let left = false;
/** Tells that the flow is complete, and says whether the host goes on by itself. Who asks for it once more is led there. */
daemun.complete = ([what, value]) => {
  told.course = null;
  tell('complete', { [what]: value });
  if (left && what === 'redirect_to') open(value, '_top');
  left = hosts.length > 0;
  return left;
};
