// A push service and the browser behind it, in one (RFC 8030, 8291, 8292), by Node's own cryptography: it takes a message only
// from who it says it is from, and tells what the browser reads in it. Its first line is what the browser subscribes with; each
// line after that is a message, or why there was none.
"use strict";
const crypto = require("node:crypto");
const http = require("node:http");

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const browser = crypto.createECDH("prime256v1");
browser.generateKeys();
const auth = crypto.randomBytes(16);

// RFC 8291 §3.4 and RFC 8188 §2.1, read.
function decrypt(body) {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 21 + body[20]);
  const record = body.subarray(21 + body[20]);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), browser.getPublicKey(), sender]);
  const keyed = crypto.hkdfSync("sha256", browser.computeSecret(sender), auth, info, 32);
  const key = crypto.hkdfSync("sha256", keyed, salt, "Content-Encoding: aes128gcm\0", 16);
  const nonce = crypto.hkdfSync("sha256", keyed, salt, "Content-Encoding: nonce\0", 12);
  const decipher = crypto.createDecipheriv("aes-128-gcm", Buffer.from(key), Buffer.from(nonce));
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = padded.lastIndexOf(2);
  if (end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error("no last record");
  return padded.subarray(0, end).toString();
}

// RFC 8292 §3 and §4: the token is signed by the key that comes with it, for here and for now.
function verify(authorization, origin) {
  const [, token, key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization);
  const [head, claims, signature] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") };
  const publicKey = crypto.createPublicKey({ key: jwk, format: "jwk" });
  const signed = { key: publicKey, dsaEncoding: "ieee-p1363" };
  if (!crypto.verify("sha256", Buffer.from(`${head}.${claims}`), signed, Buffer.from(signature, "base64url"))) throw new Error("not signed");
  const { aud, sub } = JSON.parse(Buffer.from(claims, "base64url"));
  if (aud !== origin || !sub) throw new Error(`for ${aud}, by ${sub}`);
  return key;
}

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const key = verify(request.headers.authorization, `http://127.0.0.1:${server.address().port}`);
    say({ key, topic: request.headers.topic, message: decrypt(Buffer.concat(chunks)) });
    response.writeHead(201).end();
  } catch (error) {
    say({ error: String(error) });
    response.writeHead(403).end();
  }
});
server.listen(0, "127.0.0.1", () => {
  const keys = { p256dh: browser.getPublicKey("base64url"), auth: auth.toString("base64url") };
  say({ endpoint: `http://127.0.0.1:${server.address().port}/of/this/browser`, expirationTime: null, keys });
});
// Whoever says something to it hears it again, after all that has come before.
process.stdin.on("data", (line) => say({ heard: String(line).trim() })).on("end", () => process.exit());
