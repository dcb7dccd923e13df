import { VersionNotSupportedError } from '@a2a-js/sdk/errors';
import type { Request } from 'express';

/** Versions of A2A that the server speaks. */
export type ProtocolVersion = '1.0' | '0.3';

/** Header, and query parameter, that names the version. */
export const VERSION_HEADER = 'A2A-Version';

/**
 * The version that a request asks for: header first, then query (A2A §3.6); undefined when neither
 * says anything, which means 0.3. A patch number is ignored. Throws VersionNotSupported.
 */
export function requestedVersion(request: Request): ProtocolVersion | undefined {
  const query = request.query[VERSION_HEADER];
  const asked = (request.get(VERSION_HEADER) ?? (typeof query === 'string' ? query : '')).trim();
  if (asked === '') return undefined;
  const version = /^(1\.0|0\.3)(\.\d+)?$/.exec(asked)?.[1];
  if (version === '1.0' || version === '0.3') return version;
  throw new VersionNotSupportedError('The server speaks A2A 1.0 and 0.3.');
}
