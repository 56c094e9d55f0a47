const INVALID = '[aria-invalid="true"], .Mui-error [role="combobox"]';
/** What a person enters something into, and not what only holds the value of a choice. */
const ENTERED = '[role="combobox"], input:not([type="hidden"]), textarea';

/** On the summary of several faults. */
export const SUMMARY = 'data-fault-summary';

/** Moves the focus to the summary of several faults, or to the one marked field, once React has shown it. */
export function focusFirstFault(form: HTMLElement | null): void {
  requestAnimationFrame(() =>
    (form?.querySelector<HTMLElement>(`[${SUMMARY}]`) ?? form?.querySelector<HTMLElement>(INVALID))?.focus(),
  );
}

/** Moves the focus to a field by its name. */
export function focusField(form: HTMLElement | null, name: string): void {
  const value = form?.querySelector(`[name="${CSS.escape(name)}"]`);
  const around = value?.closest('.MuiFormControl-root') ?? value?.parentElement;
  around?.querySelector<HTMLElement>(ENTERED)?.focus();
}
