import { Box, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { useGetOne, useResourceContext } from 'react-admin';
import { useParams } from 'react-router-dom';
import type { ConsoleRecord, Tagged } from '../api/data-provider.js';
import { EnvironmentTag } from '../environments/environment-tag.js';
import { listPageOf, PageTrail } from '../layout/page-trail.js';
import { Loaded } from './load-state.js';
import { PageTitle } from './page-title.js';

interface Props<T> {
  readonly name: (record: T) => string;
  readonly children: (record: Tagged<T>) => ReactNode;
  /** The list of these records has less of each, so that what is known from it is not enough. */
  readonly hasMoreThanItsList?: boolean;
}

/** The page of one record. A failed reload leaves what is on the page, and any form that is open there. */
export function RecordPage<T>({ name, children, hasMoreThanItsList = false }: Props<T>) {
  const { id = '' } = useParams();
  const resource = useResourceContext() ?? '';
  const list = `/${resource}`;
  const query = useGetOne<ConsoleRecord>(resource, { id }, hasMoreThanItsList ? { staleTime: 0 } : {});
  return (
    <Box sx={{ pt: 2 }}>
      <PageTrail list={list} />
      <Loaded query={query} shape="page">
        {(data) => {
          const record = data as unknown as Tagged<T>;
          return (
            <>
              <PageTitle within={listPageOf(list)?.text}>{name(record)}</PageTitle>
              <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 1.5, alignItems: 'center', mb: 2 }}>
                <Typography variant="h1" sx={{ overflowWrap: 'anywhere', minWidth: 0 }}>
                  {name(record)}
                </Typography>
                {'environment' in data ? <EnvironmentTag environment={String(data['environment'])} /> : null}
              </Box>
              {children(record)}
            </>
          );
        }}
      </Loaded>
    </Box>
  );
}
