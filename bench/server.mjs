// Serves the built app, the plain form and a stub of the API, in a thread of its own so that measuring delays no answer:
// HTTP/2 over TLS, compressed beforehand, hashed files for good, HTML asked for anew each time. It measures nothing.
import fs from 'node:fs';
import http2 from 'node:http2';
import path from 'node:path';
import zlib from 'node:zlib';
import { createHash, randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
/** Without them the browser does not tell how much memory a page takes. */
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Names an icon, or the browser asks for one. */
const BLANK = Buffer.from('<!doctype html><title>blank</title><link rel="icon" href="data:,">');

/** Every file of a folder as it goes over the wire, by its path in the URL. */
function published(folder) {
  const files = new Map();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[path.extname(entry.name)];
    if (!entry.isFile() || !type) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const raw = fs.readFileSync(file);
    const etag = `"${createHash('sha256').update(raw).digest('base64url').slice(0, 22)}"`;
    files.set('/' + path.relative(folder, file).split(path.sep).join('/'), { type, etag, body: compressed(file, raw) });
  }
  return files;
}

/** What the build has compressed is sent as it is: it is what members get. */
function compressed(file, raw) {
  if (fs.existsSync(file + '.br')) return fs.readFileSync(file + '.br');
  return zlib.brotliCompressSync(raw, { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: raw.length } });
}

const { key, cert, dist, plain } = workerData;
const headersOfApp = JSON.parse(fs.readFileSync(path.join(dist, 'headers.json'), 'utf8'));
const sites = {
  daemun: { files: published(dist), headers: headersOfApp },
  plain: { files: published(plain), headers: { 'Referrer-Policy': 'no-referrer' } },
};

// --- The stub of the API: a flow that begins, and goes to the code at the first submit ------------------------------

const flows = new Map();
/** The address that the last submit carried. */
let submitted = null;
/** What was asked for in vain. */
const missing = new Set();

function flow(id, rev, step, actions, rest = {}) {
  const now = Date.now();
  return {
    id, kind: 'sign_in', rev, server_time: now, expires_at: now + 1_800_000, status: 'active',
    step: { id: String(rev), ...step }, actions, ...rest,
  };
}

function begun() {
  const id = randomUUID();
  flows.set(id, flow(id, 1, { type: 'identify' }, { submit: {}, use_organisation: {} }));
  return { status: 201, headers: { location: `/api/v1/flows/${id}` }, json: flows.get(id) };
}

function identified(id, identifier) {
  submitted = identifier;
  const step = { type: 'code', channel: 'email', sent_to: identifier, length: 6, expires_at: Date.now() + 600_000 };
  const messages = [{ code: 'code_sent', params: { to: identifier }, severity: 'info' }];
  flows.set(id, flow(id, 2, step, { submit: {}, resend: { available_in: 30 }, back: {} }, { messages }));
  return { status: 200, json: flows.get(id) };
}

function api(method, url, body) {
  if (method === 'POST' && url === '/api/v1/flows') return begun();
  const [, id, action] = /^\/api\/v1\/flows\/([^/]+)(?:\/actions\/(\w+))?$/.exec(url) ?? [];
  if (!flows.has(id)) return null;
  if (method === 'POST' && action === 'submit') return identified(id, JSON.parse(body).input?.identifier);
  return method === 'GET' && !action ? { status: 200, json: flows.get(id) } : null;
}

// --- The server -----------------------------------------------------------------------------------------------------

/** While the WebAssembly is held back, what asks for it waits here. */
let held = null;

async function answer(request, response) {
  const { pathname, hostname } = new URL(request.url, `https://${request.headers[':authority']}`);
  const site = sites[hostname.split('.')[0]];
  const send = (status, headers, body = Buffer.alloc(0)) => {
    response.writeHead(status, { 'x-content-type-options': 'nosniff', 'content-length': body.length, ...headers });
    response.end(body);
  };
  const { 'content-type': type } = request.headers;
  let body = '';
  if (type) for await (const part of request) body += part;

  if (pathname === '/blank') return send(200, { 'content-type': TYPES['.html'], ...ISOLATION }, BLANK);
  const told = pathname.startsWith('/api/') ? api(request.method, pathname, body) : null;
  if (told) {
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', ...told.headers };
    return send(told.status, headers, Buffer.from(JSON.stringify(told.json)));
  }
  const file = site?.files.get(pathname === '/' ? '/index.html' : pathname);
  if (!file) {
    // Chromium's own errands end here as well; they are nobody's fault.
    if (site) missing.add(`${request.method} ${pathname}`);
    return send(404, { 'content-type': 'text/plain' });
  }
  if (pathname.endsWith('.wasm')) await held?.promise;
  const page = file.type === TYPES['.html'];
  const headers = {
    'content-type': file.type,
    'content-encoding': 'br',
    'cache-control': page ? 'no-cache' : 'public, max-age=31536000, immutable',
    etag: file.etag,
    ...ISOLATION,
    ...(page ? site.headers : {}),
  };
  if (request.headers['if-none-match'] !== file.etag) return send(200, headers, file.body);
  delete headers['content-encoding'];
  response.writeHead(304, headers);
  response.end();
}

const server = http2.createSecureServer({ key, cert }, (request, response) => {
  answer(request, response).catch((why) => {
    console.error('server:', why);
    response.stream?.destroy();
  });
});
server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));

const orders = {
  hold() {
    submitted = null;
    held = {};
    held.promise = new Promise((resolve) => { held.release = resolve; });
  },
  release() {
    held?.release();
    held = null;
  },
  submitted: () => submitted,
  missing: () => [...missing],
};
parentPort.on('message', (order) => parentPort.postMessage(orders[order]() ?? null));
