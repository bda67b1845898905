// A host in a few lines, as docs/EMBEDDING.md has them: it shows what the app tells it, and tells the app what its buttons say.
"use strict";
const told = document.querySelector("[data-told]");
/** `from` is the frame, the webview, or this page itself. */
const show = (from, message) => {
  const item = document.createElement("li");
  const line = document.createElement("div");
  const code = document.createElement("code");
  line.className = "row between quiet";
  line.textContent = `${from} · ${new Date().toLocaleTimeString()}`;
  code.textContent = JSON.stringify(message);
  item.dataset.type = message.type;
  item.append(line, code);
  told.prepend(item);
};

const frame = document.querySelector("iframe");
if (frame) {
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== location.origin || data?.daemun !== 1) return;
    show("frame", data);
    if (data.type === "resize") frame.height = data.height;
  });
  // Only now: what is told before anybody listens is lost.
  frame.src = "/";
}

// A window stands for a webview: webview.js, which it has before the page, is at the other end.
const webview = new BroadcastChannel("daemun.sandbox");
let opened;
let verifier;
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
document.querySelector("[data-native]").addEventListener("click", async () => {
  verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  opened = open(`/sandbox/webview?handoff=${challenge}`, "daemun-webview", "popup,width=420,height=760");
});
webview.onmessage = async ({ data }) => {
  const message = JSON.parse(data);
  const { handoff, ...rest } = message;
  // A code is worth nothing without the verifier, and is not to be looked at all the same.
  show("webview", handoff ? { ...rest, handoff: "…" } : message);
  if (!handoff || !verifier) return;
  opened?.close();
  const headers = { "Content-Type": "application/json", "Daemun-Version": "1" };
  const body = JSON.stringify({ code: handoff, verifier, app: "Sandbox host" });
  verifier = null;
  const redeemed = await fetch("/api/v1/handoffs", { method: "POST", headers, body });
  const { token, code } = await redeemed.json();
  if (!token) return show("host", { type: "refused", code });
  const session = await fetch("/api/v1/session", { headers: { "Daemun-Version": "1", Authorization: `Bearer ${token}` } });
  show("host", { type: "session", ...await session.json() });
};

for (const button of document.querySelectorAll("[data-say]")) {
  button.addEventListener("click", () => {
    const message = JSON.parse(button.dataset.say);
    frame?.contentWindow.postMessage(message, location.origin);
    webview.postMessage(button.dataset.say);
  });
}
