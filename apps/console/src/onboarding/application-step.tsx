/** Which application of the organisation is onboarded: one that exists, one that the ASID plan asks for, or a new one. */
import type { AsidPlanRowView } from '@gatehouse/contracts/asid-plan/planner-resources';
import { API_VERSION, registryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Button, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { callRoute } from '../api/call-route.js';
import { ProblemError } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';
import { ACCESS, accessText, isSameAccess } from '../clients/access.js';
import { useEnvironments } from '../environments/use-environments.js';
import { apply } from '../parts/apply/apply.js';
import { FieldsForm } from '../parts/form/fields-form.js';
import type { Field } from '../parts/form/fields.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';
import { useAddress } from './use-address.js';
import { useChange } from './use-change.js';

type Application = AnswerOf<'applicationsList'>['items'][number];
/** What identifies an application, and the message sets that it is to have. */
type Wanted = Pick<
  Application,
  'organisations' | 'product' | 'environment' | 'accessMode' | 'capability' | 'messageSets'
>;

const MOST = 500;
const EMPTY_MEANS =
  'Leave it empty to take those of another application of this product with the same access';

export function ChooseApplication({ odsCode }: { readonly odsCode: string }) {
  const mayAdd = useMay('registryApply');
  const query = useQuery({
    queryKey: ['onboarding', 'applications', odsCode],
    queryFn: async () => {
      const [{ items }, plan, messageSets] = await Promise.all([
        callRoute('applicationsList', { query: { organisation: odsCode, limit: MOST } }),
        callRoute('planShow', { body: { organisations: [odsCode], state: 'missing' } }),
        callRoute('messageSetList', { query: { limit: MOST } }),
      ]);
      return { items, plan, messageSets: messageSets.items.map(({ name }) => name) };
    },
  });
  return (
    <Loaded query={query}>
      {({ items, plan, messageSets }) => (
        <>
          <Existing applications={items.filter(({ state }) => state !== 'retired')} odsCode={odsCode} />
          {mayAdd ? (
            <>
              <Planned rows={plan.items} odsCode={odsCode} />
              <NewApplication odsCode={odsCode} products={plan.products} messageSets={messageSets} />
            </>
          ) : (
            <Typography>A platform engineer adds applications.</Typography>
          )}
        </>
      )}
    </Loaded>
  );
}

interface ExistingProps {
  readonly applications: readonly Application[];
  readonly odsCode: string;
}

function Existing({ applications, odsCode }: ExistingProps) {
  const { goTo } = useAddress();
  return applications.map(({ id, name, state }) => (
    <Box key={id} sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', mb: 1 }}>
      <span>{name}</span>
      <StateTag state={state} />
      <Button
        size="small"
        variant="outlined"
        aria-label={`Continue with ${name}`}
        onClick={() => {
          goTo({ organisation: odsCode, application: id });
        }}
      >
        Continue
      </Button>
    </Box>
  ));
}

/** Adds an application and goes on with it. */
function useAdd(odsCode: string) {
  const { goTo } = useAddress();
  const change = useChange();
  return async (wanted: Wanted): Promise<void> => {
    await change(async () => apply(await documentOf(wanted)), 'Application added.');
    const { product, environment } = wanted;
    const { items } = await callRoute('applicationsList', {
      query: { organisation: odsCode, product, environment, limit: MOST },
    });
    const added = items.find((each) => each.state !== 'retired' && isSameAccess(each, wanted));
    if (added !== undefined) goTo({ organisation: odsCode, application: added.id });
  };
}

interface PlannedProps {
  readonly rows: readonly AsidPlanRowView[];
  readonly odsCode: string;
}

/** What the grants of clients need and nobody has registered. */
function Planned({ rows, odsCode }: PlannedProps) {
  const add = useAdd(odsCode);
  return rows.map((row) => (
    <FieldsForm
      key={row.key}
      above={<Typography sx={{ mt: 1 }}>The ASID plan needs {row.name}.</Typography>}
      fields={[]}
      schema={undefined}
      ask={() => add({ ...row, messageSets: [] })}
      submitLabel={`Add ${row.name}`}
    />
  ));
}

interface NewProps {
  readonly odsCode: string;
  readonly products: readonly string[];
  readonly messageSets: readonly string[];
}

function NewApplication({ odsCode, products, messageSets }: NewProps) {
  const add = useAdd(odsCode);
  const environments = useEnvironments().flatMap(({ name, isServed }) => (isServed ? [name] : []));
  const [isNewProduct, setNewProduct] = useState(products.length === 0);
  const fields: readonly Field[] = [
    { name: 'product', label: 'Product', required: true, ...(isNewProduct ? {} : choiceOf(products)) },
    { name: 'environment', label: 'Environment', required: true, ...choiceOf(environments) },
    { name: 'access', label: 'Access', required: true, ...choiceOf(ACCESS.map(accessText)) },
    { name: 'messageSets', label: 'Message sets', kind: 'list', choices: messageSets, help: EMPTY_MEANS },
  ];
  return (
    <FieldsForm
      key={String(isNewProduct)}
      above={
        products.length === 0 ? null : (
          <Button
            size="small"
            onClick={() => {
              setNewProduct(!isNewProduct);
            }}
          >
            {isNewProduct ? 'Choose a product that is registered' : 'The product is new'}
          </Button>
        )
      }
      fields={fields}
      schema={undefined}
      ask={(body) => add(wantedOf(body as Entered, odsCode))}
      submitLabel="Add the application"
    />
  );
}

/** A choice of one is made already. */
const choiceOf = (choices: readonly string[]): Pick<Field, 'choices' | 'initial'> => ({
  choices,
  initial: choices.length === 1 ? choices[0] : '',
});

interface Entered {
  readonly product: string;
  readonly environment: string;
  readonly access: string;
  readonly messageSets?: readonly string[];
}

function wantedOf({ access, messageSets = [], ...names }: Entered, odsCode: string): Wanted {
  const chosen = ACCESS.find((each) => accessText(each) === access);
  if (chosen === undefined) throw new Error(`no such access: ${access}`);
  return { ...names, ...chosen, organisations: [odsCode], messageSets: [...messageSets] };
}

/** @throws ProblemError if its message sets are not known */
async function documentOf({ messageSets, capability, ...wanted }: Wanted) {
  const sets = messageSets.length > 0 ? messageSets : await usualMessageSets({ ...wanted, capability });
  if (sets.length === 0)
    throw new ProblemError(0, '', [
      { pointer: '/messageSets', detail: 'Choose message sets: no other application shows which' },
    ]);
  return registryDocument.parse({
    apiVersion: API_VERSION,
    products: [{ name: wanted.product }],
    applications: [{ ...wanted, messageSets: sets, capability: capability ?? undefined }],
  });
}

/** Those of another application of this product with the same access. */
async function usualMessageSets(wanted: Omit<Wanted, 'messageSets'>): Promise<readonly string[]> {
  const { items } = await callRoute('applicationsList', { query: { product: wanted.product, limit: MOST } });
  const alike = items.filter((each) => each.messageSets.length > 0 && isSameAccess(each, wanted));
  const [model = null] = [...alike.filter(({ environment }) => environment === wanted.environment), ...alike];
  return model?.messageSets ?? [];
}
