export { plainSessions, type PlainTensor } from './plain-sessions.js';
