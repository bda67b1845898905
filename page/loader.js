// Appended to the glue: fetches the app, runs it only if it is the one this page was built with, and says so if it is not.
// `WASM` is written in by `cargo xtask finish`: { url, sha256 } with the hash in base64.
const page = globalThis.daemun;

async function start() {
  if (typeof WebAssembly !== 'object') return page.fail('wasm');
  let answer;
  try {
    answer = await fetch(WASM.url);
    if (!answer.ok) return page.fail('load');
  } catch {
    return page.fail('load');
  }
  // `fetch` with `integrity` would hold everything back until the last byte. So the bytes are compiled as they come and
  // hashed beside it, and nothing runs before the hash is right.
  const copy = answer.clone();
  const hashed = copy.arrayBuffer().then((bytes) => crypto.subtle.digest('SHA-256', bytes));
  const compiled = WebAssembly.compileStreaming(answer);
  compiled.catch(() => {});
  let digest;
  try {
    digest = await hashed;
  } catch {
    return page.fail('load');
  }
  if (btoa(String.fromCharCode(...new Uint8Array(digest))) !== WASM.sha256) return page.fail('integrity');
  let module;
  try {
    module = await compiled;
  } catch {
    return page.fail('load');
  }
  try {
    await page.words;
  } catch {
    // Another language may have been chosen and have come meanwhile.
    if (!page.spoken) return page.fail('load');
  }
  await page.settled();
  try {
    // In one breath: between looking whether a letter is being composed and taking the form over, nothing may happen.
    initSync({ module });
  } catch (why) {
    console.error(why);
    page.fail('panic');
  }
}
start();
