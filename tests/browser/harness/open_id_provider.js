// A real OpenID provider on this machine (`oidc-provider`, certified by the OpenID Foundation), with the pages for developers that it
// brings along. Its first line is where it is; the first line that it is told is where its one client may be returned to.
"use strict";
const http = require("node:http");
const [, folder] = process.argv;

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
  require("node:readline").createInterface({ input: process.stdin }).on("line", async (redirect_uri) => {
    const { Provider } = await import(`${folder}/lib/index.js`);
    const provider = new Provider(issuer, {
      clients: [{ client_id: "daemun", client_secret: "a-secret-that-both-sides-know-well", redirect_uris: [redirect_uri] }],
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    });
    // Its pages for developers ask a third party for a font, and have no icon.
    provider.use(async (context, next) => {
      if (context.path === "/favicon.ico") {
        context.status = 204;
        return;
      }
      await next();
      if (typeof context.body === "string") context.body = context.body.replace(/@import url\([^)]*\);?/g, "");
    });
    server.on("request", provider.callback());
    process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  }).on("close", () => process.exit());
});
