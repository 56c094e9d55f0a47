/** The frame of every page, and the parts that pages share: the words and patterns of the NHS design system. */
import { html, type Html, type HtmlPart } from './html.js';
import type { Visit } from './visit.js';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** @param isFault a screen reader says so first */
export function renderPage(visit: Visit, title: string, body: Html, isFault: boolean): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${isFault ? 'Error: ' : null}${title} – ReferWell</title>
        <link rel="stylesheet" href="/demo.css" />
      </head>
      <body>
        <a class="skip-link" href="#main">Skip to main content</a>
        ${header(visit)}
        <main id="main" class="width" tabindex="-1">${body}</main>
        <footer>
          <div class="width">
            ${calls(visit)}
            <p>ReferWell is a demonstration. All people and patients are made up.</p>
          </div>
        </footer>
      </body>
    </html>`.text;
}

function header({ session: { user } }: Visit): Html {
  if (user === null)
    return html`<header>
      <div class="width bar"><a class="brand" href="/">ReferWell</a></div>
    </header>`;
  return html`<header>
    <div class="width bar">
      <a class="brand" href="/worklist">ReferWell</a>
      <nav aria-label="Main">
        <a href="/worklist">Worklists</a> <a href="/role">Change role</a> <a href="/me">Who am I?</a>
        <form method="post" action="/sign-out"><button class="link">Sign out</button></form>
      </nav>
    </div>
    <div class="who">
      <p class="width">${user.user.name ?? user.user.userId}: ${roleInWords(user)}</p>
    </div>
  </header>`;
}

function roleInWords({ role, roles }: NonNullable<Visit['session']['user']>): string {
  if (role === null) return 'no role chosen';
  const { organisation, businessFunction, onBehalfOf } = role;
  const chosen = roles.find(
    (each) => each.organisation === organisation && each.businessFunction === businessFunction,
  );
  const words = chosen?.inWords ?? `${businessFunction} at ${organisation}`;
  return onBehalfOf === null ? words : `${words}, on behalf of ${onBehalfOf}`;
}

/** The calls to Gatehouse that this page and the redirect before it made. */
function calls({ settings: { consoleUrl }, session }: Visit): Html | null {
  if (session.calls.length === 0) return null;
  const rows = session.calls.map(({ method, path, status, attemptId }) => {
    const id = html`<code>Gatehouse-Attempt-Id ${attemptId}</code>`;
    const trail =
      consoleUrl === null
        ? id
        : html`<a href="${consoleUrl}/requests/${attemptId}">${id}</a> in the audit trail`;
    return html`<li><code>${method} ${path}</code> ${status} ${attemptId === null ? null : trail}</li>`;
  });
  session.calls = [];
  return html`<h2>Calls to Gatehouse</h2>
    <ul class="calls">
      ${rows}
    </ul>`;
}

export const heading = (text: string): Html => html`<h1>${text}</h1>`;

export const linkButton = (href: string, text: string): Html =>
  html`<p><a class="button" role="button" href="${href}">${text}</a></p>`;

/** A form with one button. */
export const postForm = (action: string, button: string, fields: HtmlPart = null): Html =>
  html`<form method="post" action="${action}">
    ${fields}
    <button class="button">${button}</button>
  </form>`;

export const hidden = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}" />`;

export function radios(name: string, legend: string, choices: readonly Choice[], error?: string): Html {
  const items = choices.map(
    ({ value, label }, at) =>
      html`<div class="radio">
        <input type="radio" id="${name}${at === 0 ? '' : `-${at}`}" name="${name}" value="${value}" />
        <label for="${name}${at === 0 ? '' : `-${at}`}">${label}</label>
      </div>`,
  );
  return html`<fieldset
    class="${error === undefined ? 'group' : 'group group-error'}"
    ${error === undefined ? null : html`aria-describedby="${name}-error"`}
  >
    <legend>${legend}</legend>
    ${errorMessage(name, error)} ${items}
  </fieldset>`;
}

export function textArea(name: string, label: string, error?: string): Html {
  return html`<div class="${error === undefined ? 'group' : 'group group-error'}">
    <label for="${name}">${label}</label>
    ${errorMessage(name, error)}
    <textarea
      id="${name}"
      name="${name}"
      rows="5"
      ${error === undefined ? null : html`aria-describedby="${name}-error"`}
    ></textarea>
  </div>`;
}

const errorMessage = (name: string, error: string | undefined): Html | null =>
  error === undefined
    ? null
    : html`<p id="${name}-error" class="error"><span class="hidden">Error:</span> ${error}</p>`;

/** The box above a page that says what was wrong, with a link to the field. */
export const errorSummary = (message: string, fieldName?: string): Html =>
  html`<div class="error-summary" role="alert" tabindex="-1">
    <h2>There is a problem</h2>
    <p>${fieldName === undefined ? message : html`<a href="#${fieldName}">${message}</a>`}</p>
  </div>`;

export const summaryList = (rows: readonly (readonly [string, HtmlPart])[]): Html =>
  html`<dl>
    ${rows.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;

export const dateTime = (iso: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Europe/London',
  }).format(new Date(iso));

/** REFERRALS_FOR_REVIEW as “Referrals for review”. */
export function codeInWords(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
