// A certified OpenID Provider: node provider.mjs PORT PORTAL [pushed]. Whoever signs in is the mail address that they type.
// pushed: what is asked of it must come over its own address first (RFC 9126).
import { Provider } from "oidc-provider";

const [port, portal, pushed] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const client = `${portal}/accounts/with/real`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "portal",
      client_secret: "a secret: with % & signs",
      redirect_uris: [`${client}/back/`, `${portal}/accounts/with/wish/back/`, `${portal}/accounts/with/pushed/back/`],
      post_logout_redirect_uris: [`${portal}/accounts/signed-out/`],
      backchannel_logout_uri: `${client}/logout/`,
      backchannel_logout_session_required: true,
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: pushed === "pushed" },
  },
  acrValues: ["urn:example:one", "urn:example:two"],
  cookies: { keys: ["only for tests"] },
  // It refuses to call this machine itself; here the portal is nowhere else.
  fetch: (url, options = {}) => {
    const { dispatcher, ...rest } = options;
    return fetch(url, rest);
  },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: true, name: "Sanne" }),
  }),
});
// Where a level is essential, a second step of its own, that any code will do for.
provider.use(async (ctx, next) => {
  if (!/^\/interaction\/[\w-]+$/.test(ctx.path)) return next();
  const asked = await provider.interactionDetails(ctx.req, ctx.res);
  if (asked.prompt.name !== "login" || !String(asked.params.claims).includes("urn:example:two")) return next();
  if (ctx.method === "GET") {
    ctx.type = "html";
    ctx.body = `<!doctype html><title>Second step</title><form method="post"><label>Code
      <input name="code"></label><button type="submit">Go on</button></form>`;
    return;
  }
  const accountId = asked.session?.accountId ?? asked.params.login_hint;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId, acr: "urn:example:two" } });
  ctx.respond = false;
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
