/** Where the admin API answers differently from the corpus, and why. An entry that is no longer different fails the run. */
export const STAFF_DIFFERENCES: Readonly<
  Record<string, { readonly status: readonly number[]; readonly why: string }>
> = {
  'BOLA-003': {
    status: [400],
    why: 'lists take named parameters; there is no `filter` that could name a tenant',
  },
  'BOLA-010': {
    status: [400],
    why: 'every wrong field is told at its pointer, a taken ASID too, and not whose it is',
  },
  'BOLA-011': { status: [400], why: 'a KMS key is no field of an application: keys are made, never entered' },
  'BOLA-017': { status: [400], why: 'an ODS code in small letters is misspelt, and that is said' },
  'BOLA-014': { status: [404], why: 'there is no route that deletes, so none whose method is wrong' },
};
