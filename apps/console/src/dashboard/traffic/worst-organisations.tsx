/** The organisations with the most rejected and failed requests, worst first. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Table, TableBody, TableCell, TableHead, TableRow } from '@mui/material';
import { Section } from '../../parts/facts.js';
import { shareWords } from './figure-words.js';
import { LinkedFigure, type RequestsBehind } from './requests-behind.js';

type Worst = AnswerOf<'dashboardShow'>['worst'];

interface Props {
  readonly worst: Worst;
  readonly requestsBehind: RequestsBehind;
}

export function WorstOrganisations({ worst, requestsBehind }: Props) {
  if (worst.length === 0) return null;
  return (
    <Section title="Organisations with the most rejected and failed requests">
      <Box sx={{ overflowX: 'auto' }}>
        <Table size="small" sx={{ maxWidth: '60rem', '& td, & th': { px: 0.75 } }}>
          <TableHead>
            <TableRow>
              <TableCell>Organisation</TableCell>
              <TableCell align="right">Rejected</TableCell>
              <TableCell align="right">Failed</TableCell>
              <TableCell align="right">Of all requests</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {worst.map((row) => (
              <Row key={row.organisation} {...row} requestsBehind={requestsBehind} />
            ))}
          </TableBody>
        </Table>
      </Box>
    </Section>
  );
}

type RowProps = Worst[number] & Pick<Props, 'requestsBehind'>;

function Row({ organisation, name, requests, refused, failed, requestsBehind }: RowProps) {
  const title = name === null ? organisation : `${name} (${organisation})`;
  const cell = (count: number, outcome: string, words: string) => (
    <TableCell align="right">
      <LinkedFigure
        to={count === 0 ? undefined : requestsBehind({ organisation, outcome })}
        name={`${count.toLocaleString('en-GB')} ${words} of ${title}`}
      >
        {count.toLocaleString('en-GB')}
      </LinkedFigure>
    </TableCell>
  );
  return (
    <TableRow>
      <TableCell component="th" scope="row" sx={{ overflowWrap: 'anywhere' }}>
        <LinkedFigure to={requestsBehind({ organisation, outcome: 'NOT_COMPLETED' })}>{title}</LinkedFigure>
      </TableCell>
      {cell(refused, 'REFUSED', 'rejected')}
      {cell(failed, 'ANY_FAILURE', 'failed')}
      <TableCell align="right">
        {shareWords((refused + failed) / requests)} of {requests.toLocaleString('en-GB')}
      </TableCell>
    </TableRow>
  );
}
