import vscode from '@vscode/vscode-languagedetection';
import manifest from '@vscode/vscode-languagedetection/package.json' with { type: 'json' };

/** The package and its version. */
export const modelId = `${manifest.name}@${manifest.version}`;

/** Every name that the model may answer with, in the order of its outputs. */
export const modelNames: readonly string[] =
  'asm bat c cs cpp clj cmake cbl coffee css csv dart dm dockerfile ex erl f90 go groovy hs html ini java js json jl kt lisp lua makefile md matlab mm ml pas pm php ps1 prolog py r rb rs scala sh sql swift tex toml ts v vba xml yaml'.split(
    ' ',
  );

/** A name and its probability. */
export interface Guess {
  readonly name: string;
  readonly probability: number;
}

let model: InstanceType<typeof vscode.ModelOperations> | undefined;

/**
 * All names with their probabilities, the likeliest first; none for a text of less than 20 characters, where the model
 * abstains. One model serves a thread; the first call loads it.
 */
export async function guesses(text: string): Promise<readonly Guess[]> {
  model ??= new vscode.ModelOperations();
  const found = await model.runModel(text);
  return found.map(({ languageId, confidence }) => ({ name: languageId, probability: confidence }));
}

/**
 * The probabilities of our languages alone: what the model gives to others is shared out in proportion. Zeros where it
 * abstains or rules all of ours out.
 *
 * @param labels - for each of the model's names the labels that it may stand for
 */
export function restricted(
  found: readonly Guess[],
  labels: ReadonlyMap<string, readonly number[]>,
  classes: number,
): Float64Array {
  const row = new Float64Array(classes);
  for (const { name, probability } of found) {
    const label = labels.get(name)?.[0];
    if (label !== undefined) row[label]! += probability;
  }
  const sum = row.reduce((total, p) => total + p, 0);
  return sum > 0 ? row.map((p) => p / sum) : row;
}
