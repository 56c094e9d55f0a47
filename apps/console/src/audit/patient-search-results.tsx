import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Button, Typography } from '@mui/material';
import { RecordRows } from '../parts/list/record-rows.js';
import { counted } from '../parts/words.js';
import { coverageText, keysDestroyedText } from './coverage-words.js';
import { type AuditRow, hrefOf, REQUEST_COLUMNS } from './columns.js';

interface Props extends AnswerOf<'auditSearch'> {
  readonly isBusy: boolean;
  /** @param after where the next page begins */
  readonly onMore: (after: string) => void;
}

export function PatientSearchResults({ items, next, covers, keysDestroyed, isBusy, onMore }: Props) {
  const limits = [coverageText(covers), keysDestroyedText(keysDestroyed)].join(' ');
  if (items.length === 0) {
    return (
      <Typography role="status">
        The audit trail has no record that matches this search in the organisations that you may see. {limits}
      </Typography>
    );
  }
  return (
    <>
      <Typography role="status" sx={{ mb: 1 }}>
        {counted(items.length, 'attempt')} found{next === null ? '' : ', and there are more'}. Newest first.{' '}
        {limits}
      </Typography>
      <RecordRows<AuditRow>
        data={items.map((item) => ({ ...item, id: String(item['attemptId']) }))}
        href={hrefOf}
        isOneLine
        columns={REQUEST_COLUMNS}
      />
      {next === null ? null : (
        <Button
          disabled={isBusy}
          onClick={() => {
            onMore(next);
          }}
        >
          Show more
        </Button>
      )}
    </>
  );
}
