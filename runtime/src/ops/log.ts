import winston from 'winston';
import { redacted } from './redact.ts';
import type { Log, LogFields } from './telemetry.ts';

/** Severities in the configuration's words. */
export type LogLevel = 'ERROR' | 'WARN' | 'INFO' | 'DEBUG';

/** Writes to standard output, one JSON object a line, credentials in errors redacted. */
export function createLog(level: LogLevel, stream?: NodeJS.WritableStream): Log {
  const format = winston.format.printf((info) => {
    const { level: severity, message, logger, ...fields } = info;
    const msg = redacted(String(message));
    const time = new Date().toISOString();
    return JSON.stringify({ time, level: severity.toUpperCase(), logger, msg, ...fields });
  });
  const transport =
    stream === undefined
      ? new winston.transports.Console({ stderrLevels: [] })
      : new winston.transports.Stream({ stream });
  const logger = winston.createLogger({
    level: level.toLowerCase(),
    format,
    transports: [transport],
  });
  return logWith(logger, { logger: 'runtime' });
}

function logWith(logger: winston.Logger, fixed: LogFields & { logger: string }): Log {
  const write =
    (severity: string) =>
    (msg: string, fields: LogFields = {}): void => {
      logger.log(severity, msg, { ...fixed, ...plain(fields) });
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: (name, fields = {}) => logWith(logger, { ...fixed, ...plain(fields), logger: name }),
  };
}

function plain({ err, ...fields }: LogFields): LogFields {
  return err === undefined ? fields : { ...fields, err: errorFields(err) };
}

function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error, message: redacted(String(error)) };
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message: redacted(message),
    ...(stack !== undefined && { stack: redacted(stack) }),
    ...(cause !== undefined && { cause: errorFields(cause) }),
  };
}
