// The accounts that this browser remembers, below the first form, and those that the host's apps do together below them. Drawn here, they weigh a tenth of what they would in the wasm. What a
// button means is the app's: it is told by sending the form; see src/screens/identify.rs. It is loaded where there is something to list;
// `STYLE` is style/account-list.css, written in by `cargo xtask finish`.
const { daemun } = globalThis;
const query = (selector) => document.querySelector(selector);
const METHODS = ['password', 'code', 'passkey', 'mobile'];
const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
};
const style = new CSSStyleSheet();
style.replaceSync(STYLE);
document.adoptedStyleSheets.push(style);

let held = document.activeElement;
addEventListener('focusin', ({ target }) => { held = target; });

let drawn;
/** `json` is what the step lists; the words are those from `first` on, `{account}` in them is whom they are about. */
daemun.list = (json, first) => {
  const form = query('#app form');
  const state = json + daemun.language;
  let place = query('.accounts');
  if (!form || (place ? drawn === state : !json)) return;
  drawn = state;
  if (!place) form.append(place = make('section', 'accounts'));
  const [title, shared, forget, question, remove, forgotten, restore, ...methods] = daemun.spoken.slice(first, first + 11);
  const { account: touched } = place.contains(held) ? held.dataset : {};
  const open = [...place.querySelectorAll('[open]')].map(({ id }) => id);
  let known = [];
  try { known = JSON.parse(json).filter(({ id, name }) => id && name); } catch { /* none */ }
  const row = ({ id: account, name, identifier, workspace, method, provider, shared: others, forgotten: off }) => {
    const button = (action, className, ...children) => {
      const element = make('button', className, ...children);
      element.type = 'button';
      Object.assign(element.dataset, { action, account });
      element.onclick = () => {
        element.focus();
        daemun.chosen = action + ' ' + account;
        form.requestSubmit();
        daemun.chosen = null;
      };
      return element;
    };
    const called = (text) => text.replace('{account}', () => `${name} · ${workspace}`);
    // A button is heard with what it is about.
    const about = (text) => Object.assign(make('p', '', text), { id: `about-${account}` });
    const told = (named) => { named.setAttribute('aria-describedby', `about-${account}`); return named; };
    if (off) return make('li', 'off', about(called(forgotten)), told(button('restore', 'quiet', restore)));
    const initial = make('span', 'initial', [...name][0]);
    initial.ariaHidden = true;
    const how = methods[METHODS.indexOf(method)] ?? provider ?? '';
    const choice = button('choose', 'choice', initial,
      make('span', 'name', make('b', '', name), ' ', make('small', '', `${identifier}\n${workspace} · ${how}`)));
    // What the apps share is changed by none of them.
    if (others) return make('li', 'shared', choice);
    const details = make('details', 'off', make('summary', 'quiet', make('span', 'visually-hidden', called(forget))),
      about(question), told(button('forget', 'quiet', remove)));
    details.id = account;
    details.open = open.includes(account);
    return make('li', '', choice, details);
  };
  const list = (title, rows) => {
    const heading = make('h2', '', title);
    heading.tabIndex = -1;
    return rows.length ? [heading, make('ul', 'choices', ...rows.map(row))] : [];
  };
  place.hidden = !known.length;
  place.replaceChildren(...list(title, known.filter((one) => !one.shared)), ...list(shared, known.filter((one) => one.shared)));
  if (touched) (place.querySelector(`[data-account="${touched}"]`) ?? place.querySelector('h2') ?? query('#app h1')).focus();
};
