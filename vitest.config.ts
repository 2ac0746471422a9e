import { configDefaults, defineConfig } from "vitest/config"

/** Test files that replace modules or globals, and so need a world of their own. */
const alone = ["test/layers/image/FileImageStoreFaults.test.ts", "test/mock-layers/Mock.test.ts"]

const elsewhere = [...configDefaults.exclude, "test/proof/**", "test/browser/**", "test/**/*.live.test.ts"]

export default defineConfig({
  // The examples import the package by its name: here that is the sources.
  ssr: { resolve: { conditions: ["@ludeng/source", "module", "node", "import", "default"] } },
  test: {
    testTimeout: 30_000,
    maxWorkers: 2,
    env: { LUDENG_STORE: "memory" },
    setupFiles: ["./test/support/Seed.ts"],
    silent: "passed-only",
    reporters: ["default", "./scripts/closing-line.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: [...elsewhere, ...alone],
          isolate: false
        }
      },
      { extends: true, test: { name: "alone", include: alone } }
    ],
    coverage: {
      provider: "v8",
      include: ["schemas/**/*.ts", "src/**/*.ts", "layers/**/*.ts", "mock-layers/**/*.ts", "apps/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 85, branches: 85 }
    }
  }
})
