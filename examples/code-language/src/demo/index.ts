export { writeDemo } from './write-demo.js';
