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
  const jwtSecret = liveSecret(auth.jwtSecret, watching, isLongEnough);
  return {
    jwtSecret() {
      const secret = jwtSecret();
      // What is in the file at the start was not looked at yet; nobody could sign with less.
      return secret === undefined || !isLongEnough(secret) ? undefined : secret;
    },
    apiKeys: () => [...(listed() ?? '').split(',').flatMap(listedKey), ...inFolder()],
  };
}

function listedKey(text: string): ApiKeyEntry[] {
  return apiKeyList(text)
    .filter(isApiKeyValue)
    .map((value) => ({ value }));
}

const RECHECK_MS = 1000;

/** What a folder of keys holds. */
interface KeysFound {
  entries: ApiKeyEntry[];
  /** Why a key is none, by principal. */
  refused: ReadonlyMap<string, string>;
}

/**
 * API keys of a folder: the file's name is the principal. Read again at most once a second. A key
 * that is refused is logged once, by its principal and never by its value.
 */
function keysFolder(dir: string, { clock, log }: Watching): () => ApiKeyEntry[] {
  let last: KeysFound = { entries: [], refused: new Map() };
  let checkedAtMs = -Infinity;
  let isBroken = false;
  return () => {
    if (clock.now() - checkedAtMs < RECHECK_MS) return last.entries;
    checkedAtMs = clock.now();
    const found = readKeys(dir);
    if (found === undefined && !isBroken) {
      log.error('the folder of API keys cannot be read, the last keys stay', { path: dir });
    }
    isBroken = found === undefined;
    for (const [principal, problem] of found?.refused ?? []) {
      if (last.refused.get(principal) === problem) continue;
      log.error('an API key is refused', { principal, problem, path: join(dir, principal) });
    }
    last = found ?? last;
    return last.entries;
  };
}

function readKeys(dir: string): KeysFound | undefined {
  const entries: ApiKeyEntry[] = [];
  const refused = new Map<string, string>();
  try {
    for (const principal of readdirSync(dir).filter((name) => !name.startsWith('.'))) {
      const text = tryRead(join(dir, principal));
      const value = withoutLastNewline(text ?? '');
      if (isApiKeyValue(value)) entries.push({ principal, value });
      else refused.set(principal, keyProblem(text, value));
    }
    return { entries, refused };
  } catch {
    return undefined;
  }
}

function keyProblem(text: string | undefined, value: string): string {
  if (text === undefined) return 'its file cannot be read';
  return value === '' ? 'it is empty' : 'its hash is malformed: sha256: and 64 hex digits';
}
