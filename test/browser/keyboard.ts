/** The console as somebody works it who has no mouse: every control is reached by Tab, and its focus has to be seen. */
import type { Locator, Page } from 'playwright-core';
import { until } from '../support/until.ts';

/** The menu has half as many entries. */
const MOST_TABS = 60;

/** How the control with the focus looks; the one before it must look otherwise now that it has lost it. */
const WATCH = `(() => {
  const lookOf = (element) =>
    [element, element.closest('.MuiButtonBase-root'), element.closest('.MuiInputBase-root'),
      element.parentElement.querySelector(':scope > fieldset')]
      .filter((each) => each !== null)
      .flatMap((each) => ['', '::before', '::after'].map((part) => {
        const { outline, outlineStyle, boxShadow, backgroundColor, border, transform } = getComputedStyle(each, part);
        return [outlineStyle === 'none' || outline, boxShadow, backgroundColor, border, transform].join();
      }))
      .join('\\n');
  for (const each of document.getAnimations())
    if (each.effect.getTiming().iterations !== Infinity) each.finish();
  const now = document.activeElement;
  const before = window.focusBefore;
  window.focusBefore = now === document.body ? undefined : { element: now, look: lookOf(now) };
  return before?.element.isConnected && before.element !== now && lookOf(before.element) === before.look
    ? before.element.outerHTML.slice(0, 300)
    : null;
})()`;

/** What is asked of an element in the browser. */
interface Placed {
  readonly ownerDocument: { readonly activeElement: Placed; readonly body: Placed };
  compareDocumentPosition(other: Placed): number;
}
const PRECEDING = 2;

/** Of the mouse and of fingers. */
const COUNT_POINTERS = `addEventListener('pointerdown', () => (window.pointers = (window.pointers ?? 0) + 1), true)`;

export interface Keyboard {
  /** Moves the focus to a control, by Tab, or by Shift and Tab where it lies before. */
  reach(control: Locator): Promise<void>;
  press(control: Locator, key?: string): Promise<void>;
  /** Replaces what a field holds. The date of a date field is typed part by part, as the browser asks for it. */
  type(field: Locator, text: string): Promise<void>;
  choose(list: Locator, option: Locator): Promise<void>;
  /** Opens a tab beside the one that is open. */
  openTab(tab: Locator): Promise<void>;
  upload(field: Locator, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void>;
  /** How often the page was pressed with a pointer since it was loaded. */
  pointers(): Promise<number>;
}

export async function keyboardOf(page: Page): Promise<Keyboard> {
  await page.addInitScript(COUNT_POINTERS);
  await page.evaluate(COUNT_POINTERS);
  const { keyboard } = page;
  const hasFocus = async (control: Locator) => (await control.and(page.locator(':focus')).count()) === 1;

  const watch = async (): Promise<void> => {
    const unseen = await page.evaluate<string | null>(WATCH);
    if (unseen !== null) throw new Error(`nothing shows that the focus is on ${unseen}`);
  };

  const reach: Keyboard['reach'] = async (control) => {
    await control.waitFor();
    await until('the focus is somewhere after what was done last', () =>
      page.evaluate<boolean>(`window.focusBefore === undefined || document.activeElement !== document.body`),
    );
    const liesBefore = await control.evaluate((element, preceding) => {
      const placed = element as unknown as Placed;
      const { activeElement, body } = placed.ownerDocument;
      return activeElement !== body && (activeElement.compareDocumentPosition(placed) & preceding) !== 0;
    }, PRECEDING);
    for (let count = 0; !(await hasFocus(control)); count += 1) {
      if (count === MOST_TABS) throw new Error(`${MOST_TABS} Tabs do not lead to ${String(control)}`);
      await keyboard.press(liesBefore ? 'Shift+Tab' : 'Tab');
      await watch();
    }
  };

  const press: Keyboard['press'] = async (control, key = 'Enter') => {
    await reach(control);
    await keyboard.press(key);
  };
  return {
    reach,
    press,
    async type(field, text) {
      await reach(field);
      if ((await field.getAttribute('type')) === 'date') {
        const [year = '', month = '', day = ''] = text.split('-');
        await keyboard.type(month + day + year);
      } else {
        await keyboard.press('Control+A');
        if (text === '') await keyboard.press('Delete');
        else await keyboard.insertText(text);
      }
    },
    async choose(list, option) {
      await press(list);
      await option.waitFor();
      for (let count = 0; !(await hasFocus(option)); count += 1) {
        if (count === MOST_TABS) throw new Error(`the arrow key does not lead to ${String(option)}`);
        await keyboard.press('ArrowDown');
      }
      await keyboard.press('Enter');
      await option.waitFor({ state: 'detached' });
    },
    async openTab(tab) {
      await reach(page.getByRole('tab', { selected: true }));
      for (let count = 0; !(await hasFocus(tab)); count += 1) {
        if (count === MOST_TABS) throw new Error(`the arrow key does not lead to ${String(tab)}`);
        await keyboard.press('ArrowRight');
      }
      await keyboard.press('Enter');
    },
    async upload(field, file) {
      const chooser = page.waitForEvent('filechooser');
      await press(field);
      await (await chooser).setFiles(file);
    },
    pointers: () => page.evaluate<number>('window.pointers ?? 0'),
  };
}
