// Lets the browser be notified of what waits (Push API). It runs behind shell.js, where there is a screen that offers it.
const worker = '/push.js';
const scope = '/approve';
/** Trusted Types let nothing else become a script's address, and the policy of these pages allows no other. */
const policy = window.trustedTypes?.createPolicy('daemun-push', {
  createScriptURL: (url) => (url === worker ? url : null),
});
/** Whether there is such a thing here: in many apps' own browsers, and in a phone's before its page is installed, there is none. */
daemun.pushes = Boolean(navigator.serviceWorker && window.PushManager && window.Notification);
/** Whether the browser is notified still, as far as it is up to it: the member may have forbidden it in its settings. */
daemun.notified = async () => {
  const registration = await navigator.serviceWorker.getRegistration(scope);
  return Notification.permission === 'granted' && Boolean(await registration?.pushManager.getSubscription());
};
/**
 * Asks the member, who has just pressed for it, and then the browser, for what is sent to by whoever has the key. Resolves with
 * that, as JSON, or with why there is none: `Denied`, `Dismissed`, `Failed`.
 */
daemun.subscribe = async (applicationServerKey) => {
  try {
    const answer = await Notification.requestPermission();
    if (answer !== 'granted') return answer === 'denied' ? 'Denied' : 'Dismissed';
    const registration = await navigator.serviceWorker.register(policy?.createScriptURL(worker) ?? worker, { scope });
    await active(registration);
    const { pushManager } = registration;
    const options = { userVisibleOnly: true, applicationServerKey };
    const subscription = await pushManager.subscribe(options).catch(async (why) => {
      // One that was made for another key stands in the way (Push API, "subscribe").
      if (why.name !== 'InvalidStateError') throw why;
      await (await pushManager.getSubscription())?.unsubscribe();
      return pushManager.subscribe(options);
    });
    return JSON.stringify(subscription);
  } catch {
    return 'Failed';
  }
};
/** A worker that does not start is not waited for for ever. */
const active = ({ active, waiting, installing }) => active ?? new Promise((started, failed) => {
  const coming = waiting ?? installing;
  coming.onstatechange = () => {
    if (coming.state === 'activated') started();
    if (coming.state === 'redundant') failed();
  };
  setTimeout(failed, 10_000);
});
