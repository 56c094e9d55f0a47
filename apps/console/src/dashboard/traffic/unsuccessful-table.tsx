/** Whose requests were rejected or failed most, worst first. Each number leads to its requests. */
import { Box, Table, TableBody, TableCell, TableHead, TableRow } from '@mui/material';
import type { ReactNode } from 'react';
import { Section } from '../../parts/facts.js';
import { LinkedFigure, type RequestsBehind } from './requests-behind.js';

export interface UnsuccessfulRow {
  readonly key: string;
  readonly title: string;
  readonly refused: number;
  readonly failed: number;
  /** What finds its requests in the audit trail; null: nothing does. */
  readonly filter: object | null;
  readonly last: ReactNode;
}

interface Props {
  readonly title: string;
  /** Of the first column and of the last. */
  readonly heads: readonly [first: string, last: string];
  readonly rows: readonly UnsuccessfulRow[];
  readonly requestsBehind: RequestsBehind;
}

export function UnsuccessfulTable({ title, heads: [first, last], rows, requestsBehind }: Props) {
  if (rows.length === 0) return null;
  return (
    <Section title={title}>
      <Box sx={{ overflowX: 'auto' }}>
        <Table size="small" sx={{ maxWidth: '60rem', '& td, & th': { px: 0.75 } }}>
          <TableHead>
            <TableRow>
              <TableCell>{first}</TableCell>
              <TableCell align="right">Rejected</TableCell>
              <TableCell align="right">Failed</TableCell>
              <TableCell align="right">{last}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map(({ key, ...row }) => (
              <Row key={key} {...row} requestsBehind={requestsBehind} />
            ))}
          </TableBody>
        </Table>
      </Box>
    </Section>
  );
}

type RowProps = Omit<UnsuccessfulRow, 'key'> & Pick<Props, 'requestsBehind'>;

function Row({ title, refused, failed, filter, last, requestsBehind }: RowProps) {
  const behind = (outcome: string) => (filter === null ? undefined : requestsBehind({ ...filter, outcome }));
  const cell = (count: number, outcome: string, words: string) => (
    <TableCell align="right">
      <LinkedFigure
        to={count === 0 ? undefined : behind(outcome)}
        name={`${count.toLocaleString('en-GB')} ${words} of ${title}`}
      >
        {count.toLocaleString('en-GB')}
      </LinkedFigure>
    </TableCell>
  );
  return (
    <TableRow>
      <TableCell component="th" scope="row" sx={{ overflowWrap: 'anywhere' }}>
        <LinkedFigure to={behind('NOT_COMPLETED')}>{title}</LinkedFigure>
      </TableCell>
      {cell(refused, 'REFUSED', 'rejected')}
      {cell(failed, 'ANY_FAILURE', 'failed')}
      <TableCell align="right">{last}</TableCell>
    </TableRow>
  );
}
