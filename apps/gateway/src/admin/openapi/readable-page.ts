/** The admin API on one page for people to read: plain HTML without a script. */
import { createHash } from 'node:crypto';
import { API_PREFIX, type RouteContract, routes } from '@gatehouse/contracts/routes';
import { PERMISSIONS } from '@gatehouse/domain/governance/permissions';

/** Colours and type of the NHS design system. */
const STYLE = `
:root{color-scheme:light dark}
body{font:1.1rem/1.5 Arial,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#212b32;background:#f0f4f5}
h1,h2{color:#003087}a{color:#005eb8}section{background:#fff;border:1px solid #d8dde0;margin:0 0 1rem;padding:.5rem 1rem}
code{font-size:1rem;overflow-wrap:anywhere}h3{margin:.5rem 0;font-size:1.1rem}p{margin:.25rem 0}
@media(prefers-color-scheme:dark){body{color:#f0f4f5;background:#151b21}h1,h2,a{color:#9cc8f5}section{background:#212b32;border-color:#4c6272}}
`;

export interface Page {
  readonly html: string;
  /** Content-Security-Policy that allows this page's own style and nothing else. */
  readonly policy: string;
}

export function readablePage(): Page {
  const areas = Map.groupBy(Object.values<RouteContract>(routes), ({ path }) => path.split('/')[1] ?? '');
  const sections = [...areas].map(
    ([area, entries]) => `<h2 id="${area}">${title(area)}</h2>\n${entries.map(section).join('\n')}`,
  );
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gatehouse admin API</title><style>${STYLE}</style></head><body><main>
<h1>Gatehouse admin API</h1>
<p>Send <code>Authorization: Bearer gha_…</code> and JSON. Lists take <code>limit</code> and <code>after</code>, which is the <code>next</code> of the page before. A refusal is problem details (RFC 9457) with every fault and its place. A change that needs a second person is answered with 202 and waits until that person decides. <a href="${API_PREFIX}/openapi.json">OpenAPI 3.1 document</a>.</p>
${sections.join('\n')}
</main></body></html>
`;
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return { html, policy: `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'` };
}

function section({ method, path, summary, permission }: RouteContract): string {
  const { roles, scopes }: { roles: readonly string[]; scopes: readonly string[] } = PERMISSIONS[permission];
  return `<section><h3><code>${method} ${API_PREFIX}${path}</code></h3><p>${escaped(summary)}.</p>
<p>Roles: ${roles.join(', ')}. Token scopes: ${scopes.length === 0 ? 'none; only a person can do this' : scopes.join(', ')}.</p></section>`;
}

const title = (area: string): string => area.charAt(0).toUpperCase() + area.slice(1).replaceAll('-', ' ');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
