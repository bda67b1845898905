// Stands for what a native app puts into its webview before the page: one object to be told by. The app's other half is host.js.
"use strict";
const app = new BroadcastChannel("daemun.sandbox");
window.daemunHost = { postMessage: (text) => app.postMessage(text) };
app.onmessage = ({ data }) => window.daemunHost.onmessage?.({ data });
// The page has the address that an app would open.
history.replaceState(history.state, "", `/${location.search}`);
