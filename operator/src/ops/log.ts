import winston from 'winston';

/** What the operator's parts log through: one JSON object a line. */
export interface Logger {
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** A logger to standard output. */
export function createLogger(level: LogLevel): Logger {
  const line = winston.format.printf(({ level: severity, message, ...fields }) =>
    JSON.stringify({
      time: new Date().toISOString(),
      level: severity,
      logger: 'a2a-operator',
      msg: message,
      ...fields,
    }),
  );
  const logger = winston.createLogger({
    level,
    format: line,
    transports: [new winston.transports.Console()],
  });
  // winston writes the whole line before it looks whether the level is wanted.
  const at = (severity: LogLevel): Logger[LogLevel] =>
    logger.isLevelEnabled(severity)
      ? (message, fields) => {
          logger[severity](message, fields);
        }
      : () => undefined;
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** An error as log fields: enough to act on, and its stack. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { err: { message: String(error) } };
  const { name, message, stack } = error;
  return { err: { name, message, stack, ...('status' in error && { status: error.status }) } };
}
