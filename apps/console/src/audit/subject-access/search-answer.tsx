/** The answer to a subject access request, as one page: what was searched, how far the trail is complete, and who looked. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../../api/call-route.js';
import { useMay } from '../../api/use-may.js';
import { useSession } from '../../api/use-session.js';
import { PrintButton } from '../../layout/print-button.js';
import { moment, NONE, shortMoment } from '../../parts/dates.js';
import { Facts, Section } from '../../parts/facts.js';
import { RecordRows } from '../../parts/list/record-rows.js';
import { Loaded } from '../../parts/load-state.js';
import { PageLink } from '../../parts/page-link.js';
import { OrganisationLinks } from '../../parts/thing-link.js';
import { counted } from '../../parts/words.js';
import { coverageText, keysDestroyedText } from '../coverage-words.js';
import { type Looked, whoLooked } from './who-looked.js';

type Results = AnswerOf<'auditSearch'>;
type StaffAccess = NonNullable<Results['staff']>['items'][number];

interface Props {
  readonly results: Results;
  /** When the search was made. */
  readonly searchedAtMs: number;
  readonly reason: string;
  readonly organisation: string | null;
}

export function SearchAnswer({ results, searchedAtMs, reason, organisation }: Props) {
  const { items, next, covers, keysDestroyed, staff } = results;
  const person = useSession()?.person.name;
  const looked = whoLooked(items);
  return (
    <>
      <Section title="What was searched">
        <Facts
          facts={[
            ['Searched for', 'The patient of the form above'],
            ['Organisations', organisation ?? 'Every organisation that you may see'],
            ...(keysDestroyed.length === 0
              ? []
              : ([['Can no longer be searched', keysDestroyedText(keysDestroyed)]] as const)),
            ['Period', coverageText(covers)],
            ['Reason', reason],
            [
              'Searched',
              `${moment(new Date(searchedAtMs).toISOString())}${person === undefined ? '' : ` by ${person}`}`,
            ],
            ['How far the trail is complete', useMay('trailShow') ? <Completeness key="trail" /> : null],
          ]}
        />
        <Box sx={{ mt: 2 }}>
          <PrintButton />
        </Box>
      </Section>
      {looked.length === 0 ? null : (
        <Section title="Who looked">
          {next === null ? null : (
            <Typography sx={{ mb: 1 }}>
              This counts the {counted(items.length, 'attempt')} shown below. There are more: show them before
              you print.
            </Typography>
          )}
          <RecordRows<Looked>
            data={looked.map((each, index) => ({ ...each, id: String(index) }))}
            columns={[
              {
                label: 'Organisation',
                value: (each) => (
                  <OrganisationLinks odsCodes={each.organisation === null ? [] : [each.organisation]} />
                ),
              },
              { label: 'Client', value: ({ by }) => by ?? NONE },
              { label: 'CIS2 user', value: ({ userId }) => userId ?? 'No user' },
              { label: 'Attempts', value: ({ requests }) => requests },
              { label: 'First', value: ({ first }) => shortMoment(first) },
              { label: 'Last', value: ({ last }) => shortMoment(last) },
            ]}
          />
        </Section>
      )}
      <Section title="Staff who looked for this patient">
        <StaffWhoLooked staff={staff} />
      </Section>
    </>
  );
}

/** By the trail's own events, which are no more complete than the trail. */
function StaffWhoLooked({ staff }: Pick<Results, 'staff'>) {
  if (staff === null)
    return (
      <Typography>
        Only people whose role is for every organisation see which staff looked for this patient.
      </Typography>
    );
  return (
    <>
      <Typography sx={{ mb: 1 }}>
        Searches with this identifier, and each time that somebody was shown it, in the same period. This
        search is among them.
        {staff.isWhole ? '' : ' Older ones were left out: choose a shorter period before you print.'}
      </Typography>
      <RecordRows<StaffAccess>
        data={staff.items.map((item) => ({ ...item, id: item.eventId }))}
        href={(id) => `/audit-events/${String(id)}`}
        columns={[
          { label: 'When', value: ({ at }) => shortMoment(at) },
          { label: 'Who', value: ({ actor }) => actor ?? NONE },
          {
            label: 'What',
            value: ({ what }) => (what === 'searched' ? 'Searched' : 'Was shown the identifier'),
          },
          { label: 'Reason', value: ({ reason }) => reason ?? NONE },
        ]}
      />
    </>
  );
}

/** Of the whole trail: whether a record could be missing from the answer. */
function Completeness() {
  const query = useQuery({ queryKey: ['trail'], queryFn: () => callRoute('trailShow', {}) });
  return (
    <Loaded query={query}>
      {({ records, verification: { unverified, faults, lastRunAt } }) => (
        <>
          {(records - unverified).toLocaleString('en-GB')} of {counted(records, 'record')} are verified
          {lastRunAt === null ? '' : `, last on ${moment(lastRunAt)}`}.{' '}
          {faults.length === 0
            ? 'No verified record is missing or was changed.'
            : `${counted(faults.length, 'record')} of the trail ${faults.length === 1 ? 'is' : 'are'} missing or changed.`}{' '}
          <PageLink to="/trail">State of the trail</PageLink>
        </>
      )}
    </Loaded>
  );
}
