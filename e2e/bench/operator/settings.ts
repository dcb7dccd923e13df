/** What a run measures; read from the environment, as make passes it on. */
export interface BenchSettings {
  /** How many servers there are in the end, each with an agent of its own. */
  servers: number;
  /** How many of them are created while the clock runs; the others only show how memory grows. */
  measured: number;
  idleSeconds: number;
  edits: number;
  /** Whether the operator runs from its source under V8's profiler, which slows it down. */
  profile: boolean;
}

const MOST_MEASURED = 1_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error naming the variable that is no number. */
export function benchSettings(env: Environment): BenchSettings {
  const number = (name: string, fallback: number): number => {
    const text = env[name] ?? '';
    const value = text === '' ? fallback : Number(text);
    if (Number.isInteger(value) && value >= 1) return value;
    throw new Error(`${name}=${text} is no number of at least 1`);
  };
  const servers = number('SERVERS', MOST_MEASURED);
  return {
    servers,
    measured: Math.min(servers, number('MEASURED', MOST_MEASURED)),
    idleSeconds: number('IDLE_SECONDS', 60),
    edits: number('EDITS', 200),
    profile: (env.PROFILE ?? '') !== '',
  };
}
