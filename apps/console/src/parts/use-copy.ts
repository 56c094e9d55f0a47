import { useState } from 'react';

export type CopyState = 'idle' | 'copied' | 'failed';

/** Copies a text to the clipboard and reports whether that worked. */
export function useCopy(text: string): { readonly state: CopyState; readonly copy: () => void } {
  const [state, setState] = useState<CopyState>('idle');
  const copy = (): void => {
    // The clipboard exists only where the page came over https or from localhost.
    const { clipboard } = navigator as { clipboard?: Clipboard };
    const written = clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    written.then(
      () => {
        setState('copied');
      },
      () => {
        setState('failed');
      },
    );
  };
  return { state, copy };
}
