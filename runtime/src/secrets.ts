import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isApiKeyValue } from './access/api-keys.ts';
import { apiKeyList, areApiKeys, isLongEnough } from './config.ts';
import { withoutLastNewline } from './configuration/environment-values.ts';
import { liveFile, tryRead } from './ops/live-file.ts';
import type { ApiKeyEntry } from './access/api-keys.ts';
import type { CredentialSource } from './access/authenticate.ts';
import type { AuthConfig } from './config.ts';
import type { Setting } from './configuration/environment-values.ts';
import type { Clock, Log } from './ops/telemetry.ts';

interface Watching {
  clock: Clock;
  log: Log;
}

/** A secret as it is now: from its file when it has one, so that rotating it needs no restart. */
export function liveSecret(
  setting: Setting | undefined,
  watching: Watching,
  accept: (value: string) => boolean = (value) => value !== '',
): () => string | undefined {
  if (setting === undefined) return () => undefined;
  const { text, path } = setting;
  if (path === undefined) return () => text;
  const content = liveFile(path, text, {
    ...watching,
    accept: (found) => accept(withoutLastNewline(found)),
  });
  return () => withoutLastNewline(content());
}

/** The credentials that callers may present, as they are now. */
export function liveCredentials(auth: AuthConfig, watching: Watching): CredentialSource {
  const listed = liveSecret(auth.apiKeys, watching, areApiKeys);
  const inFolder =
    auth.apiKeysDir === undefined ? (): ApiKeyEntry[] => [] : keysFolder(auth.apiKeysDir, watching);
  return {
    jwtSecret: liveSecret(auth.jwtSecret, watching, isLongEnough),
    apiKeys: () => [...(listed() ?? '').split(',').flatMap(listedKey), ...inFolder()],
  };
}

function listedKey(text: string): ApiKeyEntry[] {
  return apiKeyList(text)
    .filter(isApiKeyValue)
    .map((value) => ({ value }));
}

const RECHECK_MS = 1000;

/** API keys of a folder: the file's name is the principal. Read again at most once a second. */
function keysFolder(dir: string, { clock, log }: Watching): () => ApiKeyEntry[] {
  let entries: ApiKeyEntry[] = [];
  let checkedAtMs = -Infinity;
  let isBroken = false;
  return () => {
    if (clock.now() - checkedAtMs < RECHECK_MS) return entries;
    checkedAtMs = clock.now();
    const found = readKeys(dir);
    if (found === undefined && !isBroken) {
      log.error('the folder of API keys cannot be read, the last keys stay', { path: dir });
    }
    isBroken = found === undefined;
    entries = found ?? entries;
    return entries;
  };
}

function readKeys(dir: string): ApiKeyEntry[] | undefined {
  try {
    return readdirSync(dir)
      .filter((name) => !name.startsWith('.'))
      .flatMap((principal) => {
        const value = withoutLastNewline(tryRead(join(dir, principal)) ?? '');
        return isApiKeyValue(value) ? [{ principal, value }] : [];
      });
  } catch {
    return undefined;
  }
}
