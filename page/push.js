// Lets the browser be notified of what waits (Push API). It runs behind shell.js, where there is a screen that offers it.
const worker = '/push.js';
/** Trusted Types let nothing else become a script's address, and nobody else make such a policy. */
const policy = window.trustedTypes?.createPolicy('daemun-push', {
  createScriptURL: (url) => (url === worker ? url : null),
});
/** Whether there is such a thing here: in many apps' own browsers, and in a phone's before its page is installed, there is none. */
daemun.pushes = Boolean(navigator.serviceWorker && window.PushManager && window.Notification);
/**
 * Asks the member, who has just pressed for it, and then the browser, for what is sent to by whoever has the key. Resolves with
 * that, as JSON, or with why there is none: `Denied`, `Dismissed`, `Failed`.
 */
daemun.subscribe = async (applicationServerKey) => {
  try {
    const answer = await Notification.requestPermission();
    if (answer !== 'granted') return answer === 'denied' ? 'Denied' : 'Dismissed';
    await navigator.serviceWorker.register(policy?.createScriptURL(worker) ?? worker, { scope: '/approve' });
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey };
    const subscription = await pushManager.subscribe(options).catch(async () => {
      // One that was made for another key stands in the way (Push API, "subscribe").
      await (await pushManager.getSubscription())?.unsubscribe();
      return pushManager.subscribe(options);
    });
    return JSON.stringify(subscription);
  } catch {
    return 'Failed';
  }
};
