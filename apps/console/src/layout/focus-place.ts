/** Puts the focus on a part of the page that Tab doesn't reach, so that the next Tab goes on from there. */
export function focusPlace(place: HTMLElement | null): void {
  if (place === null) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

/** Whether no control has the focus, but the page or a part of it that this element stands in. */
export const hasFocusAround = (element: HTMLElement | null): boolean =>
  document.activeElement?.contains(element) === true;

/** What is beside the bar and the menu. */
export const content = (): HTMLElement | null => document.getElementById('main-content');
