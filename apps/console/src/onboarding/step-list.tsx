import { Step, StepButton, StepContent, StepLabel, Stepper } from '@mui/material';
import { type ReactNode, useEffect, useRef } from 'react';
import { hasFocusAround } from '../layout/focus-place.js';
import { sentenceCase } from '../parts/words.js';
import { STEP_TITLES, type Step as OnboardingStep, type StepId } from './steps.js';

interface Props {
  readonly steps: readonly OnboardingStep[];
  readonly opened: StepId;
  readonly onOpen: (id: StepId) => void;
  readonly children: (id: StepId) => ReactNode;
}

/** The steps one below the other, of which one is open. */
export function StepList({ steps, opened, onOpen, children }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef(opened);
  useEffect(() => {
    // The element that had the focus has gone with the step before. A focus elsewhere on the page stays where it is.
    if (before.current !== opened && hasFocusAround(button.current)) button.current?.focus();
    before.current = opened;
  }, [opened]);
  return (
    <Stepper orientation="vertical" nonLinear activeStep={steps.findIndex(({ id }) => id === opened)}>
      {steps.map(({ id, state }) => (
        <Step key={id} completed={state === 'done'} disabled={state === 'later'}>
          <StepButton
            ref={id === opened ? button : null}
            optional={sentenceCase(state)}
            onClick={() => {
              onOpen(id);
            }}
          >
            <StepLabel>{STEP_TITLES[id]}</StepLabel>
          </StepButton>
          <StepContent
            sx={{ maxWidth: '48rem' }}
            slotProps={{ transition: { unmountOnExit: true, timeout: 0 } }}
          >
            {id === opened ? children(id) : null}
          </StepContent>
        </Step>
      ))}
    </Stepper>
  );
}
