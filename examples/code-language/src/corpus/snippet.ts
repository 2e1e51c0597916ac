/** A window of 1 to 20 lines and the language that it is written in. */
export interface Snippet {
  readonly text: string;
  /** The place of the language in the corpus's list. */
  readonly label: number;
  readonly language: string;
  /** The package that it comes from, or its relatives' name: what splits and intervals go by. */
  readonly group: string;
  /** How many lines it has. */
  readonly lines: number;
  /** `package/path`. */
  readonly file: string;
}
