const nameWidth = 56;
const repeatSeconds = 30;

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * Runs one step of the work with a line that tells people what is going on and for how long.
 *
 * A terminal gets one line that is updated every second; a log gets a line at the start, every
 * half minute and at the end.
 */
export async function reportProgress<T>(title: string, step: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  const line = (state: string): string => `  ${title.padEnd(nameWidth)} ${state}`;
  const terminal = process.stdout.isTTY;
  const show = (state: string): void => {
    process.stdout.write(terminal ? `\r\u001b[K${line(state)}` : `${line(state)}\n`);
  };
  const every = terminal ? 1 : repeatSeconds;
  const ticker = setInterval(() => {
    show(`… ${seconds(begun)}`);
  }, every * 1000);
  if (terminal) show('…');
  try {
    const result = await step();
    show(`done ${seconds(begun)}${terminal ? '\n' : ''}`);
    return result;
  } catch (error) {
    show(`FAILED ${seconds(begun)}${terminal ? '\n' : ''}`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}
