/** An export as a registry file. What a file leaves out stays as it is, so a masked API key must not appear in it. */
import { Document, isMap, isSeq } from 'yaml';

type Entry = Readonly<Record<string, unknown>>;

/** The masked keys are left out. */
export function withoutApiKeys<E extends object>(exported: E): object {
  const { applications, ...rest } = exported as { readonly applications?: readonly Entry[] };
  return {
    ...rest,
    applications: applications?.map(({ apiKey: _apiKey, ...application }) => application) ?? [],
  };
}

/** As YAML, with each masked key as a comment. */
export function exportText(exported: object): string {
  const document = new Document(exported);
  const applications = document.get('applications');
  if (isSeq(applications)) {
    for (const application of applications.items) {
      if (!isMap(application)) continue;
      const apiKey = application.get('apiKey');
      if (typeof apiKey !== 'string') continue;
      application.delete('apiKey');
      application.comment = ` apiKey: ${apiKey}`;
    }
  }
  return document.toString({ lineWidth: 0 }).trimEnd();
}
