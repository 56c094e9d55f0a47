/** What happened to one line of the audit trail: in words, by its stages, and where to go from there. */
import { Box, Button, Paper, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { exactMoment } from '../../parts/dates.js';
import { Facts } from '../../parts/facts.js';
import { OrganisationLinks, ThingLink } from '../../parts/thing-link.js';
import { sentenceCase } from '../../parts/words.js';
import { hrefOf } from '../columns.js';
import { eventInWords } from '../event-words.js';
import { outcomeText, requestText } from './line-words.js';
import { Timeline } from './timeline.js';
import type { Stage } from './timeline-words.js';

type Line = Readonly<Record<string, unknown>>;

interface Props {
  readonly line: ConsoleRecord;
  readonly onClose: () => void;
  readonly onMoreLikeThis: () => void;
}

export default function Preview({ line, onClose, onMoreLikeThis }: Props) {
  const fields: Line = line;
  const isEvent = fields['kind'] === 'SYSTEM';
  const timeline = (fields['timeline'] ?? []) as readonly Stage[];
  return (
    <Paper
      component="section"
      aria-label="Preview"
      elevation={6}
      sx={{ position: 'sticky', bottom: 0, maxHeight: '45vh', overflowY: 'auto', p: 2, mt: 1, zIndex: 1 }}
    >
      <Typography role="status" sx={{ fontWeight: 600, overflowWrap: 'anywhere' }}>
        {isEvent ? eventSentence(fields) : requestSentence(fields)}
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, my: 1 }}>
        <Button
          size="small"
          variant="contained"
          component={RouterLink}
          to={hrefOf(encodeURIComponent(line.id), fields)}
        >
          {isEvent ? 'Open the event' : 'Open the request'}
        </Button>
        <Button size="small" variant="outlined" onClick={onMoreLikeThis}>
          More like this
        </Button>
        <Button size="small" onClick={onClose}>
          Close the preview
        </Button>
      </Box>
      {timeline.length === 0 ? null : <Timeline timeline={timeline} />}
      <Facts
        facts={(isEvent ? eventFacts(fields) : requestFacts(fields)).filter(([, value]) => value !== null)}
      />
    </Paper>
  );
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : null;

const timeOf = ({ startedAt }: Line): string => (typeof startedAt === 'string' ? exactMoment(startedAt) : '');

function requestSentence(line: Line): string {
  const { outcome, status } = line;
  const ended = typeof outcome === 'string' ? sentenceCase(outcome) : 'Not known yet';
  const withStatus = textOf(status) === null ? ended : `${ended} with status ${textOf(status) ?? ''}`;
  return `${withStatus}: ${requestText(line)}, ${timeOf(line)}. ${outcomeText(line)}`.trim();
}

const eventSentence = (line: Line): string =>
  `${eventInWords(textOf(line['event']) ?? '')}, ${timeOf(line)}, by ${textOf(line['actor']) ?? 'Gatehouse'}.`;

function organisationOf({ organisation }: Line) {
  return typeof organisation === 'string' ? <OrganisationLinks odsCodes={[organisation]} /> : null;
}

function clientOf({ client, environment }: Line) {
  if (typeof client !== 'string' || typeof environment !== 'string') return textOf(client);
  return <ThingLink kind="client" id={client} name={client} environment={environment} />;
}

function requestFacts(line: Line) {
  const refusal = (line['refusal'] ?? {}) as Line;
  return [
    ...(typeof refusal['whatToDo'] === 'string'
      ? ([
          ['What to do', refusal['whatToDo']],
          ['Who must act', textOf(refusal['whoActs'])],
        ] as const)
      : []),
    ['Code', textOf(line['code'])],
    ['Status from e-RS', textOf(line['upstreamStatus'])],
    ['Diagnosis', textOf(line['diagnosis'])],
    ['Interaction', textOf(line['interaction'])],
    ['ODS code', organisationOf(line)],
    ['Client', clientOf(line)],
    ['Environment', textOf(line['environment'])],
  ] as const;
}

const eventFacts = (line: Line) =>
  [
    ['Reason', textOf(line['reason'])],
    ['ODS code', organisationOf(line)],
    ['User', textOf(line['userId'])],
  ] as const;
