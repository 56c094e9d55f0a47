import type { AnswerOf } from '@gatehouse/contracts/routes';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
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
              ]}
            />
            <RouteDialog
              route="organisationRetentionSet"
              label="Keep its records longer"
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
                REASON_REQUIRED,
              ]}
              done="Retention set."
            />
          </>
        )}
      </Loaded>
    </Section>
  );
}

function destroyedWords(
  deployment: AnswerOf<'trailRetentionShow'>['deployment']['retention'],
  own: number | null,
): string {
  if (deployment === null) return 'Never';
  if (own === null || own <= deployment) return `After ${counted(deployment, 'month')}, as for all`;
  return `After ${counted(own, 'month')}`;
}
