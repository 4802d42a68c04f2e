import { defineConfig } from 'vitest/config'

/** Where `.ci/run` wants a report that it can count; people read the ordinary one. */
const report = process.env['ALS_SINK_TEST_REPORT']

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
  },
})
