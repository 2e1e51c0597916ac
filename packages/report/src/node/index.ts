export { writeReport, type WriteReportOptions, type WrittenReport } from './write-report.js';
