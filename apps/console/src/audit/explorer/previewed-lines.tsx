/** The lines of the audit trail, through which the arrow keys move, with what happened to one of them below. */
import { Box, Typography } from '@mui/material';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  Suspense,
  useCallback,
  useId,
  useRef,
  useState,
} from 'react';
import { useListContext } from 'react-admin';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { Preview } from './lazy-preview.js';
import { likeIt, moved } from './moves.js';

interface Props {
  readonly data: readonly ConsoleRecord[];
  readonly children: ReactNode;
}

/** The link of each line, in the order of the lines. */
const LINKS = 'a[href*="/requests/"], a[href*="/audit-events/"]';

export function PreviewedLines({ data, children }: Props) {
  const list = useListContext<ConsoleRecord>();
  const lines = useRef<HTMLElement>(null);
  const hintId = useId();
  const [shownId, setShownId] = useState<string | null>(null);
  const shownAt = data.findIndex(({ id }) => id === shownId);
  const shown = data[shownAt];

  const links = useCallback(() => [...(lines.current?.querySelectorAll<HTMLElement>(LINKS) ?? [])], []);
  /** The place of the line that an element is in. */
  const lineOf = (element: Element): number => {
    const line = element.closest('tr, .MuiCard-root');
    return links().findIndex((link) => line?.contains(link));
  };
  const show = (at: number): void => {
    const [link, record] = [links()[at], data[at]];
    if (link === undefined || record === undefined) return;
    setShownId(record.id);
    link.focus({ preventScroll: true });
    // What is below the middle may lie under the preview.
    link.scrollIntoView({ block: 'center' });
  };
  const close = (): void => {
    setShownId(null);
    (links()[shownAt] ?? lines.current)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Escape' && shown !== undefined) {
      event.preventDefault();
      close();
      return;
    }
    if (!(event.target instanceof Element) || lines.current?.contains(event.target) !== true) return;
    const next = moved(event.key, lineOf(event.target), data.length);
    if (next === null) return;
    event.preventDefault();
    show(next);
  };
  const onClick = (event: MouseEvent): void => {
    if (!(event.target instanceof Element) || event.target.closest('a, button') !== null) return;
    // Somebody who selects text to copy it does not want the preview.
    if (window.getSelection()?.type !== 'Range') show(lineOf(event.target));
  };
  return (
    <Box onKeyDown={onKeyDown}>
      <Typography
        id={hintId}
        variant="body2"
        color="text.secondary"
        // Telephones have no such keys.
        sx={{ mb: 1, display: { xs: 'none', sm: 'block' } }}
      >
        On a line, the up and down arrow keys show what happened, Enter opens its page and Esc closes the
        preview.
      </Typography>
      <Box
        ref={lines}
        role="group"
        tabIndex={-1}
        aria-label="Lines of the audit trail"
        aria-describedby={hintId}
        onClick={onClick}
        sx={{ outline: 'none' }}
      >
        {children}
      </Box>
      {shown === undefined ? null : (
        <Suspense>
          <Preview
            line={shown}
            onClose={close}
            onMoreLikeThis={() => {
              setShownId(null);
              list.setFilters(likeIt(shown), list.displayedFilters as object);
              lines.current?.focus();
            }}
          />
        </Suspense>
      )}
    </Box>
  );
}
