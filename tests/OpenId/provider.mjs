// A real OpenID provider (node-oidc-provider) on loopback. Usage: node provider.mjs [GROUPS]
// Prints its address, then reads the client's redirect address from its input, and after that, line by line, the groups from then on. Whoever signs in by its own pages, with any name and password,
// is in the groups that were named.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const parse = (text) => text.split(',').filter(Boolean);
let groups = parse(process.argv[2] ?? '');
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  const input = createInterface({ input: process.stdin });
  input.once('line', (redirect) => {
    const provider = new Provider(address, {
      clients: [{ client_id: 'tdxdash', client_secret: 'a-client-secret-of-the-test', redirect_uris: [redirect] }],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      cookies: { keys: ['a-key-of-the-test'] },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id, groups }) }),
    });
    server.on('request', provider.callback());
    input.on('line', (line) => {
      groups = parse(line);
      console.log('groups');
    });
    console.log('ready');
  });
  console.log(address);
});
