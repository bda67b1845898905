// The box that asks whether this browser is to remember the account. What it remembers is listed below the first form, by a script of its
// own: account-list.js is loaded where there is something to list.
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

/** `told` is what the step lists, as JSON, and which words are about it. */
daemun.accounts = (...told) => {
  const field = /^(identify|password)$/.test(root.dataset.screen) && query('#app [name=identifier]:not([readonly])')?.closest('.field');
  if (field && field.nextSibling !== tick) {
    field.after(tick);
    if (held === box && document.activeElement === document.body) box.focus();
  }
  label.textContent = say('page.remember');
  asks();
  if (daemun.listed) daemun.list?.(...told);
  else if (told[0]) {
    const { url, integrity } = PAGE.list;
    // Without it the form is there all the same.
    fetch(url, { integrity }).then(() => import(url)).then(() => daemun.list(...daemun.listed), () => {});
  } else return;
  daemun.listed = told;
};
