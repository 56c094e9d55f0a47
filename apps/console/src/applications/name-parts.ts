interface Named {
  /** By the pattern of NHS England’s guidance, `Organisation - Product - Environment - Mode`. */
  readonly name: string;
  readonly product: string;
}

/** What comes before the product in the official name of an application: its organisation, or several of them. */
export function organisationInName({ name, product }: Named): string {
  const end = name.lastIndexOf(` - ${product} - `);
  return end <= 0 ? name : name.slice(0, end);
}
