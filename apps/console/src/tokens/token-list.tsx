import type { AnswerOf } from '@gatehouse/contracts/routes';
import { day } from '../parts/day.js';
import { RegisterList } from '../parts/register-list.js';
import { REASON_OPTIONAL, RouteDialog } from '../parts/route-dialog.js';
import { ShownOnce } from '../parts/shown-once.js';
import { StateChip } from '../parts/state-chip.js';

type Token = AnswerOf<'tokenList'>['items'][number];

export default function TokenList() {
  return (
    <RegisterList<Token>
      title="API tokens"
      actions={
        <RouteDialog
          route="tokenCreate"
          label="Create a token"
          fields={[
            { name: 'label', label: 'Label', required: true, help: 'What will use it' },
            {
              name: 'scopes',
              label: 'Scopes',
              kind: 'list',
              required: true,
              help: 'registry, governance, audit',
            },
            { name: 'expiresInDays', label: 'Days until it expires', kind: 'number', initial: '30' },
            REASON_OPTIONAL,
          ]}
          done="The token is created."
          result={(answer) => <ShownOnce secret={(answer as AnswerOf<'tokenCreate'>).token} />}
        />
      }
      rowActions={({ tokenId, state }) =>
        state === 'usable' ? (
          <RouteDialog
            route="tokenRevoke"
            label="Revoke"
            params={{ tokenId }}
            fields={[REASON_OPTIONAL]}
            danger
            done="The token is revoked."
          />
        ) : null
      }
      empty="No token yet. Create one for the gatehouse command or for CI."
      columns={[
        { label: 'Label', value: ({ label }) => label },
        { label: 'Token id', value: ({ tokenId }) => tokenId },
        { label: 'Scopes', value: ({ scopes }) => scopes.join(', ') },
        { label: 'State', value: ({ state }) => <StateChip state={state} /> },
        { label: 'Expires', value: ({ expiresAt }) => day(expiresAt) },
      ]}
    />
  );
}
