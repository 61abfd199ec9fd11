// An authorization server for `cargo xtask conformance auth`: oidc-provider on 127.0.0.1 and a free port, with everything in
// memory. It prints one line of JSON, where it is and what its clients prove themselves with, and ends when standard input
// does.
//
// Nobody types anything: whoever comes to sign in is the same made-up person, and agrees. All else is oidc-provider's.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

// oidc-provider uses it; Node.js has it from 22.1 on.
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);

const { Provider } = await import('oidc-provider');

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secret = () => `${randomBytes(24).toString('base64url')}+ %:&=`;

const service = {
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  scope: 'read write',
};
const signing = (key, alg) => ({
  ...service,
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: alg,
  jwks: { keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: `${alg}-1`, alg, use: 'sig' }] },
});
const person = {
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
  scope: 'openid offline_access read',
};
const secrets = { basic: secret(), post: secret() };
const clients = [
  { ...service, client_id: 'basic', client_secret: secrets.basic, token_endpoint_auth_method: 'client_secret_basic' },
  { ...service, client_id: 'post', client_secret: secrets.post, token_endpoint_auth_method: 'client_secret_post' },
  { ...signing(rsa, 'RS256'), client_id: 'rs256' },
  { ...signing(ec, 'ES256'), client_id: 'es256' },
  { ...signing(ec, 'ES256'), client_id: 'bound', dpop_bound_access_tokens: true },
  { ...person, client_id: 'person' },
  { ...person, client_id: 'bound-person', dpop_bound_access_tokens: true },
];

// The address is part of the configuration, so the socket comes first.
let handle = (_, response) => response.writeHead(503).end();
const server = createServer((request, response) => handle(request, response));
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients,
  scopes: ['openid', 'offline_access', 'read', 'write'],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  enabledJWA: {
    clientAuthSigningAlgValues: ['RS256', 'ES256'],
    dPoPSigningAlgValues: ['ES256'],
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    // The forms as they are, without the page around them: whoever signs in submits them.
    deviceFlow: {
      enabled: true,
      // After a refusal there is a form again, with the reason: whoever refused is done.
      userCodeInputSource: (context, form, out, error) => { context.body = error ? error.message : form; },
      userCodeConfirmSource: (context, form) => { context.body = form; },
      successSource: (context) => { context.body = 'entered'; },
    },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
  },
  pkce: { required: () => true },
  issueRefreshToken: async () => true,
  rotateRefreshToken: () => true,
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  interactions: { url: (_, interaction) => `/agree/${interaction.uid}` },
  cookies: { keys: [randomBytes(16).toString('hex')] },
});

let tokens = 0;
for (const event of ['grant.success', 'grant.error']) {
  provider.on(event, () => { tokens += 1; });
}

async function agree(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: 'somebody' } });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

// Ends an access token early, and nothing else: revoking it would end the refresh token too.
async function end(token, response) {
  const found = await provider.AccessToken.find(token);
  await found?.destroy();
  response.writeHead(found ? 200 : 404).end();
}

const callback = provider.callback();
handle = (request, response) => {
  if (request.url.startsWith('/agree/')) {
    agree(request, response).catch((error) => response.writeHead(500).end(String(error)));
  } else if (request.url.startsWith('/end/')) {
    end(request.url.slice('/end/'.length), response);
  } else if (request.url === '/token-requests') {
    response.end(String(tokens));
  } else {
    callback(request, response);
  }
};

const pem = (key, type) => key.privateKey.export({ format: 'pem', type });
const jwk = (key, kid) => JSON.stringify({ ...key.privateKey.export({ format: 'jwk' }), kid });
console.log(JSON.stringify({
  issuer,
  secrets,
  keys: {
    rsa_pkcs8: pem(rsa, 'pkcs8'),
    rsa_pkcs1: pem(rsa, 'pkcs1'),
    rsa_jwk: jwk(rsa, 'RS256-1'),
    ec_pkcs8: pem(ec, 'pkcs8'),
    ec_sec1: pem(ec, 'sec1'),
    ec_jwk: jwk(ec, 'ES256-1'),
  },
}));

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
