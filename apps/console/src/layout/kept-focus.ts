/**
 * Gives the focus a place where the element that had it has gone or was disabled, as after a decision, a step that is
 * done or a link to another page. Without one, a screen reader begins at the top of the page again.
 */

import { content, focusPlace } from './focus-place.js';

/** Parts that know a better place have moved the focus there by then. */
const WAIT_MS = 100;

export function keepFocus(): void {
  /** What had the focus last, and what it stood in; empty once somebody has pressed elsewhere with a pointer. */
  let places: readonly Element[] = [];
  let isWaiting = false;
  const note = (): void => {
    places = withAncestors(document.activeElement);
  };
  note();
  document.addEventListener('focusin', note);
  document.addEventListener('pointerdown', () => {
    places = [];
  });
  new MutationObserver(() => {
    if (isWaiting || hasFocus() || places.length === 0) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      if (!hasFocus()) focusNearest(places);
    }, WAIT_MS);
  }).observe(document.body, {
    ...{ childList: true, subtree: true, attributes: true },
    attributeFilter: ['disabled'],
  });
}

const hasFocus = (): boolean => document.activeElement !== document.body;

function withAncestors(element: Element | null): Element[] {
  const places: Element[] = [];
  for (let each = element; each !== null && each !== document.body; each = each.parentElement)
    places.push(each);
  return places;
}

/** The element itself if it is there, as soon as it is enabled; otherwise what it stood in, or the content of the page. */
function focusNearest([element, ...around]: readonly Element[]): void {
  if (element?.isConnected === true) {
    if (element instanceof HTMLElement) element.focus({ preventScroll: true });
    return;
  }
  const near = around.find((each) => each.isConnected && content()?.contains(each));
  focusPlace(near instanceof HTMLElement ? near : content());
}
