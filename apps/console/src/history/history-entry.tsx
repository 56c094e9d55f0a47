import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { Moment } from '../parts/time/moment.js';
import { Diff } from '../parts/diff.js';
import { inWords } from '../parts/diff-words.js';

export type HistoryEntry = AnswerOf<'historyList'>['items'][number];

interface Props {
  readonly entry: HistoryEntry;
  /** The fields are shown on demand. */
  readonly isFolded?: boolean;
}

/** One row of the registry before and after a change, with who made it, when, why and from where. */
export function Entry({ entry, isFolded = false }: Props) {
  const { at, actor, origin, reason, version, ...row } = entry;
  return (
    <Box component="article" sx={{ mb: 3 }}>
      <Typography sx={{ overflowWrap: 'anywhere' }}>
        <strong>
          <Moment at={at} />
        </strong>
        , {actor}
        {reason === null ? null : <>: {reason}</>}
      </Typography>
      <Typography color="text.secondary" variant="body2" sx={{ mb: 1, overflowWrap: 'anywhere' }}>
        Version {version}
        {origin === null ? null : <>, {origin}</>}; {row.key}
      </Typography>
      {isFolded ? (
        <details>
          <summary>What changed: {inWords(row.table)}</summary>
          <Diff rows={[row]} isPast />
        </details>
      ) : (
        <Diff rows={[row]} isPast />
      )}
    </Box>
  );
}
