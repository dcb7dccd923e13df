import { RequestMalformedError } from '@a2a-js/sdk/errors';

/** One wrong field of a request: its path and what is wrong with it. */
export interface FieldViolation {
  field: string;
  description: string;
}

/** InvalidParams that names the fields (A2A §9.5: `BadRequest.fieldViolations`). */
export class InvalidParamsError extends RequestMalformedError {
  // The SDK finds code and status by this name.
  override readonly name = 'RequestMalformedError';
  readonly violations: readonly FieldViolation[];

  constructor(violations: readonly FieldViolation[]) {
    super(violations.map(({ field, description }) => `${field}: ${description}`).join('; '));
    this.violations = violations;
  }
}

/** Throws `InvalidParamsError` when there is anything to complain about. */
export function refuse(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw new InvalidParamsError(violations);
}
