import type { AnswerOf } from '@gatehouse/contracts/routes';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { moment } from '../parts/dates.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { Loaded } from '../parts/load-state.js';
import { counted } from '../parts/words.js';
import { monthsField } from './trail-retention.js';

/** How long the records of one organisation are kept. */
export function OrganisationRetention({ odsCode }: { readonly odsCode: string }) {
  const query = useQuery({
    queryKey: ['trail-retention', odsCode],
    queryFn: () => callRoute('trailRetentionShow', { query: { organisation: odsCode, limit: 1 } }),
  });
  return (
    <Section title="Retention of its records">
      <Loaded query={query}>
        {({ deployment, items: [own] }) => (
          <>
            <Facts
              facts={[
                ['May be destroyed', destroyedWords(deployment.retention, own?.retention ?? null)],
                ['Hold', own?.hold ?? 'None'],
                ['Data key of its patients’ identifiers', keyWords(own)],
              ]}
            />
            {own !== undefined && own.keyDestroyedAt !== null ? null : (
              <RouteDialog
                route="organisationRetentionSet"
                label="Set the retention of its records"
                params={{ odsCode }}
                fields={[
                  monthsField(
                    'retention',
                    'Months until its records may be destroyed',
                    own?.retention ?? null,
                    'As for all organisations if left empty; never fewer',
                  ),
                  {
                    ...{ name: 'hold', label: 'Reason for a hold', initial: own?.hold ?? '' },
                    help: 'While there is one, nothing of the organisation may be destroyed',
                  },
                  {
                    ...{ name: 'destroyKey', label: 'Reason to destroy its data key' },
                    initial: own?.destroyKey ?? '',
                    help: 'For a retired organisation. Once its records need not be kept any longer, an operator can destroy the key; then its patients can never be read or found in the audit trail again',
                  },
                  REASON_REQUIRED,
                ]}
                done="Retention set."
              />
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}

type Own = AnswerOf<'trailRetentionShow'>['items'][number] | undefined;

function keyWords(own: Own): string {
  if (own === undefined || own.destroyKey === null) return 'Kept';
  return own.keyDestroyedAt === null
    ? `To be destroyed once its records need not be kept any longer: ${own.destroyKey}`
    : `Destroyed on ${moment(own.keyDestroyedAt)}: nobody can read or find its patients any more`;
}

function destroyedWords(
  deployment: AnswerOf<'trailRetentionShow'>['deployment']['retention'],
  own: number | null,
): string {
  if (deployment === null) return 'Never';
  if (own === null || own <= deployment) return `After ${counted(deployment, 'month')}, as for all`;
  return `After ${counted(own, 'month')}`;
}
