import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/proof/**", "test/**/*.live.test.ts"],
    testTimeout: 30_000,
    coverage: {
      provider: "v8",
      include: ["schemas/**/*.ts", "src/**/*.ts", "layers/**/*.ts", "mock-layers/**/*.ts", "apps/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 85, branches: 85 }
    }
  }
})
