// An OpenID provider as an installation has one: people who sign in by form, machines with secrets, JWT access tokens.
// Its settings come as JSON in the environment: {port, keys: JWK[], redirect, home, claims: {account: {…}}}.
import Provider from "oidc-provider";

const {port, keys, redirect, home, claims} = JSON.parse(process.env.SETTINGS);
const machine = (id) => ({
  client_id: id, client_secret: "secret", grant_types: ["client_credentials"], response_types: [], redirect_uris: [],
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: {keys},
  clients: [
    {
      client_id: "acquis-pages", token_endpoint_auth_method: "none",
      redirect_uris: [redirect], post_logout_redirect_uris: [home],
    },
    machine("machine"),
    machine("machine-of-another-service"),
  ],
  clientDefaults: {id_token_signed_response_alg: "ES256"},
  clientAuthMethods: ["none", "client_secret_basic"],
  findAccount: (_, id) => ({accountId: id, claims: () => ({sub: id})}),
  // Nobody is asked whether Acquis may know who they are.
  loadExistingGrant: async ({oidc}) => {
    const grant = new provider.Grant({clientId: oidc.client.clientId, accountId: oidc.session.accountId});
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
  extraTokenClaims: (_, token) => claims[token.accountId ?? token.clientId],
  cookies: {keys: ["of a test"]},
  features: {
    clientCredentials: {enabled: true},
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, client) => `urn:${client.clientId}`,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: "", accessTokenFormat: "jwt", jwt: {sign: {alg: "ES256"}},
        audience: resource.endsWith("another-service") ? "another" : "acquis",
      }),
    },
  },
});
provider.listen(port, "127.0.0.1");
