export { loadStudent, type LoadStudentOptions } from './load-student.js';
