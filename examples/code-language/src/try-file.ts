import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { runFolder } from '@limbeck/pipeline/node';
import { loadStudent } from '@limbeck/predict/node';

/** Names the language of a file with the student of the last full run, or else of the last smoke run. */
export async function tryFile(file: string): Promise<void> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new LimbeckError('data-missing', {
      where: 'npm start -- --try',
      given: file,
      expected: 'a file that can be read',
      next: 'Check its path: it counts from the folder that npm start is called in.',
      cause,
    });
  }
  const student = await lastStudent();
  const [answer] = await student.predict([text]);
  const ranked = Object.entries(answer!.probabilities).sort(([, a], [, b]) => b - a);
  for (const [label, probability] of ranked.slice(0, 3)) {
    console.log(`${label.padEnd(12)} ${(100 * probability).toFixed(1).padStart(5)}%`);
  }
  await student.dispose();
}

async function lastStudent() {
  const runs = [false, true].flatMap((smoke) =>
    (['trained', 'both', 'vscode'] as const).map((teacher) => ({ smoke, teacher })),
  );
  for (const config of runs) {
    const folder = runFolder({ name: 'code-language', config });
    try {
      return await loadStudent(path.join(folder, 'student'));
    } catch (error) {
      if (!(error instanceof LimbeckError) || error.code !== 'data-missing') throw error;
    }
  }
  throw new LimbeckError('data-missing', {
    where: 'npm start -- --try',
    given: 'no student of an earlier run',
    expected: 'a run that has ended',
    next: 'Run npm start first.',
  });
}
