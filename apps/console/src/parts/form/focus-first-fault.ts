const INVALID = '[aria-invalid="true"], .Mui-error [role="combobox"]';

/** Moves the focus to the first marked field, once React has marked it. */
export function focusFirstFault(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>(INVALID)?.focus());
}
