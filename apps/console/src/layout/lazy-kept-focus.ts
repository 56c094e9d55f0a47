/** Loaded when something has the focus for the first time. */
export function keepFocusOnceSomethingHasIt(): void {
  document.addEventListener(
    'focusin',
    () => void import('./kept-focus.js').then((kept) => kept.keepFocus()),
    {
      once: true,
    },
  );
}
