/** How the image starts its program. */
export interface ImageCommand {
  args: string[];
  env: Record<string, string>;
}

/**
 * What ENTRYPOINT and ENV of a Dockerfile's last stage say, with the image's folder /app replaced, so
 * that a bundle runs here with the very flags that it has in the image.
 *
 * @throws Error when there is no ENTRYPOINT in JSON form.
 */
export function imageCommand(dockerfile: string, appFolder: string): ImageCommand {
  const lines = dockerfile.replaceAll('\\\n', ' ').split('\n');
  const stage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const here = (text: string): string => text.replace(/^\/app(?=\/|$)/, appFolder);
  const entryPoint = stage.findLast((line) => line.startsWith('ENTRYPOINT ['));
  if (entryPoint === undefined) throw new Error('the Dockerfile has no ENTRYPOINT in JSON form');
  const [, ...args] = JSON.parse(entryPoint.slice('ENTRYPOINT '.length)) as string[];
  const settings = stage
    .filter((line) => line.startsWith('ENV '))
    .flatMap((line) => [...line.matchAll(/(\w+)=(\S+)/g)])
    .map(([, name = '', value = '']) => [name, here(value)]);
  return { args: args.map(here), env: Object.fromEntries(settings) as Record<string, string> };
}
