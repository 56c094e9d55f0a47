/** The path of a request through its stages: a table whose bars repeat what its numbers say. */
import { Box, Table, TableBody, TableCell, TableHead, TableRow } from '@mui/material';
import { type Stage, stageRows } from './timeline-words.js';
import { tookText } from './line-words.js';

const BAR = { height: '0.75rem', minWidth: '2px', backgroundColor: 'primary.main' } as const;

export function Timeline({ timeline }: { readonly timeline: readonly Stage[] }) {
  return (
    <Table size="small" aria-label="Stages of the request" sx={{ '& td, & th': { px: 1 } }}>
      <TableHead>
        <TableRow>
          <TableCell>Stage</TableCell>
          <TableCell align="right">After</TableCell>
          <TableCell align="right">Took</TableCell>
          <TableCell aria-hidden sx={{ width: '40%', display: { xs: 'none', sm: 'table-cell' } }} />
        </TableRow>
      </TableHead>
      <TableBody>
        {stageRows(timeline).map(({ name, afterMs, tookMs, bar }, index) => (
          <TableRow key={index}>
            <TableCell component="th" scope="row">
              {name}
            </TableCell>
            <TableCell align="right" sx={{ whiteSpace: 'nowrap' }}>
              {tookText(afterMs)}
            </TableCell>
            <TableCell align="right" sx={{ whiteSpace: { sm: 'nowrap' } }}>
              {tookMs === null ? 'Not known yet' : tookText(tookMs)}
            </TableCell>
            <TableCell aria-hidden sx={{ display: { xs: 'none', sm: 'table-cell' } }}>
              {bar === null ? null : <Box sx={{ ...BAR, ml: `${bar.left}%`, width: `${bar.width}%` }} />}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
