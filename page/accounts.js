// The accounts that this browser remembers, below the first form, and the box that asks for it. Drawn here, they weigh a tenth of what they
// would in the wasm. What a button means is the app's: it is told by sending the form; see src/screens/identify.rs.
const METHODS = ['password', 'code', 'passkey', 'mobile'];
const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
};
// The box is one for all forms that ask for an ID: what is ticked stays so. In an app of a host's the device is a person's own; of any
// other nobody knows.
const tick = query('#shell .tick');
const [box, label] = tick.children;
box.checked = daemun.native;
const asks = () => { daemun.remembers = tick.isConnected ? box.checked : undefined; };
box.onchange = asks;
asks();
// Moving it takes the focus from it.
let held;
addEventListener('focusin', ({ target }) => { held = target; });

let drawn;
/** `json` is what the step lists; the words are those from `first` on, `{account}` in them is whom they are about. */
daemun.accounts = (json, first) => {
  const field = /^(identify|password)$/.test(root.dataset.screen) && query('#app [name=identifier]:not([readonly])')?.closest('.field');
  if (field && field.nextSibling !== tick) {
    field.after(tick);
    if (held === box && document.activeElement === document.body) box.focus();
  }
  label.textContent = say('page.remember');
  asks();
  const form = query('#app form');
  const state = json + daemun.language;
  let place = query('.accounts');
  if (!form || (place ? drawn === state : !json)) return;
  drawn = state;
  if (!place) form.append(place = make('section', 'accounts'));
  const [title, forget, question, remove, forgotten, restore, ...methods] = daemun.spoken.slice(first, first + 10);
  const { account: touched } = place.contains(held) ? held.dataset : {};
  const open = [...place.querySelectorAll('[open]')].map(({ id }) => id);
  let known = [];
  try { known = JSON.parse(json).filter(({ id, name }) => id && name); } catch { /* none */ }
  const rows = known.map(({ id: account, name, identifier, workspace, method, provider, forgotten: off }) => {
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
    if (off) return make('li', 'off', make('span', '', called(forgotten)), button('restore', 'quiet', restore));
    const initial = make('span', 'initial', [...name][0]);
    initial.ariaHidden = true;
    const how = methods[METHODS.indexOf(method)] ?? provider ?? '';
    const row = button('choose', 'choice', initial,
      make('span', 'name', make('b', '', name), ' ', make('small', '', `${identifier}\n${workspace} · ${how}`)));
    const details = make('details', 'off', make('summary', 'quiet', make('span', 'visually-hidden', called(forget))),
      make('p', '', question), button('forget', 'quiet', remove));
    details.id = account;
    details.open = open.includes(account);
    return make('li', '', row, details);
  });
  place.hidden = !rows.length;
  place.replaceChildren(...(rows.length ? [make('h2', '', title), make('ul', 'choices', ...rows)] : []));
  if (touched) place.querySelector(`[data-account="${touched}"]`)?.focus();
};
