import { asidPlanCsv, missingAsImport } from '@gatehouse/contracts/registry/asid-plan-csv';
import type { AsidPlanRowView } from '@gatehouse/contracts/registry/planner-resources';
import { Box, Button, Card, CardContent, Typography } from '@mui/material';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Title } from 'react-admin';
import { callRoute } from '../api/call-route.js';
import { saveFile } from '../parts/save-file.js';
import { PlanChoice, type PlanRequest } from './plan-choice.js';
import { PlanRows } from './plan-rows.js';

interface Download {
  readonly name: string;
  readonly label: string;
  readonly csvOf: (rows: readonly AsidPlanRowView[]) => string;
}

const DOWNLOADS: readonly Download[] = [
  { name: 'asid-plan.csv', label: 'Download as CSV', csvOf: asidPlanCsv },
  { name: 'gatehouse-import.csv', label: 'Download what is missing, to import', csvOf: missingAsImport },
];

/** Which applications and ASIDs are needed, held against those there are. */
export default function AsidPlanPage() {
  const [request, setRequest] = useState<PlanRequest>({});
  const [state, setState] = useState<PlanRequest['state']>();
  const asked = { ...request, state };
  const { data, error, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery({
    queryKey: ['asid-plan', asked],
    queryFn: ({ pageParam }) => callRoute('planShow', { body: { ...asked, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: (before) => before,
  });
  const download = useMutation({
    mutationFn: async ({ name, csvOf }: Download) => {
      saveFile(name, csvOf(await everyRow(asked)), 'text/csv');
    },
  });
  const [first] = data?.pages ?? [];
  const fault = error ?? download.error;
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="ASID plan" />
      <Typography variant="h1" gutterBottom>
        ASID plan
      </Typography>
      <Card sx={{ mb: 2 }}>
        <CardContent>
          <Typography sx={{ mb: 2, maxWidth: '48rem' }}>
            Every environment, access mode and, for application-restricted access, every capability needs an
            APIM application with an ASID of its own.
          </Typography>
          <PlanChoice
            products={first?.products ?? []}
            environments={first?.environments ?? []}
            onChoose={(chosen) => {
              setRequest(chosen);
              setState(undefined);
            }}
          />
        </CardContent>
      </Card>
      {fault === null ? null : <Typography role="alert">{fault.message}</Typography>}
      {first === undefined ? (
        <Typography role="status">{isFetching ? 'Planning …' : ''}</Typography>
      ) : (
        <>
          <Counts counts={first.counts} state={state} onChoose={setState} />
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
          <PlanRows rows={data?.pages.flatMap(({ items }) => items) ?? []} />
          {hasNextPage ? (
            <Button onClick={() => void fetchNextPage()} disabled={isFetching} sx={{ mt: 1 }}>
              Show more
            </Button>
          ) : null}
        </>
      )}
    </Box>
  );
}

type Counts = Readonly<Record<NonNullable<PlanRequest['state']>, number>>;

interface CountsProps {
  readonly counts: Counts;
  readonly state: PlanRequest['state'];
  readonly onChoose: (state: PlanRequest['state']) => void;
}

/** How many there are in each state; pressing one shows only these. */
function Counts({ counts, state, onChoose }: CountsProps) {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
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
    <Box role="group" aria-label="Shown states">
      {button('in all', all, undefined)}
      {states.map(([each, count]) => button(each, count, each))}
    </Box>
  );
}

async function everyRow(request: PlanRequest): Promise<AsidPlanRowView[]> {
  const rows: AsidPlanRowView[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await callRoute('planShow', { body: { ...request, limit: 5_000, after } });
    rows.push(...items);
    after = next ?? undefined;
  } while (after !== undefined);
  return rows;
}
