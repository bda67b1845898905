// The sandbox's page without this script works too; this one copies, writes times in the reader's zone, and reloads when mail comes.
"use strict";
for (const time of document.querySelectorAll("time[data-at]")) {
  time.textContent = new Date(Number(time.dataset.at)).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
  if (!button) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Could not copy";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
});
const inbox = document.querySelector("[data-inbox]");
const look = async () => {
  if (document.hidden) return;
  try {
    const messages = await (await fetch("/sandbox/messages")).json();
    const newest = messages.length ? messages[0].at : 0;
    if (String(messages.length) !== inbox.dataset.count || String(newest) !== inbox.dataset.newest) location.reload();
  } catch {
    inbox.textContent = "the backend does not answer";
  }
};
setInterval(look, 2000);
document.addEventListener("visibilitychange", look);
