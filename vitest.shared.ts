/** What every package's Vitest project shares: tests run on the TypeScript sources, without a build. */
export const shared = {
  resolve: { conditions: ['@limbeck/source', 'node'] },
  ssr: { resolve: { conditions: ['@limbeck/source', 'node'] } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};
