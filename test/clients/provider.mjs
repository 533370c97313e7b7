// A provider of single sign-on for tests: oidc-provider, whose makers have it certified, at a port of this
// machine. Arguments: the port, our client id and secret there, and where it leads back to. Whoever writes a
// login is signed in as that.
import Provider from 'oidc-provider';

const [port, id, secret, back] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: id, client_secret: secret, redirect_uris: [back], post_logout_redirect_uris: [new URL('/signin?out', back).href] }],
  cookies: { keys: ['a key of the tests'] },
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, name: `Doctor ${sub}`, email: 'ada@example.org' }) }),
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
