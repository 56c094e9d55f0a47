import type { ListedChange, PendingChangeView } from '@gatehouse/contracts/governance/change-resources';
import { Box, Typography } from '@mui/material';
import { ThingLink } from '../parts/thing-link.js';
import { counted } from '../parts/words.js';

/** The sentence that stands for the change, and how many more there are. */
export function summaryInShort({
  summary: [first = ''],
  sentences,
}: Pick<ListedChange, 'summary' | 'sentences'>): string {
  return sentences === 1 ? first : `${first} And ${counted(sentences - 1, 'further change')}.`;
}

/** What the change would do, in sentences, with links to what it is about. */
export function ChangeSummary({ summary, things }: Pick<PendingChangeView, 'summary' | 'things'>) {
  const [first, ...others] = summary;
  return (
    <>
      <Typography sx={{ fontSize: '1.125rem', fontWeight: 600, mb: 1, overflowWrap: 'anywhere' }}>
        {first}
      </Typography>
      {others.length === 0 ? null : (
        <Box component="ul" sx={{ mt: 0, mb: 1, pl: 3 }}>
          {others.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </Box>
      )}
      {things.length === 0 ? null : (
        <Typography sx={{ overflowWrap: 'anywhere' }}>
          It is about{' '}
          {things.map((thing, index) => (
            <span key={thing.id}>
              {index === 0 ? '' : ', '}
              <ThingLink {...thing} />
            </span>
          ))}
        </Typography>
      )}
    </>
  );
}
