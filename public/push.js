// The service worker of notifications, and of nothing else: it hears no requests (no `fetch` handler) and keeps nothing
// (no cache), so a page is the same with it and without. What it shows came encrypted from the own backend
// (`mail/browsers.rs` there): `{ title, body, url, tag }`, in the words of whoever it is for.
'use strict';

// The one place a notification may lead to: below `/approve/` on the own origin. `null` for any other.
function place(given) {
  if (typeof given !== 'string' || !given.startsWith('/')) return null;
  let url;
  try {
    // `//elsewhere`, `/\elsewhere` and `/approve/../` are what they mean only after this.
    url = new URL(given, self.location.origin);
  } catch {
    return null;
  }
  const leadsThere = url.origin === self.location.origin && /^\/approve\/./.test(url.pathname);
  return leadsThere ? url.href : null;
}

function read(data) {
  try {
    return data.json() ?? {};
  } catch {
    return {};
  }
}

const text = (given) => (typeof given === 'string' ? given : '');

self.addEventListener('push', (event) => {
  const { title, body, url, tag } = read(event.data);
  // A browser lets nobody be notified who then shows nothing; without words it is at least said by whom.
  const shown = self.registration.showNotification(text(title) || self.location.host, {
    body: text(body),
    // A newer one takes the place of the one before, and rings again: that may only be asked for with a tag.
    tag: text(tag),
    renotify: text(tag) !== '',
    data: place(url),
  });
  event.waitUntil(shown);
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data));
});

// To the page that shows it already, or a new one. A page that shows something else is left alone: somebody may be
// typing there.
async function lead(href) {
  if (href === null) return;
  const { pathname } = new URL(href);
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = pages.find((page) => new URL(page.url).pathname === pathname);
  await (open ? open.focus() : self.clients.openWindow(href));
}
