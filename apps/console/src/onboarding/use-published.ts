import { odsCode } from '@gatehouse/contracts/registry/identifiers';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useDebouncedEvent } from 'react-admin';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';

const PAUSE_MS = 200;
/** ODS codes of organisations have three characters or more. */
const SHORTEST = 3;

type Published = AnswerOf<'odsOrganisationShow'>;

export const readPublished = (code: string): Promise<Published> =>
  callRoute('odsOrganisationShow', { params: { odsCode: code } });

/** What the NHS publishes under the ODS code that is being typed. */
export function usePublished() {
  const mayRead = useMay('odsOrganisationShow');
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState('');
  const readLater = useDebouncedEvent(setCode, PAUSE_MS);
  const { data } = useQuery({
    queryKey: ['ods-organisation', code],
    queryFn: () => readPublished(code),
    enabled: mayRead && code.length >= SHORTEST && odsCode.safeParse(code).success,
  });
  const answer = code === typed.trim() ? data : undefined;
  return {
    typed,
    type: (text: string): void => {
      setTyped(text);
      readLater(text.trim());
    },
    published: answer?.published ?? null,
    /** Files were loaded, and none has this code. */
    isUnknown: answer?.hasFiles === true && answer.published === null,
  };
}
