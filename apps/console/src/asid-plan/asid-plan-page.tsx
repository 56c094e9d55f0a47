import { asidPlanCsv, missingAsImport } from '@gatehouse/contracts/asid-plan/asid-plan-csv';
import type { AsidPlanRowView } from '@gatehouse/contracts/asid-plan/planner-resources';
import { Alert, Box, Button, Card, CardContent, Typography } from '@mui/material';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { callRoute } from '../api/call-route.js';
import { messageOf } from '../api/problem-error.js';
import { Loaded } from '../parts/load-state.js';
import { saveFile } from '../parts/save-file.js';
import { PlanChoice, type PlanRequest } from './plan-choice.js';
import { PlanRows } from './plan-rows.js';
import { PageTitle } from '../parts/page-title.js';

interface Download {
  readonly name: string;
  readonly label: string;
  readonly csvOf: (rows: readonly AsidPlanRowView[]) => string;
}

const DOWNLOADS: readonly Download[] = [
  { name: 'asid-plan.csv', label: 'Download as CSV', csvOf: asidPlanCsv },
  { name: 'gatehouse-import.csv', label: 'Download missing applications to import', csvOf: missingAsImport },
];

/** Compares the applications and ASIDs that are needed with those that exist. */
export default function AsidPlanPage() {
  const [request, setRequest] = useState<PlanRequest>({});
  const [state, setState] = useState<PlanRequest['state']>();
  const planRequest = { ...request, state };
  const query = useInfiniteQuery({
    queryKey: ['asid-plan', planRequest],
    queryFn: ({ pageParam }) => callRoute('planShow', { body: { ...planRequest, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: (previous) => previous,
  });
  const download = useMutation({
    mutationFn: async ({ name, csvOf }: Download) => {
      saveFile(name, csvOf(await readAllRows(planRequest)), 'text/csv');
    },
  });
  const [first] = query.data?.pages ?? [];
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>ASID plan</PageTitle>
      <Typography variant="h1" gutterBottom>
        ASID plan
      </Typography>
      <Card sx={{ mb: 2 }}>
        <CardContent>
          <Typography sx={{ mb: 2, maxWidth: '48rem' }}>
            Each environment and access mode needs an APIM application with its own ASID.
            Application-restricted access needs one for each capability.
          </Typography>
          <PlanChoice
            products={first?.products ?? []}
            environments={first?.environments ?? []}
            onChoose={(choice) => {
              setRequest(choice);
              setState(undefined);
            }}
          />
        </CardContent>
      </Card>
      {download.error === null ? null : <Alert severity="error">{messageOf(download.error)}</Alert>}
      <Loaded query={query} loading="Planning">
        {({ pages }) => (
          <>
            <Counts counts={pages[0]?.counts ?? {}} state={state} onChoose={setState} />
            {DOWNLOADS.map((each) => (
              <Button
                key={each.name}
                onClick={() => {
                  download.mutate(each);
                }}
                disabled={download.isPending}
              >
                {each.label}
              </Button>
            ))}
            <PlanRows rows={pages.flatMap(({ items }) => items)} />
            {query.hasNextPage ? (
              <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetching} sx={{ mt: 1 }}>
                Show more
              </Button>
            ) : null}
          </>
        )}
      </Loaded>
    </Box>
  );
}

type Counts = Readonly<Partial<Record<NonNullable<PlanRequest['state']>, number>>>;

interface CountsProps {
  readonly counts: Counts;
  readonly state: PlanRequest['state'];
  readonly onChoose: (state: PlanRequest['state']) => void;
}

/** The number of rows in each state. Select one to show only those rows. */
function Counts({ counts, state, onChoose }: CountsProps) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const states = Object.entries(counts) as [NonNullable<PlanRequest['state']>, number][];
  const button = (label: string, count: number, value: PlanRequest['state']) => (
    <Button
      key={label}
      size="small"
      variant={state === value ? 'contained' : 'outlined'}
      aria-pressed={state === value}
      onClick={() => {
        onChoose(value);
      }}
      sx={{ mr: 1, mb: 1 }}
    >
      {count} {label}
    </Button>
  );
  return (
    <Box role="group" aria-label="Filter by state">
      {button('in total', total, undefined)}
      {states.map(([each, count]) => button(each, count, each))}
    </Box>
  );
}

async function readAllRows(request: PlanRequest): Promise<AsidPlanRowView[]> {
  const rows: AsidPlanRowView[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await callRoute('planShow', { body: { ...request, limit: 5_000, after } });
    rows.push(...items);
    after = next ?? undefined;
  } while (after !== undefined);
  return rows;
}
