/** How somebody wants to see a list, kept in their browser: which columns, and how high the rows are. */
import { useResourceContext, useStore } from 'react-admin';
import { COMPACT_KEY, HIDDEN_COLUMNS } from '../../session/kept-items.js';

interface Column {
  readonly label: string;
  readonly isExtra?: true;
}

/** The first column names the row, and is always shown. */
export function useColumns<C extends Column>(columns: readonly C[]) {
  const [chosen, setHidden] = useStore<readonly string[] | null>(
    `${useResourceContext() ?? ''}.${HIDDEN_COLUMNS}`,
    null,
  );
  const hidden = chosen ?? columns.filter(({ isExtra }) => isExtra === true).map(({ label }) => label);
  return {
    shown: columns.filter(({ label }, index) => index === 0 || !hidden.includes(label)),
    hidden,
    /** Null: as at first. */
    setHidden,
  };
}

/** Rows of 36 to 40 pixels, or higher ones. */
export function useCompact(): [isCompact: boolean, setCompact: (isCompact: boolean) => void] {
  return useStore<boolean>(COMPACT_KEY, true);
}
