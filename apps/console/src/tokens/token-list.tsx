import { scope, TOKEN_ENDS } from '@gatehouse/contracts/operation/operation-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { shortDay, NONE } from '../parts/dates.js';
import { REASON_OPTIONAL } from '../parts/form/fields.js';
import { OneTimeSecret } from '../parts/form/one-time-secret.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { LIST_ACTIONS } from '../parts/list/list-toolbar.js';
import { RegisterList } from '../parts/list/register-list.js';
import { NextStep } from '../parts/next-step.js';
import { StateTag } from '../parts/state-tag.js';
import { sentenceCase } from '../parts/words.js';
import { WallLinkDialog } from './wall-link-dialog.js';

const TOKEN_SCOPES = scope.options;

type Token = AnswerOf<'tokenList'>['items'][number];

export default function TokenList() {
  return (
    <RegisterList<Token>
      title="API tokens"
      actions={
        <>
          <WallLinkDialog />
          <RouteDialog
            route="tokenCreate"
            label="Create a token"
            fields={[
              { name: 'label', label: 'Label', required: true, help: 'What the token is for' },
              {
                name: 'scopes',
                label: 'Scopes',
                kind: 'list',
                required: true,
                choices: TOKEN_SCOPES,
                help: 'A token never has more rights than you',
              },
              { name: 'expiresInDays', label: 'Days until it expires', kind: 'number', initial: '30' },
              REASON_OPTIONAL,
            ]}
            done="Token created."
            result={(answer) => <OneTimeSecret secret={(answer as AnswerOf<'tokenCreate'>).token} />}
          />
        </>
      }
      rowActions={({ tokenId, state }) =>
        state === 'usable' ? (
          <RouteDialog
            route="tokenRevoke"
            label="Revoke"
            params={{ tokenId }}
            fields={[REASON_OPTIONAL]}
            danger
            done="Token revoked."
          />
        ) : null
      }
      empty={
        <NextStep
          text="You have no tokens yet. The gatehouse command and build pipelines sign in with one."
          route="tokenCreate"
          to={`#${LIST_ACTIONS}`}
          link="Go to “Create a token”"
          command="gatehouse tokens create"
        />
      }
      columns={[
        { label: 'Label', value: ({ label }) => label },
        { label: 'Token id', value: ({ tokenId }) => tokenId },
        { label: 'Scopes', value: ({ scopes }) => scopes.join(', ') },
        { label: 'State', value: ({ state }) => <StateTag state={state} /> },
        { label: 'Owner', value: ({ person }) => person ?? 'A service' },
        { label: 'Created with', value: ({ parentTokenId }) => parentTokenId ?? NONE },
        { label: 'Stops', value: ({ endsAt }) => shortDay(endsAt) },
        { label: 'Because', value: ({ endsBecause }) => sentenceCase(TOKEN_ENDS[endsBecause]) },
      ]}
    />
  );
}
