/** A record that names the organisations with a legitimate relationship to it. */
export interface Related {
  readonly organisations: ReadonlySet<string>;
}
