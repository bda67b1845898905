// Keeps the keys by which this device is known to quick login (FEATURES L7, S7), each under the name that the backend gave it: they
// sign here and cannot be read out. It runs behind shell.js, which looks whether there are any by the same name of the database.
const kept = 'daemun-quick-login';
const host = window.daemunHost;
// A webview that speaks of itself may be anybody's: only the platform's own app says this.
const keeps = daemun.native && host?.quickLogin === true && window.crypto?.subtle && window.indexedDB?.databases;
/** What this app and its host can do, for the backend. */
daemun.capabilities = [...(daemun.capabilities ?? []), ...(keeps ? ['quick_login'] : []), ...(keeps && host?.screenLock ? ['screen_lock'] : [])];
/** Asks the keys something, in a transaction of its own. */
const keys = async (mode, ask) => {
  const database = await new Promise((done, failed) => {
    const opening = indexedDB.open(kept);
    opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
    opening.onsuccess = () => done(opening.result);
    opening.onerror = opening.onblocked = failed;
  });
  try {
    return await new Promise((done, failed) => {
      const transaction = database.transaction('keys', mode);
      const asked = ask(transaction.objectStore('keys'));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = transaction.onabort = failed;
    });
  } finally {
    database.close();
  }
};
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
/** The key of this name; to look for one leaves no empty database behind. */
const find = async (name) => {
  if (!keeps || !(await indexedDB.databases()).some((one) => one.name === kept)) return undefined;
  return keys('readonly', (all) => all.get(name));
};
const makeKey = async (name) => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign']);
  const pair = { publicKey, privateKey };
  await keys('readwrite', (all) => all.put(pair, name));
  return pair;
};
/** Whether there is a key of this name. */
daemun.hasKey = (name) => find(name).then(Boolean, () => false);
const sign = async (step, name, challenge) => {
  const pair = (await find(name)) ?? (step === 'set_pin' && keeps ? await makeKey(name) : undefined);
  if (!pair) return '';
  const text = new TextEncoder().encode(`daemun:${step}:${name}:${challenge}`);
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, text);
  const publicKey = await crypto.subtle.exportKey('raw', pair.publicKey);
  return JSON.stringify({ public_key: base64url(publicKey), signature: base64url(signature) });
};
let last;
/**
 * Signs a step's challenge; at `set_pin` by a key that is made for it. Resolves with that as JSON, or with nothing. The same
 * again is the same signature, so that an act whose answer was lost is known as the same act.
 */
daemun.signs = async (step, name, challenge) => {
  const asked = `${step} ${name} ${challenge}`;
  if (last?.asked !== asked) last = { asked, said: sign(step, name, challenge).catch(() => '') };
  const said = await last.said;
  // What could not be signed may be another time.
  if (!said) last = undefined;
  return said;
};
/** The backend knows none of them. */
daemun.forgetKeys = () => { if (keeps) indexedDB.deleteDatabase(kept); };
