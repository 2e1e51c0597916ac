import { parentPort, workerData } from 'node:worker_threads';
import { serveStudent } from '../worker/serve-student.js';
import { loadStudent, type LoadStudentOptions } from './load-student.js';

const { source, options } = workerData as {
  readonly source: string;
  readonly options: LoadStudentOptions<string>;
};
serveStudent(parentPort!, () => loadStudent(source, options));
