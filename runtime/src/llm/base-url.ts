/** The proxy's two addresses that the runtime uses. */
export interface ProxyUrls {
  completions: URL;
  /** Says whether the proxy lives, without a key and without calling a model. */
  liveliness: URL;
}

/** Reads a LiteLLM base URL, with or without a trailing `/` or `/v1`; a path before it is kept. */
export function proxyUrls(base: string): ProxyUrls {
  const url = new URL(base);
  url.search = '';
  url.hash = '';
  const root = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  const at = (path: string): URL => {
    const target = new URL(url);
    target.pathname = root + path;
    return target;
  };
  return { completions: at('/v1/chat/completions'), liveliness: at('/health/liveliness') };
}
