import type { Principal } from '../protocol/principal.ts';
import type { Clock } from '../ops/telemetry.ts';

const CLOCK_TOLERANCE_SECONDS = 10;

/**
 * The caller whose HS256 token this is: its `sub`. Undefined for a wrong signature or algorithm, a
 * token without `exp` or `sub`, one that has expired or is not valid yet.
 */
export async function bearerPrincipal(
  secret: string,
  token: string,
  clock: Clock,
): Promise<Principal | undefined> {
  // Loaded with the first token: most servers have API keys only.
  const { jwtVerify } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
    });
    const { sub } = payload;
    return sub === undefined || sub === '' ? undefined : { id: sub, authenticated: true };
  } catch {
    return undefined;
  }
}
