/** A minimal browser: it keeps the cookies of each host and can go through the sign-in pages. */
export class HttpBrowser {
  private readonly origin: string;
  private readonly cookies = new Map<string, Map<string, string>>();

  /** @param origin the origin of the console */
  constructor(origin: string) {
    this.origin = origin;
  }

  async go(url: string, options: RequestInit = {}): Promise<Response> {
    const cookie = [...this.jarFor(url)].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      ...options,
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { Cookie: cookie }), ...options.headers },
    });
    this.keepCookies(url, response.headers);
    return response;
  }

  /** Keeps the cookies of an answer, even of one that was fetched some other way. */
  keepCookies(url: string, headers: Headers): void {
    const jar = this.jarFor(url);
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
  }

  cookie(name: string): string | undefined {
    return this.jarFor(this.origin).get(name);
  }

  cookieNames(): string[] {
    return [...this.jarFor(this.origin).keys()];
  }

  forget(name: string): void {
    this.jarFor(this.origin).delete(name);
  }

  /** Begins a sign-in and identifies a person at the provider. @returns the callback URL, which it doesn't open */
  async identify(person: string, returnTo = '/'): Promise<string> {
    const url = `${this.origin}/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}`;
    return this.identifyAt((await this.go(url)).headers.get('location') ?? '', person);
  }

  /**
   * @param providerUrl where the sign-in page redirected to
   * @param callbackUrl where the provider is to redirect to
   */
  async identifyAt(
    providerUrl: string,
    person: string,
    callbackUrl = `${this.origin}/auth/callback`,
  ): Promise<string> {
    let url = providerUrl;
    let response = await this.go(url);
    for (let hops = 0; hops < 8; hops += 1) {
      const location = response.headers.get('location');
      if (location === null) {
        response = await this.go(url, { method: 'POST', body: new URLSearchParams({ person }) });
        continue;
      }
      url = new URL(location, url).href;
      if (url.startsWith(callbackUrl)) return url;
      response = await this.go(url);
    }
    throw new Error(`the provider did not redirect back: ${url}`);
  }

  private jarFor(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, jar);
    return jar;
  }
}
