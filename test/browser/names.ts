import type { Page } from 'playwright-core';

/**
 * Where a name is no link: headings, what can be selected, records as they were written, and the lines of the audit
 * trail, each of which leads to a page with the links.
 */
const EXCEPT =
  'a, h1, h2, h3, button, label, option, code, pre, article, [role="dialog"], tr:has(a[href*="/requests/"])';

/**
 * @param things the address of each thing's page, by its name
 * @returns the names that a page shows without a link to the thing, with what stands around them; not those with a
 *   button that copies them, nor those whose row has the link
 */
export const namesWithoutLink = (page: Page, things: Readonly<Record<string, string>>): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const things = Object.entries(${JSON.stringify(things)});
    const texts = document.createTreeWalker(document.querySelector('#main-content'), NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode() !== null) {
      const { textContent, parentElement } = texts.currentNode;
      const text = textContent.trim();
      const [, address] = things.find(([name]) =>
        text.startsWith(name) && /^($|,| \\(| in | · | - )/.test(text.slice(name.length))) ?? [];
      if (address === undefined || parentElement.closest(${JSON.stringify(EXCEPT)}) !== null) continue;
      const around = parentElement.closest('tr') ?? parentElement;
      if (around.querySelector('a[href$="' + address + '"]') !== null) continue;
      if (parentElement.parentElement.querySelector('button[aria-label^="Copy"]') === null)
        found.push(parentElement.parentElement.textContent.slice(0, 120));
    }
    return found;
  })()`);

/** Of an onboarded organisation and client. */
export const namesOf = (odsCode: string, client: string, environment: string): Record<string, string> => ({
  [odsCode]: `/organisations/${odsCode}/show`,
  [`Synthetic Trust ${odsCode}`]: `/organisations/${odsCode}/show`,
  [client]: `/clients/${encodeURIComponent(`${environment}~${client}`)}/show`,
});
