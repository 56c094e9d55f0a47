/** How many rows a filter finds. It is read after the rows, so that they need not wait for it. */
import type { AnswerOf, RouteName } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useListContext } from 'react-admin';
import { callRouteWith } from '../../api/call-route.js';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { counted } from '../words.js';

export interface ListTotalProps {
  readonly route: Extract<RouteName, `${string}Total`>;
  /** One row in words. */
  readonly one: string;
  /** By default with an s. */
  readonly several?: string;
}

export function ListTotal({ route, one, several }: ListTotalProps) {
  const list = useListContext<ConsoleRecord>();
  const query = list.filterValues as Readonly<Record<string, unknown>>;
  const { data, isError } = useQuery({
    queryKey: ['total', route, query],
    queryFn: async () => (await callRouteWith(route, { query })) as AnswerOf<ListTotalProps['route']>,
    enabled: list.data !== undefined,
  });
  return (
    <Typography role="status" color="text.secondary" sx={{ mb: 2, minHeight: '1.5em' }}>
      {isError ? 'Total not known' : data === undefined ? '' : totalText(data, one, several)}
    </Typography>
  );
}

/** “61 organisations”, “more than 10,000 applications”. */
function totalText(
  { total, isMore }: AnswerOf<ListTotalProps['route']>,
  one: string,
  several: string | undefined,
): string {
  return `${isMore ? 'more than ' : ''}${counted(total, one, several)}`;
}
