import { useSearchParams } from 'react-router-dom';
import { STEP_IDS, type StepId } from './steps.js';

/** Where an onboarding is: everything else is in the registry, so this address is all that a colleague needs. */
export function useAddress() {
  const [params, setParams] = useSearchParams();
  const step = params.get('step');
  return {
    organisation: params.get('organisation'),
    application: params.get('application'),
    /** The step that somebody has opened; null: the next one. */
    step: STEP_IDS.find((id) => id === step) ?? null,
    goTo: (place: Readonly<Record<'organisation', string> & Partial<Record<'application', string>>>) => {
      setParams(place);
    },
    open: (opened: StepId) => {
      setParams((before) => ({ ...Object.fromEntries(before), step: opened }), { replace: true });
    },
    /** Leaves a step that somebody has opened, for the next one. */
    goOn: () => {
      if (step !== null)
        setParams(
          (before) => {
            before.delete('step');
            return before;
          },
          { replace: true },
        );
    },
  };
}
