import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    pool: "forks",
    // Most of a test of whole processes is one process that imports libraries: as many at once as there are cores.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/integration/**"],
          isolate: false,
        },
      },
      {
        // A process starts the engine once: each file gets one of its own.
        extends: true,
        test: {
          name: "integration",
          globalSetup: "test/fixtures/stand-ins.ts",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
