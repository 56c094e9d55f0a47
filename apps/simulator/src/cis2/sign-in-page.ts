import { nameOf, type Person } from '../people/person.js';

/** Escapes text for HTML, since tests can add people of any name. */
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The page on which a person is chosen, in place of a smartcard. The form posts to `action`. */
export function signInPage(action: string, clientId: string, people: readonly Person[]): string {
  const buttons = people
    .map(
      (person) =>
        `<li><button name="person" value="${person.userId}"><b>${escape(nameOf(person))}</b> ${escape(person.duty)} <small>${person.userId}</small></button></li>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Care Identity sign-in (simulated)</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; color: #212b32; background: #e8edee }
ul { list-style: none; padding: 0 }
button { width: 100%; margin: .3rem 0; padding: .8rem 1rem; text-align: left; font: inherit; color: inherit; background: #fff; border: 2px solid #005eb8; border-radius: 4px; cursor: pointer }
button:hover, button:focus { outline: 4px solid #ffeb3b; border-color: #212b32 }
small { display: block; color: #4c6272 }
</style>
</head>
<body>
<main>
<h1>Care Identity sign-in (simulated)</h1>
<p>This stands in for NHS CIS2 on your machine. These healthcare workers are made up and have no smartcards. Who is signing in to ${escape(clientId)}?</p>
<form method="post" action="${action}">
<ul>
${buttons}
<li><button name="person" value="">Cancel</button></li>
</ul>
</form>
</main>
</body>
</html>`;
}
