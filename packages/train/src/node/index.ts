export { folderStore } from './folder-store.js';
