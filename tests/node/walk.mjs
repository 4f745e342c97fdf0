/**
 * A wallet made of other people's libraries walks an issuer: @openid4vc/openid4vci fetches, @sd-jwt/* of two versions verifies
 * and shows.
 *
 * Reads one JSON line: {offer, pin, copies, redirect_uri, client_id, shown, audience, nonce}. Where a citizen or the desk has something
 * to do first, it says so in a JSON line and waits for one. The last line says what it holds.
 */
import { createHash, randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { clientAuthenticationNone, setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import { SDJwtInstance } from "@sd-jwt/core";
import { digest, ES256, generateSalt } from "@sd-jwt/crypto-nodejs";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { FlattenJSON, GeneralJSON, SDJwtInstance as SDJwtInstance15 } from "sd-jwt-15";
import { SDJwtVcInstance as SDJwtVcInstance15 } from "sd-jwt-vc-15";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await lines.next()).value);
const say = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);

const asked = await hear();
setGlobalConfig({ allowInsecureUrls: true }); // the walk stays on the loopback
const pairs = await Promise.all(Array.from({ length: asked.copies }, () => ES256.generateKeyPair()));
const strip = ({ kty, crv, x, y }) => ({ kty, crv, x, y });
const find = (jwk) => pairs.find((one) => one.publicKey.x === jwk.x);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** openid4vci 0.4.6 takes a deferred answer only without its `notification_id`, which OpenID4VCI 1.0 (section 9.2) allows there. */
let notificationId;
async function fetchSaid(address, options) {
  const answer = await fetch(address, options);
  if (!String(address).endsWith("/deferred-credential") || answer.status !== 200) return answer;
  const { notification_id: told, ...rest } = await answer.json();
  notificationId = told;
  return new Response(JSON.stringify(rest), { status: 200, headers: answer.headers });
}

const client = new Openid4vciClient({
  callbacks: {
    fetch: fetchSaid,
    hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
    generateRandom: (count) => randomBytes(count),
    clientAuthentication: clientAuthenticationNone({ clientId: asked.client_id }),
    signJwt: async (signer, { header, payload }) => {
      const text = `${encode(header)}.${encode(payload)}`;
      const sign = await ES256.getSigner(find(signer.publicJwk).privateKey);
      return { jwt: `${text}.${await sign(text)}`, signerJwk: signer.publicJwk };
    },
  },
});

const credentialOffer = await client.resolveCredentialOffer(asked.offer);
const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
const [server] = issuerMetadata.authorizationServers;
const credentialConfigurationId = credentialOffer.credential_configuration_ids[0];
const kind = issuerMetadata.credentialIssuer.credential_configurations_supported[credentialConfigurationId];

async function getToken() {
  if (!credentialOffer.grants.authorization_code)
    return client.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata, txCode: asked.pin });
  const { authorizationRequestUrl, pkce } = await client.createAuthorizationRequestUrlFromOffer({
    credentialOffer,
    issuerMetadata,
    clientId: asked.client_id,
    redirectUri: asked.redirect_uri,
    scope: kind.scope,
  });
  say({ authorize: authorizationRequestUrl });
  const { url } = await hear();
  const { code: authorizationCode } = client.parseAndVerifyAuthorizationResponseRedirectUrl({ url, authorizationServerMetadata: server });
  return client.retrieveAuthorizationCodeAccessTokenFromOffer({
    credentialOffer,
    issuerMetadata,
    authorizationCode,
    pkceCodeVerifier: pkce.codeVerifier,
    redirectUri: asked.redirect_uri,
  });
}

const accessToken = (await getToken()).accessTokenResponse.access_token;
const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata });
const jwt = [];
for (const { publicKey } of pairs) {
  const signer = { method: "jwk", alg: "ES256", publicJwk: strip(publicKey) };
  jwt.push((await client.createCredentialRequestJwtProof({ issuerMetadata, signer, nonce, credentialConfigurationId })).jwt);
}
let given = await client.retrieveCredentials({ issuerMetadata, accessToken, credentialConfigurationId, proofs: { jwt } });
while (given.credentialResponse?.transaction_id ?? given.deferredCredentialResponse?.transaction_id) {
  const transactionId = (given.credentialResponse ?? given.deferredCredentialResponse).transaction_id;
  say({ waiting: transactionId });
  await hear();
  given = await client.retrieveDeferredCredentials({ issuerMetadata, accessToken, transactionId });
}
const said = given.credentialResponse ?? given.deferredCredentialResponse;
notificationId ??= said.notification_id;
await client.sendNotification({ issuerMetadata, accessToken, notification: { notificationId, event: "credential_accepted" } });

const issuer = new URL(credentialOffer.credential_issuer);
const { jwks } = await (await fetch(`${issuer.origin}/.well-known/jwt-vc-issuer${issuer.pathname}`)).json();
const verifiers = await Promise.all(jwks.keys.map((key) => ES256.getVerifier(key)));
const verify = async (data, signature) => (await Promise.all(verifiers.map((one) => one(data, signature)))).includes(true);
const held = said.credentials.map((one) => one.credential);
const shown = [];
for (const [at, text] of held.entries()) {
  const kbSigner = await ES256.getSigner(pairs[at].privateKey);
  const kbVerifier = await ES256.getVerifier(pairs[at].publicKey);
  // A W3C credential has no vct: the same library reads its SD-JWT, not its kind.
  const isVc = kind.format === "dc+sd-jwt";
  for (const Wallet of isVc ? [SDJwtVcInstance15, SDJwtVcInstance] : [SDJwtInstance15, SDJwtInstance]) {
    const wallet = new Wallet({ hasher: digest, hashAlg: "sha-256", saltGenerator: generateSalt, verifier: verify, kbSigner, kbSignAlg: "ES256", kbVerifier });
    await wallet.verify(text); // its signature, its times, and the status list behind it
    const payload = { iat: Math.floor(Date.now() / 1000), aud: asked.audience, nonce: asked.nonce };
    const presentation = await wallet.present(text, asked.shown, { kb: { payload } });
    await wallet.verify(presentation, { keyBindingNonce: asked.nonce });
    shown.push(presentation);
  }
}
say({ held, shown, json: [FlattenJSON, GeneralJSON].map((form) => form.fromEncode(shown[0]).toJson()) });
process.exit(0);
