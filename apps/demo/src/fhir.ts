/** The parts of e-RS's FHIR resources that the pages use. Every member may be missing. */

export interface Coding {
  readonly system?: string;
  readonly code?: string;
  readonly display?: string;
}

export interface Extension {
  readonly url: string;
  readonly extension?: readonly Extension[];
  readonly valueCodeableConcept?: { readonly coding?: readonly Coding[] };
  readonly valueCoding?: Coding;
  readonly valueReference?: { readonly reference?: string; readonly display?: string };
  readonly valueIdentifier?: { readonly value?: string };
}

interface Contained {
  readonly id?: string;
  readonly resourceType?: string;
  readonly identifier?: readonly { readonly value?: string }[];
  readonly entry?: readonly {
    readonly item?: { readonly identifier?: { readonly value?: string }; readonly display?: string };
  }[];
  readonly content?: readonly { readonly attachment?: { readonly title?: string; readonly size?: number } }[];
}

interface Resource {
  readonly meta?: { readonly versionId?: string };
  readonly extension?: readonly Extension[];
  readonly contained?: readonly Contained[];
}

export interface Worklist extends Resource {
  readonly entry?: readonly {
    readonly item: { readonly reference: string };
    readonly extension?: readonly Extension[];
  }[];
}

export interface ReferralRequest extends Resource {
  readonly note?: readonly { readonly text?: string }[];
}

export interface Appointment extends Resource {
  readonly status?: string;
  readonly start?: string;
}

export interface SlotBundle {
  readonly entry?: readonly { readonly resource: { readonly id: string; readonly start: string } }[];
}

export interface CommunicationRequest extends Resource {
  readonly category?: readonly { readonly coding?: readonly Coding[] }[];
}

export interface Conversation {
  readonly entry?: readonly {
    readonly resource: {
      readonly sent?: string;
      readonly category?: readonly { readonly coding?: readonly Coding[] }[];
      readonly note?: readonly { readonly text?: string }[];
    };
  }[];
}

/** The extension of that name: `priority`, or `Extension-eRS-ReferralPriority-1` at the end of a URL. */
export const valueOf = (extensions: readonly Extension[], name: string): Extension | undefined =>
  extensions.find(({ url }) => url === name || url.endsWith(`/Extension-eRS-${name}-1`));

export const codesIn = (value: Extension | undefined): string[] =>
  [value?.valueCoding, ...(value?.valueCodeableConcept?.coding ?? [])].flatMap(
    (coding) => coding?.code ?? [],
  );

/** NHS numbers by the reference to the contained patient. */
export const patientsIn = ({ contained = [] }: Resource): ReadonlyMap<string, string> =>
  new Map(contained.map(({ id, identifier }) => [`#${id ?? ''}`, identifier?.[0]?.value ?? '']));

export const servicesIn = ({ contained = [] }: Resource): { id: string; name: string }[] =>
  (contained.find(({ id }) => id === 'shortlist')?.entry ?? []).map(({ item }) => ({
    id: item?.identifier?.value ?? '',
    name: item?.display ?? item?.identifier?.value ?? '',
  }));

export const lettersIn = ({ contained = [] }: Resource): string[] =>
  contained.flatMap(({ content }) => content?.[0]?.attachment?.title ?? []);

/** The body of an operation. */
export const parameters = (profile: string, parameter: readonly object[]): object => ({
  resourceType: 'Parameters',
  meta: { profile: [`https://fhir.nhs.uk/STU3/StructureDefinition/${profile}`] },
  parameter,
});

export const coding = (codeSystem: string, code: string): Coding => ({
  system: `https://fhir.nhs.uk/STU3/CodeSystem/${codeSystem}`,
  code,
});
