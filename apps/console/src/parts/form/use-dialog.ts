import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';

/** The state of an address that opens a dialog on its page: `{ opens: 'Create a token' }`. */
export interface OpensDialog {
  readonly opens: string;
}

/** Whether the dialog of a button with this label is open. A page can also be opened with the dialog open. */
export function useDialog(label: string) {
  const [isOpened, setOpened] = useState(false);
  const location = useLocation();
  const navigate = useNavigate();
  const isAddressed = (location.state as Partial<OpensDialog> | null)?.opens === label;
  return {
    isOpen: isOpened || isAddressed,
    open: () => {
      setOpened(true);
    },
    close: () => {
      setOpened(false);
      // Otherwise it would open again when the page is reloaded.
      if (isAddressed)
        void navigate({ pathname: location.pathname, search: location.search }, { replace: true });
    },
  };
}
