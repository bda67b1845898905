// Stands for what a native app puts into its webview before the page: one object to be told by. The app's other half is host.js.
"use strict";
const app = new BroadcastChannel("daemun.sandbox");
// The list that the host's apps share would be kept where those alone come to.
const kept = "daemun.sandbox.accounts";
const draw = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32)))).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
const accountList = localStorage.getItem(kept) ?? draw();
localStorage.setItem(kept, accountList);
window.daemunHost = { postMessage: (text) => app.postMessage(text), accountList };
app.onmessage = ({ data }) => window.daemunHost.onmessage?.({ data });
// The page has the address that an app would open.
history.replaceState(history.state, "", `/${location.search}`);
