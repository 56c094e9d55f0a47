import type { ExplanationView } from '@gatehouse/contracts/operation/operation-resources';
import { Alert, Box } from '@mui/material';
import { Facts } from '../parts/facts.js';
import { OrganisationLinks } from '../parts/thing-link.js';

/** The decision in words, with the steps that led to it. */
export function Explanation({
  refusal,
  operation,
  steps,
  binding,
  actingAs,
  registryVersion,
}: ExplanationView) {
  return (
    <Box role="region" aria-label="Explanation" sx={{ mt: 2 }}>
      <Alert severity={refusal === null ? 'success' : 'error'} sx={{ mb: 1 }}>
        {refusal === null
          ? 'Gatehouse would allow this request.'
          : `Gatehouse would reject this request with ${refusal.code} and status ${refusal.status}.`}
      </Alert>
      <Facts
        facts={[
          ...(refusal === null ? [] : factsOfRefusal(refusal)),
          ['Interaction', operation && `${operation.interaction}, ${operation.title}`],
          ['Steps', steps.map(({ step, ok }) => (ok ? step : `${step} (rejected)`)).join(' → ') || null],
          [
            'Organisation',
            binding && <OrganisationLinks key="organisation" odsCodes={[binding.organisation]} />,
          ],
          ['Product', binding?.product],
          ['Access mode', binding?.accessMode],
          ['Capability', binding?.capability],
          ['Business function', actingAs?.businessFunction],
          ['On behalf of', actingAs?.onBehalfOfUserId],
          ['ASID', binding?.asid],
          ['Registry version', registryVersion],
        ]}
      />
    </Box>
  );
}

const factsOfRefusal = ({ text, whatToDo, whoActs, candidates }: NonNullable<ExplanationView['refusal']>) =>
  [
    ['Reason', text],
    ['What to do', whatToDo],
    ['Who must act', whoActs],
    ...(candidates.length === 0 ? [] : ([['Choices', candidates.join('; ')]] as const)),
  ] as const;
