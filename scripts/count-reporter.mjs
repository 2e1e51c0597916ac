// A Vitest reporter that writes how many tests passed, failed and were skipped to the file that LIMBECK_COUNTS names.
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const testModule of testModules) {
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed++;
        else if (state === 'failed') counts.failed++;
        else counts.skipped++;
      }
      // A file that could not be loaded, or a hook that threw, holds no failed test that would show it.
      const broken = [testModule, ...testModule.children.allSuites()];
      counts.failed += broken.filter((suite) => suite.errors().length > 0).length;
    }
    writeFileSync(process.env['LIMBECK_COUNTS'], JSON.stringify(counts));
  }
}
