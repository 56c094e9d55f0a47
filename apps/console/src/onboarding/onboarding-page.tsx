/**
 * From a new organisation to its first answered request. What is done is read from the registry and what is onboarded
 * from the address, so that anybody can leave at any step, and a colleague can go on.
 */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Card, CardContent, Typography } from '@mui/material';
import { useState } from 'react';
import { RefreshMs, useLive } from '../api/use-live.js';
import { CopyButton } from '../parts/copyable.js';
import { Loaded } from '../parts/load-state.js';
import { PageLink } from '../parts/page-link.js';
import { PageTitle } from '../parts/page-title.js';
import { ThingLink } from '../parts/thing-link.js';
import { StepAdvice } from '../applications/step-advice.js';
import { ChooseApplication } from './application-step.js';
import { ClientStep } from './client-step.js';
import { FirstRequestStep } from './first-request/first-request-step.js';
import { NhsStep } from './nhs-step.js';
import { NewOrganisation, RegisteredOrganisation } from './organisation-step.js';
import { SigningKeyStep } from './signing-key-step.js';
import { SroStep } from './sro-step.js';
import { StepList } from './step-list.js';
import { nextOf, type Progress, type StepId, stepsOf } from './steps.js';
import { useAddress } from './use-address.js';
import { useStanding } from './use-standing.js';
import { WaitingChanges } from './waiting-changes.js';

const REFRESH_MS = 5_000;
const TITLE = 'Onboard an organisation';
const NOTHING: Progress = {
  ...{ hasOrganisation: false, checklist: null, waiting: new Set<StepId>(), isWorking: false },
};

export default function OnboardingPage() {
  const { organisation, application } = useAddress();
  return (
    <RefreshMs.Provider value={REFRESH_MS}>
      <Box sx={{ pt: 2 }}>
        <PageTitle>{TITLE}</PageTitle>
        <Typography variant="h1" gutterBottom>
          {TITLE}
        </Typography>
        {organisation === null ? null : (
          <Typography sx={{ mb: 1, maxWidth: '48rem' }}>
            You can leave at any step. Anyone who opens this address can carry on from here.
            <CopyButton text={location.href} name="the address of this page" />
          </Typography>
        )}
        <Card>
          <CardContent>
            {organisation === null ? (
              <Unregistered />
            ) : (
              <OfOrganisation key={`${organisation} ${application ?? ''}`} odsCode={organisation} />
            )}
          </CardContent>
        </Card>
      </Box>
    </RefreshMs.Provider>
  );
}

function Unregistered() {
  return (
    <StepList steps={stepsOf(NOTHING)} opened="organisation" onOpen={() => undefined}>
      {() => <NewOrganisation />}
    </StepList>
  );
}

function OfOrganisation({ odsCode }: { readonly odsCode: string }) {
  const { application, step, open } = useAddress();
  const query = useLive(['onboarding', 'organisation', odsCode], 'organisationShow', { params: { odsCode } });
  return (
    <Loaded query={query}>
      {(organisation) => (
        <>
          <Typography variant="h2" gutterBottom sx={{ overflowWrap: 'anywhere' }}>
            {organisation.name} ({organisation.odsCode})
          </Typography>
          {application === null ? (
            <StepList
              steps={stepsOf({ ...NOTHING, hasOrganisation: true })}
              opened={step === 'organisation' ? step : 'application'}
              onOpen={open}
            >
              {(id) =>
                id === 'organisation' ? (
                  <RegisteredOrganisation {...organisation} />
                ) : (
                  <ChooseApplication odsCode={odsCode} />
                )
              }
            </StepList>
          ) : (
            <OfApplication organisation={organisation} applicationId={application} />
          )}
        </>
      )}
    </Loaded>
  );
}

interface OfApplicationProps {
  readonly organisation: AnswerOf<'organisationShow'>;
  readonly applicationId: string;
}

function OfApplication({ organisation, applicationId }: OfApplicationProps) {
  const { odsCode } = organisation;
  const { step, open, goOn } = useAddress();
  const { query, changes, appointments, waiting } = useStanding(odsCode, applicationId);
  /** What is shown only once keeps the page at its step. */
  const [held, setHeld] = useState<StepId | null>(null);
  const [clientKey, setClientKey] = useState<string | null>(null);
  return (
    <Loaded query={query}>
      {({ application, checklist, health }) => {
        const isWorking = health.health === 'works';
        const steps = stepsOf({ hasOrganisation: true, checklist, waiting, isWorking });
        const opened = held ?? steps.find(({ id }) => id === step)?.id ?? nextOf(steps);
        const known = { odsCode, application, checklist };
        const content: Readonly<Record<StepId, () => React.ReactNode>> = {
          organisation: () => <RegisteredOrganisation {...organisation} />,
          application: () => (
            <PageLink to={`/applications/${application.id}/show`}>{application.name}</PageLink>
          ),
          'signing-key': () => <SigningKeyStep {...known} />,
          sro: () => (
            <SroStep
              {...known}
              appointments={appointments}
              isRequested={changes.sro.length > 0}
              onHold={(isHeld) => {
                setHeld(isHeld ? 'sro' : null);
              }}
            />
          ),
          nhs: () => <NhsStep {...known} isRequested={changes.nhs.length > 0} />,
          users: () =>
            checklist
              .filter(({ id, done }) => !done && (id === 'cis2-client' || id === 'cis2-key'))
              .map(({ id }) => (
                <Typography key={id} component="div">
                  <StepAdvice id={id} application={application} />
                </Typography>
              )),
          client: () => (
            <ClientStep
              {...known}
              isRequested={changes.client.length > 0}
              onKey={(key) => {
                setClientKey(key);
                setHeld('first-request');
              }}
            />
          ),
          'first-request': () => (
            <FirstRequestStep
              {...known}
              steps={steps}
              health={health}
              clientKey={clientKey}
              onKeySaved={() => {
                setClientKey(null);
                setHeld(null);
                goOn();
              }}
            />
          ),
        };
        return (
          <>
            <Typography sx={{ mb: 2, overflowWrap: 'anywhere' }}>
              <ThingLink kind="application" id={application.id} name={application.name} />
            </Typography>
            <WaitingChanges changes={Object.values(changes).flat()} />
            <StepList steps={steps} opened={opened} onOpen={open}>
              {(id) => content[id]()}
            </StepList>
          </>
        );
      }}
    </Loaded>
  );
}
