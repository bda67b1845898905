// `cargo xtask bench` runs this: visits the app and the plain form in turn with Chromium, and hands what it saw to
// `report.mjs`. It judges nothing.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { report } from './report.mjs';

const { values: given } = parseArgs({
  options: {
    dist: { type: 'string' },
    chromium: { type: 'string' },
    /** The `node_modules` folder that has playwright-core. */
    modules: { type: 'string' },
    runs: { type: 'string' },
    /** Where the raw samples go, as JSON. */
    samples: { type: 'string' },
  },
});
const RUNS = Number(given.runs);
const { chromium } = createRequire(path.join(given.modules, 'any.js'))('playwright-core');
const here = (name) => new URL(name, import.meta.url);

const PAGES = {
  daemun: { origin: 'https://daemun.bench.test', takesOver: true },
  plain: { origin: 'https://plain.bench.test', takesOver: false },
};
const FULL = {
  cpu: 1,
  network: null,
  patience: 20_000,
  screen: { viewport: { width: 1280, height: 800 } },
};
const SLOW = {
  cpu: 4,
  network: { latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 },
  patience: 60_000,
  screen: { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true },
};
const AT_ONCE = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
const ADDRESS = 'minji@daemun.test';
/** What the observer tells of. */
const MILESTONES = {
  typeable: 'the identifier was typeable',
  ready: 'the app was in charge',
  next: 'the next screen was there',
};
/** So long without a request, a page has loaded all it wants. */
const QUIET = 500;

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'daemun-bench-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));

// --- The server -----------------------------------------------------------------------------------------------------

/** A key for this run alone; the browser is told to trust exactly that one. */
function throwAwayKey() {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(scratch, name));
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=bench.test', '-addext', 'subjectAltName=DNS:*.bench.test'];
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: fs.readFileSync(key, 'utf8'), cert: fs.readFileSync(cert, 'utf8') };
}

const keys = throwAwayKey();
const folders = { dist: given.dist, plain: here('plain').pathname };
const worker = new Worker(here('server.mjs'), { workerData: { ...keys, ...folders } });
worker.on('error', (why) => { throw why; });
const [port] = await once(worker, 'message');
const server = async (order) => {
  worker.postMessage(order);
  return (await once(worker, 'message'))[0];
};

// --- The browser ----------------------------------------------------------------------------------------------------

const publicKey = new X509Certificate(keys.cert).publicKey.export({ type: 'spki', format: 'der' });
const SWITCHES = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  // Otherwise the browser takes up to half a minute to answer how much memory a page takes.
  '--enable-blink-features=ForceEagerMeasureMemory',
  `--ignore-certificate-errors-spki-list=${createHash('sha256').update(publicKey).digest('base64')}`,
  `--host-resolver-rules=MAP * 127.0.0.1:${port}`,
];
const observer = fs.readFileSync(here('observer.js'), 'utf8');

/** A browser that has seen nothing yet. */
async function withNewBrowser(page, profile, use) {
  const folder = fs.mkdtempSync(path.join(scratch, 'profile-'));
  const window = { locale: 'en-US', ...profile.screen };
  const options = { executablePath: given.chromium, headless: true, args: SWITCHES, ...window };
  const context = await chromium.launchPersistentContext(folder, options);
  try {
    await context.addInitScript({ content: `{ const TAKES_OVER = ${page.takesOver};\n${observer}}` });
    return await use(context);
  } finally {
    await context.close();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** One tab on one page, from before the page is asked for. */
class Visit {
  #reached = new Map();
  #waiting = new Map();
  #requests = new Map();
  #onTheWire = new Set();
  #lastHeard = 0;

  /** What went wrong in the page, in its own words. */
  complaints = [];

  constructor(tab, browser, page, profile) {
    Object.assign(this, { tab, browser, page, profile });
  }

  static async begin(context, page, profile) {
    const tab = await context.newPage();
    const visit = new Visit(tab, await context.newCDPSession(tab), page, profile);
    // From an empty page of the same origin: process, name and connection are there, so the page alone is timed.
    await tab.goto(`${page.origin}/blank`);
    await visit.#listen();
    if (profile.network) await visit.#shape(profile.network);
    await visit.browser.send('Emulation.setCPUThrottlingRate', { rate: profile.cpu });
    await pause(150);
    await tab.goto(`${page.origin}/`, { waitUntil: 'commit', timeout: profile.patience });
    return visit;
  }

  async #listen() {
    const { browser, tab } = this;
    const requests = this.#requests;
    tab.on('pageerror', (why) => this.complaints.push(String(why)));
    tab.on('console', (line) => line.type() === 'error' && this.complaints.push(line.text()));
    browser.on('Runtime.bindingCalled', ({ payload }) => this.#reach(payload));
    browser.on('Network.requestWillBeSent', ({ requestId, request }) => {
      requests.set(requestId, { path: new URL(request.url).pathname, method: request.method });
      this.#onTheWire.add(requestId);
    });
    browser.on('Network.responseReceived', ({ requestId, response }) => {
      const cached = response.fromDiskCache || response.fromPrefetchCache;
      const body = cached || response.status === 304 ? 0 : Number(response.headers['content-length'] ?? 0);
      Object.assign(requests.get(requestId) ?? {}, { status: response.status, body, cached });
    });
    browser.on('Network.requestServedFromCache', ({ requestId }) => {
      Object.assign(requests.get(requestId) ?? {}, { cached: true });
    });
    const settled = (requestId, found) => {
      Object.assign(requests.get(requestId) ?? {}, found);
      this.#onTheWire.delete(requestId);
      this.#lastHeard = Date.now();
    };
    browser.on('Network.loadingFinished', (it) => settled(it.requestId, { wire: it.encodedDataLength }));
    browser.on('Network.loadingFailed', (it) => settled(it.requestId, { failed: it.errorText }));
    await browser.send('Network.enable');
    await browser.send('Runtime.enable');
    await browser.send('Runtime.addBinding', { name: '__tell' });
  }

  #shape(network) {
    return this.browser.send('Network.emulateNetworkConditions', { offline: false, ...network });
  }

  #reach(milestone) {
    this.#reached.set(milestone, true);
    this.#waiting.get(milestone)?.();
  }

  /** Until the page has told of it; nothing is asked of the page meanwhile. */
  async reaches(milestone) {
    if (this.#reached.has(milestone)) return;
    const before = MILESTONES[milestone];
    const late = new AbortController();
    const told = new Promise((resolve, reject) => {
      this.#waiting.set(milestone, resolve);
      this.#waiting.set('failed', () => reject(new Error(`the page said that it failed, before ${before}`)));
      if (this.#reached.has('failed')) this.#waiting.get('failed')();
    });
    const patience = pause(this.profile.patience, null, { signal: late.signal })
      .then(() => { throw new Error(`${this.profile.patience / 1000} s were not enough until ${before}`); });
    try {
      await Promise.race([told, patience]);
    } finally {
      late.abort();
    }
  }

  async isQuiet() {
    while (this.#onTheWire.size > 0 || Date.now() - this.#lastHeard < QUIET) await pause(50);
  }

  async evaluate(expression) {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.browser.send('Runtime.evaluate', options);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** What the page takes when nobody needs what can be collected. */
  async memory() {
    await this.browser.send('HeapProfiler.enable');
    await this.browser.send('HeapProfiler.collectGarbage');
    const measured = await this.evaluate('performance.measureUserAgentSpecificMemory()');
    await this.browser.send('HeapProfiler.disable');
    return measured;
  }

  async enter(address) {
    await this.evaluate('document.querySelector("input[name=identifier]").focus()');
    await this.tab.keyboard.insertText(address);
    // The page has its own work to do with what was typed; it is not what is timed.
    if (this.#reached.has('ready')) await pause(400);
    await this.tab.keyboard.press('Enter');
  }

  /** Sends the address on a network without delay. */
  async goOn() {
    await this.#shape(AT_ONCE);
    await this.enter(ADDRESS);
    await this.reaches('next');
    await this.isQuiet();
  }

  async noted() {
    const requests = [...this.#requests.values()];
    return { ...(await this.evaluate('__read()')), requests, complaints: this.complaints };
  }
}

async function loaded(context, page, profile) {
  const visit = await Visit.begin(context, page, profile);
  await visit.reaches('ready');
  await visit.isQuiet();
  return visit;
}

// --- What is measured -----------------------------------------------------------------------------------------------

/** From nothing to the second screen. */
async function cold(context, page, profile) {
  const visit = await loaded(context, page, profile);
  const first = await visit.noted();
  const memory = profile === FULL ? await visit.memory() : null;
  await visit.goOn();
  const last = await visit.noted();
  await visit.tab.close();
  // The plain form's second screen is another document, which knows nothing of the first.
  return { ...first, ...(page.takesOver ? last : {}), requests: last.requests, memory, second: last };
}

/** The third time counts: at the second the browser may still be writing down what it has compiled. */
async function warm(context, page) {
  await (await loaded(context, page, FULL)).tab.close();
  const visit = await loaded(context, page, FULL);
  const noted = await visit.noted();
  await visit.tab.close();
  return noted;
}

/** Enter, while the WebAssembly is held back: must lead on, with what was typed, once it has come. */
async function earlyEnter(context) {
  await server('hold');
  try {
    const visit = await Visit.begin(context, PAGES.daemun, SLOW);
    await visit.reaches('typeable');
    await visit.enter(ADDRESS);
    const { early } = await visit.noted();
    await server('release');
    await visit.reaches('next');
    return { early, honoured: (await server('submitted')) === ADDRESS };
  } finally {
    await server('release');
  }
}

/** A fixed piece of work: how long it takes tells how much else the machine is doing. */
function calibrate() {
  const start = performance.now();
  let number = 1;
  for (let round = 0; round < 2e7; round += 1) number = (Math.imul(number, 1_103_515_245) + 12_345) & 0x7fffffff;
  return number >= 0 ? performance.now() - start : 0;
}

const samples = [];
const noise = { calibration: [], load: [os.loadavg()[0]] };

async function sample(run, name, kind, measure) {
  noise.calibration.push(calibrate());
  try {
    samples.push({ run, page: name, kind, ...(await measure()) });
  } catch (why) {
    const [wrong] = String(why.message).split('\n');
    samples.push({ run, page: name, kind, wrong });
    console.log(`  run ${run}, ${name}, ${kind}: ${wrong}`);
  }
}

calibrate();
for (let run = 1; run <= RUNS; run += 1) {
  console.log(`run ${run} of ${RUNS}`);
  // By turns, so that neither is always the one that finds the machine warm.
  const names = run % 2 ? ['plain', 'daemun'] : ['daemun', 'plain'];
  for (const name of names) {
    const page = PAGES[name];
    await withNewBrowser(page, FULL, async (context) => {
      await sample(run, name, 'full', () => cold(context, page, FULL));
      await sample(run, name, 'warm', () => warm(context, page));
    });
    await withNewBrowser(page, SLOW, (context) => sample(run, name, 'slow', () => cold(context, page, SLOW)));
    if (page.takesOver) {
      await withNewBrowser(page, SLOW, (context) => sample(run, name, 'early', () => earlyEnter(context)));
    }
  }
}
noise.load.push(os.loadavg()[0]);
const missing = await server('missing');
await worker.terminate();

const machine = {
  cores: os.cpus().length,
  processor: os.cpus()[0]?.model ?? 'unknown processor',
  browser: execFileSync(given.chromium, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim(),
};
const measured = { runs: RUNS, machine, noise, missing, samples };
fs.writeFileSync(given.samples, JSON.stringify(measured, null, 1));
const { text, worked } = report(measured);
console.log(text);
console.log(`every sample is in ${given.samples}`);
process.exitCode = worked ? 0 : 1;
