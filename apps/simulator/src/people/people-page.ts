import type { ServerResponse } from 'node:http';

export interface PeoplePage {
  readonly title: string;
  readonly introduction: string;
  /** Where the form posts to. */
  readonly action: string;
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly duty: string;
    readonly detail: string;
  }[];
  /** Whether it is possible to choose nobody. */
  readonly canCancel: boolean;
  /** They distinguish the providers. */
  readonly colours: { readonly page: string; readonly border: string };
}

/** Escapes text for HTML, since tests can add people of any name. */
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The page of an identity provider on which the person is chosen, in place of a password or smartcard. */
export function peoplePage({ title, introduction, action, people, canCancel, colours }: PeoplePage): string {
  const buttons = [
    ...people.map(
      ({ id, name, duty, detail }) =>
        `<li><button name="person" value="${escape(id)}"><b>${escape(name)}</b> ${escape(duty)} <small>${escape(detail)}</small></button></li>`,
    ),
    ...(canCancel ? ['<li><button name="person" value="">Cancel</button></li>'] : []),
  ].join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; color: #212b32; background: ${colours.page} }
ul { list-style: none; padding: 0 }
button { width: 100%; margin: .3rem 0; padding: .8rem 1rem; text-align: left; font: inherit; color: inherit; background: #fff; border: 2px solid ${colours.border}; border-radius: 4px; cursor: pointer }
button:hover, button:focus { outline: 4px solid #ffeb3b; border-color: #212b32 }
small { display: block; color: #4c6272 }
</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<p>${escape(introduction)}</p>
<form method="post" action="${escape(action)}">
<ul>
${buttons}
</ul>
</form>
</main>
</body>
</html>`;
}

export function sendPage(response: ServerResponse, html: string): void {
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'Cache-Control': 'no-store',
  });
  response.end(html);
}
