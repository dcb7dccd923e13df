import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import type { TestApiServer } from './api-server.ts';

/**
 * Writes a kubeconfig of a ServiceAccount beside the administrator's, and gives its path. Whoever
 * uses it has the rights that are bound to the account, and no other.
 */
export async function accountKubeconfig(
  api: TestApiServer,
  account: { namespace: string; name: string },
): Promise<string> {
  const { namespace, name } = account;
  const token = (await api.kubectl(['create', 'token', name, '-n', namespace])).trim();
  const admin = parse(await readFile(api.kubeconfig, 'utf8')) as { users: [{ name: string }] };
  const users = [{ name: admin.users[0].name, user: { token } }];
  const file = `${api.kubeconfig}.${namespace}.${name}`;
  await writeFile(file, stringify({ ...admin, users }), { mode: 0o600 });
  return file;
}
