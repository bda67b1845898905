// Of all visible tabs that wait for one flow to change, one asks the backend, and the others hear of it. It runs behind
// shell.js, where there are screens that wait for somebody else.
let polled;
let topic;
let place;
let news;
/**
 * `flow` is the one that the app waits for, if any. The app hears on the window what it is to do: `daemun-elected`,
 * `daemun-outvoted`, `daemun-news`. Where tabs cannot know of each other it hears nothing, and each asks.
 */
daemun.poll = (flow) => {
  if (document.hidden) flow = null;
  if (flow == polled) return;
  polled = flow;
  place?.abort();
  if (!flow || !navigator.locks || !window.BroadcastChannel) return;
  topic = flow;
  place = new AbortController();
  const { signal } = place;
  const tell = (what) => { if (!signal.aborted) dispatchEvent(new Event(`daemun-${what}`)); };
  news ??= new BroadcastChannel('daemun');
  news.onmessage = ({ data }) => { if (data === polled) tell('news'); };
  // Until the place is free, somebody else has it. Never told from within the app's own call.
  queueMicrotask(() => tell('outvoted'));
  navigator.locks.request(`daemun.${flow}`, { signal }, () => new Promise((leave) => {
    signal.onabort = leave;
    if (signal.aborted) leave();
    tell('elected');
  })).catch(() => tell('elected'));
};
/** Tells the other tabs that the flow has changed, also when it is waited for no longer. */
daemun.spread = () => news?.postMessage(topic);

// An app that cannot go on asks nothing, and must not keep the place.
const { fail } = daemun;
daemun.fail = (why) => {
  daemun.poll();
  fail(why);
};
