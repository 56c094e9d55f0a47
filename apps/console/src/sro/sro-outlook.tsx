import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Link, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { day } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { useLive } from '../api/use-live.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';
import { counted } from '../parts/words.js';

type Item = AnswerOf<'sroOutlook'>['items'][number];

const DAYS = 60;
const GATES: Readonly<Record<Item['gate'], string>> = {
  open: 'open',
  deputy: 'open through a deputy only',
  grace: 'open in the grace period only',
  closed: 'closed',
};

interface Props {
  /** On the dashboard nothing is shown if no access closes. */
  readonly isHiddenIfNone?: boolean;
}

/** The organisations whose application-restricted access closes next, and what stops with it. */
export function SroOutlook({ isHiddenIfNone = false }: Props) {
  const query = useLive(['sro-outlook'], 'sroOutlook', { query: { days: DAYS, limit: 10 } });
  return (
    <Loaded query={query}>
      {({ items }) =>
        isHiddenIfNone && items.length === 0 ? null : (
          <Section title="Access that closes next">
            {items.length === 0 ? (
              <Typography>
                None within {DAYS} days. Every organisation with a live application-restricted application has
                an SRO in force.
              </Typography>
            ) : (
              <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
                {items.map((item) => (
                  <Closing key={`${item.organisation} ${item.environment}`} {...item} />
                ))}
              </Box>
            )}
          </Section>
        )
      }
    </Loaded>
  );
}

function Closing({ organisation, name, environment, gate, openUntil, sro, applications, requests }: Item) {
  return (
    <Box component="li" sx={{ mb: 1.5, overflowWrap: 'anywhere' }}>
      <Link component={RouterLink} to={`/organisations/${organisation}/show`}>
        {name} ({organisation})
      </Link>{' '}
      in {environment} <StateTag state={GATES[gate]} />
      <Typography variant="body2">
        {openUntil === null ? 'Closed now' : `Open until ${day(openUntil)}`}.{' '}
        {counted(applications.length, 'application')}, {counted(requests, 'request')} in the last 7 days.{' '}
        {sro === null ? 'Nobody is appointed.' : `Contact ${sro.name} (${sro.state}), ${sro.email}.`}
      </Typography>
    </Box>
  );
}
