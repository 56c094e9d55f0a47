/** Suspends or puts in service every application that the filter of the list finds, as one change. */
import { MOST_AT_ONCE, type StateAtOnce } from '@gatehouse/contracts/registry/at-once-routes';
import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { callRoute } from '../../api/call-route.js';
import { REASON_REQUIRED } from '../../parts/form/fields.js';
import { RouteDialog } from '../../parts/form/route-dialog.js';
import { Loaded } from '../../parts/load-state.js';
import { counted } from '../../parts/words.js';
import { stakesInWords } from '../../stops/stake-words.js';
import { filterInWords } from './filter-words.js';

type Preview = AnswerOf<'applicationsAtOncePreview'>;
type Filter = RequestOf<'applicationsAtOnceChange'>['body']['filter'];

interface Props {
  readonly filter: Filter;
}

export default function AtOnce({ filter }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const query = useQuery({
    queryKey: ['applications-at-once', filter],
    queryFn: async () => {
      const preview = (to: StateAtOnce) =>
        callRoute('applicationsAtOncePreview', { query: { to, ...filter } });
      const [suspended, live] = await Promise.all([preview('suspended'), preview('live')]);
      return { suspended, live };
    },
  });
  const { data } = query;
  // The button that was pressed has gone.
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.focus();
  }, [data]);
  return (
    <Box ref={box} role="group" aria-label="All that match" tabIndex={-1} sx={{ mb: 2, outlineOffset: 4 }}>
      <Loaded query={query}>
        {({ suspended, live }) => (
          <>
            <Choice to="suspended" filter={filter} {...suspended} />
            <Choice to="live" filter={filter} {...live} />
          </>
        )}
      </Loaded>
    </Box>
  );
}

const MOST = MOST_AT_ONCE.toLocaleString('en-GB');

const WORDS: Readonly<
  Record<StateAtOnce, Readonly<Record<'none' | 'tooMany' | 'effect', string>> & ChangeWords>
> = {
  suspended: {
    none: 'None of them is live, so none can be suspended.',
    tooMany: `More than ${MOST} of them are live, and that is the most that can be suspended at once.`,
    effect: 'Their requests are rejected until they are put in service again.',
    label: (applications) => `Suspend ${applications}`,
    done: (applications) => `${applications} suspended.`,
  },
  live: {
    none: 'None of them is a draft or suspended, so none can be put in service.',
    tooMany: `More than ${MOST} of them are drafts or suspended, and that is the most that can be put in service at once.`,
    effect: 'Those under an emergency stop are left out: they run again when it is lifted.',
    label: (applications) => `Put ${applications} in service`,
    done: (applications) => `${applications} put in service.`,
  },
};

interface ChangeWords {
  readonly label: (applications: string) => string;
  readonly done: (applications: string) => string;
}

function Choice({
  to,
  filter,
  total,
  isMore,
  environments,
  atStake,
}: Props & Preview & { readonly to: StateAtOnce }) {
  const words = WORDS[to];
  if (isMore)
    return (
      <Typography>
        {words.tooMany} Narrow the filter, to one environment, product or organisation for example.
      </Typography>
    );
  if (total === 0) return <Typography color="text.secondary">{words.none}</Typography>;
  const applications = counted(total, 'application');
  return (
    <RouteDialog
      route="applicationsAtOnceChange"
      label={words.label(applications)}
      fixed={{ to, filter, count: total }}
      target={{
        name: `${applications}: ${filterInWords(filter)}`,
        environments,
        effect: words.effect,
        atStake: atStake === null ? null : <Typography>{stakesInWords(atStake)}</Typography>,
      }}
      fields={[REASON_REQUIRED]}
      danger={to === 'suspended'}
      done={words.done(applications)}
    />
  );
}
