import { emailOf, PEOPLE } from './people.js';

/** The page on which the person is chosen. The form posts to `action`; nothing on the page is input. */
export function loginPage(action: string): string {
  const buttons = PEOPLE.map(
    (person) =>
      `<li><button name="person" value="${person.id}"><b>${person.name}</b> ${person.duty} <small>${emailOf(person)}</small></button></li>`,
  ).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Local demo sign-in</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem; color: #212b32; background: #f0f4f5 }
ul { list-style: none; padding: 0 }
button { width: 100%; margin: .3rem 0; padding: .8rem 1rem; text-align: left; font: inherit; color: inherit; background: #fff; border: 2px solid #4c6272; border-radius: 4px; cursor: pointer }
button:hover, button:focus { outline: 4px solid #ffeb3b; border-color: #212b32 }
small { display: block; color: #4c6272 }
</style>
</head>
<body>
<main>
<h1>Local demo sign-in</h1>
<p>This identity provider runs on your machine for trying Gatehouse out. These people are made up and have no passwords. Who are you?</p>
<form method="post" action="${action}">
<ul>
${buttons}
</ul>
</form>
</main>
</body>
</html>`;
}
