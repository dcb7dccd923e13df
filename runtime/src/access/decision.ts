import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../protocol/principal.ts';

/** Why a credential was refused; the label of a metric. */
export type RefusalReason = 'missing' | 'invalid_key' | 'invalid_token';

/** Who the caller is, or why nobody. */
export type Decision = { principal: Principal } | { refused: RefusalReason };

/** Decides from the headers alone. Never throws; never logs a credential. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Decision>;
