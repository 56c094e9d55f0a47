/** Suspends or puts in service everything that the filter of a list finds, as one change. */
import { MOST_AT_ONCE } from '@gatehouse/contracts/registry/at-once-routes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { callRoute } from '../api/call-route.js';
import { hasFocusAround } from '../layout/focus-place.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { Loaded } from '../parts/load-state.js';
import { counted } from '../parts/words.js';
import { stakesInWords } from '../stops/stake-words.js';
import { filterInWords } from './filter-words.js';

type Preview = AnswerOf<'organisationsAtOncePreview'> &
  Partial<Pick<AnswerOf<'applicationsAtOncePreview'>, 'environments'>>;
export type Listed = 'applications' | 'organisations';

interface Props {
  readonly of: Listed;
  readonly filter: object;
}

const previews = {
  applications: async (filter: object) => {
    const preview = (to: 'suspended' | 'live') =>
      callRoute('applicationsAtOncePreview', { query: { to, ...filter } });
    return Promise.all([preview('suspended'), preview('live')]);
  },
  organisations: async (filter: object) => {
    const preview = (to: 'suspended' | 'active') =>
      callRoute('organisationsAtOncePreview', { query: { to, ...filter } });
    return Promise.all([preview('suspended'), preview('active')]);
  },
} as const satisfies Readonly<Record<Listed, (filter: object) => Promise<readonly [Preview, Preview]>>>;

export default function AtOnce({ of, filter }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const query = useQuery({
    queryKey: ['at-once', of, filter],
    queryFn: async (): Promise<readonly [Preview, Preview]> => previews[of](filter),
  });
  const { data } = query;
  // The button that was pressed has gone.
  useEffect(() => {
    if (hasFocusAround(box.current)) box.current?.focus();
  }, [data]);
  return (
    <Box ref={box} role="group" aria-label="All that match" tabIndex={-1} sx={{ mb: 2, outlineOffset: 4 }}>
      <Loaded query={query}>
        {([suspended, running]) => (
          <>
            <Choice of={of} to="suspended" filter={filter} {...suspended} />
            <Choice of={of} to={RUNNING[of]} filter={filter} {...running} />
          </>
        )}
      </Loaded>
    </Box>
  );
}

const MOST = MOST_AT_ONCE.toLocaleString('en-GB');
const RUNNING = { applications: 'live', organisations: 'active' } as const;

interface Words {
  readonly none: string;
  readonly tooMany: string;
  readonly effect: string;
  readonly label: (things: string) => string;
  readonly done: (things: string) => string;
}

const suspending = {
  label: (things: string) => `Suspend ${things}`,
  done: (things: string) => `${things} suspended.`,
};
const putting = {
  label: (things: string) => `Put ${things} in service`,
  done: (things: string) => `${things} put in service.`,
  effect: 'Those under an emergency stop are left out: they run again when it is lifted.',
};

const WORDS: Readonly<Record<Listed, Readonly<Record<'suspended' | 'running', Words>>>> = {
  applications: {
    suspended: {
      ...suspending,
      none: 'None of them is live, so none can be suspended.',
      tooMany: `More than ${MOST} of them are live, and that is the most that can be suspended at once. Narrow the filter, to one environment, product or organisation for example.`,
      effect: 'Their requests are rejected until they are put in service again.',
    },
    running: {
      ...putting,
      none: 'None of them is a draft or suspended, so none can be put in service.',
      tooMany: `More than ${MOST} of them are drafts or suspended, and that is the most that can be put in service at once. Narrow the filter, to one environment, product or organisation for example.`,
    },
  },
  organisations: {
    suspended: {
      ...suspending,
      none: 'None of them is active, so none can be suspended.',
      tooMany: `More than ${MOST} of them are active, and that is the most that can be suspended at once. Narrow the filter, to one state of health for example.`,
      effect:
        'In every environment, every request for one of them is rejected until they are put in service again.',
    },
    running: {
      ...putting,
      none: 'None of them is suspended without an emergency stop, so none can be put in service.',
      tooMany: `More than ${MOST} of them are suspended, and that is the most that can be put in service at once. Narrow the filter, to one state of health for example.`,
    },
  },
};

function Choice({
  of,
  to,
  filter,
  total,
  isMore,
  environments = [],
  atStake,
}: Props & Preview & { readonly to: 'suspended' | 'live' | 'active' }) {
  const words = WORDS[of][to === 'suspended' ? 'suspended' : 'running'];
  if (isMore) return <Typography>{words.tooMany}</Typography>;
  if (total === 0) return <Typography color="text.secondary">{words.none}</Typography>;
  const things = counted(total, of.slice(0, -1));
  return (
    <RouteDialog
      route={of === 'applications' ? 'applicationsAtOnceChange' : 'organisationsAtOnceChange'}
      label={words.label(things)}
      fixed={{ to, filter, count: total }}
      target={{
        name: `${things}: ${filterInWords(filter)}`,
        environments,
        effect: words.effect,
        atStake: atStake === null ? null : <Typography>{stakesInWords(atStake)}</Typography>,
      }}
      fields={[REASON_REQUIRED]}
      danger={to === 'suspended'}
      done={words.done(things)}
    />
  );
}
