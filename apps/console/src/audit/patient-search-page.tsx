/**
 * Who saw a patient. The identifier is sent in the body of a POST and stays in the field of this page: it never enters
 * an address, react-admin's store or a cache of answers.
 */
import { auditSearch } from '@gatehouse/contracts/operation/operation-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Button, Typography } from '@mui/material';
import { type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { callRouteWith } from '../api/call-route.js';
import { type FieldFault, ProblemError } from '../api/problem-error.js';
import { Section } from '../parts/facts.js';
import { checkForm, faultOf, faultsOfFields, problemOfFaults } from '../parts/form/faults.js';
import { FieldInput } from '../parts/form/field-input.js';
import { bodyOfNew, textsOf } from '../parts/form/fields.js';
import { focusFirstFault } from '../parts/form/focus-first-fault.js';
import { FormProblem } from '../parts/form/form-problem.js';
import { PATIENT_SEARCH_FIELDS, withoutSeparators } from './patient-search-fields.js';
import { SearchAnswer } from './subject-access/search-answer.js';
import { PatientSearchResults } from './patient-search-results.js';
import { PageTitle } from '../parts/page-title.js';

type Results = AnswerOf<'auditSearch'>;
type SearchBody = Readonly<Record<string, unknown>>;

/** Only what was entered is printed. The period is in the answer. */
const ON_PAPER = {
  '@media print': {
    '& .MuiTextField-root:not(:has(.MuiInputLabel-shrink)), & .MuiTextField-root:has([type="datetime-local"]), & .MuiFormHelperText-root, & > p':
      { display: 'none' },
  },
};

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export default function PatientSearchPage() {
  const [results, setResults] = useState<Results | null>(null);
  const [faults, setFaults] = useState<readonly FieldFault[]>([]);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [searchedAtMs, setSearchedAtMs] = useState(0);
  const lastBody = useRef<SearchBody>({});
  const formElement = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (faults.length > 0) focusFirstFault(formElement.current);
  }, [faults]);

  const search = async (body: SearchBody, earlier: Results['items']): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const page = (await callRouteWith('auditSearch', { body })) as Results;
      // Only the first page says which staff looked.
      setResults((former) => ({
        ...page,
        items: [...earlier, ...page.items],
        staff: page.staff ?? former?.staff ?? null,
      }));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFaults(error.faults);
      setProblem(problemOfFaults(PATIENT_SEARCH_FIELDS, error.faults, error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (form: HTMLFormElement): void => {
    const texts = withoutSeparators(textsOf(PATIENT_SEARCH_FIELDS, new FormData(form)));
    const body = bodyOfNew(PATIENT_SEARCH_FIELDS, texts);
    const formFaults = checkForm(PATIENT_SEARCH_FIELDS, texts, body, auditSearch);
    // The results of an earlier search must not stand below a form that asks for something else.
    setResults(null);
    setFaults(formFaults);
    if (formFaults.length > 0) {
      setProblem(problemOfFaults(PATIENT_SEARCH_FIELDS, formFaults));
      return;
    }
    lastBody.current = body;
    setSearchedAtMs(Date.now());
    void search(body, []);
  };
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>Who saw a patient</PageTitle>
      <Typography variant="h1" gutterBottom>
        Who saw a patient
      </Typography>
      <Section title="Search">
        <Box
          component="form"
          ref={formElement}
          noValidate
          autoComplete="off"
          sx={ON_PAPER}
          onSubmit={(event: SyntheticEvent<HTMLFormElement>) => {
            event.preventDefault();
            submit(event.currentTarget);
          }}
        >
          <Typography sx={{ mb: 1 }}>
            Enter an NHS number or a UBRN, and a reason. The audit trail records this search before it shows
            any result.
          </Typography>
          {problem === null ? null : (
            <FormProblem problem={problem} faults={faultsOfFields(PATIENT_SEARCH_FIELDS, faults)} />
          )}
          <Box sx={{ display: 'grid', columnGap: 1, gridTemplateColumns: { sm: '1fr 1fr' } }}>
            {PATIENT_SEARCH_FIELDS.map((field) => (
              <FieldInput
                key={field.name}
                field={field}
                fault={faultOf(field, faults)?.detail}
                marksOptional={false}
              />
            ))}
          </Box>
          <Button type="submit" variant="contained" disabled={isBusy} sx={{ mt: 1 }}>
            Search
          </Button>
        </Box>
      </Section>
      {results === null ? null : (
        <>
          <SearchAnswer
            results={results}
            searchedAtMs={searchedAtMs}
            reason={textOf(lastBody.current['reason']) ?? ''}
            organisation={textOf(lastBody.current['organisation'])}
          />
          <PatientSearchResults
            {...results}
            isBusy={isBusy}
            onMore={(after) => void search({ ...lastBody.current, after }, results.items)}
          />
        </>
      )}
    </Box>
  );
}
