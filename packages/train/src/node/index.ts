export { exportStudent, type ExportOptions } from './export-student.js';
export { folderStore } from './folder-store.js';
