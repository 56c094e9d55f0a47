import { evidenceRequest } from '@gatehouse/contracts/audit/evidence-routes';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { type Field, REASON_IN_TRAIL } from '../parts/form/fields.js';
import { QuestionForm } from '../parts/form/question-form.js';
import { makePack, type PackProgress } from './make-pack.js';
import { MakingPack, PackFiles } from './pack-files.js';

const FIELDS: readonly Field[] = [
  {
    ...{ name: 'organisation', label: 'ODS code of the organisation', required: true },
    suggests: 'organisation',
  },
  { name: 'from', label: 'First day', help: 'In London', kind: 'date', required: true },
  {
    name: 'until',
    label: 'Last day',
    help: 'In London; yesterday at the latest',
    kind: 'date',
    required: true,
  },
  REASON_IN_TRAIL,
];

/** Makes the evidence pack of an organisation and a period, and offers its files. */
export default function EvidencePage() {
  const [search] = useSearchParams();
  const [progress, setProgress] = useState<PackProgress | null>(null);
  return (
    <QuestionForm
      title="Evidence pack"
      intro="Answers for an organisation and a period: who was responsible, what was allowed and why, who decided it, and what happened. The pack is signed, no patient is named in it, and the audit trail records that you made it, and why."
      fields={FIELDS.map((field) => ({ ...field, initial: search.get(field.name) ?? '' }))}
      schema={evidenceRequest}
      ask={async (body) => {
        try {
          return await makePack(evidenceRequest.parse(body), setProgress);
        } finally {
          setProgress(null);
        }
      }}
      submitLabel="Make the evidence pack"
    >
      {(pack) => (
        <>
          {progress === null ? null : <MakingPack progress={progress} />}
          {pack === undefined ? null : <PackFiles pack={pack} />}
        </>
      )}
    </QuestionForm>
  );
}
